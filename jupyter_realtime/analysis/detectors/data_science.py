"""`data-science`: ruff's rules for NumPy and pandas, rules of our own, and leakage; in a worker process.

Our own rules follow what names stand for (`from pandas import read_pickle as load`), which patterns of text
can't, and the leakage pass follows values through the whole notebook.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from typing import Any

from ...core.issues import Severity
from ..detector import EngineError, WorkerDetector
from ..findings import Finding
from ..shadow.model import ShadowFile
from .correctness import ruff
from .data_science_rules import Spot, spots
from .dotted import Imports
from .leakage.flow import leaks
from .leakage.judge import Leak

SELECT = "NPY,PD,PERF"
# Matters of taste, or right in a notebook: `values`, `df` as a name, a `try` in a loop.
IGNORE = "PD011,PD901,PERF203,PD002"
RUFF_SECONDS = 20.0
# Where nobody has tables, their rules have nothing to say, and starting ruff takes most of the time.
# Nothing can leak there, either.
_TABLES = re.compile(r"\b(?:numpy|pandas|polars|sklearn|torch|xarray)\b")
_SEVERITIES: dict[str, Severity] = {"NPY": "low", "PD0": "low", "PD1": "low", "PER": "info"}


class DataScience(WorkerDetector):
    """Mistakes with tables, arrays and models; data that leaks from the test set into training."""

    name = "data-science"
    title = "Data science"
    description = (
        "Leakage into training, splits that can't be repeated, pitfalls of NumPy and pandas."
    )
    engine = "ruff"
    modules = ("ruff",)
    distributions = ("ruff",)
    revision = 4
    default_cost = 0.002

    def check(self, file: ShadowFile) -> Iterable[Finding]:
        """Look at a file."""
        code = file.python.read_text(encoding="utf-8")
        has_tables = _TABLES.search(code) is not None
        if has_tables:
            yield from _ruff(file)
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return  # It is told once, by the shadow tree.
        imports = Imports(tree)
        found: list[Spot | Leak] = [*spots(tree, imports, is_notebook=file.notebook is not None)]
        found += leaks(tree, imports) if has_tables else []
        for one in found:
            yield _finding(file, one)


def _finding(file: ShadowFile, found: Spot | Leak) -> Finding:
    node = found.node
    one_line = node.end_lineno == node.lineno
    return Finding(
        path=file.path,
        rule=found.rule,
        severity=found.severity,
        message=found.message,
        line=node.lineno,
        column=node.col_offset + 1,
        end_line=node.lineno,
        end_column=node.end_col_offset + 1 if one_line and node.end_col_offset else None,
    )


def _ruff(file: ShadowFile) -> Iterator[Finding]:
    command = [
        ruff(), "check", "--isolated", "--no-cache", "--output-format=json", "--exit-zero",
        f"--select={SELECT}", f"--ignore={IGNORE}", "--", str(file.notebook or file.python),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, stdin=subprocess.DEVNULL, timeout=RUFF_SECONDS, check=False
    )
    if done.returncode != 0:
        raise EngineError("ruff crashed.")
    for row in json.loads(done.stdout):
        if row["code"] and not row["code"].startswith("invalid"):
            yield _of_ruff(file, row)


def _of_ruff(file: ShadowFile, row: Any) -> Finding:
    cell = row.get("cell")
    return Finding(
        path=file.path,
        rule=row["code"],
        severity=_SEVERITIES.get(row["code"][:3], "info"),
        message=row["message"],
        line=row["location"]["row"],
        column=row["location"]["column"],
        end_line=row["end_location"]["row"],
        end_column=row["end_location"]["column"],
        cell_index=None if cell is None else cell - 1,
        url=row.get("url"),
    )
