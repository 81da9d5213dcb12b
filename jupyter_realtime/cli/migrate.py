"""`jupyter realtime migrate`: the database brought to this version's shape, before a server does it."""

from __future__ import annotations

import argparse
import sys

from .backup import TROUBLE, add_store_url

HELP = "bring the database to this version's shape"
DESCRIPTION = """\
Brings the database to this version's shape. A server does that too, when it starts; do
it by hand where servers may not change tables, or to see beforehand that it works.
Servers of older versions go on beside it: changes only add. Nothing is ever taken back:
to go back to what was before, restore a backup.

exit codes:
  0  the database has this version's shape, or a newer one
  1  with --check: it has an older one, or there is none yet
  2  it could not be done; the reason is printed
"""

OUTDATED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "revision", nargs="?", metavar="SHAPE",
        help="the shape that it must come to; without one it is this version's",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="only look, and change nothing")
    add_store_url(parser)


def run(arguments: argparse.Namespace) -> int:
    """Migrate, and return the exit code."""
    import asyncio

    from ..core.errors import RealtimeError
    from .database import NEWEST, migrate, revision_of, settings

    try:
        config = settings(arguments.store_url)
        was = asyncio.run(revision_of(config))
        if arguments.revision is not None:
            _check(arguments.revision, was)
        if arguments.check:
            print(_said(was))
            return OUTDATED if was is None or was < NEWEST else 0
        now = asyncio.run(migrate(config))
    except (RealtimeError, OSError, ValueError) as error:
        print(f"The database was not changed: {error}", file=sys.stderr)
        return TROUBLE
    before = "it was new" if was is None else f"it had {was}"
    print(_said(now) if was == now else f"The database has shape {now}; {before}.")
    return 0


def _check(wanted: str, was: str | None) -> None:
    """Refuse another shape than the newest."""
    from .database import NEWEST

    if was is not None and wanted < was:
        raise ValueError(
            f"it has shape {was}, and {wanted} is older. What has been added is never taken away: what "
            "people have written would go with it. To go back, restore a backup from before."
        )
    if wanted != NEWEST:
        raise ValueError(
            f"this version brings databases to shape {NEWEST}, and to no other. Install the version of "
            f"jupyter_realtime that goes with {wanted}."
        )


def _said(revision: str | None) -> str:
    from .database import NEWEST

    if revision is None:
        return "There is no database yet: it will be made."
    if revision < NEWEST:
        return f"The database has shape {revision}; this version would bring it to {NEWEST}."
    if revision > NEWEST:
        return f"The database has shape {revision}, of a newer version; this one works with it."
    return f"The database has shape {revision}, which is this version's."
