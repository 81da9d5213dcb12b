"""Mistakes with tables, models and files that one expression tells."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...core.issues import Severity
from .dotted import Imports, is_constant, keyword

# In modules `security` tells the first; in a notebook it is told with what it means for the results.
_PICKLES = re.compile(r"^(?:pickle|cPickle|_pickle|dill)\.loads?$|^pandas\.read_pickle$")
_UNPICKLES = re.compile(r"^cloudpickle\.loads?$|^joblib\.load$")
_SPLITTERS = frozenset(
    {"train_test_split", "ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit"}
)
_FOLDS = frozenset({"KFold", "StratifiedKFold", "RepeatedKFold", "RepeatedStratifiedKFold"})
_REPEATED = frozenset({"RepeatedKFold", "RepeatedStratifiedKFold"})
_OWN_FOLDER = re.compile(
    r"^(?:/home/[^/\s]+/|/Users/[^/\s]+/|/root/|[A-Za-z]:[\\/](?:Users|Documents)[\\/])"
)
_FRAME_TO_FRAME = frozenset(
    {
        *(
            "assign",
            "astype",
            "copy",
            "drop",
            "drop_duplicates",
            "dropna",
            "fillna",
            "head",
            "join",
        ),
        *(
            "merge",
            "query",
            "rename",
            "replace",
            "reset_index",
            "sample",
            "set_index",
            "sort_index",
        ),
        *("sort_values", "tail"),
    }
)
_NANS = frozenset({"numpy.nan", "numpy.NaN", "math.nan", "pandas.NA", "pandas.NaT"})


@dataclass(frozen=True)
class Spot:
    """Something that was found at a piece of the syntax tree."""

    node: ast.expr
    rule: str
    severity: Severity
    message: str


def spots(tree: ast.Module, imports: Imports, *, is_notebook: bool) -> Iterator[Spot]:
    """Go through all of a file's code."""
    docstrings = {id(text) for node in ast.walk(tree) for text in _bare_texts(node)}
    frames = _frames(tree, imports)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(node, imports, is_notebook=is_notebook)
        elif isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield from _path(node)
        elif isinstance(node, ast.Compare):
            yield from _compare(node, imports)
        elif isinstance(node, ast.Assign):
            yield from _assign(node, frames)


def _bare_texts(node: ast.AST) -> Iterator[ast.expr]:
    """Texts that are statements of their own: docstrings, and code that was commented out."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value


def _call(node: ast.Call, imports: Imports, *, is_notebook: bool) -> Iterator[Spot]:
    name, last = imports.name(node.func), imports.last(node.func)
    unpickles = _UNPICKLES.match(name) or (is_notebook and _PICKLES.match(name))
    if unpickles or _loads_objects(node, name):
        yield Spot(
            node, "unpickling", "medium",
            f"`{last}` runs whatever is in the file, and needs the same releases as where it was written. "
            "Load only files of your own; for data, Parquet and CSV run nothing.",
        )  # fmt: skip
    # `**options` may have it.
    is_seeded = any(word.arg in ("random_state", None) for word in node.keywords)
    if last in _SPLITTERS | _FOLDS and _draws(node, last) and not is_seeded:
        yield Spot(
            node, "unseeded-split", "medium",
            f"`{last}` without `random_state`: another run gives another split, and another score.",
        )  # fmt: skip


def _loads_objects(node: ast.Call, name: str) -> bool:
    if name == "numpy.load":
        return is_constant(keyword(node, "allow_pickle"), True)
    return name == "torch.load" and is_constant(keyword(node, "weights_only"), False)


def _draws(node: ast.Call, last: str) -> bool:
    shuffle = keyword(node, "shuffle")
    if last in _FOLDS - _REPEATED:
        return is_constant(shuffle, True)
    return not is_constant(shuffle, False)


def _path(node: ast.Constant) -> Iterator[Spot]:
    if isinstance(node.value, str) and "\n" not in node.value and _OWN_FOLDER.match(node.value):
        yield Spot(
            node, "absolute-path", "medium",
            "A path that exists on one machine only. Make it relative to the project, or a setting.",
        )  # fmt: skip


def _compare(node: ast.Compare, imports: Imports) -> Iterator[Spot]:
    sides = [node.left, *node.comparators]
    is_equality = any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
    if is_equality and any(imports.name(side) in _NANS for side in sides):
        yield Spot(
            node, "nan-comparison", "medium",
            "Nothing is equal to NaN, not even NaN: this is always the same. Use `isna()`.",
        )  # fmt: skip


def _assign(node: ast.Assign, frames: set[str]) -> Iterator[Spot]:
    for target in node.targets:
        base = target.value if isinstance(target, ast.Subscript) else None
        name = (
            base.value.id
            if isinstance(base, ast.Subscript) and isinstance(base.value, ast.Name)
            else ""
        )
        if name in frames:
            yield Spot(
                target, "chained-assignment", "medium",
                f"This writes into a copy of a part of `{name}`, and nothing is kept. Use "
                f"`{name}.loc[rows, column] = …`.",
            )  # fmt: skip
    if isinstance(node.value, ast.Call) and is_constant(keyword(node.value, "inplace"), True):
        yield Spot(
            node.value, "inplace-result", "medium",
            "With `inplace=True` the result is None: leave out the assignment, or `inplace`.",
        )  # fmt: skip


def _frames(tree: ast.Module, imports: Imports) -> set[str]:
    """Names that are given tables, and nothing else: `df = df.dropna()` is one, too."""
    given: dict[str, bool] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    is_frame = isinstance(node.value, ast.Call) and (
                        _makes_frame(imports.name(node.value.func))
                        or _keeps_frame(node.value, target.id)
                    )
                    given[target.id] = given.get(target.id, True) and is_frame
    return {name for name, is_frame in given.items() if is_frame}


def _makes_frame(name: str) -> bool:
    return name in ("pandas.DataFrame", "pandas.concat", "pandas.merge") or name.startswith(
        "pandas.read_"
    )


def _keeps_frame(node: ast.expr, name: str) -> bool:
    """Whether this is the table of that name, after methods that give a table of a table."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr not in _FRAME_TO_FRAME:
            return False
        node = node.func.value
    return isinstance(node, ast.Name) and node.id == name
