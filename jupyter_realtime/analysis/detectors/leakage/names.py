"""What is known of names, and of the tables that they stand for, while the flow goes from top to bottom."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Sequence, Set
from dataclasses import replace

from ..dotted import Imports
from . import knowledge
from .judge import Judge
from .syntax import base, texts_in
from .values import OTHER, Touch, Value


class Names(ABC):
    """Binds names to values."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports
        self._known: dict[str, Value] = {}
        self.judge = Judge()

    @abstractmethod
    def _value(self, node: ast.expr | None) -> Value:
        """Say what is known of an expression, and do what evaluating it does."""

    def _quiet(self, node: ast.expr | None) -> Value:
        """Look at an expression without noting what it does."""
        judge, self.judge = self.judge, Judge()
        known, self._known = self._known, dict(self._known)
        try:
            return self._value(node)
        finally:
            self.judge, self._known = judge, known

    # -- binding --------------------------------------------------------------------------------------

    def _bind(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self._known[target.id] = value
        elif isinstance(target, ast.Subscript | ast.Attribute):
            owner = base(target)
            if isinstance(owner, ast.Name):
                self._bind_part(owner.id, target, value)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._bind_each(target.elts, value)

    def _bind_each(self, targets: Sequence[ast.expr], value: Value) -> None:
        """Take a tuple apart; what is known of a table holds for its rows and columns, too."""
        for number, target in enumerate(targets):
            is_known = value.kind == "other" and number < len(value.steps)
            self._bind(target, value.steps[number] if is_known else value)

    def _bind_part(self, name: str, target: ast.Subscript | ast.Attribute, value: Value) -> None:
        """`df["x"] = …`: the table has now in this column what the value has."""
        before = self._known.get(name, OTHER)
        if before.kind == "data":
            came = value if value.kind == "data" else OTHER
            self._known[name] = before.with_column(self._columns_of(target), came)

    def _columns_of(self, target: ast.Subscript | ast.Attribute) -> Set[str] | None:
        """Name the columns that a subscript or an attribute is about; None if nobody can tell."""
        if isinstance(target, ast.Attribute):
            return {target.attr} - knowledge.WHOLE_ATTRIBUTES or None
        is_both = isinstance(target.slice, ast.Tuple) and len(target.slice.elts) == 2
        if (
            is_both
            and isinstance(target.value, ast.Attribute)
            and isinstance(target.slice, ast.Tuple)
        ):
            return self._texts(target.slice.elts[1])  # `df.loc[rows, columns]`
        return self._texts(target.slice)

    def _texts(self, node: ast.expr | None) -> frozenset[str] | None:
        known = self._known.get(node.id, OTHER) if isinstance(node, ast.Name) else OTHER
        return texts_in(node) or known.texts

    def _table(self, node: ast.expr, name: str = "table") -> Value:
        """A table that comes from outside."""
        root = f"{name} {node.lineno}:{node.col_offset}"
        return Value(kind="data", roots=frozenset({root}), whole=root)

    def _taken_for_table(self, node: ast.expr) -> Value:
        """What is given to a learner, or is split, is a table, wherever it has come from.

        Not where its name hints that it is a part of one.
        """
        value = self._value(node)
        is_unknown = value == OTHER and isinstance(node, ast.Name)
        if not (is_unknown and isinstance(node, ast.Name)) or knowledge.may_be_a_side(node.id):
            return value
        self._known[node.id] = table = self._table(node, node.id)
        return table

    # -- touches --------------------------------------------------------------------------------------

    def _touch(
        self,
        node: ast.expr,
        what: str,
        rule: str = "preprocessing-before-split",
        *,
        certain: bool = True,
    ) -> Touch:
        return Touch(node, node.lineno, what, rule, certain)

    def _touched(self, node: ast.expr, value: Value, what: str, *, certain: bool = True) -> Value:
        """Note that something has looked at all rows of a table, if it is one."""
        if not value.is_unsplit:
            return value.derived()
        touch = self._touch(node, what, certain=certain)
        return replace(value.derived(), touches=value.touches | {touch})
