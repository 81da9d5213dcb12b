"""What waits to go out by mail and push, and who carries it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ..core.deliveries import DeliveryMode, DeliveryState, Way
from ..core.letters import Confirmation, Letter
from ..core.notifications import Category, Notification

# -- carriers ------------------------------------------------------------------------------------------


class Undelivered(Exception):
    """It has not arrived, and may be tried again.

    Parameters
    ----------
    message
        What happened, for an admin: no secret, and nothing of what was to be told.
    may_have_arrived
        Whether the other side may have taken it all the same, as when it vanished before its answer.
    retry_after
        Seconds that the other side asks for.
    """

    def __init__(
        self, message: str, *, may_have_arrived: bool = False, retry_after: float = 0.0
    ) -> None:
        super().__init__(message)
        self.message = message
        self.may_have_arrived = may_have_arrived
        self.retry_after = retry_after


class Refused(Undelivered):
    """It was refused for good: trying again does not help."""


class Mailer(Protocol):
    """Sends mails.

    Guarantees
    ----------
    - A letter that is sent again has the same `Message-ID`.
    - It returns, or raises, within a minute.
    """

    async def send(self, letter: Letter | Confirmation) -> None:
        """Send a letter.

        Raises
        ------
        Undelivered, Refused
        """
        ...


# -- what waits ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One delivery in a parcel, and what it tells, as it is now."""

    id: str
    mode: DeliveryMode
    rule: str
    notification: Notification
    document: str | None


@dataclass(frozen=True)
class Parcel:
    """All that is due to one person by one way: it goes out in one piece.

    Parameters
    ----------
    id
        Stays the same as long as it is not known whether it has arrived.
    lease
        Who holds it, and until when only they deal with it.
    attempts
        How often it was tried, this time included.
    may_have_arrived
        Whether it was tried before and nobody knows what became of it.
    """

    id: str
    lease: str
    recipient: str
    way: Way
    attempts: int
    may_have_arrived: bool
    items: Sequence[Item]


class Carrier(Protocol):
    """Carries parcels to people by one way: by mail, or by push; returns, or raises, within a minute.

    One that is carried again has the same id.
    """

    async def reach(self, people: Collection[str]) -> Collection[str]:
        """Tell which of some people can be reached."""
        ...

    async def carry(self, parcel: Parcel) -> None:
        """Deliver a parcel.

        Raises
        ------
        Undelivered, Refused
        """
        ...


@dataclass(frozen=True)
class Outcome:
    """What becomes of one delivery.

    Parameters
    ----------
    words
        Why, for "Why did I get this?" and for an admin.
    due_ms
        Where it stays pending: when it is tried again.
    keep
        Where it stays pending: whether it is to go out in the same parcel again, as it may have arrived.
    tried
        Whether it counts as an attempt.
    instead
        The rule by which a mail takes over, at once, unless one tells it anyway.
    """

    id: str
    state: DeliveryState
    words: str
    due_ms: int = 0
    keep: bool = False
    tried: bool = True
    instead: str | None = None


@dataclass(frozen=True)
class Waiting:
    """A delivery that waits and that nobody has taken on, for being decided anew."""

    id: str
    way: Way
    mode: DeliveryMode
    attempts: int
    due_ms: int
    notification: Notification
    document: str | None


@dataclass(frozen=True)
class Revision:
    """What was decided anew; `due_ms` None: it is not wanted any more."""

    id: str
    mode: DeliveryMode
    rule: str
    due_ms: int | None


@dataclass(frozen=True)
class DeliveryRecord:
    """A delivery, as people see it."""

    id: str
    recipient: str
    notification: str
    channel: Way
    mode: DeliveryMode
    rule: str
    state: DeliveryState
    attempts: int
    outcome: str | None
    created_ms: int
    due_ms: int
    done_ms: int | None


class Deliveries(Protocol):
    """What waits to go out.

    Guarantees
    ----------
    - What is claimed is nobody else's, on any server, until its lease is over; then it can be claimed
      again, together, with the same id: a server that was killed loses nothing.
    - All that is due to a person by one way is one parcel.
    - What was read, archived, withdrawn or forgotten meanwhile is skipped when it would be claimed; what is
      snoozed waits until it is back.
    - Who has lost a lease settles nothing with it.
    """

    async def next_due(self, ways: Collection[Way]) -> int | None:
        """Tell when the next one can be claimed; None where nothing waits."""
        ...

    async def claim(
        self,
        ways: Collection[Way],
        now_ms: int,
        until_ms: int,
        limit: int,
        mails_apart_ms: int = 0,
    ) -> list[Parcel]:
        """Take on what is due, up to `limit` parcels, until `until_ms`.

        Whoever got a mail less than `mails_apart_ms` ago, or has one on its way since then, gets the next
        one when it is so long ago.
        """
        ...

    async def settle(self, parcel: Parcel, outcomes: Sequence[Outcome], now_ms: int) -> bool:
        """Say what has become of a parcel, in one commit; False if the lease was lost."""
        ...

    async def waiting(self, recipient: str) -> list[Waiting]:
        """List what waits for somebody and that nobody has taken on."""
        ...

    async def revise(self, revisions: Sequence[Revision], now_ms: int) -> None:
        """Change what waits; what somebody has taken on meanwhile stays as it is."""
        ...

    async def of(self, recipient: str, notification: str) -> list[DeliveryRecord]:
        """Tell by what a notification of somebody's went out, the newest first."""
        ...

    async def in_state(
        self, state: DeliveryState, before: tuple[int, str] | None, limit: int
    ) -> list[DeliveryRecord]:
        """List all in a state, the newest first, behind a `(created_ms, id)`."""
        ...

    async def revive(self, delivery: str, now_ms: int) -> bool:
        """Try a dead one again; False if there is none."""
        ...


# -- where mails go ------------------------------------------------------------------------------------

Purpose = Literal["unsubscribe", "confirm"]


@dataclass(frozen=True)
class Address:
    """Where somebody wants mails.

    Parameters
    ----------
    in_use
        Where they go until `address` is confirmed; None for nowhere.
    """

    address: str
    confirmed: bool
    in_use: str | None = None

    @property
    def counting(self) -> str | None:
        """Where mails go now."""
        return self.address if self.confirmed else self.in_use


@dataclass(frozen=True)
class Link:
    """What a link in a mail does, and for whom."""

    person: str
    purpose: Purpose
    category: Category | None


class Mailboxes(Protocol):
    """Where mails go, and what the links in them do.

    Guarantees
    ----------
    - Of a link, only the digest of its token is kept.
    - A link that confirms an address is good for the address that it was sent to, and for no other.
    - An address that was confirmed stays in use until the one that is to take its place is confirmed.
    """

    async def of(self, people: Collection[str]) -> Mapping[str, Address]:
        """Find what several people have settled; who has settled nothing is left out."""
        ...

    async def put(self, person: str, address: str, digest: str, now_ms: int) -> None:
        """Keep an address that is not confirmed, and the link that confirms it in place of older ones."""
        ...

    async def keep(self, person: str) -> None:
        """Stay with the address in use: the one that was to take its place is confirmed no more."""
        ...

    async def remove(self, person: str) -> None:
        """Forget somebody's address."""
        ...

    async def confirm(self, digest: str) -> str | None:
        """Confirm the address that a link is for; returns it, None where the link is none."""
        ...

    async def add_link(self, digest: str, link: Link, now_ms: int, since_ms: int) -> None:
        """Keep what a link does, and forget links that are older than `since_ms`."""
        ...

    async def link(self, digest: str) -> Link | None:
        """Find out what a link does."""
        ...
