"""`correctness`: ruff's rules about code that is wrong, or very likely so."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from typing import Any

from ...core.issues import Edit, Severity
from ..detector import BatchDetector, EngineError, Exit, Workplace
from ..findings import Finding, ProposedFix
from ..processes import program
from ..shadow.model import Cell, ShadowFile

SELECT = "F,E9,B,PLE,PLW,RUF"
# Ambiguous Unicode is how people write × and – in a notebook's texts; F405 says of every name after a
# star import (told by F403) that it may come from there.
IGNORE = "RUF001,RUF002,RUF003,F405"
# `hidden-state` looks at names across cells, with the order in which they ran; and every cell may begin
# with `from __future__`.
NOTEBOOK_IGNORE = frozenset({"F821", "F404"})
_UNUSED_IMPORT = "F401"
_UNDEFINED = "F821"
# `jupyter_server_config.py` and the like are run by traitlets, which gives them these names.
_CONFIGURATION = re.compile(r"(?:^|/)(?:jupyter|ipython)\w*_config\.py$")
_GIVEN_TO_CONFIGURATION = re.compile(r"`(?:c|get_config|load_subconfig)`")

_SEVERITIES: dict[str, Severity] = {
    "correctness": "high",
    "security": "high",
    "suspicious": "medium",
    "performance": "low",
    "complexity": "low",
}


# Left over, but never wrong: ruff files them under correctness.
_TIDINESS = frozenset({"F401", "F811", "F841", "PLW0128"})
# In a cell it is how people look at things: `df.shape`, `a is b`, only not in the last line.
_LOOKING = frozenset({"B015", "B018"})


class Correctness(BatchDetector):
    """Undefined and unused names, broken formats, comparisons that are always true, and the like."""

    name = "correctness"
    title = "Correctness"
    description = (
        "Code that is wrong or very likely so: undefined names, broken formats, bug-prone patterns."
    )
    engine = "ruff"
    modules = ("ruff",)
    distributions = ("ruff",)
    revision = 4
    default_cost = 0.0005

    def command(self, files: Sequence[ShadowFile], place: Workplace) -> list[str]:
        """Ask ruff for JSON, without any configuration or cache of the project."""
        return program(
            ruff(),
            "check",
            "--isolated",
            "--no-cache",
            "--force-exclude",
            "--output-format=json",
            "--exit-zero",
            f"--select={SELECT}",
            f"--ignore={IGNORE}",
            "--",
            *(str(file.notebook or file.python) for file in files),
        )

    def read(self, end: Exit, files: Sequence[ShadowFile], place: Workplace) -> list[Finding]:
        """Turn ruff's JSON into findings."""
        if end.code != 0:
            raise EngineError(_reason(end))
        try:
            rows = json.loads(end.stdout)
        except ValueError:
            raise EngineError("ruff did not print JSON.") from None
        by_name = {str(file.notebook or file.python): file for file in files}
        found = (_finding(row, by_name.get(row["filename"])) for row in rows)
        return [finding for finding in found if finding is not None]


def ruff() -> str:
    """Find the program that the Python package brings, not one in a PATH."""
    from ruff.__main__ import find_ruff_bin

    return str(find_ruff_bin())


@cache
def _categories() -> dict[str, str]:
    """Ask ruff what kind of rule each is; releases before categories give nothing."""
    done = subprocess.run(
        [ruff(), "rule", "--all", "--output-format=json"],
        capture_output=True,
        check=True,
        timeout=30,
    )
    return {rule["code"]: rule.get("category", "") for rule in json.loads(done.stdout)}


def severity(rule: str) -> Severity:
    """Rate a rule by the category that ruff gives it, or, in older releases, by its family."""
    if rule in _TIDINESS:
        return "low"
    category = _categories().get(rule) or (
        "correctness" if rule.startswith(("F5", "F6", "F7", "F8", "E9", "PLE")) else "suspicious"
    )
    return _SEVERITIES.get(category, "info")


def _finding(row: dict[str, Any], file: ShadowFile | None) -> Finding | None:
    rule = row["code"] or "syntax"
    if file is None or (rule == "invalid-syntax" or rule == "syntax"):
        return None  # What does not parse is told once, by the shadow tree.
    if file.notebook is not None and rule in NOTEBOOK_IGNORE:
        return None
    is_configuration = rule == _UNDEFINED and _CONFIGURATION.search(file.path) is not None
    if is_configuration and _GIVEN_TO_CONFIGURATION.search(row["message"]):
        return None
    if file.notebook is not None and rule == _UNUSED_IMPORT and _is_used_unseen(row, file):
        return None
    start, stop = row["location"], row["end_location"]
    cell = row.get("cell")
    return Finding(
        path=file.path,
        rule=rule,
        severity="low" if file.notebook is not None and rule in _LOOKING else severity(rule),
        message=row["message"],
        line=start["row"],
        column=start["column"],
        end_line=stop["row"],
        end_column=stop["column"],
        cell_index=None if cell is None else cell - 1,
        url=row.get("url"),
        fix=_fix(row.get("fix"), file, cell),
    )


def _is_used_unseen(row: dict[str, Any], file: ShadowFile) -> bool:
    """Whether what ruff calls unused is used where it can't look: `!{sys.executable} …`, `np.sqrt?`."""
    start, stop = row["location"], row["end_location"]
    [cell] = [cell for cell in file.cells if cell.index + 1 == row["cell"]]
    line = cell.code.split("\n")[start["row"] - 1]
    name = line[start["column"] - 1 : stop["column"] - 1].partition(".")[0]
    return name in file.words_out_of_sight


def _fix(fix: dict[str, Any] | None, file: ShadowFile, cell: int | None) -> ProposedFix | None:
    if fix is None:
        return None
    edits = tuple(
        Edit(
            line=edit["location"]["row"],
            column=edit["location"]["column"],
            end_line=edit["end_location"]["row"],
            end_column=edit["end_location"]["column"],
            text=edit["content"],
        )
        for edit in fix["edits"]
    )
    if cell is not None and not all(_fits(edit, file.cells, cell - 1) for edit in edits):
        return None
    return ProposedFix(fix["message"] or "Apply", fix["applicability"] == "safe", edits)


def _fits(edit: Edit, cells: Sequence[Cell], index: int) -> bool:
    """Whether an edit is of lines of this very cell, and ruff has seen them as a person wrote them."""
    [cell] = [cell for cell in cells if cell.index == index]
    source, code = cell.source.split("\n"), cell.code.split("\n")
    # What is removed with its newline ends at the beginning of the next line, which may not exist.
    last = edit.end_line - 1 if edit.end_column == 1 else edit.end_line
    return (
        1 <= edit.line <= edit.end_line <= len(source) + 1
        and max(edit.line, last) <= len(source)
        and source[edit.line - 1 : last] == code[edit.line - 1 : last]
    )


def _reason(end: Exit) -> str:
    if end.code < 0:
        return "ruff crashed."
    return f"ruff failed: {end.stderr.decode(errors='replace').strip()[-300:]}"
