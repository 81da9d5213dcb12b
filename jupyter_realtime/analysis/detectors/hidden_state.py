"""`hidden-state`: what a notebook only knows because of the order in which its cells happened to run.

It must not cry wolf: one false alarm, and nobody looks at the next one. So where names may be bound out
of sight (a star import, `%run`, `exec`, `globals()`), nothing is said of unknown names from there on.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..detector import WorkerDetector
from ..findings import Finding
from ..names import Mention, exported_by, mentions
from ..shadow.model import Cell, ShadowFile

# What IPython puts there, and what hosted notebooks do.
_GIVEN = frozenset(
    {
        *dir(builtins),
        *("get_ipython", "display", "In", "Out", "exit", "quit", "open", "_exit_code"),
        *("__name__", "__file__", "__doc__", "__builtin__", "__builtins__", "__spec__"),
        *("_dh", "_ih", "_oh", "_i", "_ii", "_iii", "__session__", "__vsc_ipynb_file__"),
        *("spark", "sc", "sqlContext", "dbutils"),
    }
)
_HISTORY = re.compile(r"_{1,3}|_i?\d+")
# After these nobody can say which names there are.
_OUT_OF_SIGHT = re.compile(
    r"^\s*%(?:run|pylab|load|store\s+-r|macro|recall|rerun)\b"
    r"|\b(?:exec|run_line_magic|run_cell_magic|run_cell)\s*\("
    r"|\b(?:globals|locals|vars)\(\)\s*(?:\[|\.\s*update)"
    r"|\bget_ipython\(\)\s*\.\s*(?:user_ns|push|ex|magic|system)",
    re.MULTILINE,
)
_TARGETS = re.compile(
    r"^\s*(?:(?:async\s+)?def|class)\s+(\w+)"
    r"|(?:^|[,;(\s])(\w+)\s*(?::[^=\n]+)?=(?!=)"
    r"|\bimport\s+(.+)$"
    r"|\bfor\s+(.+?)\s+in\b"
    r"|\bas\s+(\w+)",
    re.MULTILINE,
)
_CELL_MAGIC = re.compile(r"\s*%%\w+[^\n]*")


class HiddenState(WorkerDetector):
    """Names that no cell defines any more, names used above their definition, cells run out of order."""

    name = "hidden-state"
    title = "Hidden state"
    description = (
        "Names that only exist because of the order in which cells ran; run-all would fail."
    )
    engine = "jupyter_realtime"
    default_cost = 0.0005

    def applies_to(self, file: ShadowFile) -> bool:
        """Notebooks only."""
        return file.notebook is not None

    def check(self, file: ShadowFile) -> list[Finding]:
        """Look at a notebook's cells together."""
        return find(file)


@dataclass
class _Known:
    """What is known of names up to some point of the notebook."""

    cell_of_binding: dict[str, Cell] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    opaque: bool = False


def find(file: ShadowFile) -> list[Finding]:
    """Find what hangs on the order of execution."""
    read = [(cell, _mentions(cell)) for cell in file.cells]
    known = _Known()
    for cell, found in reversed(read):
        known.cell_of_binding.update((m.name, cell) for m in found if m.kind == "bind")
    findings = [f for cell, found in read for f in _check_cell(file, cell, found, known)]
    return [*findings, *_check_counts(file)]


def _mentions(cell: Cell) -> list[Mention]:
    """Read a cell; of one that does not parse, what it seems to bind."""
    try:
        found = mentions(cell.code) if cell.parses else []
    except (SyntaxError, ValueError, RecursionError):
        found = []
    first = _CELL_MAGIC.match(cell.source)
    guessed = _guess_bindings(cell.source) if not cell.parses else []
    if first:
        guessed += re.findall(r"\b[A-Za-z_]\w*\b", first.group())
    return [*(Mention(name, "bind", 1, 1) for name in guessed), *found]


def _guess_bindings(source: str) -> list[str]:
    parts = " ".join(" ".join(groups) for groups in _TARGETS.findall(source))
    return re.findall(r"[^\W\d]\w*", parts)


