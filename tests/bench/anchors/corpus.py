"""Real histories of notebooks: two consecutive revisions of one file each, out of public repositories.

`sources.txt` names them. Nothing of them is kept here: they are read where they lie, below a folder that
`--corpus` names, and cloned to it if they aren't there.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jupyter_realtime.core.anchors import Cell

SOURCES = Path(__file__).with_name("sources.txt")
# Weights and thresholds were looked for on the one; of the other the figures are.
Part = Literal["tuned", "held-out"]

MAX_PAIRS_A_FILE = 5
MAX_NOTEBOOK_BYTES = 4_000_000


@dataclass(frozen=True)
class Source:
    """A repository at one commit."""

    name: str
    commit: str
    part: Part

    @property
    def folder(self) -> str:
        """What its clone is called."""
        return self.name.replace("/", "+")


@dataclass(frozen=True)
class Revision:
    """What anchors see of a notebook; `is_code` tells for each cell whether it is code."""

    cells: list[Cell]
    is_code: list[bool]

    def code(self) -> list[str]:
        """The text of the cells that are code."""
        return [
            cell.source for cell, is_code in zip(self.cells, self.is_code, strict=True) if is_code
        ]


@dataclass(frozen=True)
class Pair:
    """A notebook before and after a commit that changed its code."""

    source: Source
    path: str
    commit: str
    before: Revision
    after: Revision


def sources() -> list[Source]:
    """Read the list of repositories."""
    lines = [line.split() for line in SOURCES.read_text().splitlines() if line[:1] not in ("", "#")]
    return [
        Source(name, commit, "tuned" if part == "tuned" else "held-out")
        for name, commit, part in lines
    ]


def pairs(source: Source, corpus: Path, limit: int) -> Iterator[Pair]:
    """Choose pairs of a repository: the same ones each time, of as many files as there are."""
    repository = _clone(source, corpus)
    changes = list(_changes(repository, source.commit))
    random.Random(source.name).shuffle(changes)
    of_file: Counter[str] = Counter()
    for commit, old, new, path in changes:
        if sum(of_file.values()) == limit:
            return
        if of_file[path] == MAX_PAIRS_A_FILE:
            continue
        before, after = _revision(repository, old), _revision(repository, new)
        if before is None or after is None or before.code() == after.code():
            continue
        of_file[path] += 1
        yield Pair(source, path, commit, before, after)


def _clone(source: Source, corpus: Path) -> Path:
    folder = corpus / source.folder
    if not folder.exists():
        url = f"https://github.com/{source.name}"
        subprocess.run(["git", "clone", "--quiet", "--bare", url, str(folder)], check=True)
    return folder / "repo" if (folder / "repo").exists() else folder


def _changes(repository: Path, commit: str) -> Iterator[tuple[str, str, str, str]]:
    """Every change of a notebook: commit, blob before, blob after, path."""
    log = _git(
        repository,
        "log", "--no-merges", "--diff-filter=M", "--raw", "--no-abbrev", "--no-renames", "-z",
        "--format=%x01%H", commit, "--", "*.ipynb",
    )  # fmt: skip
    for entry in log.decode("utf-8", "replace").split("\x01")[1:]:
        sha, _, changed = entry.partition("\0")
        fields = changed.strip("\n\0").split("\0")
        for raw, path in zip(fields[::2], fields[1::2], strict=False):
            _, _, old, new, _ = raw.split()
            yield sha, old, new, path


def _revision(repository: Path, blob: str) -> Revision | None:
    """Read a notebook of nbformat 4; None for what isn't one, or isn't there."""
    try:
        content = _git(repository, "cat-file", "blob", blob)
        if len(content) > MAX_NOTEBOOK_BYTES:
            return None
        cells: list[dict[str, Any]] = json.loads(content)["cells"]
        read = [(one["cell_type"], one.get("id"), _text(one["source"])) for one in cells]
    except (subprocess.CalledProcessError, ValueError, KeyError, TypeError):
        return None
    return Revision(
        [Cell(cell_id, text) for _, cell_id, text in read], [kind == "code" for kind, _, _ in read]
    )


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _git(repository: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout
