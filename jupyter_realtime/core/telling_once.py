"""Two notices of one thing, like what a run has found and how it ended: each way tells one of them. Pure.

Rules
-----
1. The second is told only by those ways by which the first does not come, or comes later: whoever wants to
   know of the second at once, and of the first in a digest, gets both as they want.
2. Only what stands in the inbox pops up: there the first pops up if either would have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .preferences import Decision, Mode

_SOONER: tuple[Mode, ...] = ("off", "digest", "instant")


def tell_once(
    first: Sequence[Decision], second: Sequence[Decision]
) -> tuple[list[Decision], list[Decision]]:
    """Decide how each of two notices goes out, of what was decided for each alone."""
    leading = {one.channel: one for one in first}
    other = {one.channel: one for one in second}
    if leading["in_app"].mode == "off":
        leading["toast"] = _silenced(leading["toast"])
    elif other["in_app"].mode != "off" and not _covers(leading["toast"], other["toast"]):
        leading["toast"] = other["toast"]
    rest = [_silenced(one) if _covers(leading[way], one) else one for way, one in other.items()]
    return list(leading.values()), rest


def _covers(leading: Decision, other: Decision) -> bool:
    """Whether whom the one reaches needs not to be told the other, too: where it is, or when it comes."""
    if leading.channel == "in_app":
        # A row stands there at once, in whichever mode.
        return leading.mode != "off"
    return _SOONER.index(leading.mode) >= _SOONER.index(other.mode)


def _silenced(decision: Decision) -> Decision:
    return replace(decision, mode="off", due=None)
