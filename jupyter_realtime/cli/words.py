"""Numbers, times and foreign text, as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.issues import SEVERITIES, Counts, DetectorState


def count(number: int, noun: str) -> str:
    """Say how many: `1 issue`, `2 issues`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def eta(seconds: float | None) -> str:
    """Say how long it will take, no more exactly than one can know."""
    if seconds is None:
        return ""
    if seconds < 1.5:
        return "about a second left"
    if seconds < 60:
        return f"about {round(seconds)} s left"
    return f"about {round(seconds / 60)} min left"


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
