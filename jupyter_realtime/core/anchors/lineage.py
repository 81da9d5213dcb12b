"""Which cells came from which, as a page has seen it: split, merge, paste, move, duplicate."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Literal

import msgspec

LineageKind = Literal["split", "merge", "paste", "move", "duplicate"]


class Descent(msgspec.Struct, frozen=True):
    """One cell that came from another."""

    kind: LineageKind
    parent: str
    child: str


class Lineage:
    """The descendants of cells. A duplicate is none: its original goes on to be the cell."""

    def __init__(self, descents: Iterable[Descent] = ()) -> None:
        self._children: dict[str, list[str]] = {}
        for descent in descents:
            if descent.kind != "duplicate":
                self._children.setdefault(descent.parent, []).append(descent.child)

    def of(self, cell_id: str) -> list[str]:
        """List a cell and all that came from it, the nearest first."""
        found = dict.fromkeys([cell_id])
        waiting = deque(found)
        while waiting:
            for child in self._children.get(waiting.popleft(), ()):
                if child not in found:
                    found[child] = None
                    waiting.append(child)
        return list(found)


NO_LINEAGE = Lineage()
