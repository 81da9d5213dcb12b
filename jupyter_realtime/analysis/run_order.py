"""What execution counts tell: in a notebook that ran from top to bottom they only grow."""

from __future__ import annotations

from collections.abc import Iterator

from .findings import Finding
from .shadow.model import Cell, ShadowFile


def check_run_order(file: ShadowFile) -> Iterator[Finding]:
    """Tell the first cell that ran out of order, and those that share a count."""
    # Some tools write 0 for all cells, which says nothing.
    ran = [(cell, cell.execution_count) for cell in file.cells if cell.execution_count]
    seen: dict[int, Cell] = {}
    told = False
    for cell, count in ran:
        highest = max(seen, default=0)
        if count in seen:
            yield _duplicate(file.path, cell, seen[count])
        elif count < highest and not told:
            told = True
            yield _out_of_order(file.path, cell, seen[highest])
        seen.setdefault(count, cell)


def _duplicate(path: str, cell: Cell, other: Cell) -> Finding:
    message = (
        f"This cell and cell {other.index + 1} both say [{cell.execution_count}]: one of them is a copy "
        "or from another session. Restart and run all."
    )
    return _finding(path, cell, "duplicate-count", message)


def _out_of_order(path: str, cell: Cell, above: Cell) -> Finding:
    message = (
        f"Cells ran out of order: this one [{cell.execution_count}] before cell {above.index + 1} "
        f"[{above.execution_count}], which stands above. Restart and run all to be sure."
    )
    return _finding(path, cell, "out-of-order", message)


def _finding(path: str, cell: Cell, rule: str, message: str) -> Finding:
    return Finding(
        path=path,
        rule=f"hidden-state/{rule}",
        severity="low",
        message=message,
        line=1,
        cell_index=cell.index,
    )
