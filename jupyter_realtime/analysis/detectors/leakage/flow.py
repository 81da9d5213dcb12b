"""The flow of data through a notebook, from top to bottom, as far as it decides what a model may know.

Rules
-----
1. Told is only what can be followed: a table from where it is read, through what learns from all of its
   rows, into a split or a model. What can't be followed is nobody's leak.
2. A learner that is fitted on all rows is no leak by itself; it is one when these rows are split, or
   cross-validated, afterwards. Who only describes or clusters data never hears of it.
3. Pipelines that are fitted inside a split are right, whatever is in them.

Theory of operation
-------------------
An interpreter that knows four things about a value (`values.Value`): the tables that its rows come from,
the sides of splits that they are on, what has looked at all of them (*touches*, by column), and, of a
learner or model, what it was fitted on. Statements are taken in order; a loop once, or once for each
element of a list that stands there; both arms of an `if` apart, unless it is known which. Functions and
methods of the notebook are entered where they are called. Each of the few calls that matter – a split, a
fit, a cross-validation, a score – is put before the `judge` with what comes in.

`names` knows what names stand for, `tables` and `estimators` what is done to them, and this file the rest.

The three kinds of leak (overlap, preprocessing, multi-test) are those of Yang, Brower-Sinning, Lewis and
Kästner, "Data Leakage in Notebooks: Static Detection and Better Processes" (ASE 2022).
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from ..dotted import Imports, is_constant, keyword
from . import knowledge
from .estimators import ESTIMATORS, Estimators
from .judge import Leak
from .syntax import base, children, keeps_the_best, positional, takes_rows, texts_in
from .values import OTHER, Part, Value, either, merged

# Functions that call functions: so many levels say enough, and recursion must end.
MAX_DEPTH = 4
# Statements that are looked at in one file; nobody's notebook has more.
MAX_STEPS = 50_000
# A loop over a list of more tables than this is not a list that somebody wrote.
MAX_ELEMENTS = 8
_LIBRARIES = ("pandas.", "numpy.", "sklearn.", "imblearn.", "seaborn.", "scipy.")


def leaks(tree: ast.Module, imports: Imports) -> list[Leak]:
    """Find the leaks of a file, in the order of their lines, each once."""
    flow = _Flow(tree, imports)
    flow.run(tree.body)
    found = {(leak.node.lineno, leak.rule): leak for leak in reversed(flow.judge.verdicts())}
    return [found[key] for key in sorted(found)]


class _Flow(Estimators):
    def __init__(self, tree: ast.Module, imports: Imports) -> None:
        super().__init__(imports)
        self._classes = {
            node.name: {f.name: f for f in node.body if isinstance(f, ast.FunctionDef)}
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        }
        methods = {id(f) for members in self._classes.values() for f in members.values()}
        self._functions = {
            node.name: node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and id(node) not in methods
        }
        self._splits = 0
        self._depth = 0
        self._steps = 0
        self._returned: list[Value] = []

    def run(self, body: Sequence[ast.stmt]) -> None:
        """Take statements in their order."""
        for statement in body:
            self._steps += 1
            if self._steps < MAX_STEPS:
                self._statement(statement)

    # -- statements ---------------------------------------------------------------------------------

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            self._assign(node.targets, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._assign([node.target], node.value)
        elif isinstance(node, ast.AugAssign):
            result = ast.BinOp(left=node.target, op=node.op, right=node.value)
            self._bind(node.target, self._value(ast.copy_location(result, node)))
        elif isinstance(node, ast.Expr):
            self._expression(node.value)
        elif isinstance(node, ast.Return):
            self._returned.append(self._value(node.value) if node.value else OTHER)
        elif isinstance(node, ast.Delete):
            self._delete(node.targets)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._for(node)
        elif isinstance(node, ast.While):
            self._value(node.test)
            self._looped(node.body)
        elif isinstance(node, ast.If):
            self._if(node)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                self._value(item.context_expr)
            self.run(node.body)
        elif isinstance(node, ast.Try):
            self.run([*node.body, *(s for h in node.handlers for s in h.body), *node.orelse])
            self.run(node.finalbody)
        elif isinstance(node, ast.FunctionDef):
            # A later definition of the same name is the one that is called from here on.
            self._functions[node.name] = node

    def _if(self, node: ast.If) -> None:
        """Take both arms, each from the same beginning, unless it is known which."""
        self._value(node.test)
        arms = self._arms(node)
        before = dict(self._known)
        for number, arm in enumerate(arms):
            first, self._known = self._known, dict(before) if number else self._known
            self.run(arm)
            if number:
                for name, value in first.items():
                    other = self._known.get(name, OTHER)
                    if other is not value:
                        self._known[name] = either(value, other)

    def _arms(self, node: ast.If) -> list[list[ast.stmt]]:
        """`if not scaler:` in a function that was given one; `if scale:` where it is False."""
        test, arms = node.test, [node.body, node.orelse]
        is_not = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        asked = test.operand if isinstance(test, ast.UnaryOp) and is_not else test
        if isinstance(test, ast.Compare) and is_constant(test.comparators[0], None):
            if self._quiet(test.left).kind != "other":
                arms.pop(1 if isinstance(test.ops[0], ast.IsNot) else 0)
        elif isinstance(asked, ast.Name):
            value = self._known.get(asked.id, OTHER)
            truth = value.truth if value.kind == "other" else True
            if truth is not None:
                arms.pop(0 if truth == is_not else 1)
        return arms

    def _expression(self, node: ast.expr) -> None:
        value = self._value(node)
        # `df.dropna(inplace=True)`, and `scaler.fit(X)`: what the call has done to its object.
        is_inplace = isinstance(node, ast.Call) and is_constant(keyword(node, "inplace"), True)
        if is_inplace and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            self._bind(node.func.value, value)

    def _delete(self, targets: Sequence[ast.expr]) -> None:
        for target in targets:
            if isinstance(target, ast.Name):
                self._known.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                self._bind(target, OTHER)

    def _assign(self, targets: Sequence[ast.expr], source: ast.expr) -> None:
        value = self._value(source)
        for target in targets:
            if isinstance(target, ast.Tuple | ast.List):
                self._unpack(target.elts, source, value)
            else:
                self._bind(target, self._by_name(target, source, value))

    def _unpack(self, targets: Sequence[ast.expr], source: ast.expr, value: Value) -> None:
        if self._is_split(source):
            self._unpack_split(targets, source)
        elif isinstance(source, ast.Tuple | ast.List) and len(source.elts) == len(targets):
            for target, element, step in zip(targets, source.elts, value.steps, strict=True):
                self._bind(target, self._by_name(target, element, step))
        else:
            self._bind_each(targets, value)

    def _unpack_split(self, targets: Sequence[ast.expr], source: ast.expr) -> None:
        arguments = [self._quiet(argument) for argument in positional(source)]
        is_of_one = (
            isinstance(source, ast.Call) and self._imports.last(source.func) == "random_split"
        )
        for number, target in enumerate(targets):
            which = 0 if is_of_one else number // 2
            origin = arguments[which] if which < len(arguments) else merged(arguments)
            is_first = number == 0 if is_of_one else number % 2 == 0
            part = Part(self._splits, "train" if is_first else self._other_side(target))
            self._bind(target, replace(origin.derived(), kind="data", parts=origin.parts | {part}))

    def _other_side(self, target: ast.expr) -> str:
        name = target.id if isinstance(target, ast.Name) else ""
        return "val" if knowledge.side_of(name) == "val" else "test"

    def _by_name(self, target: ast.expr, source: ast.expr, value: Value) -> Value:
        """A part of a table that is given to something called `train` or `test` is that side."""
        name = target.id if isinstance(target, ast.Name) else ""
        side = knowledge.side_of(name)
        if side is None or not value.is_unsplit or not self._cuts(source):
            return value
        if isinstance(owner := base(source), ast.Name) and owner.id == name:
            return value  # Rows of `X_train` that stay `X_train`.
        # Both sides of one table are one split, though they are cut by two statements.
        split = -abs(hash(tuple(sorted(value.roots)))) % 100_003 + 1_000_000
        self.judge.split([value])
        return replace(value.derived(), parts=frozenset({Part(split, side)}))

    def _cuts(self, source: ast.expr) -> bool:
        """Whether an expression takes some rows, as far as can be told: `df[columns]` takes all of them."""
        if not takes_rows(source):
            return False
        while isinstance(source, ast.Call | ast.Attribute):
            source = source.func if isinstance(source, ast.Call) else source.value
        index = source.slice if isinstance(source, ast.Subscript) else None
        return not isinstance(index, ast.Name) or self._quiet(index).kind in ("data", "index")

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        value = self._value(node.iter)
        is_list = value.kind == "other" and isinstance(node.iter, ast.List | ast.Tuple | ast.Name)
        if value.kind == "folds" and isinstance(node.target, ast.Tuple):
            self._splits += 1
            for target, side in zip(node.target.elts, ("train", "test"), strict=False):
                self._bind(target, Value(kind="index", parts=frozenset({Part(self._splits, side)})))
            self._looped(node.body)
        elif is_list and value.steps:
            for element in value.steps[:MAX_ELEMENTS]:
                self._bind(node.target, element)
                self._looped(node.body)
        else:
            self._bind(node.target, value)
            self._looped(node.body)
        self.run(node.orelse)

    def _looped(self, body: Sequence[ast.stmt]) -> None:
        with self.judge.choosing() if keeps_the_best(body) else nullcontext():
            self.run(body)

    # -- expressions --------------------------------------------------------------------------------

    def _value(self, node: ast.expr | None) -> Value:
        self._steps += 1
        if self._steps > MAX_STEPS:
            return OTHER
        if isinstance(node, ast.Name):
            return self._known.get(node.id, OTHER)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.IfExp):
            return merged(
                [self._value(node.test), self._value(node.body), self._value(node.orelse)]
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            return Value(truth=node.value)
        if isinstance(node, ast.Tuple | ast.List):
            steps = tuple(self._value(element) for element in node.elts)
            return Value(steps=steps, texts=texts_in(node))
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return self._comprehension(node)
        if isinstance(node, ast.NamedExpr):
            value = self._value(node.value)
            self._bind(node.target, value)
            return value
        if isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Starred | ast.Await):
            return merged([self._value(child) for child in children(node)])
        for child in children(node):
            self._value(child)
        return OTHER

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        """A list that is made of a table's rows has these rows."""
        outside, self._known = self._known, dict(self._known)
        try:
            through = []
            for generator in node.generators:
                through.append(self._value(generator.iter))
                self._bind(generator.target, merged(through[-1:]))
            return merged([self._value(node.elt), *through])
        finally:
            self._known = outside

    # -- calls --------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Value:
        name = self._imports.last(node.func)
        if self._is_split(node):
            return self._split(node)
        made = self._made(node, name)
        if made is not None:
            return made
        if name in knowledge.CROSS_VALIDATIONS:
            arguments = [self._taken_for_table(argument) for argument in positional(node)]
            self._cross_validated(node, arguments)
            return OTHER
        if isinstance(node.func, ast.Name) and node.func.id in self._functions:
            return self._enter(node, self._functions[node.func.id])
        if isinstance(node.func, ast.Name) and node.func.id in self._classes:
            arguments = [self._value(argument) for argument in positional(node)]
            return replace(merged(arguments), label=node.func.id)
        if isinstance(node.func, ast.Attribute):
            return self._call_method(node, node.func)
        return self._call_function(node, name)

    def _is_split(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._imports.last(node.func) in knowledge.SPLITS

    def _split(self, node: ast.Call) -> Value:
        self._splits += 1
        arguments = [self._taken_for_table(argument) for argument in positional(node)]
        self.judge.split(arguments)
        self.judge.target(node, arguments, self._known)
        self.judge.order(node, arguments)
        return replace(merged(arguments), steps=())

    def _enter(self, node: ast.Call, function: ast.FunctionDef, *before: Value) -> Value:
        """Go through a function of the notebook with what it is called with."""
        arguments = [*before, *(self._value(argument) for argument in node.args)]
        words = {word.arg: self._value(word.value) for word in node.keywords if word.arg}
        return self._run_function(function, arguments, words)

    def _run_function(
        self, function: ast.FunctionDef, arguments: Sequence[Value], words: dict[str, Value]
    ) -> Value:
        if self._depth >= MAX_DEPTH:
            return merged(arguments)
        signature = function.args
        parameters = [a.arg for a in (*signature.posonlyargs, *signature.args)]
        defaults = zip(reversed(parameters), reversed(signature.defaults), strict=False)
        known = {name: self._value(default) for name, default in defaults}
        known |= {**dict(zip(parameters, arguments, strict=False)), **words}
        outside, returned = self._known, self._returned
        self._known = {**outside, **dict.fromkeys(parameters, OTHER), **known}
        self._returned = []
        self._depth += 1
        try:
            self.run(function.body)
            results = self._returned
        finally:
            self._known, self._returned = outside, returned
            self._depth -= 1
        return results[0] if len(results) == 1 else merged(results)

    def _call_method(self, node: ast.Call, func: ast.Attribute) -> Value:
        dotted = self._imports.name(func)
        if dotted.startswith(_LIBRARIES):
            return self._call_function(node, func.attr)
        owner = self._value(func.value)
        if owner.kind == "folds" and func.attr == "split":
            self.judge.split([self._value(argument) for argument in node.args])
            return replace(owner, steps=())
        if owner.kind in ESTIMATORS:
            return self._estimator(node, func, owner)
        if func.attr in self._classes.get(owner.label, ()):
            return self._enter(node, self._classes[owner.label][func.attr], owner)
        if owner.kind == "data" and func.attr in knowledge.APPLYING and node.args:
            applied = self._applied(node, owner)
            if applied is not None:
                return applied
        return self._data_method(node, func, owner)

    def _applied(self, node: ast.Call, owner: Value) -> Value | None:
        """`df.apply(scale)`: a function of the notebook for each column, row or group."""
        function = node.args[0]
        axis = keyword(node, "axis")
        if isinstance(axis, ast.Constant) and axis.value not in (0, "index"):
            return None  # Row by row.
        column = owner.derived()
        if isinstance(function, ast.Name) and function.id in self._functions:
            return merged([self._run_function(self._functions[function.id], [column], {}), column])
        if isinstance(function, ast.Lambda) and function.args.args:
            outside, self._known = self._known, dict(self._known)
            self._known[function.args.args[0].arg] = column
            try:
                return merged([self._value(function.body), column])
            finally:
                self._known = outside
        return None
