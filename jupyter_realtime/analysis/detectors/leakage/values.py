"""What the flow knows about a value: where its rows come from, and what has touched all of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence, Set
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
    column
        The column of the table in which its result is; None for all of them.
    """

    node: ast.expr = field(compare=False)
    line: int
    what: str
    rule: str
    certain: bool
    column: str | None = None


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
        Of a pipeline, or the elements of a list or tuple.
    statistic
        Of what is the same for all rows: how it was made of them, such as `mean`.
    texts
        The elements of a list of texts, which may name columns.
    truth
        Of what is known to be true or false.
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
    statistic: str = ""
    texts: frozenset[str] | None = None
    truth: bool | None = None

    @property
    def is_unsplit(self) -> bool:
        """Whether these are rows of a table that no split has divided."""
        return self.kind == "data" and bool(self.roots) and not self.parts

    @property
    def side(self) -> str | None:
        """The side of the last split that its rows are on; None for whole tables, and for more than one."""
        last = max((part.split for part in self.parts), default=None)
        sides = {part.side for part in self.parts if part.split == last}
        return next(iter(sides)) if len(sides) == 1 else None

    @property
    def is_on_both_sides(self) -> bool:
        """Whether rows of the training set and of the test set of one split are among them."""
        return any(
            part.side == "train" and Part(part.split, "test") in self.parts for part in self.parts
        )

    def derived(self) -> Value:
        """Give what is known of something that is made of these rows."""
        return replace(self, column=None, whole=None, fitted=None, label="", steps=())

    def only(self, columns: Set[str]) -> Value:
        """Give what is known of some columns of a table."""
        kept = (touch for touch in self.touches if touch.column is None or touch.column in columns)
        return replace(self.derived(), touches=frozenset(kept))

    def without(self, columns: Set[str]) -> Value:
        """Give what is known of a table without some columns."""
        gone = {touch for touch in self.touches if touch.column in columns}
        return replace(self, touches=self.touches - gone) if gone else self

    def with_column(self, columns: Set[str] | None, value: Value) -> Value:
        """Give what is known of a table in which columns were given a value; None for any column."""
        before = self if columns is None else self.without(columns)
        came = value.touches
        if columns is not None:
            came = frozenset(replace(t, column=column) for t in value.touches for column in columns)
        return replace(before, touches=before.touches | came, lagged=self.lagged or value.lagged)

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
    # A number that was made of rows brings none of them.
    rows = [value for value in data if not value.statistic]
    names = {value.statistic for value in data}
    return Value(
        kind="data",
        roots=frozenset().union(*(value.roots for value in rows or data)),
        parts=frozenset().union(*(value.parts for value in rows or data)),
        touches=frozenset().union(*(value.touches for value in rows or data)),
        lagged=any(value.lagged for value in data),
        statistic="" if rows else names.pop() if len(names) == 1 else "range",
    )


def either(one: Value, other: Value) -> Value:
    """Give what is known of something that is one or the other, by a condition."""
    if other.kind == "other" and not other.steps:
        return one
    if one.kind == other.kind == "data":
        return replace(other, touches=one.touches | other.touches)
    return other
