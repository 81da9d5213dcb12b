"""What is done to tables, by their methods and by those of pandas and NumPy: rows, columns, statistics."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from ..dotted import is_constant, keyword
from . import knowledge
from .names import Names
from .syntax import goes_by_columns, positional
from .values import OTHER, Part, Value, merged

_SAME_ROWS_AND_COLUMNS = frozenset(
    {"astype", "copy", "drop_duplicates", "dropna", "reset_index", "sort_values"}
)
# What is told of columns that were chosen by functions that rate them by the target.
RATED = "choosing columns by "


class Tables(Names):
    """Follows tables."""

    # -- columns --------------------------------------------------------------------------------------

    def _subscript(self, node: ast.Subscript) -> Value:
        value, index = self._value(node.value), self._value(node.slice)
        if value.kind == "other" and value.steps:
            return self._element(value, node.slice)
        if value.kind != "data":
            return value if value.kind == "folds" else OTHER
        if index.kind == "index":
            return replace(value.derived(), parts=value.parts | index.parts)
        columns = self._columns_of(node)
        if isinstance(node.slice, ast.Tuple):
            # `X[:, ratings > 10]`: the columns were chosen by all rows.
            rated = {touch for touch in merged([index]).touches if touch.what.startswith(RATED)}
            value = replace(value, touches=value.touches | rated)
        if columns is None:
            return value.derived()
        name = node.value.id if isinstance(node.value, ast.Name) else value.whole
        part = value.only(columns)
        if isinstance(node.slice, ast.Constant) and name:
            return replace(part, column=(name, str(node.slice.value)))
        return part

    def _element(self, value: Value, index: ast.expr) -> Value:
        number = index.value if isinstance(index, ast.Constant) else None
        if isinstance(number, int) and -len(value.steps) <= number < len(value.steps):
            return value.steps[number]
        return merged([value])

    def _attribute(self, node: ast.Attribute) -> Value:
        value = self._value(node.value)
        if value.kind != "data" or node.attr in knowledge.NO_ROWS:
            return OTHER
        if node.attr in knowledge.WHOLE_ATTRIBUTES:
            return value.derived()
        return value.only({node.attr})

    def _dropped(self, node: ast.Call, owner: Value) -> Value:
        """Without rows or columns; a table without `train.index` is the other side of a split."""
        # Not the table itself: `train.drop("y", axis=1)` is still `train`.
        text = " ".join(ast.dump(argument) for argument in [*node.args, *node.keywords])
        for name, value in self._known.items():
            if f"id='{name}'" in text and value.side == "train" and value.roots <= owner.roots:
                part = max(value.parts, key=lambda one: one.split)
                return replace(owner.derived(), parts=frozenset({Part(part.split, "test")}))
        given = keyword(node, "columns") or keyword(node, "labels") or next(iter(node.args), None)
        by_columns = keyword(node, "columns") is not None or goes_by_columns(node, 1)
        columns = self._texts(given) if by_columns else None
        return replace(owner.derived() if columns is None else owner.without(columns), whole=None)

    def _popped(self, node: ast.Call, func: ast.Attribute, owner: Value) -> Value:
        columns = self._texts(node.args[0]) if node.args else None
        if columns is None:
            return owner.derived()
        if isinstance(func.value, ast.Name):
            self._known[func.value.id] = replace(owner.without(columns), whole=None)
        return owner.only(columns)

    # -- statistics -----------------------------------------------------------------------------------

    def _statistic(self, node: ast.Call, name: str, value: Value, axis: int) -> Value:
        """Give what is known of a mean and the like, of all rows; of each row it is another column.

        Parameters
        ----------
        axis
            Which argument says along what, if no keyword does.
        """
        if value.kind != "data" or goes_by_columns(node, axis):
            return value.derived() if value.kind == "data" else OTHER
        return replace(value.derived(), statistic=value.statistic or name)

    def _binary(self, node: ast.BinOp) -> Value:
        """`(X - X.mean()) / X.std()`: scaling by hand."""
        left, right = self._value(node.left), self._value(node.right)
        value = merged([left, right])
        moves = isinstance(node.op, ast.Sub) and right.statistic not in knowledge.EXTREMES
        scales = isinstance(node.op, ast.Div)
        if not right.statistic or left.statistic or left.kind != "data" or not (moves or scales):
            return value
        return self._mended(node, value, left, right, "a mean or a range", certain=True)

    def _filled(self, node: ast.Call, owner: Value) -> Value:
        """`df.fillna(df.mean())`."""
        filler = self._value(node.args[0] if node.args else keyword(node, "value"))
        if not filler.statistic:
            return owner
        return self._mended(node, owner, owner, filler, f"a {filler.statistic}", certain=False)

    def _mended(
        self,
        node: ast.expr,
        value: Value,
        rows: Value,
        statistic: Value,
        what: str,
        *,
        certain: bool,
    ) -> Value:
        """Rows are changed by a statistic: of which rows?"""
        if not statistic.roots & rows.roots:
            return value
        touch = self._touch(node, f"{what} over all rows", certain=certain)
        if statistic.is_unsplit and rows.is_unsplit:
            return replace(value.derived(), touches=value.touches | {touch})
        if statistic.is_unsplit:
            self.judge.split_between(statistic, statistic, touch)
        elif not certain and statistic.side == "test" and statistic.parts == rows.parts:
            # By hand, `y_test - y_test.mean()` is how scores are computed.
            self.judge.filled_by_test(node, what.capitalize())
        return value

    # -- functions and methods ------------------------------------------------------------------------

    def _call_function(self, node: ast.Call, name: str) -> Value:
        values = [self._value(argument) for argument in positional(node)]
        values += [self._value(word.value) for word in node.keywords]
        dotted, value = self._imports.name(node.func), merged(values)
        if name in knowledge.STATISTICS:
            return self._statistic(node, name, merged(values[:1]), 1)
        if knowledge.METRICS.search(name):
            self.judge.scored(node, values)
            return OTHER
        if (
            name == "resample"
            and "sklearn" in dotted
            and not is_constant(keyword(node, "replace"), False)
        ):
            return self._resampled(node, value)
        if dotted.startswith("pandas.read_") or name.startswith(
            ("load_", "fetch_", "make_", "read_")
        ):
            return self._read_table(node)
        if dotted in ("pandas.DataFrame", "pandas.Series", "numpy.loadtxt", "numpy.genfromtxt"):
            return value if value.kind == "data" else self._table(node)
        if name in knowledge.SCALING and ("sklearn" in dotted or "scipy" in dotted):
            rows = [self._taken_for_table(argument) for argument in node.args[:1]]
            return self._touched(node, merged(rows), f"`{name}`")
        if name in knowledge.RATINGS and "sklearn" in dotted:
            return self._touched(node, value, f"{RATED}`{name}`")
        if dotted in ("pandas.qcut", "pandas.cut"):
            return self._binned(node, value, name)
        if name == "zip":
            return Value(steps=tuple(_elements(values)))
        if name == "enumerate":
            return Value(steps=(OTHER, *_elements(values[:1])))
        return value

    def _read_table(self, node: ast.Call) -> Value:
        """With `return_X_y` two of the same rows."""
        value = self._table(node)
        return value if keyword(node, "return_X_y") is None else value.derived()

    def _binned(self, node: ast.Call, value: Value, name: str) -> Value:
        """Bins that are given are the same for all; a number of bins is made of the rows that there are."""
        bins = node.args[1] if len(node.args) > 1 else keyword(node, "bins") or keyword(node, "q")
        is_number = isinstance(bins, ast.Constant) and isinstance(bins.value, int)
        if name == "qcut" or is_number:
            return self._touched(node, value, "the edges of bins", certain=False)
        return value.derived()

    def _data_method(self, node: ast.Call, func: ast.Attribute, owner: Value) -> Value:
        values = [self._value(argument) for argument in node.args]
        values += [self._value(word.value) for word in node.keywords]
        if owner.kind != "data":
            return merged([owner, *values])
        if func.attr in knowledge.STATISTICS:
            return self._statistic(node, func.attr, owner, 0)
        if func.attr == "transform" and node.args:
            made = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if made in knowledge.STATISTICS:  # `df.groupby("g")["x"].transform("mean")`
                return replace(owner.derived(), statistic=str(made))
        if func.attr == "fillna":
            return self._filled(node, owner)
        if func.attr in ("shift", "rolling", "diff", "pct_change"):
            return replace(owner.derived(), lagged=True)
        if func.attr == "sample" and is_constant(keyword(node, "replace"), True):
            return self._resampled(node, owner)
        if func.attr in _SAME_ROWS_AND_COLUMNS:
            return owner
        if func.attr == "drop":
            return self._dropped(node, owner)
        if func.attr == "pop":
            return self._popped(node, func, owner)
        if func.attr in knowledge.NO_ROWS:
            return OTHER
        return merged([owner, *values])

    def _resampled(self, node: ast.Call, value: Value) -> Value:
        if not value.is_unsplit:
            return value.derived()
        touch = self._touch(node, "drawing rows several times", "oversampling-before-split")
        return replace(value.derived(), touches=value.touches | {touch})


def _elements(values: list[Value]) -> Iterator[Value]:
    """Give what goes through the tables and lists in a loop."""
    for value in values:
        yield value.steps[0] if value.kind == "other" and value.steps else value
