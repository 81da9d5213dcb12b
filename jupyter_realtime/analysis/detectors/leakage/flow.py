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
the sides of splits that they are on, what has looked at all of them (*touches*), and, of a learner or
model, what it was fitted on. Statements are taken in order, loops once, both arms of an `if` one after
the other; functions of the notebook are entered where they are called. Each of the few calls that
matter – a split, a fit, a cross-validation, a score – is put before the `judge` with what comes in.

The three kinds of leak (overlap, preprocessing, multi-test) are those of Yang, Brower-Sinning, Lewis and
Kästner, "Data Leakage in Notebooks: Static Detection and Better Processes" (ASE 2022).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

from ..dotted import Imports, is_constant, keyword
from . import knowledge
from .judge import Judge, Leak
from .syntax import base, children, keeps_the_best, method, positional, takes_rows
from .values import OTHER, Part, Touch, Value, merged

# Functions that call functions: two levels say enough, and recursion must end.
MAX_DEPTH = 3
# Statements that are looked at in one file; nobody's notebook has more.
MAX_STEPS = 50_000


def leaks(tree: ast.Module, imports: Imports) -> list[Leak]:
    """Find the leaks of a file, in the order of their lines, each once."""
    flow = _Flow(tree, imports)
    flow.run(tree.body)
    found = {(leak.node.lineno, leak.rule): leak for leak in reversed(flow.judge.verdicts())}
    return [found[key] for key in sorted(found)]


