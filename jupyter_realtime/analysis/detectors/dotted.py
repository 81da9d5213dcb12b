"""What names in a piece of code stand for: `np.load` is `numpy.load` where `np` was imported so."""

from __future__ import annotations

import ast


class Imports:
    """The imports of a file, wherever they stand.

    Parameters
    ----------
    tree
        Of the whole file: of a notebook, all cells.
    """

    def __init__(self, tree: ast.AST) -> None:
        self._known: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    self._known[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._known[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def name(self, node: ast.AST | None) -> str:
        """Give the dotted name of an expression, empty if it has none."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.name(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""

    def last(self, node: ast.AST | None) -> str:
        """Give the last part of the dotted name: the class, or the function."""
        return self.name(node).rpartition(".")[2]


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Find a keyword argument."""
    return next((word.value for word in call.keywords if word.arg == name), None)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Whether an expression is this very constant."""
    return isinstance(node, ast.Constant) and node.value is value
