"""`types`: mypy over the whole project.

mypy stops at the first file that it can't parse, and at two files of one module name. So files that don't
parse are left out, and every file gets a name of its own in a tree of links, in which no name is a
keyword, and none at the top shadows the standard library.
"""

from __future__ import annotations

import hashlib
import json
import keyword
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ...core.issues import Severity
from ..detector import EngineError, Exit, ProjectDetector, Workplace
from ..findings import Finding
from ..processes import python_module
from ..shadow.model import ShadowFile
from .packages import hollow_folders
from .type_errors import TypeErrors, classes_in

_HIGH = frozenset({"call-arg", "attr-defined", "operator", "index", "return-value", "arg-type"})
_TREE = "modules"
_CACHE = "mypy"


class Types(ProjectDetector):
    """Calls, attributes and operations that can't work with the types that the code itself tells."""

    name = "types"
    title = "Types"
    description = "Calls and attributes that can't be right by the types in the code, across files."
    engine = "mypy"
    modules = ("mypy",)
    distributions = ("mypy",)
    revision = 3
    default_cost = 0.05

    def is_warm(self, cache: Path) -> bool:
        """Whether mypy has looked at the project before."""
        return (cache / _CACHE).is_dir()

    def environment(self, place: Workplace) -> dict[str, str]:
        """Make the tree the place from which modules are named."""
        return {"MYPYPATH": str(place.scratch / _TREE)}

    def command(self, files: Sequence[ShadowFile], place: Workplace) -> list[str]:
        """Lay out the tree, and ask mypy for JSON without any configuration of the project."""
        links = _lay_out(files, place)
        listing = place.scratch / "mypy-files"
        listing.write_text("\n".join(links))
        return python_module(
            "mypy",
            "--config-file=",
            "--output=json",
            "--ignore-missing-imports",
            "--allow-redefinition",
            "--follow-imports=silent",
            "--show-error-end",
            "--no-error-summary",
            "--explicit-package-bases",
            "--namespace-packages",
            "--no-site-packages",
            f"--cache-dir={place.cache / _CACHE}",
            f"@{listing}",
        )

    def read(self, end: Exit, files: Sequence[ShadowFile], place: Workplace) -> list[Finding]:
        """Turn mypy's lines of JSON into findings."""
        if end.code not in (0, 1):
            raise EngineError(_reason(end))
        rows = [json.loads(line) for line in end.stdout.splitlines() if line.startswith(b"{")]
        by_link = {
            link.removeprefix(f"{place.scratch}/"): f for link, f in _links(files, place).items()
        }
        by_file: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if row["file"] in by_link and row.get("severity") == "error":
                by_file.setdefault(row["file"], []).append(row)
        classes = {name for f in files for name in classes_in(_code(f))} if by_file else set[str]()
        return [
            finding
            for link, told in by_file.items()
            for finding in _findings(by_link[link], told, classes)
        ]


def _lay_out(files: Sequence[ShadowFile], place: Workplace) -> list[str]:
    links = []
    for link, file in _links(files, place).items():
        Path(link).parent.mkdir(parents=True, exist_ok=True)
        os.link(file.python, link)
        links.append(link)
    return links


def _links(files: Sequence[ShadowFile], place: Workplace) -> dict[str, ShadowFile]:
    """Name each file that parses in the tree; the same files get the same names each time."""
    links: dict[str, ShadowFile] = {}
    tree = place.scratch / _TREE
    parsed = [file for file in files if file.path not in place.broken]
    hollow = hollow_folders({file.path: _code(file) for file in parsed if file.notebook is None})
    for file in parsed:
        parts = _module_parts(file, hollow)
        while str(tree.joinpath(*parts)) in links:
            parts = [*parts[:-1], f"_{parts[-1]}"]
        links[str(tree.joinpath(*parts))] = file
    return links


def _module_parts(file: ShadowFile, hollow: set[str]) -> list[str]:
    if file.notebook is not None:
        # Nobody imports a notebook; a folder of them called `seaborn` must not stand for the package.
        digest = hashlib.sha256(file.path.encode("utf-8", "surrogatepass")).hexdigest()
        return [f"notebook_{digest[:16]}.py"]
    *folders, name = PurePosixPath(file.path).parts
    stem = name.rpartition(".")[0]
    parts = [_identifier(part) for part in (*folders, stem)]
    if parts[0] in sys.stdlib_module_names or set(folders[:1]) & hollow:
        parts[0] = f"{parts[0]}_"
    return [*parts[:-1], f"{parts[-1]}.py"]


def _identifier(text: str) -> str:
    name = re.sub(r"\W", "_", text)
    if not name.isidentifier() or keyword.iskeyword(name):
        name = f"_{name}"
    return name


def _code(file: ShadowFile) -> str:
    return file.python.read_text(encoding="utf-8")


def _findings(
    file: ShadowFile, rows: Sequence[dict[str, Any]], classes: set[str]
) -> Iterator[Finding]:
    errors = TypeErrors(_code(file), classes, is_notebook=file.notebook is not None)
    for row in rows:
        if errors.would_happen(row):
            yield _finding(file, row, row["code"])


def _finding(file: ShadowFile, row: dict[str, Any], code: str) -> Finding:
    return Finding(
        path=file.path,
        rule=code,
        severity=_severity(code),
        message=row["message"],
        line=max(1, row["line"]),
        column=max(0, row["column"]) + 1,
        end_line=row.get("end_line"),
        end_column=row["end_column"] + 1 if row.get("end_column") is not None else None,
        url=f"https://mypy.readthedocs.io/en/stable/_refs.html#code-{code}",
    )


def _severity(code: str) -> Severity:
    return "high" if code in _HIGH else "medium"


def _reason(end: Exit) -> str:
    if end.code < 0:
        return "mypy crashed."
    said = (end.stderr or end.stdout).decode(errors="replace").strip()
    return f"mypy failed: {said[-300:]}"
