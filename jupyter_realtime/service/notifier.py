"""The door through which everything comes that people are told.

A source says what happened and whom it concerns; here it is decided, for each of them, how they learn of
it. Then all of it is one commit: rows, what is to go out by mail and push, and the events that ring. What
happens while a commit is under way shares the next one (`Together`).
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice

from ..core.notifications import Notice, check_notice
from ..core.preferences import Channel, Decision, Preferences, Subject, decide
from ..core.telling_once import tell_once
from ..ports import Delivery, Posted, Posting, Store
from .directory import Directory
from .preferences import PreferenceBook
from .together import Together

# Of one commit; who is told later in a long list waits for those before.
POSTINGS_A_COMMIT = 200

# By which of the channels that leave the page each of some people can be reached.
Reach = Callable[[Collection[str]], Awaitable[Mapping[str, Collection[Channel]]]]


@dataclass(frozen=True)
class Happening:
    """What happened, and whom it concerns.

    Parameters
    ----------
    beside
        What is told only by those ways by which `notice` doesn't come: see `core.telling_once`.
    """

    notice: Notice
    people: Collection[str]
    beside: Notice | None = None


async def reach_nobody(people: Collection[str]) -> Mapping[str, Collection[Channel]]:
    """Reach people by nothing that leaves the page."""
    return dict.fromkeys(people, ())


class Notifier:
    """Tells people what happened.

    Parameters
    ----------
    reach
        By what people can be reached; what would go elsewhere is not even kept.
    """

    def __init__(
        self,
        store: Store,
        directory: Directory,
        book: PreferenceBook,
        reach: Reach = reach_nobody,
    ) -> None:
        self._store = store
        self._directory = directory
        self._book = book
        self._reach = reach
        self._together = Together(self._tell_all, POSTINGS_A_COMMIT, _people_of)
        self._on_delivery: list[Callable[[], None]] = []
        self._on_late: list[Callable[[str], None]] = []

    def on_delivery(self, listener: Callable[[], None]) -> None:
        """Have it told when something waits to go out by mail or push."""
        self._on_delivery.append(listener)

    def on_late(self, listener: Callable[[str], None]) -> None:
        """Have it told of a project whose members changed while something about it was on its way."""
        self._on_late.append(listener)

    async def notify(
        self, notice: Notice, recipients: Collection[str], beside: Notice | None = None
    ) -> list[Posted]:
        """Tell some people something; durable when it returns.

        Who may not read the notice's project is left out. A `dedupe` that somebody was told already
        changes nothing for them. What is `beside`, in the same project, is told only by the ways by
        which the notice does not come.

        Raises
        ------
        BadRequest
            If the notice can't be shown.
        """
        roles = self._directory.roles(notice.project)
        people = sorted(recipients)
        if notice.project is not None:
            people = sorted(await self._directory.who_may_read(people, notice.project))
        for one in (notice, beside):
            if one is not None:
                check_notice(one)
        posted = await self._together.ask(Happening(notice, people, beside))
        if notice.project is not None and self._directory.roles(notice.project) is not roles:
            self.late(notice.project)
        return posted

    def late(self, project: str) -> None:
        """Have looked at who may still see a project, whose members changed while something was kept."""
        for tell in self._on_late:
            tell(project)

    async def resolve(self, group: str, people: Collection[str]) -> None:
        """Have what some people were told in a group be over, in all their tabs: what comes next is new."""
        await self._store.inbox.resolve(group, people, time.time_ns() // 1_000_000)

    async def _tell_all(self, happenings: Sequence[Happening]) -> list[list[Posted]]:
        now_ms = time.time_ns() // 1_000_000
        decided = await self._decide_all(happenings, now_ms)
        postings = [posting for some in decided for posting in some]
        posted: list[Posted] = []
        for begin in range(0, len(postings), POSTINGS_A_COMMIT):
            some = postings[begin : begin + POSTINGS_A_COMMIT]
            posted += await self._store.inbox.post(some, now_ms)
        self.kept(postings)
        each = iter(posted)
        return [list(islice(each, len(some))) for some in decided]

    async def decide(self, notice: Notice, people: Collection[str], now_ms: int) -> list[Posting]:
        """Decide how each of some people learns of something, for a source that keeps it in its own commit.

        Whether they may see it is its business; when it is kept, `kept` has to be told.
        """
        check_notice(notice)
        [postings] = await self._decide_all([Happening(notice, people)], now_ms)
        return postings

    async def _decide_all(
        self, happenings: Sequence[Happening], now_ms: int
    ) -> list[list[Posting]]:
        everybody = {person for one in happenings for person in one.people}
        settled = await self._book.of_many(everybody)
        reached = await self._reach(everybody)
        return [
            [
                posting
                for person in one.people
                for posting in self._postings(person, one, settled[person], reached[person], now_ms)
            ]
            for one in happenings
        ]

    def kept(self, postings: Collection[Posting]) -> None:
        """Wake those who send, if something of what was kept is to go out."""
        if any(posting.deliveries for posting in postings):
            for listener in self._on_delivery:
                listener()

    def _postings(
        self,
        person: str,
        happening: Happening,
        preferences: Preferences,
        reached: Collection[Channel],
        now_ms: int,
    ) -> list[Posting]:
        """Decide for one person; nothing where they want to hear nothing of it at all."""
        now = datetime.fromtimestamp(now_ms / 1000, timezone.utc)

        def alone(notice: Notice) -> list[Decision]:
            return decide(subject_of(notice), preferences, self._book.policy, now)

        notice, beside = happening.notice, happening.beside
        told: list[tuple[Notice, Sequence[Decision]]] = [(notice, alone(notice))]
        if beside is not None:
            first, second = tell_once(alone(notice), alone(beside))
            told = [(notice, first), (beside, second)]
        made = (_posting(person, one, decided, reached, now_ms) for one, decided in told)
        return [posting for posting in made if posting is not None]


def _posting(
    person: str,
    notice: Notice,
    decisions: Iterable[Decision],
    reached: Collection[Channel],
    now_ms: int,
) -> Posting | None:
    """Turn what was decided for one person into what is kept; None where nothing is."""
    decided = {one.channel: one for one in decisions}
    deliveries = [
        made
        for channel in ("push", "email")
        if channel in reached and (made := delivery_of(decided[channel], now_ms)) is not None
    ]
    in_app, toast = decided["in_app"], decided["toast"]
    if in_app.mode == "off" and not deliveries:
        return None
    rings = toast.mode == "instant"
    return Posting(
        recipient=person,
        notice=notice,
        listed=in_app.mode != "off",
        rule=in_app.rule,
        toast=("later" if toast.due else "now") if rings else "off",
        toast_ms=_milliseconds(toast.due) if rings else None,
        deliveries=deliveries,
    )


def _people_of(happening: Happening) -> int:
    return len(happening.people)


def subject_of(notice: Notice) -> Subject:
    """Say what of a notice can be muted."""
    ids = (notice.project, notice.document, notice.thread)
    return Subject(notice.category, frozenset(one for one in ids if one is not None))


def delivery_of(decision: Decision, now_ms: int) -> Delivery | None:
    """Turn a decision into what waits to go out; None where nothing does."""
    if decision.mode == "off" or decision.channel in ("in_app", "toast"):
        return None
    return Delivery(
        channel="push" if decision.channel == "push" else "email",
        mode="digest" if decision.mode == "digest" else "instant",
        rule=decision.rule,
        due_ms=_milliseconds(decision.due) or now_ms,
    )


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
