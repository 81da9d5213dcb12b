"""`dead-code`: vulture, in a worker process.

A file is looked at by itself, so what one module defines and another uses is never called dead: vulture's
confidence of 80 and above is about what a file says all by itself: unreachable code, and arguments that
nothing uses. Of these only those are told that could simply be taken away: not of methods and decorated
functions, whose signature somebody else settles, nor of functions that are handed on as callbacks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from ..detector import Options, WorkerDetector
from ..findings import Finding
from ..shadow.model import ShadowFile

# Told by `correctness`, which also has a fix for it.
_ELSEWHERE = frozenset({"import"})
_RULES = {"unreachable_code": "unreachable", "variable": "unused-argument"}


class DeadCodeOptions(Options, frozen=True):
    """`min-confidence`, in percent, as vulture counts it."""

    min_confidence: int = 80


class DeadCode(WorkerDetector):
    """Code that can't be reached, and arguments that nothing uses."""

    name = "dead-code"
    title = "Dead code"
    description = "Code that can't be reached, and arguments that nothing uses."
    engine = "vulture"
    modules = ("vulture",)
    distributions = ("vulture",)
    options_type = DeadCodeOptions
    default_cost = 0.002

    def check(self, file: ShadowFile) -> Iterable[Finding]:
        """Run vulture over a file."""
        from vulture.core import Vulture

        code = file.python.read_text(encoding="utf-8")
        vulture = Vulture()
        vulture.scan(code, filename=file.python)
        removable = set(_removable_arguments(code))
        for item in vulture.get_unused_code(min_confidence=self.options.min_confidence):
            if item.typ in _ELSEWHERE or item.name in file.words_out_of_sight:
                continue
            if item.typ != "variable" or (item.first_lineno, item.name) in removable:
                yield _finding(item, file)


def _removable_arguments(code: str) -> Iterator[tuple[int, str]]:
    """Give line and name of the arguments whose function could do without them, as far as one can see."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    handed_on = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called
    }
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.decorator_list or node.name in handed_on or _only_declares(node):
            continue
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        # vulture gives an argument's own line, or the function's.
        yield from ((line, a.arg) for a in arguments for line in (a.lineno, node.lineno))


def _only_declares(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the body is `...`, `pass`, a docstring, or an exception."""
    return all(
        isinstance(statement, ast.Pass | ast.Raise)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in node.body
    )


def _finding(item: Any, file: ShadowFile) -> Finding:
    message = str(item.message)
    return Finding(
        path=file.path,
        rule=_RULES.get(item.typ, f"unused-{item.typ}"),
        severity="low",
        message=f"{message[:1].upper()}{message[1:]}.",
        line=item.first_lineno,
        end_line=item.last_lineno if item.typ == "unreachable_code" else None,
        url="https://github.com/jendrikseipp/vulture#readme",
    )
