"""What becomes of a parcel, at the moment at which it is to go out.

Rules
-----
1. What somebody has muted or switched off meanwhile, or may not read any more, is not sent. Quiet hours
   count now, too: a server, or a laptop, that slept wakes nobody.
2. What fails is tried again, later and later, and given up after a day; what was refused for good, at once.
3. Where a push can't be delivered, a mail takes over, unless its reader has said that they want none.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from ..core.deliveries import DeliveryState, Way, retry_seconds
from ..core.errors import NotFound, RealtimeError
from ..core.preferences import Preferences, Subject, decide_one, may_stand_in, quiet_until
from ..ports import Carrier, Outcome, Parcel, Refused, Revision, Undelivered, Waiting
from ..ports.deliveries import Item
from .directory import Directory
from .preferences import PreferenceBook

log = logging.getLogger(__name__)

_NO_WAY: Mapping[Way, str] = {
    "email": "No mail reaches you: there is no address that you have confirmed.",
    "push": "No push reaches you: no browser of yours takes any.",
}
_HIDDEN = "You may not read in its project any more."
_INSTEAD = "A push could not be delivered, so a mail takes its place."


class Parcels:
    """Sees to it that parcels are carried, and says what became of them."""

    def __init__(
        self,
        book: PreferenceBook,
        directory: Directory,
        carriers: Mapping[Way, Carrier],
        clock: Callable[[], int],
        chance: Callable[[], float],
    ) -> None:
        self._book = book
        self._directory = directory
        self._carriers = carriers
        self._clock = clock
        self._chance = chance

    async def outcomes(self, parcel: Parcel) -> Sequence[Outcome]:
        """Carry what of a parcel is wanted by now, and say what became of each thing in it."""
        preferences = await self._book.of(parcel.recipient)
        now = self._moment()
        quiet = quiet_until(preferences.quiet_hours, now)
        if quiet is not None:
            keep = parcel.may_have_arrived
            return _wait(parcel, "Quiet hours.", _ms(quiet), keep=keep, tried=False)
        if not await self._carriers[parcel.way].reach([parcel.recipient]):
            return self._give_up(parcel, "skipped", _NO_WAY[parcel.way], preferences)
        hidden = await self._hidden(parcel)
        rules = {
            item.id: _HIDDEN
            if item.notification.project in hidden
            else self._unwanted(parcel, item, preferences, now)
            for item in parcel.items
        }
        unwanted = [
            Outcome(one, "skipped", rule) for one, rule in rules.items() if rule is not None
        ]
        wanted = [item for item in parcel.items if rules[item.id] is None]
        if not wanted:
            return unwanted
        return [*unwanted, *await self._carry(replace(parcel, items=wanted), preferences)]

    async def _hidden(self, parcel: Parcel) -> set[str | None]:
        """Find the projects that its recipient may not read by now, or that are off.

        Of a project of another server of this store, that server takes away what may not be read.
        """
        hidden: set[str | None] = set()
        for project in {item.notification.project for item in parcel.items} - {None}:
            with contextlib.suppress(NotFound):
                if not await self._directory.who_may_read([parcel.recipient], str(project)):
                    hidden.add(project)
        return hidden

    async def _carry(self, parcel: Parcel, preferences: Preferences) -> list[Outcome]:
        try:
            await self._carriers[parcel.way].carry(parcel)
        except Refused as refused:
            return self._give_up(parcel, "dead", refused.message, preferences)
        except Undelivered as failed:
            return self._again(parcel, failed, preferences)
        except RealtimeError:
            raise
        except Exception as error:
            log.exception("A parcel could not be made")
            unmade = Undelivered(f"It could not be made: {type(error).__name__}.")
            return self._again(parcel, unmade, preferences)
        return [Outcome(item.id, "sent", "Sent.") for item in parcel.items]

    def _again(
        self, parcel: Parcel, failed: Undelivered, preferences: Preferences
    ) -> list[Outcome]:
        wait_seconds = retry_seconds(parcel.attempts, self._chance())
        if wait_seconds is None:
            words = f"Given up after {parcel.attempts} attempts. {failed.message}"
            return self._give_up(parcel, "dead", words, preferences)
        due_ms = self._clock() + int(max(wait_seconds, failed.retry_after) * 1000)
        return _wait(parcel, failed.message, due_ms, keep=failed.may_have_arrived)

    def _give_up(
        self, parcel: Parcel, state: DeliveryState, words: str, preferences: Preferences
    ) -> list[Outcome]:
        """Say that nothing more is tried; a mail takes the place of a push."""
        replaced = parcel.way == "push" and "email" in self._carriers
        return [
            Outcome(
                item.id,
                state,
                words,
                instead=_INSTEAD
                if replaced and may_stand_in(_subject(item), preferences, self._book.policy)
                else None,
            )
            for item in parcel.items
        ]

    def _unwanted(
        self, parcel: Parcel, item: Item, preferences: Preferences, now: datetime
    ) -> str | None:
        """Tell by which rule something is not wanted any more; None where it is."""
        subject, policy = _subject(item), self._book.policy
        decision = decide_one(parcel.way, subject, preferences, policy, now)
        if item.mode == "instead":
            return None if may_stand_in(subject, preferences, policy) else decision.rule
        return decision.rule if decision.mode == "off" else None

    def revisions(self, waiting: Sequence[Waiting], preferences: Preferences) -> list[Revision]:
        """Decide anew what waits for somebody who has settled something else.

        What is due, or only waits for the end of quiet hours, stays due: whoever changes something does not
        wait for tomorrow's digest.
        """
        return [
            revision
            for one in waiting
            if one.mode != "instead" and (revision := self._revision(one, preferences)) is not None
        ]

    def _revision(self, one: Waiting, preferences: Preferences) -> Revision | None:
        now = self._moment()
        decision = decide_one(one.way, _subject(one), preferences, self._book.policy, now)
        if decision.mode == "off":
            return Revision(one.id, one.mode, decision.rule, None)
        due_ms = one.due_ms
        quiet = quiet_until(preferences.quiet_hours, now)
        if one.attempts == 0 and due_ms > _ms(quiet or now):
            due_ms = self._clock() if decision.due is None else _ms(decision.due)
        if (decision.mode, due_ms) == (one.mode, one.due_ms):
            return None
        return Revision(one.id, decision.mode, decision.rule, due_ms)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, timezone.utc)


def _wait(
    parcel: Parcel, words: str, due_ms: int, *, keep: bool, tried: bool = True
) -> list[Outcome]:
    return [
        Outcome(item.id, "pending", words, due_ms=due_ms, keep=keep, tried=tried)
        for item in parcel.items
    ]


def _subject(one: Item | Waiting) -> Subject:
    """Say what of it can be muted."""
    told = one.notification
    ids = (told.project, one.document, told.thread)
    return Subject(told.category, frozenset(each for each in ids if each is not None))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
