"""`jupyter realtime restore`: a backup in the database's place."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .backup import TROUBLE, add_store_url

HELP = "put a backup in the database's place"
DESCRIPTION = """\
Puts a backup in the database's place. Stop the servers that use the database first.
What was there is kept beside. Clients notice that the log is another one, and load it
afresh.

exit codes:
  0  the backup is in place
  2  nothing was changed; the reason is printed
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup")
    add_store_url(parser)


def run(arguments: argparse.Namespace) -> int:
    """Restore, and return the exit code."""
    from ..core.errors import RealtimeError
    from .database import database, restore

    try:
        target = database(arguments.store_url)
        done = restore(arguments.file, target)
    except (RealtimeError, OSError, ValueError) as error:
        print(f"Nothing was restored: {error}", file=sys.stderr)
        return TROUBLE
    print(f"{target} holds the backup: {done.contents}.")
    if done.aside is not None:
        print(f"What was there before is in {done.aside}.")
    if not done.kept_revocations:
        print("It could not be read: tokens that were revoked since the backup are valid again.")
    return 0
