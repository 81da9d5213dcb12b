"""`jupyter realtime …`: one file a command, each imported no deeper than needed to describe itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .._version import __version__

INTERRUPTED = 130
EPILOG = "`jupyter realtime COMMAND --help` tells more about each."


def _parser() -> argparse.ArgumentParser:
    from . import (
        analyze,
        announce,
        backup,
        demo,
        digest,
        export,
        import_,
        migrate,
        publish,
        restore,
        token,
    )

    parser = argparse.ArgumentParser(
        prog="jupyter realtime",
        description="Makes Jupyter live: analysis of notebooks and code while you watch.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"jupyter_realtime {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (
        demo,
        analyze,
        publish,
        announce,
        digest,
        export,
        import_,
        token,
        migrate,
        backup,
        restore,
    ):
        name = command.__name__.rpartition(".")[2].rstrip("_")
        added = commands.add_parser(
            name,
            help=command.HELP,
            description=command.DESCRIPTION,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; the interpreter must not complain again.
        sys.stdout = None
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    return code
