"""`duplication`: jscpd over the whole project.

jscpd compares tokens, so that names and numbers count and layout does not. What is alike by nature is left
out: lines of imports, and tables of literals.
"""

from __future__ import annotations

import ast
import json
import re
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..detector import EngineError, Exit, Options, ProjectDetector, Workplace
from ..findings import Finding
from ..processes import program
from ..shadow.model import ShadowFile

_REPORT = "jscpd"
# jscpd leaves out larger files without a word unless it is told otherwise.
MAX_FILE = "5mb"
MAX_LINES = 100_000


class DuplicationOptions(Options, frozen=True):
    """`min-tokens` and `min-lines`: from which size on code that is there twice is told."""

    min_tokens: int = 100
    min_lines: int = 8


class Duplication(ProjectDetector):
    """Code that is there twice."""

    name = "duplication"
    title = "Duplication"
    description = "Code that is there twice: one place will be mended, the other forgotten."
    engine = "jscpd"
    distributions = ("jscpd",)
    options_type = DuplicationOptions
    default_cost = 0.0003

    @classmethod
    def is_available(cls) -> bool:
        """Whether the native program is installed beside this Python."""
        return _jscpd().is_file()

    def command(self, files: Sequence[ShadowFile], place: Workplace) -> list[str]:
        """Ask for a report in JSON."""
        return program(
            str(_jscpd()),
            "--reporters=json",
            "--silent",
            f"--output={place.scratch / _REPORT}",
            "--format=python",
            "--mode=weak",
            f"--min-tokens={self.options.min_tokens}",
            f"--min-lines={self.options.min_lines}",
            f"--max-size={MAX_FILE}",
            f"--max-lines={MAX_LINES}",
            str(place.shadow / "tree"),
        )

    def read(self, end: Exit, files: Sequence[ShadowFile], place: Workplace) -> list[Finding]:
        """Turn the report into findings, one for each place that repeats another."""
        report = place.scratch / _REPORT / "jscpd-report.json"
        if end.code != 0 or not report.is_file():
            raise EngineError(f"jscpd failed: {end.stderr.decode(errors='replace').strip()[-300:]}")
        by_name = {str(file.python.relative_to(place.shadow / "tree")): file for file in files}
        pairs = json.loads(report.read_bytes())["duplicates"]
        return list(_findings(sorted(pairs, key=_key), by_name))


def _jscpd() -> Path:
    return Path(sysconfig.get_path("scripts")) / "jscpd"


def _key(pair: Any) -> tuple[str, int, str, int]:
    first, second = pair["firstFile"], pair["secondFile"]
    return second["name"], second["start"], first["name"], first["start"]


def _findings(pairs: Sequence[Any], by_name: dict[str, ShadowFile]) -> Iterator[Finding]:
    told: set[tuple[str, int]] = set()
    functions: dict[str, list[tuple[int, int]]] = {}
    for pair in pairs:
        places = [_piece(pair[side], by_name, functions) for side in ("firstFile", "secondFile")]
        if None in places or _is_alike_by_nature(pair["fragment"]):
            continue
        original, copy = _in_order(*(place for place in places if place is not None))
        if (copy.file.path, copy.line) in told:
            continue
        told.add((copy.file.path, copy.line))
        count = copy.end_line - copy.line + 1
        yield Finding(
            path=copy.file.path,
            rule="duplicate-code",
            severity="low",
            message=f"These {count} lines are also in {_words(original.file, original.line)}.",
            line=copy.line,
            # In one cell an issue can't go on into the next.
            end_line=None if copy.file.cells else copy.end_line,
            url="https://jscpd.dev/",
        )


@dataclass(frozen=True)
class _Piece:
    """One of two places that are alike."""

    file: ShadowFile
    line: int
    end_line: int


def _piece(
    side: Any, by_name: dict[str, ShadowFile], functions: dict[str, list[tuple[int, int]]]
) -> _Piece | None:
    file = by_name.get(side["name"])
    if file is None:
        return None
    if file.path not in functions:
        functions[file.path] = list(_functions(file.python.read_text(encoding="utf-8")))
    # Back to the `def` if nothing but its docstring lies between.
    begins = [begin for begin, first in functions[file.path] if begin < side["start"] <= first]
    return _Piece(file, max(begins, default=side["start"]), side["end"])


def _functions(code: str) -> Iterator[tuple[int, int]]:
    """Give the line of each `def`, and of the first statement behind its docstring."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_docstring = ast.get_docstring(node, clean=False) is not None
            first = node.body[min(1 if has_docstring else 0, len(node.body) - 1)]
            yield node.lineno, first.lineno


def _in_order(first: _Piece, second: _Piece) -> tuple[_Piece, _Piece]:
    """Tell the original from the copy: who imports the other, or is a notebook, could do without it."""
    if _could_import(first.file, second.file) and not _could_import(second.file, first.file):
        return second, first
    return first, second


def _could_import(file: ShadowFile, other: ShadowFile) -> bool:
    if other.notebook is not None:
        return False
    stem = PurePosixPath(other.path).stem
    code = file.python.read_text(encoding="utf-8")
    imports = re.search(rf"^[ \t]*(?:from|import)\b.*\b{re.escape(stem)}\b", code, re.MULTILINE)
    return imports is not None or file.notebook is not None


def _words(file: ShadowFile, line: int) -> str:
    place = file.place(line)
    cell = "" if place.cell is None else f"cell {place.cell.index + 1} of "
    return f"{cell}{file.path}, line {place.line}"


def _is_alike_by_nature(fragment: str) -> bool:
    """Whether a piece has hardly anything but imports and literals; pieces may begin anywhere."""
    try:
        body = ast.parse(fragment).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    kept = [node for node in body if not _is_trivial(node)]
    return len(kept) <= len(body) // 4


def _is_trivial(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    value = node.value if isinstance(node, ast.Assign | ast.Expr) else None
    if value is None:
        return False
    allowed = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.USub)
    parts = (part for part in ast.walk(value) if not isinstance(part, ast.expr_context))
    return all(isinstance(part, allowed) for part in parts)
