"""`jupyter realtime demo`: JupyterLab on a copy of the sample project, and nothing left of it later."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

HELP = "start JupyterLab on a sample project"
DESCRIPTION = """\
Copies a sample project to a scratch folder, starts JupyterLab there on a free port, prints its
address and opens it. Your own Jupyter settings, data and servers are not touched.

Ctrl+C ends it: the server and its kernels are stopped and the scratch folder is removed.
"""

NOTEBOOK = "notebooks/01-live-analysis.ipynb"
TROUBLE = 2


class Stopped(Exception):
    """Somebody asked the demo to end."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--keep", action="store_true", help="keep the scratch folder with the copied project"
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the demo until somebody ends it."""
    sample = sample_project()
    if sample is None:
        print("The sample project is missing from this installation.", file=sys.stderr)
        return TROUBLE
    with _ended_by_signals(), _scratch(keep=arguments.keep) as scratch:
        shutil.copytree(sample, scratch / "project")
        return _serve(scratch, browser=not arguments.no_browser)


def sample_project() -> Path | None:
    """Find the sample: inside of an installed package, or in the clone of an editable one."""
    package = Path(__file__).parents[1]
    for folder in (package / "sample", package.parent / "notebooks"):
        if (folder / NOTEBOOK).is_file():
            return folder
    return None


def _serve(scratch: Path, *, browser: bool) -> int:
    from .lab_server import LabServer, ServerFailed

    server = LabServer(scratch)
    try:
        address = server.start(f"/lab/tree/{NOTEBOOK}")
        print(_greeting(address, scratch), flush=True)
        if browser:
            webbrowser.open(address)
        server.wait()
    except ServerFailed as failure:
        print(failure, file=sys.stderr)
        return TROUBLE
    except Stopped:
        print("\nStopping JupyterLab and its kernels…", flush=True)
    finally:
        server.stop()
    return 0


def _greeting(address: str, scratch: Path) -> str:
    return f"""
JupyterLab with the sample project is running at

    {address}

The address has the token in it: whoever has it can run code as you. Files are in
{scratch / "project"}. Press Ctrl+C to stop.
"""


@contextlib.contextmanager
def _scratch(*, keep: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jupyter-realtime-demo-"))
    try:
        yield folder
    finally:
        if keep:
            print(f"Kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]

    def stop(number: int, frame: FrameType | None) -> None:
        # Once is enough: a second Ctrl+C must not tear the cleaning up.
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    except Stopped:
        # It came before anything was started.
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
