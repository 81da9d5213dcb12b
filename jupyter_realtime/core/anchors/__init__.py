"""Anchors: how a thread finds the code again that it is about. Pure: text in, places out.

`make_anchor` takes down what some code is known by, `resolve` tells where it is now, `refresh` takes it
down anew after that, `candidates` lists where it may be. How well that works is measured on real
histories: `docs/anchoring.md`.
"""

from __future__ import annotations

from .cells import Cell, Cells
from .lineage import NO_LINEAGE, Descent, Lineage, LineageKind
from .making import first_place, make_anchor, refresh
from .resolving import Candidate, candidates, resolve
from .source import AnchorSource

__all__ = [
    "NO_LINEAGE",
    "AnchorSource",
    "Candidate",
    "Cell",
    "Cells",
    "Descent",
    "Lineage",
    "LineageKind",
    "candidates",
    "first_place",
    "make_anchor",
    "refresh",
    "resolve",
]
