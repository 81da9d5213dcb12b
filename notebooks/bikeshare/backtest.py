"""How good the forecast would have been: fitted to a past, asked for the week after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pandas as pd

from .model import FEATURES, Score, fit
from .features import complete

WEEK = timedelta(days=7)


def weeks(demand: pd.DataFrame, warm_up: int = 6) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Give each week with all that was known before it."""
    start = demand.index.min() + warm_up * WEEK
    while start + WEEK <= demand.index.max():
        yield demand[demand.index < start], demand[: start + WEEK]
        start += WEEK


def weekly_score(actual: list[float], forecast: list[float]) -> Score:
    """Compare a week's forecast with what came."""
    if len(actual) != len(forecast):
        raise ValueError("There must be as many forecasts as hours.")
    errors = [f - a for f, a in zip(forecast, actual, strict=True)]
    absolute = [abs(error) for error in errors]
    relative = [abs(error) / a for error, a in zip(errors, actual, strict=True) if a > 0]
    mae = sum(absolute) / len(absolute) if absolute else 0.0
    mape = 100 * sum(relative) / len(relative) if relative else 0.0
    bias = sum(errors) / len(errors) if errors else 0.0
    return Score(mae=round(mae, 2), mape=round(mape, 2), bias=round(bias, 2))


def run(demand: pd.DataFrame, on_week: Callable[[Score], None] | None = None) -> list[Score]:
    """Score the forecast week by week."""
    scores = []
    for number, (past, known) in enumerate(weeks(demand)):
        model = fit(past)
        table = complete(known).tail(168)
        latest = weekly_score(list(table["trips"]), list(model.predict(table[FEATURES])))
        scores.append(latest)
        if on_week is not None:
            on_week(latest)
    return scores


def watchers(names: list[str]) -> list[Callable[[Score], None]]:
    """Make a printer for each name."""
    printers: list[Callable[[Score], None]] = []
    for name in names:
        printers.append(lambda score: print(name, score.mae))
    return printers
