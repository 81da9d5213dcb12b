"""`jupyter realtime backup`: the database as one file, while servers go on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "copy the database into one file, also while servers use it"
DESCRIPTION = """\
Copies the database into one file, also while servers use it. All that was acknowledged
before is in the copy. The key that signs tokens is not: keep its file too, or hand out
new tokens after a restore.

exit codes:
  0  the backup is whole
  2  there is none; the reason is printed
"""

TROUBLE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write the backup")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace FILE if it exists, when the copy is whole"
    )
    add_store_url(parser)


def add_store_url(parser: argparse.ArgumentParser) -> None:
    """Describe how another database than the settings' is named."""
    parser.add_argument(
        "--store-url", metavar="URL",
        help="the database, as in RealtimeConfig.store_url: sqlite:/// and an absolute path "
        "(default: what the server's settings say)",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Back up, and return the exit code."""
    from ..core.errors import RealtimeError
    from .database import back_up, database

    try:
        source = database(arguments.store_url)
        contents = back_up(source, arguments.file, overwrite=arguments.overwrite)
    except (RealtimeError, OSError, ValueError) as error:
        print(f"There is no backup: {error}", file=sys.stderr)
        return TROUBLE
    print(f"{arguments.file} holds {source}: {contents}.")
    return 0
