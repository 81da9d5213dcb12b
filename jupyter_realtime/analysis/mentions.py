"""What is written down while code is read: where something happens to a name, and whether for certain."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "read", "call", "deferred", "deferred-call", "annotation", "bind", "hint", "delete", "star"
]


@dataclass(frozen=True)
class Mention:
    """A name where something happens to it; lines from 1, columns in characters from 1.

    Parameters
    ----------
    name
        With `star` the module from which everything is imported.
    kind
        A `hint` is a name that code asks for before it uses it: it may be there. A `call` is of a name
        that was also read.
    certain
        Whether it happens whenever the cell runs (or, in a body, whenever the function is called).
    body
        Of a function that is bound: what a call reads and calls.
    """

    name: str
    kind: Kind
    line: int = 1
    column: int = 1
    certain: bool = True
    body: tuple[Mention, ...] = ()


class Scribe(ast.NodeVisitor):
    """Walks code and notes names that belong to no scope inside of it."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.found: list[Mention] = []
        self._lines = lines
        self._locals: list[set[str]] = []
        self._reading: Literal["read", "deferred", "annotation"] = "read"
        self._certain = True
        self._bodies = 0

    def _is_local(self, name: str) -> bool:
        return any(name in scope for scope in self._locals)

    def _read(self, name: str, node: ast.expr) -> None:
        if not self._is_local(name):
            self._note(name, self._reading, node)

    def _bind(self, name: str, node: ast.AST, body: Sequence[Mention] = ()) -> None:
        if self._locals:
            self._locals[-1].add(name)
        else:
            self._note(name, "bind", node, body)

    def _note(self, name: str, kind: Kind, node: ast.AST, body: Sequence[Mention] = ()) -> None:
        line = getattr(node, "lineno", 1)
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        before = text.encode()[: getattr(node, "col_offset", 0)]
        column = len(before.decode(errors="replace")) + 1
        self.found.append(Mention(name, kind, line, column, self._certain, tuple(body)))

    @contextmanager
    def _under(self, *, condition: bool = True) -> Iterator[None]:
        before, self._certain = self._certain, self._certain and not condition
        yield
        self._certain = before

    @contextmanager
    def _forgiving(self, *, forgives: bool) -> Iterator[None]:
        """Forget reads whose failure is caught."""
        before = len(self.found)
        yield
        if forgives:
            self.found[before:] = [m for m in self.found[before:] if m.kind in ("bind", "star")]

    def _visit_annotations(self, nodes: Iterable[ast.AST]) -> None:
        before, self._reading = self._reading, "annotation"
        self._visit_all(nodes)
        self._reading = before

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)
