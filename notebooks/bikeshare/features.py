"""What the model sees of an hour."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import model

RUSH_HOURS = frozenset({7, 8, 16, 17, 18})
COMFORT_C = 21.0


def add_calendar(demand: pd.DataFrame) -> pd.DataFrame:
    """Add what the clock and the calendar say."""
    hours = demand.index
    return demand.assign(
        weekday=hours.dayofweek,
        is_weekend=hours.dayofweek >= 5,
        is_rush=hours.hour.isin(list(RUSH_HOURS)),
        hour_sin=np.sin(2 * np.pi * hours.hour / 24),
        hour_cos=np.cos(2 * np.pi * hours.hour / 24),
    )


def add_lags(demand: pd.DataFrame, lags: tuple[int, ...] = (1, 24, 168)) -> pd.DataFrame:
    """Add the demand of some hours ago."""
    columns = {f"trips_{lag}h_ago": demand["trips"].shift(lag) for lag in lags}
    return demand.assign(**columns).dropna()


def comfort(temperature_c: float, wind_ms: float, rain_mm: float) -> float:
    """Tell how pleasant cycling is, from 0 to 1."""
    warmth = max(0.0, 1.0 - abs(temperature_c - COMFORT_C) / 25.0)
    calm = max(0.0, 1.0 - wind_ms / 20.0)
    dry = 1.0 if rain_mm == 0 else 1.0 / (1.0 + rain_mm)
    return warmth * calm * dry


def day_type(
    weekday: int, holiday: bool, school_break: bool, event: str | None, rain_mm: float
) -> str:
    """Name the kind of a day, as the operations team does on its shift plan."""
    if holiday:
        if event:
            if rain_mm > 5:
                return "event, wet"
            return "event"
        return "holiday"
    if weekday >= 5:
        if event:
            for word in ("marathon", "regatta", "fair"):
                if word in event.lower():
                    if rain_mm > 5:
                        return f"{word}, wet"
                    return word
        if school_break:
            return "weekend, break"
        return "weekend"
    if school_break:
        if event and rain_mm <= 5:
            return "break, event"
        return "break"
    return "workday" if rain_mm <= 5 else "workday, wet"


def complete(demand: pd.DataFrame) -> pd.DataFrame:
    """Add everything that the model was trained on."""
    table = add_lags(add_calendar(demand))
    missing = [name for name in model.FEATURES if name not in table.columns]
    if missing:
        raise ValueError(f"The table has no {', '.join(missing)}.")
    return table
