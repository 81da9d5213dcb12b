"""`jupyter realtime export`: comments and activity as files, also beside the notebook."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import exit_code

if TYPE_CHECKING:
    from ..client.threads import FormatName

HELP = "write comments or activity into a file"
DESCRIPTION = """\
Writes the comments on a file, or in the project of the current folder, as W3C Web
Annotations (JSON-LD) or as Markdown; or all that happened in the project as JSON lines.

  jupyter realtime export > comments.jsonld
  jupyter realtime export eda.ipynb --format markdown
  jupyter realtime export eda.ipynb --sidecar     # eda.ipynb.comments.jsonld, to go with it
  jupyter realtime export --activity --output activity.jsonl

`jupyter realtime import` takes comments in again, on another server for instance.

exit codes:
  0  it is written
  2  it is not; the reason is printed
"""
SUFFIXES = {"jsonld": ".comments.jsonld", "markdown": ".comments.md"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("path", nargs="?", metavar="PATH", help="a file (default: the project)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--format", choices=sorted(SUFFIXES), help="of comments (default: jsonld)")
    what.add_argument("--activity", action="store_true", help="what happened in the project")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", metavar="FILE", help="where to (default: standard output)")
    where.add_argument("--sidecar", action="store_true", help="beside PATH, under its name")


def run(arguments: argparse.Namespace) -> int:
    """Write, and return the exit code."""
    return exit_code(arguments, _check, _export)


def _check(arguments: argparse.Namespace) -> None:
    from ..core.errors import BadRequest

    if arguments.sidecar and arguments.path is None:
        raise BadRequest("--sidecar lies beside a file: say which.")
    if arguments.activity and arguments.path is not None:
        raise BadRequest("The activity is that of a project: leave PATH out.")


async def _export(arguments: argparse.Namespace) -> None:
    from ..client.aio import AsyncRealtime

    form: FormatName = arguments.format or "jsonld"
    async with await AsyncRealtime.connect() as rt:
        if arguments.activity:
            text = await rt.export_activity()
        else:
            text = await rt.export_comments(arguments.path, format=form)
    target = arguments.output
    if arguments.sidecar:
        target = f"{arguments.path}{SUFFIXES[form]}"
    _write(target, text)


def _write(target: str | None, text: str) -> None:
    from ..core.errors import BadRequest

    if target is None:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"{target} can't be written: {error.strerror}.") from None