class _Flow:
    def __init__(self, tree: ast.Module, imports: Imports) -> None:
        self._imports = imports
        self._functions = {
            node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
        }
        self._known: dict[str, Value] = {}
        self._splits = 0
        self._depth = 0
        self._steps = 0
        self._returned: list[Value] = []
        self.judge = Judge()

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
            self._bind(node.target, merged([self._value(node.target), self._value(node.value)]))
        elif isinstance(node, ast.Expr):
            self._expression(node.value)
        elif isinstance(node, ast.Return):
            self._returned.append(self._value(node.value) if node.value else OTHER)
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

    def _if(self, node: ast.If) -> None:
        """Both arms, unless it is known which: `if not scaler:` in a function that was given one."""
        self._value(node.test)
        arms = [node.body, node.orelse]
        test = node.test
        asks_for_none = isinstance(test, ast.Compare) and is_constant(test.comparators[0], None)
        if (
            isinstance(test, ast.Compare)
            and asks_for_none
            and self._value(test.left).kind != "other"
        ):
            arms.pop(1 if isinstance(test.ops[0], ast.IsNot) else 0)
        elif (
            isinstance(test, ast.UnaryOp)
            and isinstance(test.op, ast.Not)
            and isinstance(test.operand, ast.Name)
            and self._value(test.operand).kind != "other"
        ):
            arms.pop(0)
        for arm in arms:
            self.run(arm)

    def _expression(self, node: ast.expr) -> None:
        value = self._value(node)
        # `df.dropna(inplace=True)`, and `scaler.fit(X)`: what the call has done to its object.
        is_inplace = isinstance(node, ast.Call) and is_constant(keyword(node, "inplace"), True)
        if is_inplace and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            self._bind(node.func.value, value)

    def _assign(self, targets: Sequence[ast.expr], source: ast.expr) -> None:
        value = self._value(source)
        for target in targets:
            if isinstance(target, ast.Tuple | ast.List):
                self._unpack(target.elts, source, value)
            else:
                self._bind(target, self._by_name(target, source, value))

    def _unpack(self, targets: Sequence[ast.expr], source: ast.expr, value: Value) -> None:
        if self._is_split(source):
            split = self._splits
            arguments = [self._value(argument) for argument in positional(source)]
            for number, target in enumerate(targets):
                origin = arguments[number // 2] if number // 2 < len(arguments) else value
                side = "train" if number % 2 == 0 else self._other_side(target)
                part = Part(split, side)
                self._bind(
                    target, replace(origin.derived(), kind="data", parts=origin.parts | {part})
                )
            return
        if isinstance(source, ast.Tuple | ast.List) and len(source.elts) == len(targets):
            for target, element in zip(targets, source.elts, strict=True):
                self._bind(target, self._by_name(target, element, self._value(element)))
            return
        for number, target in enumerate(targets):
            step = (
                value.steps[number]
                if number < len(value.steps) and value.kind == "other"
                else value
            )
            self._bind(target, step)

    def _other_side(self, target: ast.expr) -> str:
        name = target.id if isinstance(target, ast.Name) else ""
        return "val" if knowledge.side_of(name) == "val" else "test"

    def _by_name(self, target: ast.expr, source: ast.expr, value: Value) -> Value:
        """A part of a table that is given to something called `train` or `test` is that side."""
        name = target.id if isinstance(target, ast.Name) else ""
        side = knowledge.side_of(name)
        if side is None or not value.is_unsplit or not takes_rows(source):
            return value
        # Both sides of one table are one split, though they are cut by two statements.
        split = -abs(hash(tuple(sorted(value.roots)))) % 100_003 + 1_000_000
        self.judge.split([value])
        return replace(value.derived(), parts=frozenset({Part(split, side)}))

    def _bind(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self._known[target.id] = value
        elif isinstance(target, ast.Subscript | ast.Attribute) and isinstance(
            owner := base(target), ast.Name
        ):
            self._bind_part(owner.id, value)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, value)

    def _bind_part(self, name: str, value: Value) -> None:
        """`df["x"] = …`: the table has now what the column has."""
        before = self._known.get(name, OTHER)
        if before.kind == "data" and value.kind == "data":
            self._known[name] = replace(
                before,
                touches=before.touches | value.touches,
                lagged=before.lagged or value.lagged,
            )

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        value = self._value(node.iter)
        if value.kind == "folds" and isinstance(node.target, ast.Tuple):
            self._splits += 1
            for target, side in zip(node.target.elts, ("train", "test"), strict=False):
                self._bind(target, Value(kind="index", parts=frozenset({Part(self._splits, side)})))
        else:
            self._bind(node.target, replace(value, steps=()) if value.kind == "data" else OTHER)
            if isinstance(node.iter, ast.List | ast.Tuple) and node.iter.elts:
                self._bind(node.target, self._value(node.iter.elts[0]))
        self._looped(node.body)
        self.run(node.orelse)

    def _looped(self, body: Sequence[ast.stmt]) -> None:
        with self.judge.choosing() if keeps_the_best(body) else nullcontext():
            self.run(body)

    # -- expressions --------------------------------------------------------------------------------

    def _value(self, node: ast.expr | None) -> Value:
        if isinstance(node, ast.Name):
            return self._known.get(node.id, OTHER)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Attribute):
            value = self._value(node.value)
            return value.derived() if value.kind == "data" else OTHER
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.IfExp):
            return merged([self._value(node.body), self._value(node.orelse)])
        if isinstance(node, ast.Tuple | ast.List):
            values = [self._value(element) for element in node.elts]
            return replace(merged(values), steps=tuple(values), kind="other")
        if isinstance(node, ast.NamedExpr):
            value = self._value(node.value)
            self._bind(node.target, value)
            return value
        if isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Starred | ast.Await):
            return merged([self._value(child) for child in children(node)])
        for child in children(node):
            self._value(child)
        return OTHER

    def _subscript(self, node: ast.Subscript) -> Value:
        value, index = self._value(node.value), self._value(node.slice)
        if value.kind != "data":
            return value if value.kind == "folds" else OTHER
        if index.kind == "index":
            return replace(value.derived(), parts=value.parts | index.parts)
        name = node.value.id if isinstance(node.value, ast.Name) else value.whole
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) and name:
            return replace(value.derived(), column=(name, node.slice.value))
        return value.derived()

    def _binary(self, node: ast.BinOp) -> Value:
        value = merged([self._value(node.left), self._value(node.right)])
        for data in (self._value(node.left), self._value(node.right)):
            if data.is_unsplit and self._has_statistic_of(node, data):
                touch = self._touch(
                    node,
                    "a mean or a range over all rows",
                    "preprocessing-before-split",
                    certain=True,
                )
                return replace(value, touches=value.touches | {touch})
        return value

    def _has_statistic_of(self, node: ast.expr, data: Value) -> bool:
        """Whether `x.mean()` and the like of the same table, or `np.mean(x)`, is in an expression."""
        for call in ast.walk(node):
            if not isinstance(call, ast.Call) or is_constant(keyword(call, "axis"), 1):
                continue
            if not {self._imports.last(call.func), method(call)} & knowledge.STATISTICS:
                continue
            subject = call.func.value if isinstance(call.func, ast.Attribute) else None
            of_subject = self._quiet(subject)
            of_argument = self._quiet(call.args[0]) if call.args else OTHER
            if any(
                value.is_unsplit and value.roots & data.roots for value in (of_subject, of_argument)
            ):
                return True
        return False

    def _quiet(self, node: ast.expr | None) -> Value:
        """Look at an expression without noting what it does."""
        judge, self.judge = self.judge, Judge()
        try:
            return self._value(node)
        finally:
            self.judge = judge

    # -- calls --------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Value:
        self._steps += 1
        if self._steps > MAX_STEPS:
            return OTHER
        name = self._imports.last(node.func)
        if self._is_split(node):
            self._splits += 1
            arguments = [self._value(argument) for argument in positional(node)]
            self.judge.split(arguments)
            self.judge.target(node, arguments, self._known)
            self.judge.order(node, arguments)
            return replace(merged(arguments), steps=())
        made = self._made(node, name)
        if made is not None:
            return made
        if name in knowledge.CROSS_VALIDATIONS:
            arguments = [self._value(argument) for argument in positional(node)]
            self.judge.split([value for value in arguments if value.is_unsplit])
            return OTHER
        if isinstance(node.func, ast.Name) and node.func.id in self._functions:
            return self._enter(node, self._functions[node.func.id])
        if isinstance(node.func, ast.Attribute):
            return self._call_method(node, node.func)
        return self._call_function(node, name)

    def _is_split(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._imports.last(node.func) == "train_test_split"

    def _made(self, node: ast.Call, name: str) -> Value | None:
        """What a class of a library makes."""
        if name in knowledge.LEARNING:
            return Value(kind="learner", label=name)
        if name in knowledge.HARMLESS:
            return Value(kind="learner", label="")
        if name in knowledge.RESAMPLERS:
            return Value(kind="resampler", label=name)
        if name in knowledge.FOLDS:
            return Value(kind="folds", label=name)
        if name in knowledge.PIPELINES:
            return Value(kind="pipeline", label=name, steps=tuple(self._steps_of(node)))
        if name in knowledge.SEARCHES:
            inner = (
                self._value(node.args[0]) if node.args else self._value(keyword(node, "estimator"))
            )
            return Value(kind="search", label=name, steps=(inner,))
        if knowledge.is_model(name) and name[:1].isupper():
            stops = keyword(node, "early_stopping_rounds") is not None
            return Value(kind="model", label=name, stops_early=stops)
        return None

    def _steps_of(self, node: ast.expr) -> Iterator[Value]:
        for child in ast.walk(node):
            if isinstance(child, ast.Call) and child is not node:
                made = self._made(child, self._imports.last(child.func))
                if made is not None:
                    yield made
            elif isinstance(child, ast.Name) and child.id in self._known:
                value = self._known[child.id]
                if value.kind in ("learner", "model", "pipeline", "resampler"):
                    yield value

    def _enter(self, node: ast.Call, function: ast.FunctionDef) -> Value:
        """Go through a function of the notebook with what it is called with."""
        arguments = [self._value(argument) for argument in node.args]
        words = {word.arg: self._value(word.value) for word in node.keywords if word.arg}
        if self._depth >= MAX_DEPTH:
            return merged(arguments)
        parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        outside, returned = self._known, self._returned
        self._known = {**outside, **dict(zip(parameters, arguments, strict=False)), **words}
        self._returned = []
        self._depth += 1
        try:
            self.run(function.body)
            results = self._returned
        finally:
            self._known, self._returned = outside, returned
            self._depth -= 1
        return results[0] if len(results) == 1 else merged(results)

    def _call_function(self, node: ast.Call, name: str) -> Value:
        values = [self._value(argument) for argument in positional(node)]
        values += [self._value(word.value) for word in node.keywords]
        dotted = self._imports.name(node.func)
        if knowledge.METRICS.search(name):
            self.judge.scored(node, values)
            return OTHER
        if (
            name == "resample"
            and "sklearn" in dotted
            and not is_constant(keyword(node, "replace"), False)
        ):
            return self._resampled(node, merged(values))
        if dotted.startswith("pandas.read_") or name.startswith(
            ("load_", "fetch_", "make_", "read_")
        ):
            return self._table(node)
        if dotted in ("pandas.DataFrame", "pandas.Series", "numpy.loadtxt", "numpy.genfromtxt"):
            return merged(values) if merged(values).kind == "data" else self._table(node)
        if name == "scale" and "sklearn" in dotted:
            return self._touched(node, merged(values), "scale")
        return merged(values)

    def _table(self, node: ast.Call) -> Value:
        """A table that comes from outside; with `return_X_y` two of the same rows."""
        root = f"table {node.lineno}:{node.col_offset}"
        value = Value(kind="data", roots=frozenset({root}), whole=root)
        return replace(value, steps=()) if keyword(node, "return_X_y") is None else value.derived()

    # -- methods ------------------------------------------------------------------------------------

    def _call_method(self, node: ast.Call, func: ast.Attribute) -> Value:
        dotted = self._imports.name(func)
        if dotted.startswith(("pandas.", "numpy.", "sklearn.", "imblearn.", "seaborn.", "scipy.")):
            return self._call_function(node, func.attr)
        owner = self._value(func.value)
        if owner.kind == "folds" and func.attr == "split":
            self.judge.split([self._value(argument) for argument in node.args])
            return replace(owner, steps=())
        if owner.kind in ("learner", "model", "pipeline", "search", "resampler"):
            return self._estimator(node, func, owner)
        return self._data_method(node, func, owner)

    def _data_method(self, node: ast.Call, func: ast.Attribute, owner: Value) -> Value:
        values = [self._value(argument) for argument in node.args]
        values += [self._value(word.value) for word in node.keywords]
        if owner.kind != "data":
            return merged([owner, *values])
        if func.attr == "fillna" and owner.is_unsplit:
            filler = node.args[0] if node.args else keyword(node, "value")
            if filler is not None and self._has_statistic_of(filler, owner):
                touch = self._touch(
                    node, "a mean over all rows", "preprocessing-before-split", certain=False
                )
                return replace(owner.derived(), touches=owner.touches | {touch})
        if func.attr in ("shift", "rolling", "diff", "pct_change"):
            return replace(owner.derived(), lagged=True)
        if (
            func.attr == "sample"
            and is_constant(keyword(node, "replace"), True)
            and owner.is_unsplit
        ):
            return self._resampled(node, owner)
        if func.attr in (
            "copy",
            "reset_index",
            "astype",
            "sort_values",
            "dropna",
            "drop_duplicates",
        ):
            return owner
        if func.attr == "drop":
            return self._dropped(node, owner)
        return merged([owner, *values])

    def _dropped(self, node: ast.Call, owner: Value) -> Value:
        """Without rows or columns; a table without `train.index` is the other side of a split."""
        # Not the table itself: `train.drop("y", axis=1)` is still `train`.
        text = " ".join(ast.dump(argument) for argument in [*node.args, *node.keywords])
        for name, value in self._known.items():
            if f"id='{name}'" in text and value.sides() == {"train"} and value.roots <= owner.roots:
                [part] = value.parts
                return replace(owner.derived(), parts=frozenset({Part(part.split, "test")}))
        return replace(owner.derived(), whole=None)

    def _resampled(self, node: ast.Call, value: Value) -> Value:
        if not value.is_unsplit:
            return value.derived()
        touch = self._touch(
            node, "drawing rows several times", "oversampling-before-split", certain=True
        )
        return replace(value.derived(), touches=value.touches | {touch})

    # -- learners and models ------------------------------------------------------------------------

    def _estimator(self, node: ast.Call, func: ast.Attribute, owner: Value) -> Value:
        arguments = [self._value(argument) for argument in positional(node)]
        arguments += [self._value(word.value) for word in node.keywords if word.arg in ("X", "y")]
        data = merged(arguments)
        first = next((value for value in arguments if value.kind == "data"), OTHER)
        method = func.attr
        if method.startswith("fit"):
            owner = self._fit(node, func, owner, first)
        if method in ("fit", "partial_fit"):
            return owner
        if method in ("fit_transform", "transform"):
            return self._transformed(node, owner, first)
        if method == "fit_resample":
            self._bind(func.value, owner)
            return replace(self._oversampled(node, first, owner), steps=())
        if method == "score":
            self.judge.scored(node, [first], owner)
            return OTHER
        if method.startswith(("predict", "decision_function")):
            self.judge.scored(node, [first], owner)
            return replace(data.derived(), fitted=None)
        return data.derived() if data.kind == "data" else OTHER

    def _fit(self, node: ast.Call, func: ast.Attribute, owner: Value, data: Value) -> Value:
        fitted = replace(owner, fitted=data if data.kind == "data" else owner.fitted)
        self._bind(func.value, fitted)
        self.judge.fitted(node, owner, data, fitted)
        stopped_by = self._looked_at(node, owner)
        if data.parts and stopped_by is not None:
            self.judge.chosen(node, stopped_by)
        return fitted

    def _looked_at(self, node: ast.Call, owner: Value) -> Value | None:
        """Give the test set that a fit stops early by."""
        eval_set = keyword(node, "eval_set") or keyword(node, "validation_data")
        if eval_set is None:
            return None
        callbacks = ast.dump(keyword(node, "callbacks") or ast.Constant(None)).lower()
        stops = (
            owner.stops_early
            or keyword(node, "early_stopping_rounds") is not None
            or "early" in callbacks
        )
        seen = [self._value(child) for child in ast.walk(eval_set) if isinstance(child, ast.Name)]
        tested = [value for value in seen if value.sides() == {"test"}]
        return tested[0] if stops and tested else None

    def _transformed(self, node: ast.Call, owner: Value, data: Value) -> Value:
        learned_from = owner.fitted
        result = replace(data.derived(), kind="data") if data.kind == "data" else OTHER
        if result.kind != "data" or learned_from is None or not owner.learns():
            return result
        if learned_from.is_unsplit and (owner.label or owner.kind == "pipeline"):
            touch = self._touch(
                node, owner.label or "a pipeline", "preprocessing-before-split", certain=True
            )
            if data.is_unsplit:
                return replace(result, touches=result.touches | {touch})
            if learned_from.roots & data.roots:
                self.judge.split_between(owner, learned_from, touch)
        return result

    def _oversampled(self, node: ast.Call, data: Value, owner: Value) -> Value:
        if not data.is_unsplit:
            return data.derived()
        touch = self._touch(node, owner.label, "oversampling-before-split", certain=True)
        return replace(data.derived(), touches=data.touches | {touch})

    def _touched(self, node: ast.expr, value: Value, what: str) -> Value:
        if not value.is_unsplit:
            return value.derived()
        touch = self._touch(node, what, "preprocessing-before-split", certain=True)
        return replace(value.derived(), touches=value.touches | {touch})

    def _touch(self, node: ast.expr, what: str, rule: str, *, certain: bool) -> Touch:
        return Touch(node, node.lineno, what, rule, certain)
