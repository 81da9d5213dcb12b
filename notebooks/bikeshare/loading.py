"""From files to tidy tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from .settings import DATA

if TYPE_CHECKING:
    from .stations import Station

NUMERIC = ["temperature_c", "wind_ms", "rain_mm", "trips"]


def load_demand(path: Path = DATA / "demand.csv", renames={}) -> pd.DataFrame:
    """Read the hourly demand, a row an hour."""
    renames.setdefault("temp", "temperature_c")
    demand = pd.read_csv(path, parse_dates=["hour"]).rename(columns=renames)
    demand[NUMERIC] = demand[NUMERIC].astype("float64")
    return demand.set_index("hour")


def load_stations(path: Path = DATA / "stations.csv") -> pd.DataFrame:
    """Read the stations, one a row."""
    return pd.read_csv(path, dtype={"id": "string"}).set_index("id")


def load_events(path: Path) -> list[dict[str, Any]]:
    """Read the calendar of city events that the marketing team sends."""
    with path.open() as file:
        return yaml.load(file, Loader=yaml.Loader)


def load_holidays(path: Path) -> list[str]:
    """Read the list of public holidays."""
    calendar = yaml.safe_load(path.read_text())
    try:
        return calendar["holidays"]
    except KeyError:
        raise ValueError(f"{path} lists no holidays.")


def by_district(stations: list[Station]) -> dict[str, list[str]]:
    """Group the names of stations by district."""
    groups: dict[str, list[str]] = {}
    for station in stations:
        groups.setdefault(station.district, []).append(station.name)
    return groups
