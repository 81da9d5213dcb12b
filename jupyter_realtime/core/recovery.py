"""Whether a client that comes back has missed anything that can't be given to it any more.

Rules
-----
1. Without `since` a client starts at the head; nothing was asked for, so nothing is missing.
2. `"earliest"` gives all that is kept.
3. A position is continued if its epoch is the log's, it isn't ahead of the head, nothing behind it was
   pruned, and, where the client names its last event, the log has that same event there.
4. Otherwise the continuity can't be proved: no events, the head as position, `recovered: false`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .log import Page, StoredEvent
from .messages import Position, Since

Origin = Since | Literal["earliest"] | None


@dataclass(frozen=True)
class Resumption:
    """What a subscriber is told: where it stands now, and what it missed."""

    position: Position
    recovered: bool
    events: list[StoredEvent]
    more: bool


def is_continuous(since: Since, page: Page) -> bool:
    """Tell whether every event behind `since` is known to be the one that followed it (rule 3)."""
    if since.epoch != page.epoch or since.seq > page.head or since.seq < page.pruned:
        return False
    return since.id is None or page.after_id is None or since.id == page.after_id


def resume(since: Origin, page: Page) -> Resumption:
    """Decide what a subscriber gets.

    Parameters
    ----------
    since
        What it asked for.
    page
        The log behind `since`; for `"earliest"` behind what was pruned, and for None behind the head.
    """
    if isinstance(since, Since) and not is_continuous(since, page):
        head = Position(epoch=page.epoch, seq=page.head)
        return Resumption(position=head, recovered=False, events=[], more=False)
    return Resumption(
        position=Position(epoch=page.epoch, seq=page.last),
        recovered=True,
        events=page.events,
        more=page.last < page.head,
    )
