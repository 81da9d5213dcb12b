"""Which names a cell reads and binds, in the order in which Python would evaluate them.

Rules
-----
1. What runs when the cell runs is a *read*: in statements, class bodies, comprehensions, decorators and
   default values. What waits is *deferred*: bodies of functions and lambdas, and of generators that
   nothing consumes at once. An *annotation* may never be evaluated.
2. A read is *certain* if it happens whenever the cell runs: not below an `if`, an `except` or an `and`,
   nor after something that may leave a function.
3. A binding under a condition counts: a detector that can't know whether a branch is taken must not
   cry wolf. For the same reason a read does not count where its failure is caught.
4. A name that is local to a function, a comprehension or a class body is not a name of the notebook.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from . import scopes
from .mentions import Kind, Mention, Scribe
from .shadow.syntax import parse

# What takes all there is of a generator before it returns.
_CONSUMERS = frozenset(
    {"all", "any", "dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"}
)
_NAMESPACES = frozenset({"globals", "locals", "vars", "dir"})
_CATCHES = frozenset({"NameError", "Exception", "BaseException"})


def mentions(code: str) -> list[Mention]:
    """Read a cell's code.

    Raises
    ------
    SyntaxError, ValueError, RecursionError or MemoryError
        If it is no Python, or nested too deeply.
    """
    reader = _Reader(code.split("\n"))
    for statement in parse(code).body:
        reader.visit(statement)
    return reader.found


class _Reader(Scribe):
    """Walks a cell in evaluation order."""

    # -- names --------------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        """Note a name that is read or bound."""
        if isinstance(node.ctx, ast.Load):
            self._read(node.id, node)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id, node)

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
        """Evaluate the value, then bind; in a function the annotation is never evaluated."""
        if not self._bodies:
            self._visit_annotations([node.annotation])
        self._visit_all([node.value] if node.value else [])
        self.visit(node.target)

    def visit_Delete(self, node: ast.Delete) -> None:
        """Read what is deleted: it must be there."""
        for target in node.targets:
            if not isinstance(target, ast.Name):
                self.visit(target)
            elif not self._locals:
                self._note(target.id, "read", target)
                self._note(target.id, "delete", target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """Evaluate what is iterated, then bind; in a function nobody knows whether there is any."""
        self._visit_all([node.iter, node.target])
        with self._under(condition=self._bodies > 0):
            self._visit_all([*node.body, *node.orelse])

    visit_AsyncFor = visit_For

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Evaluate the value, then bind."""
        self._visit_all([node.value, node.target])

    def visit_Import(self, node: ast.Import) -> None:
        """Bind what is imported."""
        for name in scopes.bound_by(node):
            self._bind(name, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Bind what is imported; after a star anything may be bound."""
        if node.names[0].name == "*":
            self._note("." * node.level + (node.module or ""), "star", node)
            return
        for name in scopes.bound_by(node):
            self._bind(name, node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        """Bind what a pattern captures."""
        self.generic_visit(node)
        for name in scopes.bound_by(node):
            self._bind(name, node)

    visit_MatchStar = visit_MatchAs
    visit_MatchMapping = visit_MatchAs

    # -- conditions ---------------------------------------------------------------------------------

    def visit_If(self, node: ast.If | ast.IfExp | ast.While) -> None:
        """Evaluate the test; what comes after depends on it."""
        self.visit(node.test)
        with self._under():
            self._visit_all(part for part in ast.iter_child_nodes(node) if part is not node.test)

    visit_IfExp = visit_If
    visit_While = visit_If

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Evaluate the first value, the rest perhaps."""
        self.visit(node.values[0])
        with self._under():
            self._visit_all(node.values[1:])

    def visit_Assert(self, node: ast.Assert) -> None:
        """Evaluate the test; the message only if it fails."""
        self.visit(node.test)
        with self._under():
            self._visit_all([node.msg] if node.msg else [])

    def visit_Match(self, node: ast.Match) -> None:
        """Evaluate the subject, the cases perhaps."""
        self.visit(node.subject)
        with self._under():
            self._visit_all(node.cases)

    def visit_Try(self, node: ast.Try) -> None:
        """Read on; names that are tried, with a handler for their absence, are no mistake."""
        with self._forgiving(forgives=any(_catches(h.type) for h in node.handlers)):
            self.visit(node.body[0])
            with self._under(condition=bool(node.handlers)):
                self._visit_all(node.body[1:])
        with self._under():
            self._visit_all([*node.handlers, *node.orelse])
        self._visit_all(node.finalbody)

    visit_TryStar = visit_Try

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Bind the exception."""
        self._visit_all([node.type] if node.type else [])
        for name in scopes.bound_by(node):
            self._bind(name, node)
        self._visit_all(node.body)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        """Read on; `suppress(NameError)` and `raises(NameError)` expect that a name is not there."""
        self._visit_all(node.items)
        calls = [i.context_expr for i in node.items if isinstance(i.context_expr, ast.Call)]
        expects = any(_catches(argument) for call in calls for argument in call.args)
        with self._forgiving(forgives=expects):
            self._visit_all(node.body)

    visit_AsyncWith = visit_With

    def visit_Compare(self, node: ast.Compare) -> None:
        """In `"x" in globals()` somebody asks for a name before using it."""
        asked = any(_is_call_of(side, _NAMESPACES) for side in node.comparators)
        self._ask_for([node.left] if asked else [], node)
        self.generic_visit(node)

    def _ask_for(self, values: Sequence[ast.expr], node: ast.AST) -> None:
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                self._note(value.value, "hint", node)

    # -- calls and scopes ---------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> None:
        """Read the function and its arguments, then call it; `hasattr` asks for a name, too."""
        self.visit(node.func)
        for argument in [*node.args, *node.keywords]:
            if isinstance(argument, ast.GeneratorExp) and not _is_call_of(node, _CONSUMERS):
                self._visit_generator(argument)
            elif isinstance(argument, ast.GeneratorExp):
                self._visit_comprehension(argument)
            else:
                self.visit(argument)
        if _is_call_of(node, {"hasattr"}):
            self._ask_for(node.args[1:2], node)
        if isinstance(node.func, ast.Name) and not self._is_local(node.func.id):
            kind: Kind = "call" if self._reading == "read" else "deferred-call"
            self._note(node.func.id, kind, node.func)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Evaluate decorators and defaults now, bind the name, and read the body as deferred."""
        self._visit_all([*node.decorator_list, *scopes.defaults_of(node.args)])
        self._locals.append(scopes.type_parameters(node))
        self._visit_annotations(scopes.annotations_of(node))
        self._locals.pop()
        before = len(self.found)
        self._visit_body(node.body, scopes.locals_of(node))
        body = self.found[before:] if scopes.runs_when_called(node) else []
        self._bind(node.name, node, body)
        for name in scopes.globals_of(node):
            self._note(name, "bind", node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Evaluate defaults now, the body when it is called."""
        self._visit_all(scopes.defaults_of(node.args))
        self._visit_body([node.body], scopes.arguments_of(node.args))

    def _visit_body(self, body: Sequence[ast.stmt | ast.expr], names: set[str]) -> None:
        """Read what waits for a call, at the start of which all is certain."""
        reading, certain = self._reading, self._certain
        self._reading, self._certain = "deferred", self._bodies == 0
        self._bodies += 1
        self._locals.append(names)
        for part in body:
            self.visit(part)
            self._certain = self._certain and not (
                isinstance(part, ast.stmt) and scopes.may_leave(part)
            )
        self._locals.pop()
        self._bodies -= 1
        self._reading, self._certain = reading, certain

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Run the body now; what it binds is the class's."""
        self._visit_all(node.decorator_list)
        self._locals.append({*scopes.type_parameters(node), "__class__", "__qualname__"})
        self._locals[-1].add("__module__")
        self._visit_all([*node.bases, *node.keywords, *node.body])
        self._locals.pop()
        self._bind(node.name, node)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        """Bind the name; the value is evaluated when it is needed."""
        name, value = getattr(node, "name", None), getattr(node, "value", None)
        self._locals.append(scopes.type_parameters(node))
        self._visit_annotations([value] if isinstance(value, ast.expr) else [])
        self._locals.pop()
        self._visit_all([name] if isinstance(name, ast.expr) else [])

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> None:
        """Evaluate all of it now."""
        self._visit_comprehension(node)

    visit_SetComp = visit_ListComp
    visit_DictComp = visit_ListComp

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        """Evaluate the first iterable now, the rest when somebody goes through it."""
        self._visit_generator(node)

    def _visit_generator(self, node: ast.GeneratorExp) -> None:
        self.visit(node.generators[0].iter)
        before, self._reading = self._reading, "deferred"
        with self._under():
            self._visit_rest(node)
        self._reading = before

    def _visit_comprehension(self, node: scopes.Comprehension) -> None:
        self.visit(node.generators[0].iter)
        with self._under(condition=self._bodies > 0):
            self._visit_rest(node)

    def _visit_rest(self, node: scopes.Comprehension) -> None:
        # A walrus in a comprehension binds outside of it.
        for walrus in ast.walk(node):
            if isinstance(walrus, ast.NamedExpr):
                self._bind(walrus.target.id, walrus)
        self._locals.append(scopes.targets_of(node))
        for number, part in enumerate(node.generators):
            self._visit_all([*([part.iter] if number else []), *part.ifs])
        results = [getattr(node, field, None) for field in ("elt", "key", "value")]
        self._visit_all([result for result in results if result is not None])
        self._locals.pop()


def _is_call_of(node: ast.expr, names: Iterable[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _catches(expected: ast.expr | None) -> bool:
    """Whether a handler for some exception catches that a name is not there."""
    if expected is None:
        return True
    return any(isinstance(n, ast.Name) and n.id in _CATCHES for n in ast.walk(expected))
