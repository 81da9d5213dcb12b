"""What a person, a pipe or a program sees of a run: chosen by the options and by where the output goes."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Protocol

from rich.console import Console

from ..client.run_record import RunRecord
from ..core.codec import encode
from . import words
from .display import Display
from .findings import print_findings
from .lines import JsonLines, PlainLines
from .recorder import Sink


class View(Protocol):
    """One way to show a run."""

    sink: Sink

    def cancelling(self) -> None:
        """Show at once that the run is about to end."""
        ...

    def print_result(self, record: RunRecord) -> None:
        """Print what is left to say at the end."""
        ...


class ProgramView:
    """Reports for another program, and no words."""

    sink: Sink = JsonLines()

    def cancelling(self) -> None:
        """Say nothing: the reports do."""

    def print_result(self, record: RunRecord) -> None:
        """Say nothing: the reports did."""


class PersonView:
    """Progress on standard error, live if that is a terminal, and the result on standard output.

    Parameters
    ----------
    arguments
        With `--sarif -` standard output is for SARIF alone, and what people read goes to standard error.
    """

    def __init__(self, sink: Sink, arguments: argparse.Namespace) -> None:
        self.sink = sink
        self._as_json: bool = arguments.json
        self._in_words_to_stderr = str(arguments.sarif) == "-"
        self._began = time.monotonic()

    def cancelling(self) -> None:
        """Show at once that the run is about to end."""
        if isinstance(self.sink, Display):
            self.sink.cancelling()
        else:
            print("Cancelling…", file=sys.stderr, flush=True)

    def print_result(self, record: RunRecord) -> None:
        """Print the issues."""
        if self._as_json:
            body = encode({"analysis": record.analysis, "issues": record.issues})
            print(body.decode())
        else:
            seconds = time.monotonic() - self._began
            print_findings(_console(stderr=self._in_words_to_stderr), record, seconds)


@contextlib.contextmanager
def view_of(arguments: argparse.Namespace) -> Iterator[View]:
    """Choose how to show a run; what is drawn live is gone at the end."""
    screen = _console(stderr=True)
    if arguments.jsonl:
        yield ProgramView()
    elif screen.is_terminal:
        with Display(screen, words.clean(_title(arguments))) as display:
            yield PersonView(display, arguments)
    else:
        yield PersonView(PlainLines(sys.stderr), arguments)


def _console(*, stderr: bool) -> Console:
    # A notebook's `!` command has something like a terminal, but its output can't be drawn over.
    in_a_notebook = "JPY_PARENT_PID" in os.environ
    return Console(stderr=stderr, highlight=False, force_terminal=False if in_a_notebook else None)


def _title(arguments: argparse.Namespace) -> str:
    paths = arguments.paths
    what = paths[0].resolve().name if len(paths) == 1 else words.count(len(paths), "path")
    return f"Analysing {what}"
