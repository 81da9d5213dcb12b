"""What the flow knows about a value: where its rows come from, and what has touched all of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal[
    "data", "learner", "resampler", "pipeline", "model", "search", "folds", "index", "other"
]


@dataclass(frozen=True)
class Touch:
    """Something that looked at all rows before they were split.

    Parameters
    ----------
    node
        The call, or the expression.
    what
        What it was, for people.
    rule
        The rule that is broken if the rows are split afterwards.
    certain
        Whether it is surely wrong then, or only by custom.
    """

    node: ast.expr = field(compare=False)
    line: int
    what: str
    rule: str
    certain: bool


@dataclass(frozen=True)
class Part:
    """One side of one split."""

    split: int
    side: str


@dataclass(frozen=True)
class Value:
    """What is known of a value.

    Parameters
    ----------
    kind
        What it can do.
    roots
        The tables that its rows come from.
    parts
        The sides of splits that its rows belong to; none for whole tables.
    touches
        What has looked at all rows of its roots.
    fitted
        What a learner or model was fitted on.
    column
        For one column of a table: the table's own name and the column's.
    whole
        The name of the table that this is, all columns; None for a part of it.
    label
        The class of a learner or model.
    steps
        Of a pipeline.
    """

    kind: Kind = "other"
    roots: frozenset[str] = frozenset()
    parts: frozenset[Part] = frozenset()
    touches: frozenset[Touch] = frozenset()
    fitted: Value | None = None
    column: tuple[str, str] | None = None
    whole: str | None = None
    label: str = ""
    steps: tuple[Value, ...] = ()
    lagged: bool = False
    stops_early: bool = False

    @property
    def is_unsplit(self) -> bool:
        """Whether these are rows of a table that no split has divided."""
        return self.kind == "data" and bool(self.roots) and not self.parts

    def sides(self) -> set[str]:
        """Name the sides of splits that its rows are on."""
        return {part.side for part in self.parts}

    def derived(self) -> Value:
        """Give what is known of something that is made of these rows."""
        return replace(self, column=None, whole=None, fitted=None, label="", steps=())

    def learns(self) -> bool:
        """Whether fitting it takes in statistics over all rows."""
        if self.kind == "pipeline":
            return any(step.learns() for step in self.steps)
        return self.kind == "learner"

    def predicts(self) -> bool:
        """Whether it is a model, or ends with one."""
        if self.kind == "pipeline":
            return any(step.predicts() for step in self.steps)
        return self.kind in ("model", "search")


OTHER = Value()


def merged(values: Sequence[Value]) -> Value:
    """Give what is known of something that is made of all of these, lists and tuples among them."""
    spread = [
        one for value in values for one in (value.steps if value.kind == "other" else [value])
    ]
    data = [value for value in spread if value.kind == "data"]
    if not data:
        return OTHER
    return Value(
        kind="data",
        roots=frozenset().union(*(value.roots for value in data)),
        parts=frozenset().union(*(value.parts for value in data)),
        touches=frozenset().union(*(value.touches for value in data)),
        lagged=any(value.lagged for value in data),
    )
