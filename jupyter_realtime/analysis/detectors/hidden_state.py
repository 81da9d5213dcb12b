"""`hidden-state`: what a notebook only knows because of the order in which its cells happened to run.

It must not cry wolf: one false alarm, and nobody looks at the next one. So

1. where names may be bound out of sight (a star import, `%run`, `exec`, `globals()`), nothing is said of
   unknown names from there on;
2. what waits for a call is measured against the whole notebook, unless the call itself is seen;
3. what happens only under a condition is called too early only if execution counts prove it.

A rule does not depend on whether a cell has run, only its severity does: an issue keeps its identity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...core.issues import Severity
from ..detector import WorkerDetector
from ..findings import Finding
from ..mentions import Mention
from ..names import mentions
from ..out_of_sight import hinted_names, is_given, may_bind_anything, was_built_in, words
from ..run_order import check_run_order
from ..shadow.model import Cell, ShadowFile
from ..stars import exported_by

_READS = ("read", "deferred", "annotation")
_WOULD_FAIL = "Restart and run all would fail here."
_LAZY_ANNOTATIONS = re.compile(
    r"^[ \t]*from[ \t]+__future__\s+import\b.*\bannotations\b", re.MULTILINE
)


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


def find(file: ShadowFile) -> list[Finding]:
    """Find what hangs on the order of execution."""
    if not file.cells:
        return []
    return [*_Notebook(file).check(), *check_run_order(file)]


@dataclass
class _Known:
    """What is known of names at some point of a notebook that runs from top to bottom."""

    bound: set[str] = field(default_factory=set)
    bodies: dict[str, Mention] = field(default_factory=dict)
    deleted_in: dict[str, Cell] = field(default_factory=dict)
    opaque: bool = False


class _Notebook:
    """One notebook, read once for what it binds anywhere and once from top to bottom."""

    def __init__(self, file: ShadowFile) -> None:
        self._file = file
        self._read = [(cell, _mentions(cell)) for cell in file.cells]
        self._known = _Known()
        self._binders: dict[str, list[Cell]] = {}
        self._hinted: set[str] = set()
        self._opaque_cells = {cell.index for cell in file.cells if may_bind_anything(cell)}
        self._opaque_somewhere = bool(self._opaque_cells)
        for cell, found in self._read:
            self._survey(cell, found)
        self._lazy_annotations = any(_LAZY_ANNOTATIONS.search(c.code) for c in file.cells)

    def check(self) -> Iterator[Finding]:
        """Run it from top to bottom, in mind."""
        for cell, found in self._read:
            self._known.opaque = self._known.opaque or cell.index in self._opaque_cells
            told: set[str] = set()
            for mention in found:
                findings = [] if mention.name in told else list(self._step(cell, mention))
                told.update(mention.name for _ in findings)
                yield from findings

    def _survey(self, cell: Cell, found: Sequence[Mention]) -> None:
        """Note what a cell binds, for what waits for a call."""
        for mention in found:
            if mention.kind == "bind":
                cells = self._binders.setdefault(mention.name, [])
                cells += [cell] if cell not in cells[-1:] else []
            elif mention.kind == "star":
                exported = exported_by(self._file, mention.name)
                self._opaque_somewhere = self._opaque_somewhere or exported is None
                self._hinted |= exported or set()
            elif mention.kind == "hint":
                self._hinted.add(mention.name)

    # -- one thing after the other ------------------------------------------------------------------

    def _step(self, cell: Cell, mention: Mention) -> Iterator[Finding]:
        if mention.kind in _READS:
            yield from self._check_read(cell, mention)
        elif mention.kind == "call":
            yield from self._check_call(cell, mention)
        else:
            self._learn(cell, mention)

    def _learn(self, cell: Cell, mention: Mention) -> None:
        known, name = self._known, mention.name
        if mention.kind == "star":
            exported = exported_by(self._file, name)
            known.opaque = known.opaque or exported is None
            known.bound |= exported or set()
        elif mention.kind == "delete" and mention.certain:
            known.bound.discard(name)
            known.deleted_in[name] = cell
        elif mention.kind in ("bind", "hint"):
            known.bound.add(name)
            known.bodies.pop(name, None)
            if mention.body and mention.certain:
                known.bodies[name] = mention

    def _is_known(self, name: str) -> bool:
        return self._known.opaque or name in self._known.bound or is_given(name)

    def _check_read(self, cell: Cell, mention: Mention) -> Iterator[Finding]:
        if self._is_known(mention.name):
            return
        if mention.kind != "read":
            yield from self._check_waiting(cell, mention)
        elif mention.name in self._known.deleted_in:
            yield self._deleted(cell, mention)
        elif mention.name not in self._binders:
            yield self._undefined(cell, mention)
        else:
            yield from self._too_early(cell, mention, mention.name)

    def _check_waiting(self, cell: Cell, mention: Mention) -> Iterator[Finding]:
        """Check what waits for a call, by which time any cell may have run."""
        lazy = mention.kind == "annotation" and self._lazy_annotations
        somewhere = mention.name in self._binders or mention.name in self._hinted
        if not (lazy or somewhere or self._opaque_somewhere):
            message = f"`{mention.name}` is used here but no cell defines it."
            yield self._finding(cell, mention, "undefined", "medium", message)

    def _check_call(self, cell: Cell, call: Mention) -> Iterator[Finding]:
        """Check what a function that is called now needs, and so do those that it calls."""
        waiting, entered = [call.name], set[str]()
        while call.certain and waiting:
            name = waiting.pop()
            function = self._known.bodies.get(name)
            if function is None or name in entered:
                continue
            entered.add(name)
            certain = [m for m in function.body if m.certain]
            waiting += [m.name for m in certain if m.kind == "deferred-call"]
            for needed in (m.name for m in certain if m.kind == "deferred"):
                settled = self._is_known(needed) or needed in self._known.deleted_in
                if needed in self._binders and not settled:
                    yield from self._too_early(cell, call, needed)

    # -- what is said -------------------------------------------------------------------------------

    def _undefined(self, cell: Cell, mention: Mention) -> Finding:
        where = "above " if mention.name in self._hinted or self._opaque_somewhere else ""
        message = f"`{mention.name}` is used here but no cell {where}defines it"
        if was_built_in(mention.name):
            told = f"{message}: Python 2 had it built in, Python 3 has not."
            return self._finding(cell, mention, "undefined", "medium", told)
        if not (_ran(cell) and mention.certain):
            return self._finding(cell, mention, "undefined", "medium", f"{message}.")
        because = "it existed only because of a cell that was changed or deleted"
        return self._finding(
            cell, mention, "undefined", "high", f"{message}: {because}. {_WOULD_FAIL}"
        )

    def _deleted(self, cell: Cell, mention: Mention) -> Finding:
        deleter = self._known.deleted_in[mention.name]
        where = "above in this cell" if deleter is cell else f"in cell {deleter.index + 1}"
        message = f"`{mention.name}` is used here but `del` has removed it {where}."
        certain = _ran(cell) and mention.certain and deleter is not cell
        return self._finding(
            cell,
            mention,
            "undefined",
            "high" if certain else "medium",
            f"{message} {_WOULD_FAIL}" if certain else message,
        )

    def _too_early(self, cell: Cell, mention: Mention, name: str) -> Iterator[Finding]:
        """Tell that a name is only bound from here on."""
        binders = self._binders[name]
        proof = next((other for other in binders if _ran_before(other, cell)), None)
        if proof is None and not mention.certain:
            return
        later = proof or next((c for c in binders if c.index >= cell.index), binders[0])
        here = f"`{name}` is used here" if name == mention.name else _needs(mention.name, name)
        if later is cell:
            severity, message = _too_early_in_cell(cell, here)
        else:
            severity, message = _too_early_across(later, here, proved=proof is not None)
        yield self._finding(cell, mention, "used-before-defined", severity, message)

    def _finding(
        self, cell: Cell, mention: Mention, rule: str, severity: Severity, message: str
    ) -> Finding:
        column = _column_in_source(cell, mention)
        return Finding(
            path=self._file.path,
            rule=f"hidden-state/{rule}",
            severity=severity,
            message=message,
            line=mention.line,
            column=column,
            end_line=mention.line,
            end_column=column + len(mention.name),
            cell_index=cell.index,
        )


def _mentions(cell: Cell) -> list[Mention]:
    """Read a cell: first what its magics may bind, then its code."""
    try:
        found, names = mentions(cell.code), hinted_names(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found, names = [], words(cell.source)
    return [*(Mention(name, "hint") for name in sorted(names)), *found]


def _ran(cell: Cell) -> bool:
    return bool(cell.execution_count) and not cell.failed


def _ran_before(other: Cell, cell: Cell) -> bool:
    if not other.execution_count or not cell.execution_count or cell.failed:
        return False
    return other.execution_count < cell.execution_count


def _needs(function: str, name: str) -> str:
    return f"`{function}()` is called here and needs `{name}`, which is"


def _too_early_in_cell(cell: Cell, here: str) -> tuple[Severity, str]:
    used = "before this cell defines it" if here.endswith("here") else "defined further down"
    if not _ran(cell):
        return "medium", f"{here} {used}. Move the definition up."
    because = "it existed only because of an earlier run, or of a cell that was changed or deleted"
    return "high", f"{here} {used}: {because}. {_WOULD_FAIL}"


def _too_early_across(later: Cell, here: str, *, proved: bool) -> tuple[Severity, str]:
    defined = "but defined" if here.endswith("here") else "defined"
    message = f"{here} {defined} only below, in cell {later.index + 1}."
    if proved:
        worked = "It worked because that ran first; restart and run all would fail."
        return "high", f"{message} {worked} Move the definition up."
    return "medium", f"{message} Move the definition up."


def _column_in_source(cell: Cell, mention: Mention) -> int:
    """Find the name in what was written: where a magic was neutralised, columns may have moved."""
    lines = cell.source.split("\n")
    text = lines[mention.line - 1] if mention.line <= len(lines) else ""
    if text.startswith(mention.name, mention.column - 1):
        return mention.column
    found = re.search(rf"\b{re.escape(mention.name)}\b", text)
    return found.start() + 1 if found else mention.column