def _check_cell(
    file: ShadowFile, cell: Cell, found: Sequence[Mention], known: _Known
) -> Iterator[Finding]:
    hides = _OUT_OF_SIGHT.search(cell.source) is not None
    known.opaque = known.opaque or hides
    told: set[str] = set()
    for mention in found:
        if mention.kind == "bind":
            known.bound.add(mention.name)
        elif mention.kind == "star":
            exported = exported_by(file.python, mention.name)
            known.opaque = known.opaque or exported is None
            known.bound |= exported or set()
        elif mention.name not in told and not _is_given(mention.name) and not known.opaque:
            finding = _check_read(file.path, cell, mention, known)
            if finding is not None:
                told.add(mention.name)
                yield finding


def _is_given(name: str) -> bool:
    return name in _GIVEN or _HISTORY.fullmatch(name) is not None


def _check_read(path: str, cell: Cell, mention: Mention, known: _Known) -> Finding | None:
    name = mention.name
    if name in known.bound:
        return None
    later = known.cell_of_binding.get(name)
    if later is None:
        return _undefined(path, cell, mention)
    # A function's body is evaluated when it is called, and by then the name may be there.
    if mention.kind == "deferred":
        return None
    return _too_early(path, cell, mention, later)


def _undefined(path: str, cell: Cell, mention: Mention) -> Finding:
    name = mention.name
    ran = cell.execution_count is not None and not cell.failed
    if ran and mention.kind == "read":
        message = (
            f"`{name}` is used here but no cell defines it: it existed only because of a cell that "
            "was changed or deleted. Restart and run all would fail here."
        )
    else:
        message = f"`{name}` is used here but no cell defines it."
    severity = "high" if ran and mention.kind == "read" else "medium"
    return _finding(path, cell, mention, "undefined", severity, message)


def _too_early(path: str, cell: Cell, mention: Mention, later: Cell) -> Finding:
    ran_first = (
        later.execution_count is not None
        and cell.execution_count is not None
        and later.execution_count < cell.execution_count
    )
    where = (
        "further down in this cell" if later is cell else f"only below, in cell {later.index + 1}"
    )
    message = (
        f"`{mention.name}` is used here but defined {where}. It worked because that ran first; "
        "restart and run all would fail. Move the definition up."
        if ran_first
        else f"`{mention.name}` is used here but defined {where}. Move the definition up."
    )
    severity = "high" if ran_first else "medium"
    return _finding(path, cell, mention, "used-before-defined", severity, message)


def _finding(
    path: str, cell: Cell, mention: Mention, rule: str, severity: str, message: str
) -> Finding:
    return Finding(
        path=path,
        rule=f"hidden-state/{rule}",
        severity="high" if severity == "high" else "medium" if severity == "medium" else "low",
        message=message,
        line=mention.line,
        column=mention.column,
        end_line=mention.line,
        end_column=mention.column + len(mention.name),
        cell_index=cell.index,
    )


def _check_counts(file: ShadowFile) -> Iterator[Finding]:
    """Look at execution counts: in a notebook that ran from top to bottom they only grow."""
    seen: dict[int, Cell] = {}
    highest: Cell | None = None
    told = False
    for cell in file.cells:
        count = cell.execution_count
        if count is None:
            continue
        start = Mention("", "read", 1, 1)
        if count in seen:
            message = (
                f"This cell and cell {seen[count].index + 1} both say [{count}]: one of them is a copy "
                "or from another session. Restart and run all."
            )
            yield _finding(file.path, cell, start, "duplicate-count", "low", message)
        elif highest is not None and count < (highest.execution_count or 0) and not told:
            told = True
            message = (
                f"Cells ran out of order: this one [{count}] before cell {highest.index + 1} "
                f"[{highest.execution_count}], which stands above. Restart and run all to be sure."
            )
            yield _finding(file.path, cell, start, "out-of-order", "low", message)
        seen.setdefault(count, cell)
        if highest is None or count > (highest.execution_count or 0):
            highest = cell
