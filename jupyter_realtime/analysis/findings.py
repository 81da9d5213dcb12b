"""What a detector says, before it is an issue."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.issues import Edit, Severity


@dataclass(frozen=True)
class ProposedFix:
    """A mend in lines and columns of the shadow file (or of the cell, if `cell_index` is set)."""

    title: str
    safe: bool
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Finding:
    """One thing that a detector found.

    Parameters
    ----------
    path
        Of the `ShadowFile`: relative to the project's root.
    line, end_line
        From 1. In the shadow `.py`; or, with `cell_index`, in that cell's source.
    column, end_column
        From 1; the end is exclusive.
    identity
        What the issue is known by instead of its line, where the line must not be.
    cell_index
        For engines that read the notebook itself: the cell, counted from 0 over all cells.
    """

    path: str
    rule: str
    severity: Severity
    message: str
    line: int
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None
    cell_index: int | None = None
    url: str | None = None
    fix: ProposedFix | None = None
    identity: str | None = None
