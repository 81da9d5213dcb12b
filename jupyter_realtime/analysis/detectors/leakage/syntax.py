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
    """Give what is subscripted or has the attribute: `df` of `df.loc[0].x`."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node


def method(call: ast.Call) -> str:
    """Name the method that is called, if one is."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def takes_rows(node: ast.expr) -> bool:
    """Whether an expression takes some rows of a table: a slice, a mask, `iloc`, `query`, `sample`."""
    if isinstance(node, ast.Subscript):
        is_column = isinstance(node.slice, ast.Constant | ast.List)
        return not is_column or (isinstance(node.value, ast.Subscript) and takes_rows(node.value))
    if isinstance(node, ast.Call):
        return method(node) in ("head", "query", "sample", "tail", "take") or (
            isinstance(node.func, ast.Attribute) and takes_rows(node.func.value)
        )
    return False


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
