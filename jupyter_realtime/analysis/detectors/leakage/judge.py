"""What is wrong with a split, a fit or a score, by what is known of the values that come into it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ....core.issues import Severity
from ..dotted import is_constant, keyword
from .values import OTHER, Touch, Value, merged


@dataclass(frozen=True)
class Leak:
    """A leak, at the place where it happens."""

    node: ast.expr
    rule: str
    severity: Severity
    message: str


class Judge:
    """Hears of each call that matters, in their order; some leaks only show at the end."""

    def __init__(self) -> None:
        self._found: list[Leak] = []
        # Fits on whole tables, until it is known whether a part of them is a test set.
        self._whole_fits: list[tuple[ast.Call, Value, Value]] = []
        # Fits on a test set, until it is known whether the other side is the one to judge by.
        self._test_fits: list[tuple[ast.Call, Value, Value]] = []
        self._scored_on: list[tuple[ast.Call, Value, Value]] = []
        self._chosen_on: list[tuple[ast.Call, Value]] = []
        self._told_fits: set[tuple[str, frozenset[str]]] = set()

    def verdicts(self) -> list[Leak]:
        """Tell all leaks: those that were seen at once, and who was trained on what they are judged by."""
        at_the_end = (self._trained_on_test(), self._trained_on_all(), self._chosen_by_test())
        return [*self._found, *(leak for leaks in at_the_end for leak in leaks)]

    # -- splits -------------------------------------------------------------------------------------

    def split(self, tables: Sequence[Value]) -> None:
        """Rows are split, or cross-validated: nothing may have looked at all of them before."""
        for value in tables:
            for touch in value.touches:
                self._tell_touch(touch)

    def split_between(self, owner: Value, learned_from: Value, touch: Touch) -> None:
        """Rows of one side are transformed by what was fitted on all, so that the split came between."""
        fit = (owner.label or touch.what, learned_from.roots)
        if fit not in self._told_fits:
            self._told_fits.add(fit)
            self._tell_touch(touch)

    def target(
        self, node: ast.Call, arguments: Sequence[Value], known: Mapping[str, Value]
    ) -> None:
        """`train_test_split(df, df["y"])`: what is to be predicted is among the features."""
        if len(arguments) < 2 or arguments[1].column is None:
            return
        features, (table, column) = arguments[0], arguments[1].column
        if features.whole is not None and features.whole == known.get(table, OTHER).whole:
            self._tell(
                node,
                "target-in-features",
                "high",
                f"The features still have the column {column!r} that is to be predicted: drop it.",
            )

    def order(self, node: ast.Call, arguments: Sequence[Value]) -> None:
        """Rows with a memory of earlier rows, shuffled: training knows the neighbours of the test set."""
        is_shuffled = not is_constant(keyword(node, "shuffle"), False)
        if is_shuffled and any(value.lagged for value in arguments):
            self._tell(
                node,
                "shuffled-time",
                "medium",
                "Rows that hold values of earlier rows (shift, rolling) are shuffled: the training set "
                "has the hours around those of the test set. Split by time: `shuffle=False`, or "
                "TimeSeriesSplit.",
            )

    # -- fits and scores ----------------------------------------------------------------------------

    def fitted(self, node: ast.Call, owner: Value, data: Value, fitted: Value) -> None:
        """Something has learned from rows: from whose?"""
        if data.is_on_both_sides and (owner.learns() or owner.predicts()):
            self._tell(
                node,
                "overlap",
                "high",
                f"{owner.label or 'This'} is fitted on rows of the training set and of the test set "
                "together: fit it on the training set only.",
            )
        elif data.side == "test":
            self._fitted_on_test(node, owner, data)
        if owner.predicts() and data.is_unsplit:
            self._whole_fits.append((node, data, fitted))

    def scored(self, node: ast.Call, values: Sequence[Value], owner: Value = OTHER) -> None:
        """A model is judged by rows."""
        data = merged(values)
        if data.side is not None and not data.is_on_both_sides:
            self._scored_on.append((node, data, owner))

    def chosen(self, node: ast.Call, data: Value) -> None:
        """Note that something was chosen by rows of a test set."""
        self._chosen_on.append((node, data))

    @contextmanager
    def choosing(self) -> Iterator[None]:
        """Whatever is scored in here is scored to choose the best."""
        before = len(self._scored_on)
        yield
        tested = ((call, data) for call, data, _ in self._scored_on[before:])
        self._chosen_on += [(call, data) for call, data in tested if data.side == "test"]

    def filled_by_test(self, node: ast.expr, what: str) -> None:
        """Gaps of the test set are filled by what is known of itself."""
        self._tell(
            node,
            "fit-on-test",
            "medium",
            f"{what} of the test set fills its gaps: take the training set's, which is all that will be "
            "known of a new row.",
        )

    def _fitted_on_test(self, node: ast.Call, owner: Value, data: Value) -> None:
        if owner.predicts():
            self._test_fits.append((node, owner, data))
        elif owner.learns() and (owner.label or owner.kind != "learner"):
            mend = "use `transform` with what was fitted on the training set"
            what = f"{owner.label or 'This'} is fitted on the test set"
            self._tell(node, "fit-on-test", "high", f"{what}: {mend}.")

    # -- what only shows at the end -----------------------------------------------------------------

    def _trained_on_test(self) -> Iterator[Leak]:
        """Training on the test set is right only where the training set is used to judge: two folds."""
        for node, owner, data in self._test_fits:
            turned = [
                judged
                for _, judged, model in self._scored_on
                if judged.side == "train"
                and model.fitted is not None
                and model.fitted.parts == data.parts
            ]
            if not turned:
                what = f"{owner.label or 'This'} is trained on the test set"
                yield Leak(
                    node, "fit-on-test", "high", f"{what}, which can't tell then how good it is."
                )

    def _trained_on_all(self) -> Iterator[Leak]:
        for node, data, fitted in self._whole_fits:
            judged = [
                call
                for call, tested, owner in self._scored_on
                if tested.side == "test"
                and tested.roots & data.roots
                and owner.fitted == fitted.fitted
                and call.lineno > node.lineno
            ]
            if judged:
                yield Leak(
                    node,
                    "overlap",
                    "high",
                    f"{fitted.label or 'This'} is trained on all rows, and judged by the test set, which "
                    "is among them: train it on the training set.",
                )

    def _chosen_by_test(self) -> Iterator[Leak]:
        """Choosing by the test set is fine where another one is left to judge by."""
        for node, data in self._chosen_on:
            chosen = {part.split for part in data.parts}
            others = [
                tested
                for _, tested, _ in self._scored_on
                if tested.side == "test" and not {part.split for part in tested.parts} & chosen
            ]
            if not others:
                yield Leak(
                    node,
                    "chosen-by-test",
                    "medium",
                    "The best is chosen by the test set, which can't tell then how good it is. Choose by a "
                    "validation set or cross-validation, and keep the test set for the end.",
                )

    def _tell_touch(self, touch: Touch) -> None:
        if touch.rule == "oversampling-before-split":
            message = (
                f"Rows are multiplied ({touch.what}) before they are split: copies of one row are on both "
                "sides, and the score is too good. Split first, then do it to the training set only."
            )
        else:
            message = (
                f"{touch.what[:1].upper()}{touch.what[1:]} has seen all rows before they are split, so the "
                "training set knows of the test set. Split first and fit on the training set, or put it "
                "into a Pipeline."
            )
        self._tell(touch.node, touch.rule, "high" if touch.certain else "medium", message)

    def _tell(self, node: ast.expr, rule: str, severity: Severity, message: str) -> None:
        self._found.append(Leak(node, rule, severity, message))
