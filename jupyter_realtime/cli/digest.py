"""`jupyter realtime digest`: the mail that somebody would get, as a page to look at."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from .backup import TROUBLE, add_store_url

HELP = "write the mail that somebody would get into a file"
DESCRIPTION = """\
Writes the mail that somebody would get now as an HTML file, to look at it in a browser:
with what they have not read yet, as it stands in the database, or with examples where
there is nothing.
Nothing is sent.

exit codes:
  0  FILE is there
  2  it could not be written; the reason is printed
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--preview", type=Path, metavar="FILE", required=True, help="where to write the mail"
    )
    parser.add_argument(
        "--for", dest="person", metavar="NAME", default=getpass.getuser(),
        help="whose mail it is (default: yours)",
    )  # fmt: skip
    parser.add_argument("--text", action="store_true", help="write its text instead of its HTML")
    parser.add_argument("--sample", action="store_true", help="show examples, whatever is unread")
    add_store_url(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the preview, and return the exit code."""
    import asyncio

    from ..core.errors import RealtimeError
    from .previews import preview, sample, written

    try:
        letter = None
        if not arguments.sample:
            letter = asyncio.run(preview(arguments.store_url, arguments.person))
        shown = letter or sample(arguments.person)
        arguments.preview.write_text(written(shown, is_text=arguments.text), encoding="utf-8")
    except (RealtimeError, OSError, ValueError) as error:
        print(f"There is no preview: {error}", file=sys.stderr)
        return TROUBLE
    what = "examples" if letter is None else "what is unread"
    print(f"{arguments.preview} shows a mail to {arguments.person}, with {what}.")
    return 0
