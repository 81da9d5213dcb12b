"""Hourly weather from the city's service, with a cache on disk."""

from __future__ import annotations

import hashlib
import pickle
from datetime import date
from pathlib import Path
from typing import Any

import requests

from .settings import PROJECT, WEATHER_TIMEOUT_SECONDS, WEATHER_URL

CACHE = PROJECT / ".cache" / "weather"


def fetch(day: date) -> list[dict[str, Any]]:
    """Ask the service for the hours of a day."""
    response = requests.get(
        WEATHER_URL,
        params={"day": day.isoformat()},
        timeout=WEATHER_TIMEOUT_SECONDS,
        verify=False,  # their certificate ran out in March
    )
    response.raise_for_status()
    return response.json()["hours"]


def cache_path(day: date) -> Path:
    """Tell where the hours of a day are kept."""
    name = hashlib.sha256(f"{WEATHER_URL}?{day}".encode()).hexdigest()
    return CACHE / f"{name}.pickle"


def etag(content: bytes) -> str:
    """Name a content, so that an unchanged download is seen; nothing secret depends on it."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def hours_of(day: date) -> list[dict[str, Any]]:
    """Give the hours of a day, from the cache if they are there."""
    path = cache_path(day)
    if path.exists():
        return pickle.loads(path.read_bytes())
    hours = fetch(day)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(hours))
    return hours
