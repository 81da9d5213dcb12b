"""Invents the data of this project: the same numbers each time.

    python tools/make_data.py
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
START = datetime(2024, 3, 1)
DAYS = 122
HOLIDAYS = {(3, 29), (4, 1), (5, 1), (5, 9), (5, 20)}

STATIONS = [
    ("S01", "Central Station", 48, "Centre"),
    ("S02", "Ferry Pier", 36, "Harbour"),
    ("S03", "Fish Market", 24, "Harbour"),
    ("S04", "University", 40, "North"),
    ("S05", "City Library", 20, "Centre"),
    ("S06", "Botanic Garden", 16, "North"),
    ("S07", "Stadium", 32, "East"),
    ("S08", "Old Shipyard", 28, "Harbour"),
]


def hourly(rng: random.Random) -> Iterator[list[object]]:
    """Give a row an hour: weather that drifts, demand that follows clock and weather."""
    rain_mm = 0.0
    drift = 0.0
    for step in range(24 * DAYS):
        now = START + timedelta(hours=step)
        drift = 0.98 * drift + rng.gauss(0, 0.5)
        season = 6 + 14 * math.sin(math.pi * step / (24 * DAYS) / 1.6)
        temperature_c = season + 4 * math.sin(2 * math.pi * (now.hour - 9) / 24) + drift
        wind_ms = abs(4 + rng.gauss(0, 1.8))
        rain_mm = max(0.0, 0.7 * rain_mm + rng.gauss(-0.25, 0.8))
        trips = _trips(now, temperature_c, wind_ms, rain_mm, rng)
        yield [now.isoformat(), f"{temperature_c:.1f}", f"{wind_ms:.1f}", f"{rain_mm:.1f}", trips]


def _trips(
    now: datetime, temperature_c: float, wind_ms: float, rain_mm: float, rng: random.Random
) -> int:
    free = now.weekday() >= 5 or (now.month, now.day) in HOLIDAYS
    peaks = [(14, 4.5, 240)] if free else [(8, 1.3, 320), (17, 1.9, 380), (13, 3.0, 90)]
    base = 12 + sum(
        height * math.exp(-(((now.hour - at) / width) ** 2)) for at, width, height in peaks
    )
    weather = max(0.15, 1 + 0.03 * (temperature_c - 15)) / (1 + 0.5 * rain_mm) * (1 - wind_ms / 40)
    return max(0, round(base * weather * rng.gauss(1, 0.12)))


def main() -> None:
    """Write both tables."""
    rng = random.Random(2024)
    with (DATA / "demand.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["hour", "temperature_c", "wind_ms", "rain_mm", "trips"])
        writer.writerows(hourly(rng))
    with (DATA / "stations.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "name", "docks", "district"])
        writer.writerows(STATIONS)


if __name__ == "__main__":
    main()
