"""An analysis without a server: in a process of its own, which tells over a pipe what it finds.

The caller's process never imports the analysis code, and is never blocked. The other process ends when
the run does, when it is cancelled, and when this process is gone, because then its standard input ends.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import uuid
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import msgspec

from ..core.issues import FINISHED_STATES
from ..core.reports import Finished, Report
from .address import Paths, absolute
from .reports import add
from .run_record import RunRecord, new_analysis
from .runs import Run

# Finds this package wherever we have found it, and imports nothing from the current folder: a json.py of
# the project must not stand in for Python's own.
_PROGRAM = """
import sys
sys.path = [folder for folder in sys.path if folder] + [sys.argv.pop(1)]
from jupyter_realtime.cli import main
sys.exit(main())
"""

_decode = msgspec.json.Decoder(Report).decode

# What a person may read of the other process's last words.
MAX_ERROR_CHARACTERS = 2000


def analyze_locally(paths: Paths, detectors: Sequence[str] | None = None) -> Run:
    """Start an analysis in a process of its own.

    Parameters
    ----------
    paths
        Files and folders, relative to the current folder.
    detectors
        Their names; None: all that apply.
    """
    files = [str(path) for path in absolute(paths)]
    record = RunRecord(new_analysis(f"local-{uuid.uuid4().hex[:12]}", files))
    process = _start(files, detectors)
    reader = threading.Thread(
        target=_read, args=(process, record), name="jupyter_realtime analysis", daemon=True
    )
    reader.start()
    run = Run(record, lambda: _hang_up(process))
    # Who lets go of a run has no use for it any more.
    weakref.finalize(run, _hang_up, process)
    return run


def _start(paths: Sequence[str], detectors: Sequence[str] | None) -> subprocess.Popen[bytes]:
    packages = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", _PROGRAM, packages, "analyze", "--jsonl"]
    if detectors is not None:
        command += ["--detectors", ",".join(detectors)]
    return subprocess.Popen(
        [*command, "--", *paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Interrupting a kernel interrupts its whole group; a run is ended by `cancel` only.
        start_new_session=True,
    )


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    """End the other process's standard input: it cancels the run, tells so, and exits."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()


def _read(process: subprocess.Popen[bytes], record: RunRecord) -> None:
    words: list[str] = []
    assert process.stdout is not None and process.stderr is not None
    listener = threading.Thread(target=_collect, args=(process.stderr, words), daemon=True)
    listener.start()
    problem = _add_all(process.stdout, record)
    _hang_up(process)
    process.wait()
    listener.join()
    if record.analysis.state not in FINISHED_STATES:
        said = "".join(words)[-MAX_ERROR_CHARACTERS:].strip()
        error = problem or said or f"The analysis ended with exit code {process.returncode}."
        add(Finished(state="failed", error=error), record)


def _add_all(stream: IO[bytes], record: RunRecord) -> str | None:
    with stream:
        for line in stream:
            report = _report(line)
            if report is None:
                return f"The analysis said something that is no report: {line[:80]!r}"
            add(report, record)
    return None


def _report(line: bytes) -> Report | None:
    try:
        report: Report = _decode(line)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return report


def _collect(stream: IO[bytes], words: list[str]) -> None:
    with stream:
        words.extend(line.decode(errors="replace") for line in stream)
