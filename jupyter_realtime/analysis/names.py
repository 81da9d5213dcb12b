"""Which names a cell reads and binds, in the order in which Python would evaluate them.

Rules
-----
1. What runs when the cell runs is *immediate*: statements, class bodies, comprehensions, decorators,
   default values. What waits for a call is *deferred*: bodies of functions and lambdas. Annotations are
   deferred too, since Python may never evaluate them.
2. A binding under a condition counts: a detector that can't know whether a branch is taken must not
   cry wolf.
3. A name that is local to a function, a comprehension or a class body is not a name of the notebook.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# How far above a notebook its project's modules may lie.
MAX_FOLDERS_UP = 8
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Mention:
    """A name where it is read or bound; lines from 1, columns in characters from 1.

    With `star` the name is that of the module from which everything is imported.
    """

    name: str
    kind: Literal["read", "deferred", "bind", "star"]
    line: int
    column: int


def mentions(code: str) -> list[Mention]:
    """Read a cell's code.

    Raises
    ------
    SyntaxError
        If it is no Python.
    """
    reader = _Reader(code.split("\n"))
    for statement in ast.parse(code).body:
        reader.visit(statement)
    return reader.found


def exported_by(importer: Path, module: str) -> set[str] | None:
    """Find what `from module import *` brings, if the module belongs to the project.

    Parameters
    ----------
    importer
        The file that imports, in the shadow tree. A notebook may have put any of the folders above it
        on the path, so the module is looked for from each of them.

    Returns
    -------
    set[str] or None
        None where that can't be known.
    """
    relative = Path(*module.lstrip(".").split("."))
    for folder in list(importer.parents)[:MAX_FOLDERS_UP]:
        for source in (folder / relative.with_suffix(".py"), folder / relative / "__init__.py"):
            if source.is_file():
                return _public_names(source)
    return None


def _public_names(source: Path) -> set[str] | None:
    try:
        code = source.read_text(encoding="utf-8")
        found = mentions(code)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    if "__all__" in code or any(mention.kind == "star" for mention in found):
        return None
    return {m.name for m in found if m.kind == "bind" and not m.name.startswith("_")}


class _Reader(ast.NodeVisitor):
    """Walks a cell in evaluation order."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.found: list[Mention] = []
        self._lines = lines
        self._locals: list[set[str]] = []
        self._deferred = False

    # -- names --------------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        """Note a name that is read or bound."""
        if isinstance(node.ctx, ast.Load):
            self._read(node.id, node)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id, node)

    def _read(self, name: str, node: ast.expr) -> None:
        if not any(name in scope for scope in self._locals):
            self._note(name, "deferred" if self._deferred else "read", node)

    def _bind(self, name: str, node: ast.AST) -> None:
        if self._locals:
            self._locals[-1].add(name)
        else:
            self._note(name, "bind", node)

    def _note(
        self, name: str, kind: Literal["read", "deferred", "bind", "star"], node: ast.AST
    ) -> None:
        line = getattr(node, "lineno", 1)
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        before = text.encode()[: getattr(node, "col_offset", 0)]
        column = len(before.decode(errors="replace")) + 1
        self.found.append(Mention(name, kind, line, column))

    # -- statements that bind -------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        """Evaluate the value, then bind."""
        self._visit_all([node.value, *node.targets])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Read the target, too."""
        if isinstance(node.target, ast.Name):
            self._read(node.target.id, node.target)
        self._visit_all([node.value, node.target])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Evaluate the value, then bind; the annotation may never be evaluated."""
        self._visit_later([node.annotation])
        self._visit_all([node.value] if node.value else [])
        self.visit(node.target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """Evaluate what is iterated, then bind."""
        self._visit_all([node.iter, node.target, *node.body, *node.orelse])

    visit_AsyncFor = visit_For

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Evaluate the value, then bind."""
        self._visit_all([node.value, node.target])

    def visit_Import(self, node: ast.Import) -> None:
        """Bind what is imported."""
        for alias in node.names:
            self._bind(alias.asname or alias.name.partition(".")[0], node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Bind what is imported; after a star anything may be bound."""
        for alias in node.names:
            if alias.name == "*":
                self._note("." * node.level + (node.module or ""), "star", node)
            else:
                self._bind(alias.asname or alias.name, node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Bind the exception."""
        self._visit_all([node.type] if node.type else [])
        if node.name:
            self._bind(node.name, node)
        self._visit_all(node.body)

    def visit_Try(self, node: ast.Try) -> None:
        """Read on; names that are tried, with a handler for their absence, are no mistake."""
        before = len(self.found)
        self._visit_all(node.body)
        if any(_catches_name_error(handler) for handler in node.handlers):
            tried = self.found[before:]
            self.found[before:] = [m for m in tried if m.kind in ("bind", "star")]
        self._visit_all([*node.handlers, *node.orelse, *node.finalbody])

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        """Bind what a pattern captures."""
        self._visit_all([node.pattern] if node.pattern else [])
        if node.name:
            self._bind(node.name, node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        """Bind the rest of a sequence."""
        if node.name:
            self._bind(node.name, node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        """Bind the rest of a mapping."""
        self._visit_all([*node.keys, *node.patterns])
        if node.rest:
            self._bind(node.rest, node)

    # -- scopes -------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Evaluate decorators and defaults now, bind the name, and read the body as deferred."""
        self._visit_all([*node.decorator_list, *_defaults(node.args)])
        self._visit_later(_annotations(node))
        self._bind(node.name, node)
        for name in _globals_of(node):
            self._note(name, "bind", node)
        self._visit_body(node.body, _locals_of(node) | _type_parameters(node))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Evaluate defaults now, the body when it is called."""
        self._visit_all(_defaults(node.args))
        self._visit_body([node.body], _arguments(node.args))

    def _visit_body(self, body: Sequence[ast.AST], names: set[str]) -> None:
        self._locals.append(names)
        self._visit_later(body)
        self._locals.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Run the body now; what it binds is the class's."""
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._locals.append({*_type_parameters(node), "__class__", "__qualname__", "__module__"})
        self._visit_all(node.body)
        self._locals.pop()
        self._bind(node.name, node)

    def _visit_comprehension(self, node: ast.expr) -> None:
        generators: list[ast.comprehension] = getattr(node, "generators", [])
        self.visit(generators[0].iter)
        targets = {
            name.id
            for part in generators
            for name in ast.walk(part.target)
            if isinstance(name, ast.Name)
        }
        # A walrus in a comprehension binds outside of it.
        for walrus in ast.walk(node):
            if isinstance(walrus, ast.NamedExpr):
                self._bind(walrus.target.id, walrus)
        self._locals.append(targets)
        for number, part in enumerate(generators):
            self._visit_all([*([part.iter] if number else []), *part.ifs])
        results = [getattr(node, field, None) for field in ("elt", "key", "value")]
        self._visit_all([result for result in results if result is not None])
        self._locals.pop()

    def generic_visit(self, node: ast.AST) -> None:
        """Go on inside, and into comprehensions by their own rule."""
        if isinstance(node, COMPREHENSIONS):
            self._visit_comprehension(node)
        else:
            super().generic_visit(node)

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _visit_later(self, nodes: Iterable[ast.AST]) -> None:
        before, self._deferred = self._deferred, True
        self._visit_all(nodes)
        self._deferred = before


def _catches_name_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = {name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)}
    return not caught.isdisjoint({"NameError", "Exception", "BaseException"})


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*several, *(a for a in (arguments.vararg, arguments.kwarg) if a is not None)]


def _arguments(arguments: ast.arguments) -> set[str]:
    return {argument.arg for argument in _all_arguments(arguments)}


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    own = [a.annotation for a in _all_arguments(node.args) if a.annotation is not None]
    return [*own, *([node.returns] if node.returns else [])]


def _type_parameters(node: ast.AST) -> set[str]:
    return {parameter.name for parameter in getattr(node, "type_params", [])}


def _globals_of(node: ast.AST) -> set[str]:
    return {
        name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names
    }


def _locals_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Name what a function binds anywhere in its body; a name is local all over, or nowhere."""
    names = _arguments(node.args)
    for inner in ast.walk(node):
        names |= _bound_by(inner)
    return names - _globals_of(node)


def _bound_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store | ast.Del) else set()
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return {node.name} if node.name else set()
    return set()
