"""A mail before it is a mail: what it says, to whom, and where its links lead. Pure, without templates.

Rules
-----
1. A letter quotes what its reader may see, and no secret: the only token in it is the one by which they end
   such mails, or confirm their address.
2. What happened twice in a group stands in it once. What is more than `MAX_TOLD` is counted, not told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from .notifications import Category, Notification
from .times import unix_seconds

# A mail of more than 100 kB is cut off by some readers.
MAX_TOLD = 50
MAX_QUOTED_CHARACTERS = 400
MAX_SUBJECT_CHARACTERS = 120

# People come first.
TITLES: Mapping[Category, str] = {
    "mention": "Mentions",
    "reply": "Replies",
    "issues": "Issues found",
    "quota": "Quotas",
    "analysis": "Analyses",
    "system": "Messages",
}
_ONE_AND_MANY: Mapping[Category, tuple[str, str]] = {
    "mention": ("mention", "mentions"),
    "reply": ("reply", "replies"),
    "issues": ("finding", "findings"),
    "quota": ("quota", "quotas"),
    "analysis": ("analysis", "analyses"),
    "system": ("message", "messages"),
}


@dataclass(frozen=True)
class Envelope:
    """Whom a letter goes to.

    Parameters
    ----------
    id
        Stays the same when it is sent again.
    name
        How it is addressed.
    """

    id: str
    address: str
    name: str


@dataclass(frozen=True)
class Told:
    """Something that a letter tells, as it stands there.

    Parameters
    ----------
    rule
        Which preference brought it.
    """

    category: Category
    type: Literal["info", "success", "warning", "error"]
    title: str
    message: str
    url: str
    by: str
    when: str
    project: str | None
    rule: str


@dataclass(frozen=True)
class Section:
    """What a letter tells of one category, the newest first."""

    title: str
    told: Sequence[Told]


@dataclass(frozen=True)
class Letter:
    """A letter about notifications.

    Parameters
    ----------
    when
        For reading, in the reader's zone.
    more
        How much else there is.
    unsubscribe_url
        With its token, which is its reader's.
    """

    envelope: Envelope
    subject: str
    when: str
    sections: Sequence[Section]
    more: int
    inbox_url: str
    unsubscribe_url: str

    @property
    def told(self) -> list[Told]:
        """All that it tells, in its order."""
        return [told for section in self.sections for told in section.told]

    @property
    def button(self) -> tuple[str, str]:
        """What the button says, and where it leads: to what is told, if that is one thing with a target."""
        if len(self.told) == 1 and not self.more and self.told[0].url != self.inbox_url:
            return "Open", self.told[0].url
        return "Open Jupyter", self.inbox_url


@dataclass(frozen=True)
class Confirmation:
    """A letter that asks whether an address is somebody's."""

    envelope: Envelope
    confirm_url: str
    server_url: str

    @property
    def subject(self) -> str:
        """The line that stands in a list of mails."""
        return "Is this address yours? Notifications from Jupyter"


def told_of(
    notification: Notification, *, rule: str, url: str, project: str | None, zone: str
) -> Told:
    """Say how a notification stands in a letter."""
    message = notification.message.strip()
    if len(message) > MAX_QUOTED_CHARACTERS:
        message = message[: MAX_QUOTED_CHARACTERS - 1].rstrip() + "…"
    return Told(
        category=notification.category,
        type=notification.type,
        title=_one_line(notification.title),
        message=message,
        url=url,
        by=by_line(notification),
        when=wall(datetime_of(notification.updated_at), zone),
        project=project,
        rule=rule,
    )


def by_line(notification: Notification) -> str:
    """Say who did it: `Ben`, `Ben and Cem`, `Ben and 3 others`."""
    names = [_one_line(actor.display_name) for actor in notification.actors]
    if len(names) <= 1:
        return "".join(names)
    rest = names[1] if len(names) == 2 else f"{len(names) - 1} others"
    return f"{names[0]} and {rest}"


def sections_of(told: Sequence[Told]) -> list[Section]:
    """Put what is told under its titles."""
    return [
        Section(title, theirs)
        for category, title in TITLES.items()
        if (theirs := [one for one in told if one.category == category])
    ]


def subject_of(told: Sequence[Told], more: int) -> str:
    """Write the line that stands in a list of mails: what it is where it is one thing, else how many."""
    if len(told) == 1 and not more:
        title = told[0].title
        return (
            title
            if len(title) <= MAX_SUBJECT_CHARACTERS
            else title[: MAX_SUBJECT_CHARACTERS - 1] + "…"
        )
    parts = []
    for category, (one, many) in _ONE_AND_MANY.items():
        count = sum(each.category == category for each in told)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    if more:
        parts.append(f"{more} more")
    return f"Jupyter: {', '.join(parts)}"


def wall(moment: datetime, zone: str) -> str:
    """Write a moment as a clock on a wall shows it."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there.day} {there:%b, %H:%M}"


def datetime_of(text: str) -> datetime:
    """Read a moment of the wire."""
    return datetime.fromtimestamp(unix_seconds(text), ZoneInfo("UTC"))


def _one_line(text: str) -> str:
    return " ".join(text.split())
