"""The same engines without us: one after another, and as hooks of pre-commit, through nbQA in notebooks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jupyter_realtime.analysis.detectors.correctness import IGNORE, SELECT

BIN = Path(sys.executable).parent
RUFF = ["ruff", "check", "--isolated", f"--select={SELECT}", f"--ignore={IGNORE}", "--exit-zero"]
# As we call it: without the types of installed packages, which would take it four times as long.
MYPY = [
    "mypy",
    "--config-file=",
    "--ignore-missing-imports",
    "--follow-imports=silent",
    "--no-site-packages",
]
BANDIT = ["bandit", "--quiet", "--format=json", "--exit-zero"]
VULTURE = ["vulture", "--min-confidence=60"]
MODULES, NOTEBOOKS = "jupyter_server", "notebooks"
# Whole projects: of one file they have nothing to say.
OF_PROJECT = [
    ["ruff", "analyze", "graph", "--isolated", MODULES],
    ["deptry", "."],
    ["jscpd", "--min-tokens", "100", "--silent", "--no-tips", MODULES],
]
HOOKS = """\
repos:
- repo: local
  hooks:
{hooks}"""
HOOK = """\
  - id: {id}
    name: {id}
    language: system
    entry: {entry}
    types_or: [{kind}]
    require_serial: {serial}
"""


@dataclass(frozen=True)
class Others:
    """Seconds.

    Parameters
    ----------
    one_by_one, one_by_one_again
        Nine engines, one after another, with no cache of theirs, and once more.
    pre_commit, pre_commit_again
        All files, with no cache, and once more.
    pre_commit_edited
        One module, as at a commit.
    """

    one_by_one: float
    one_by_one_again: float
    pre_commit: float
    pre_commit_again: float
    pre_commit_edited: float


def measure(root: Path, turns: int) -> Others:
    """Measure all of it; of several turns the quickest counts."""
    cold, again = [], []
    for _ in range(turns):
        with _no_caches(root):
            cold.append(_timed(lambda: _one_by_one(root)))
            again.append(_timed(lambda: _one_by_one(root)))
    _make_repository(root)
    all_files, all_again, edited = [], [], []
    for _ in range(turns):
        with _no_caches(root):
            all_files.append(_timed(lambda: _hooks(root, ["--all-files"])))
            all_again.append(_timed(lambda: _hooks(root, ["--all-files"])))
            edited.append(_timed(lambda: _hooks(root, ["--files", f"{MODULES}/utils.py"])))
    return Others(min(cold), min(again), min(all_files), min(all_again), min(edited))


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _no_caches(root: Path) -> Iterator[None]:
    """Begin without the engines' own caches, which lie in the project and in the user's folder."""
    before = os.environ.get("XDG_CACHE_HOME"), os.environ.get("PRE_COMMIT_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.environ["PRE_COMMIT_HOME"] = folder
        for name in (".mypy_cache", ".ruff_cache"):
            shutil.rmtree(root / name, ignore_errors=True)
        yield
    for name, value in zip(("XDG_CACHE_HOME", "PRE_COMMIT_HOME"), before, strict=True):
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value


def _one_by_one(root: Path) -> None:
    commands = [
        [*RUFF, MODULES, NOTEBOOKS],
        [*MYPY, MODULES],
        [*BANDIT, "--recursive", MODULES],
        [*VULTURE, MODULES],
        ["complexipy", "--quiet", MODULES],
        *OF_PROJECT,
        *(["nbqa", *command, NOTEBOOKS] for command in (MYPY, BANDIT, VULTURE)),
    ]
    for command in commands:
        _run(command, root)


def _run(command: Sequence[str], root: Path) -> None:
    # Most end with 1 where they have found something; what could not begin is no measurement.
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=root, env=os.environ | {"PATH": path}, capture_output=True, check=False
    )
    if done.returncode not in (0, 1, 3):
        said = (done.stderr or done.stdout).decode(errors="replace")[-500:]
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {said}")


def _make_repository(root: Path) -> None:
    """Make hooks of the same engines: per file where they can be, else over the project."""
    hooks = [
        _hook("ruff", RUFF, "python, jupyter"),
        _hook("mypy", MYPY, "python"),
        _hook("bandit", BANDIT, "python"),
        _hook("vulture", VULTURE, "python"),
        _hook("complexipy", ["complexipy", "--quiet"], "python"),
        *(_hook(f"nbqa-{c[0]}", ["nbqa", *c], "jupyter") for c in (MYPY, BANDIT, VULTURE)),
        *(
            _hook(c[0], c, "python, jupyter") + "    pass_filenames: false\n"
            for c in OF_PROJECT
        ),
    ]  # fmt: skip
    (root / ".pre-commit-config.yaml").write_text(HOOKS.format(hooks="".join(hooks)))
    _run(["git", "init", "--quiet"], root)
    _run(["git", "add", "."], root)


def _hook(name: str, command: Sequence[str], kind: str) -> str:
    # Those that keep a cache, or look across files, must not be run twice at once.
    is_serial = str(name != "ruff").lower()
    return HOOK.format(id=name, entry=" ".join(command), kind=kind, serial=is_serial)


def _hooks(root: Path, arguments: Sequence[str]) -> None:
    _run(["pre-commit", "run", *arguments], root)
