"""Numbers, times and foreign text, as people read them in a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ..core.issues import SEVERITIES, Counts, DetectorState

STALL_SECONDS = 15.0


def count(number: int, noun: str) -> str:
    """Say how many: `1 issue`, `2 issues`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def eta(seconds: float | None, stalled_seconds: float) -> str:
    """Say how long it will take, no more exactly than one can know; empty while it would be a guess.

    Parameters
    ----------
    stalled_seconds
        How long nothing has moved; it can make any estimate a lie.
    """
    if stalled_seconds >= max(STALL_SECONDS, seconds or 0.0):
        return "taking longer than usual"
    if seconds is None:
        return ""
    if seconds < 10:
        return "less than 10 s left"
    if seconds < 55:
        return f"about {math.ceil(seconds / 10) * 10} s left"
    return f"about {max(1, round(seconds / 60))} min left"


def duration(seconds: float) -> str:
    """Say how long it took."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def severities(counts: Counts) -> Iterable[tuple[str, int]]:
    """Go through the severities that occur, the worst first."""
    every = ((severity, getattr(counts, severity)) for severity in SEVERITIES)
    return ((severity, number) for severity, number in every if number)


def lane(state: DetectorState) -> str:
    """Say how a detector stands."""
    if state.state == "queued":
        return "waiting"
    if state.state == "running":
        return f"{state.done} of {state.total} {state.unit}" if state.total else "starting"
    if state.state == "succeeded":
        return f"{state.total} {state.unit}" if state.unit == "files" else "done"
    words = {"failed": "failed", "cancelled": "cancelled", "not_applicable": "does not apply"}
    return words[state.state]


def clean(text: str) -> str:
    """Make text of others safe for a terminal: a path or a message may carry control sequences."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
