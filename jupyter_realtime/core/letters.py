"""A mail before it is a mail: what it says, to whom, and where its links lead. Pure, without templates.

Rules
-----
1. A letter quotes what somebody may see, and no secret: its only token is the one by which its reader ends
   such mails.
2. What is told twice stands in it once; of what is more than `MAX_TOLD` it says how much there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .notifications import Category, Notification

# A mail of more than 100 kB is cut off by some readers.
MAX_TOLD = 50

TITLES: Mapping[Category, str] = {
    "mention": "Mentions",
    "reply": "Replies",
    "issues": "Issues found",
    "analysis": "Analyses",
    "quota": "Quotas",
    "system": "Messages",
}
# People come first.
_ORDER: Sequence[Category] = ("mention", "reply", "issues", "quota", "analysis", "system")


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
    """Something that a letter tells, and which rule brought it."""

    notification: Notification
    rule: str
    url: str
    project: str | None = None


@dataclass(frozen=True)
class Section:
    """What a letter tells of one category, the newest first."""

    category: Category
    title: str
    told: Sequence[Told]


@dataclass(frozen=True)
class Letter:
    """A mail before it is a mail.

    Parameters
    ----------
    when
        For reading: `Monday, 23 November, 08:00`.
    more
        How much else there is.
    unsubscribe_url
        None in a letter of which one can't get more, as that which confirms an address.
    """

    envelope: Envelope
    subject: str
    when: str = ""
    sections: Sequence[Section] = ()
    more: int = 0
    inbox_url: str = ""
    unsubscribe_url: str | None = None
    confirm_url: str | None = None
    rules: Sequence[str] = field(default_factory=tuple)


def sections_of(told: Sequence[Told]) -> tuple[list[Section], int]:
    """Put what is told in order, each once; gives how much was left out, too."""
    newest = {one.notification.id: one for one in told}
    ordered = sorted(newest.values(), key=lambda one: one.notification.updated_at, reverse=True)
    shown = ordered[:MAX_TOLD]
    found = [
        Section(category, TITLES[category], theirs)
        for category in _ORDER
        if (theirs := [one for one in shown if one.notification.category == category])
    ]
    return found, len(ordered) - len(shown)


def subject_of(sections: Sequence[Section], more: int) -> str:
    """Write the line that stands in a list of mails: what it is where that is one thing, else how many."""
    told = [one for section in sections for one in section.told]
    if len(told) == 1 and not more:
        return " ".join(told[0].notification.title.split())
    parts = [f"{len(section.told)} {_noun(section)}" for section in sections]
    if more:
        parts.append(f"{more} more")
    return f"{len(told) + more} notifications: {', '.join(parts)}"


_ONE: Mapping[Category, str] = {
    "mention": "mention",
    "reply": "reply",
    "issues": "finding",
    "analysis": "analysis",
    "quota": "quota",
    "system": "message",
}
_MANY: Mapping[Category, str] = {
    **{category: f"{noun}s" for category, noun in _ONE.items()},
    "reply": "replies",
    "analysis": "analyses",
}


def _noun(section: Section) -> str:
    return (_ONE if len(section.told) == 1 else _MANY)[section.category]
