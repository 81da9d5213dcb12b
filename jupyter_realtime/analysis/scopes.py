"""Which names belong to a function, a comprehension or a generic, and so not to the notebook."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

_NAMED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar),
)


def defaults_of(arguments: ast.arguments) -> list[ast.expr]:
    """List the default values, which are evaluated where a function is defined."""
    return [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]


def annotations_of(node: Function) -> list[ast.expr]:
    """List the annotations of arguments and of the result."""
    own = [a.annotation for a in _all_arguments(node.args) if a.annotation is not None]
    return [*own, *([node.returns] if node.returns else [])]


def arguments_of(arguments: ast.arguments) -> set[str]:
    """Name the arguments."""
    return {argument.arg for argument in _all_arguments(arguments)}


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*several, *(a for a in (arguments.vararg, arguments.kwarg) if a is not None)]


def type_parameters(node: ast.AST) -> set[str]:
    """Name the `T` of `def f[T]`; Pythons before 3.12 have none."""
    return {parameter.name for parameter in getattr(node, "type_params", [])}


def globals_of(node: ast.AST) -> set[str]:
    """Name what is declared `global` anywhere inside."""
    return {
        name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names
    }


def locals_of(node: Function) -> set[str]:
    """Name what a function binds anywhere in its body; a name is local all over, or nowhere."""
    names = arguments_of(node.args) | type_parameters(node)
    for inner in ast.walk(node):
        names.update(bound_by(inner))
    return names - globals_of(node)


def targets_of(node: Comprehension) -> set[str]:
    """Name what a comprehension goes through."""
    targets = (name for part in node.generators for name in ast.walk(part.target))
    return {name.id for name in targets if isinstance(name, ast.Name)}


def bound_by(node: ast.AST) -> Iterator[str]:
    """Name what one node binds by itself."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, _NAMED) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def runs_when_called(node: Function) -> bool:
    """Whether a call runs the body: not that of a generator, a coroutine, or what a decorator made."""
    if isinstance(node, ast.AsyncFunctionDef) or node.decorator_list:
        return False
    return not any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))


def may_leave(statement: ast.stmt) -> bool:
    """Whether what follows a statement in its block may be skipped."""
    leaving = (ast.Return, ast.Raise, ast.Break, ast.Continue)
    return any(isinstance(inner, leaving) for inner in ast.walk(statement))
