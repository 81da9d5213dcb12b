"""`jupyter realtime import`: comments from a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from .exits import exit_code
from .export import SUFFIXES

HELP = "take comments in from a file"
DESCRIPTION = """\
Takes comments in that were written by `jupyter realtime export`, or by another program as
W3C Web Annotations. They become comments of yours; who had written them stands in the text.
The same file again adds nothing.

  jupyter realtime import eda.ipynb.comments.jsonld   # what lies beside eda.ipynb is about it
  jupyter realtime import comments.jsonld             # about the files that it names
  jupyter realtime import review.jsonld --about eda.ipynb

exit codes:
  0  they are there
  2  they are not; the reason is printed
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", metavar="FILE", help="W3C Web Annotations in JSON-LD")
    parser.add_argument("--about", metavar="PATH", help="the file that all of them are about")


def run(arguments: argparse.Namespace) -> int:
    """Take them in, and return the exit code."""
    return exit_code(arguments, lambda _: None, _import)


async def _import(arguments: argparse.Namespace) -> None:
    import asyncio

    from ..client.aio import AsyncRealtime

    annotations = await asyncio.to_thread(_read, arguments.file)
    about = arguments.about or await asyncio.to_thread(_beside, arguments.file)
    async with await AsyncRealtime.connect() as rt:
        done = await rt.import_comments(annotations, about)
    print(f"{done.threads} threads, {done.new} of them new")


def _read(file: str) -> object:
    from ..core.codec import decode_json
    from ..core.errors import BadRequest

    try:
        return decode_json(Path(file).read_bytes())
    except OSError as error:
        raise BadRequest(f"{file} can't be read: {error.strerror}.") from None
    except BadRequest as error:
        raise BadRequest(f"{file}: {error.message}") from None


def _beside(file: str) -> str | None:
    """Find the file that a sidecar lies beside."""
    owner = file.removesuffix(SUFFIXES["jsonld"])
    return owner if owner != file and Path(owner).is_file() else None
