"""What learners, models and pipelines are made of, fitted on, and do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..dotted import keyword
from . import knowledge
from .syntax import positional
from .tables import Tables
from .values import OTHER, Value, merged

ESTIMATORS = ("learner", "model", "pipeline", "search", "resampler")


class Estimators(Tables):
    """Follows what learns from tables."""

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

    def _estimator(self, node: ast.Call, func: ast.Attribute, owner: Value) -> Value:
        method = func.attr
        learns = owner.kind == "resampler" or owner.learns()
        look = self._taken_for_table if learns and method.startswith("fit") else self._value
        arguments = [look(argument) for argument in positional(node)]
        arguments += [look(word.value) for word in node.keywords if word.arg in ("X", "y")]
        data = merged(arguments)
        first = next((value for value in arguments if value.kind == "data"), OTHER)
        if method.startswith("fit"):
            owner = self._fit(node, func, owner, first)
        if method in ("fit", "partial_fit"):
            return owner
        if method in ("fit_transform", "transform"):
            return self._transformed(node, owner, first)
        if method in ("fit_resample", "fit_sample"):
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
        if owner.kind == "search":
            self._cross_validated(node, [data])
        stopped_by = self._looked_at(node, owner)
        if data.parts and stopped_by is not None:
            self.judge.chosen(node, stopped_by)
        return fitted

    def _cross_validated(self, node: ast.Call, tables: Sequence[Value]) -> None:
        """Split into folds; what is called a training set was left over from a split elsewhere.

        To have scaled that as a whole is custom, and its test set knows nothing of it.
        """
        names = [one.id for one in positional(node) if isinstance(one, ast.Name)]
        if not any(knowledge.side_of(name) == "train" for name in names):
            self.judge.split([value for value in tables if value.is_unsplit])

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
        tested = [value for value in seen if value.side == "test"]
        return tested[0] if stops and tested else None

    def _transformed(self, node: ast.Call, owner: Value, data: Value) -> Value:
        learned_from = owner.fitted
        result = replace(data.derived(), kind="data") if data.kind == "data" else OTHER
        if result.kind != "data" or learned_from is None or not owner.learns():
            return result
        if learned_from.is_unsplit and (owner.label or owner.kind == "pipeline"):
            touch = self._touch(node, owner.label or "a pipeline")
            if data.is_unsplit:
                return replace(result, touches=result.touches | {touch})
            if learned_from.roots & data.roots:
                self.judge.split_between(owner, learned_from, touch)
        return result

    def _oversampled(self, node: ast.Call, data: Value, owner: Value) -> Value:
        if not data.is_unsplit:
            return data.derived()
        touch = self._touch(node, owner.label, "oversampling-before-split")
        return replace(data.derived(), touches=data.touches | {touch})
