"""Run every kind of check, and end with one line: `N passed, N failed`.

    python tests/run_all.py [lint|python|js|browser|package ...]

Each linter counts as one check; the test runners' own counts come from their JUnit reports. What leaves a
core free runs two at a time, and is shown when it has ended; what has workers of its own runs alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
JS = ROOT / "js"
# Debian's names of what the tests need and pip can't bring.
SYSTEM_PACKAGES = {"chromium": "chromium", "initdb": "postgresql"}
# Where Debian puts programs that only servers need.
SERVER_PROGRAMS = "usr/lib/postgresql/*/bin"
# The longest step takes eight minutes on two cores; one that has not ended by then hangs.
MAX_STEP_SECONDS = 2400
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


@dataclass(frozen=True)
class Step:
    """One command; `report` is where it leaves a JUnit file, None for a linter.

    `alone` says that it uses all cores by itself.
    """

    kind: str
    name: str
    command: list[str]
    folder: Path = ROOT
    report: str | None = None
    alone: bool = False


STEPS = [
    Step("lint", "ruff check", [sys.executable, "-m", "ruff", "check", "."]),
    Step("lint", "ruff format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
    Step("lint", "mypy", [sys.executable, "-m", "mypy"]),
    Step("lint", "tsc and biome", ["npm", "run", "--silent", "check"], JS),
    Step(
        "js",
        "vitest",
        [
            "npx",
            "vitest",
            "run",
            "--reporter=default",
            "--reporter=junit",
            "--outputFile.junit={report}",
        ],
        JS,
        "vitest.xml",
    ),
    Step(
        "python",
        "pytest",
        [
            *PYTEST,
            "-n",
            "2",
            "--ignore=tests/browser",
            "--ignore=tests/package",
            "--junit-xml={report}",
        ],
        report="python.xml",
        alone=True,
    ),
    Step(
        "browser",
        "pytest tests/browser",
        [
            *PYTEST,
            "tests/browser",
            "-o",
            "addopts=--strict-markers --strict-config",
            "--junit-xml={report}",
        ],
        report="browser.xml",
        alone=True,
    ),
    Step(
        "package",
        "pytest tests/package",
        [*PYTEST, "tests/package", "--junit-xml={report}"],
        report="package.xml",
    ),
]


def install_system_packages() -> str | None:
    """Install what is missing if we may; otherwise say what to install."""
    missing = [package for program, package in SYSTEM_PACKAGES.items() if not is_there(program)]
    if not missing:
        return None
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        if subprocess.run(command, check=False).returncode == 0:
            return None
    return f"The tests need {', '.join(missing)}: install it with your package manager."


def is_there(program: str) -> bool:
    """Whether a program is installed."""
    return bool(shutil.which(program)) or any(Path("/").glob(f"{SERVER_PROGRAMS}/{program}"))


def run(step: Step, reports: Path) -> tuple[int, int]:
    """Run a step; returns how many checks passed and failed."""
    report = reports / step.report if step.report else None
    command = [part.replace("{report}", str(report)) for part in step.command]
    began = time.monotonic()
    if step.alone:
        print(f"\n=== {step.name}", flush=True)
        code = run_to_the_end(command, step.folder, None)
        said = ""
    else:
        with tempfile.TemporaryFile() as output:
            code = run_to_the_end(command, step.folder, output)
            output.seek(0)
            said = f"\n=== {step.name}\n{output.read().decode(errors='replace')}"
    print(f"{said}=== {step.name}: {time.monotonic() - began:.0f} s", flush=True)
    if report is None:
        return (1, 0) if code == 0 else (0, 1)
    passed, failed = count(report)
    # A runner that dies, or finds no test, has failed even if no test of it did.
    return passed, failed or int(code != 0 or passed == 0)


def run_all(steps: list[Step], reports: Path) -> Iterator[tuple[Step, int, int]]:
    """Run steps, two at a time where they leave a core free; gives how many checks passed and failed."""
    with ThreadPoolExecutor(2) as pool:
        beside = [step for step in steps if not step.alone]
        running = [(step, pool.submit(run, step, reports)) for step in beside]
        yield from ((step, *done.result()) for step, done in running)
    for step in steps:
        if step.alone:
            yield step, *run(step, reports)


def run_to_the_end(command: list[str], folder: Path, output: IO[bytes] | None) -> int:
    """Run a command, and end it with all that it has started when it takes too long."""
    with subprocess.Popen(
        command,
        cwd=folder,
        start_new_session=True,
        stdout=output,
        stderr=output and subprocess.STDOUT,
    ) as process:
        try:
            return process.wait(MAX_STEP_SECONDS)
        except subprocess.TimeoutExpired:
            print(
                f"{command} has not ended within {MAX_STEP_SECONDS} s, and was stopped.", flush=True
            )
            return 1
        finally:
            # Also when it was interrupted: what it had started has no terminal to hear of that.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def count(report: Path) -> tuple[int, int]:
    """Read a JUnit report."""
    if not report.exists():
        return 0, 0
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    passed = failed = 0
    for suite in suites:
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
        failed += bad
    return passed, failed


def main(kinds: list[str]) -> int:
    """Run the steps of these kinds, or all."""
    steps = [step for step in STEPS if not kinds or step.kind in kinds]
    passed = failed = 0
    needs_them = any(step.kind in ("python", "browser") for step in steps)
    if needs_them and (problem := install_system_packages()):
        print(problem)
        failed += 1
    broken = []
    with tempfile.TemporaryDirectory() as reports:
        for step, good, bad in run_all(steps, Path(reports)):
            passed, failed = passed + good, failed + bad
            if bad:
                broken.append(step.name)
    if broken:
        print(f"\nFailed: {', '.join(broken)}")
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
