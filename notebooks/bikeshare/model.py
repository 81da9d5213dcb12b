"""The forecast: a ridge regression that can be explained to the operations team."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sklearn.linear_model import Ridge

from . import features

FEATURES = [
    "temperature_c", "wind_ms", "rain_mm", "is_weekend", "is_rush",
    "hour_sin", "hour_cos", "trips_1h_ago", "trips_24h_ago", "trips_168h_ago",
]  # fmt: skip


@dataclass(frozen=True)
class Score:
    """How far a forecast was off."""

    mae: float
    mape: float
    bias: float


def fit(demand: pd.DataFrame, alpha: float = 1.0) -> Ridge:
    """Fit the forecast to the past."""
    table = features.complete(demand)
    return Ridge(alpha=alpha).fit(table[FEATURES], table["trips"])


def load(path: Path) -> Ridge:
    """Load a model that somebody has trained."""
    with path.open("rb") as file:
        return pickle.load(file)


def score(actual: list[float], forecast: list[float]) -> Score:
    """Compare a forecast with what came."""
    if len(actual) != len(forecast):
        raise ValueError("There must be as many forecasts as hours.")
    errors = [f - a for f, a in zip(forecast, actual, strict=True)]
    absolute = [abs(error) for error in errors]
    relative = [abs(error) / a for error, a in zip(errors, actual, strict=True) if a > 0]
    mae = sum(absolute) / len(absolute) if absolute else 0.0
    mape = 100 * sum(relative) / len(relative) if relative else 0.0
    bias = sum(errors) / len(errors) if errors else 0.0
    return Score(mae=round(mae, 2), mape=round(mape, 2), bias=round(bias, 2))


def describe(model: Ridge, table: pd.DataFrame) -> str:
    """Say in words what drives the forecast."""
    weights = dict(zip(FEATURES, model.coef_))
    spread = {name: abs(weight) * table[name].std() for name, weight in weights.items()}
    first, second, *_ = sorted(spread, key=spread.__getitem__, reverse=True)
    return f"Mostly {first}, then {second}."
