"""A kernel that imports the package pays next to nothing before it uses it."""

from __future__ import annotations

import statistics
import subprocess
import sys

MAX_MILLISECONDS = 60
TRIES = 7

# What it may take long to import, and is needed only by those who use it.
HEAVY = {
    "alembic", "anywidget", "asyncio", "httpx", "ipywidgets", "jupyter_core", "jupyter_server",
    "msgspec", "nbformat", "numpy", "pandas", "rich", "sqlalchemy", "tornado", "traitlets", "websockets",
}  # fmt: skip

TIMED = "import time; t = time.perf_counter(); {}; print((time.perf_counter() - t) * 1000)"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_nothing_heavy_comes_with_the_package() -> None:
    code = "import sys, jupyter_realtime, jupyter_realtime.widgets; print(*sys.modules)"
    assert HEAVY.isdisjoint(run(code).split())


def test_the_client_comes_without_the_server_the_detectors_and_the_widgets() -> None:
    code = "import sys; from jupyter_realtime import Realtime, AsyncRealtime; print(*sys.modules)"
    modules = run(code).split()
    others = {"pandas", "tornado", "sqlalchemy", "jupyter_server", "ipywidgets"}
    assert others.isdisjoint(modules)
    ours = {name.split(".")[1] for name in modules if name.startswith("jupyter_realtime.")}
    assert ours == {"_version", "client", "core"}


def test_the_command_line_answers_without_what_it_does_not_need() -> None:
    code = "import sys; from jupyter_realtime.cli import _parser; _parser(); print(*sys.modules)"
    assert {"asyncio", "httpx", "rich", "tornado", "websockets"}.isdisjoint(run(code).split())


def test_the_import_takes_no_time_that_anyone_notices() -> None:
    # The best of several: a busy machine makes an import slower, never faster.
    took = [float(run(TIMED.format("import jupyter_realtime"))) for _ in range(TRIES)]
    assert min(took) <= MAX_MILLISECONDS, f"median {statistics.median(took):.1f} ms"
