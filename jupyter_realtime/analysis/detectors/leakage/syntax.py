"""What can be told of a piece of code by its form alone."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def positional(node: ast.expr) -> list[ast.expr]:
    """Give the positional arguments, of a call."""
    return list(node.args) if isinstance(node, ast.Call) else []


def children(node: ast.AST | None) -> list[ast.expr]:
    """Give the expressions that an expression is made of."""
    return (
        [] if node is None else [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
    )


def base(node: ast.expr) -> ast.expr:
    """Give what is subscripted or has the attribute: `df` of `df.loc[0].x`, and of `df.head().x`."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def method(call: ast.Call) -> str:
    """Name the method that is called, if one is."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def takes_rows(node: ast.expr) -> bool:
    """Whether an expression takes some rows of a table: a slice, a mask, `iloc`, `query`, `sample`."""
    if isinstance(node, ast.Subscript):
        rows = (
            node.slice.elts[0]
            if isinstance(node.slice, ast.Tuple) and node.slice.elts
            else node.slice
        )
        is_column = isinstance(rows, ast.Constant | ast.List) or (
            isinstance(rows, ast.Slice) and rows.lower is None and rows.upper is None
        )
        return not is_column or (isinstance(node.value, ast.Subscript) and takes_rows(node.value))
    if isinstance(node, ast.Call):
        return method(node) in ("head", "query", "sample", "tail", "take") or (
            isinstance(node.func, ast.Attribute) and takes_rows(node.func.value)
        )
    return False


def texts_in(node: ast.expr | None) -> frozenset[str] | None:
    """Give the texts of a constant or of a list of constants; None if it is anything else."""
    elements = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
    texts = [
        one.value
        for one in elements
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    return frozenset(texts) if texts and len(texts) == len(elements) else None


def goes_by_columns(call: ast.Call, position: int) -> bool:
    """Whether a call goes along the columns, as `drop("y", axis=1)` and `mean(axis="columns")` do."""
    given = [word.value for word in call.keywords if word.arg == "axis"]
    given += call.args[position : position + 1]
    return any(
        isinstance(axis, ast.Constant) and axis.value in (1, -1, "columns") for axis in given
    )


def keeps_the_best(body: Sequence[ast.stmt]) -> bool:
    """Whether a loop compares a score with the best so far, and keeps it."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.If) and isinstance(node.test, ast.Compare):
                names = {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}
                kept = {
                    t.id
                    for s in node.body
                    if isinstance(s, ast.Assign)
                    for t in s.targets
                    if isinstance(t, ast.Name)
                }
                if names & kept:
                    return True
    return False
