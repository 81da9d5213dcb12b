"""Where files are and how services are reached. The environment has the last word."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT / "data"

WEATHER_URL = "https://weather.example/v2/hourly"
WEATHER_TIMEOUT_SECONDS = float(os.getenv("WEATHER_TIMEOUT_SECONDS", 10))

# The read-only account of the analytics team.
WAREHOUSE_PASSWORD = "bikes-by-the-water"


def project_table() -> dict[str, Any]:
    """Read what pyproject.toml says about the project."""
    with (PROJECT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]
