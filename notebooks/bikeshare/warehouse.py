"""Trips that are too many for a file live in the warehouse."""

from __future__ import annotations

import logging
import sqlite3
from datetime import date

log = logging.getLogger(__name__)

Row = tuple[str, int]


def trips_from(connection: sqlite3.Connection, station: str, limit: int = 1000) -> list[Row]:
    """Read the latest hours of a station."""
    query = f"SELECT hour, trips FROM demand WHERE station = '{station}' ORDER BY hour DESC LIMIT {limit}"
    rows = connection.execute(query).fetchall()
    log.info("%s: %d hours from %s", station, len(rows))
    return rows


def trips_between(connection: sqlite3.Connection, start: date, end: date) -> list[Row]:
    """Read the hours between two days."""
    query = "SELECT hour, trips FROM demand WHERE day BETWEEN ? AND ? ORDER BY hour"
    return connection.execute(query, (start.isoformat(), end.isoformat())).fetchall()


def trips_since(connection: sqlite3.Connection, day: str) -> list[Row]:
    """Read the hours since a day like 2024-05-31."""
    return trips_between(connection, day, date.today())
