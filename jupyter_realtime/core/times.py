"""The one way in which a time is written: RFC 3339, UTC, milliseconds, `Z`."""

from __future__ import annotations

from datetime import datetime, timezone


def rfc3339(unix_seconds: float) -> str:
    """Write a moment, for example `2026-11-23T09:30:00.125Z`."""
    moment = datetime.fromtimestamp(unix_seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def unix_seconds(text: str) -> float:
    """Read what `rfc3339` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
