"""A month of notifications, minute by minute: what people do, and which mails they have to get.

Theory of operation
-------------------
`Expected` knows nothing of our code. It looks at a clock on each person's wall once a minute, as somebody
would who sits in front of it: quiet hours begin when it shows their beginning, a digest is due when it
shows its time. Where it jumps over a time, that is when it jumps; what it shows a second time does not
count.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
RETRY_MINUTES = (1, 4, 15, 60, 180, 480, 720)
LEASE_MINUTES = 2

Mode = Literal["off", "digest", "instant"]
Answer = Literal["later", "never", "vanished", "killed"]


@dataclass
class Wishes:
    """How somebody wants to be mailed."""

    zone: str
    digest: Literal["off", "hourly", "daily", "weekly"]
    digest_at: str
    quiet: tuple[str, str] | None
    # By category.
    modes: dict[str, Mode]


@dataclass(frozen=True)
class Act:
    """What somebody does: `told`, `read` (all), `archive` (a group), `settle`, or `restart`."""

    kind: Literal["told", "read", "archive", "settle", "restart"]
    person: str = ""
    group: str = ""
    title: str = ""
    category: str = ""
    wishes: Wishes | None = None


@dataclass
class Script:
    """A month as it was drawn: who wants what, what happens when, and the mail server's moods."""

    begin: datetime
    end: datetime
    people: dict[str, Wishes]
    acts: dict[datetime, list[Act]]
    # From when to when it takes nothing, and from nobody.
    outages: list[tuple[datetime, datetime]]
    refused: list[tuple[str, datetime, datetime]]
    # It vanishes, or our server is killed, behind the mails of this minute.
    vanishing: set[datetime]
    killing: set[datetime]

    def answer(self, person: str, now: datetime) -> Answer | None:
        """What the mail server says; None: it takes it, and we live."""
        if any(begin <= now < end for begin, end in self.outages):
            return "later"
        if any(who == person and begin <= now < end for who, begin, end in self.refused):
            return "never"
        if now in self.vanishing:
            return "vanished"
        return "killed" if now in self.killing else None


PLACES: dict[str, Wishes] = {
    "ana": Wishes("Europe/Berlin", "daily", "08:00", ("22:00", "07:00"), {}),
    # Their digest comes at a time that a clock skips once, and shows twice once.
    "ben": Wishes("America/New_York", "daily", "02:30", None, {}),
    "cem": Wishes("Australia/Lord_Howe", "weekly", "02:15", ("01:50", "02:20"), {}),
    "dee": Wishes("Asia/Kathmandu", "hourly", "08:00", ("23:45", "06:15"), {}),
    # It falls into their quiet hours.
    "eva": Wishes("Europe/London", "daily", "01:30", ("23:00", "06:30"), {}),
    "fay": Wishes("UTC", "off", "08:00", None, {}),
    "gil": Wishes("America/Sao_Paulo", "weekly", "09:00", ("12:00", "13:00"), {}),
}
CATEGORIES = ("analysis", "issues", "mention", "reply", "system", "quota")


def draw(seed: int, begin: datetime, days: int) -> Script:
    """Draw a month."""
    chance = random.Random(seed)
    end = begin + timedelta(days=days)

    def moment() -> datetime:
        return begin + MINUTE * chance.randrange(days * 24 * 60)

    def spell(most_minutes: int) -> tuple[datetime, datetime]:
        start = moment()
        return start, start + MINUTE * chance.randint(1, most_minutes)

    people = {name: _with_modes(place, chance) for name, place in PLACES.items()}
    acts: dict[datetime, list[Act]] = {}
    for number in range(days * 30):
        acts.setdefault(moment(), []).append(_drawn_act(number, people, chance))
    return Script(
        begin=begin,
        end=end,
        people=people,
        acts=acts,
        outages=[spell(40), spell(400), spell(40 * 60)],
        refused=[(chance.choice(list(people)), *spell(12 * 60)) for _ in range(6)],
        vanishing={moment() for _ in range(days * 60)},
        killing={moment() for _ in range(days * 60)},
    )


def _with_modes(place: Wishes, chance: random.Random) -> Wishes:
    modes: list[Mode] = ["off", "digest", "digest", "instant"]
    drawn = {category: chance.choice(modes) for category in CATEGORIES}
    return Wishes(place.zone, place.digest, place.digest_at, place.quiet, drawn)


def _drawn_act(number: int, people: dict[str, Wishes], chance: random.Random) -> Act:
    person = chance.choice(list(people))
    # A group has one category, as a run or a thread has.
    group = chance.randrange(40)
    category = CATEGORIES[group % len(CATEGORIES)]
    kind = chance.choices(
        ["told", "read", "archive", "settle", "restart"], weights=[80, 6, 5, 2, 2]
    )[0]
    if kind == "told":
        return Act("told", person, f"g{group}", f"Thing {number} of g{group}", category)
    if kind == "read":
        return Act("read", person)
    if kind == "archive":
        return Act("archive", person, f"g{group}")
    if kind == "settle":
        place = PLACES[person]
        digests: list[Literal["hourly", "daily", "weekly"]] = ["hourly", "daily", "weekly"]
        wishes = Wishes(place.zone, chance.choice(digests), "17:45", place.quiet, {})
        return Act("settle", person, wishes=_with_modes(wishes, chance))
    return Act("restart")


# -- what has to come of it ----------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Mail:
    """A mail that arrives: at which minute, for whom, with which titles."""

    at: datetime
    person: str
    titles: tuple[str, ...]


@dataclass(eq=False)
class _Entry:
    """Something that has to be mailed."""

    group: str
    mode: Mode
    released: bool
    due: datetime
    attempts: int = 0
    read: bool = False
    # What may have arrived goes out again as it was.
    parcel: object | None = None
    held_until: datetime | None = None


@dataclass
class _Person:
    name: str
    wishes: Wishes
    is_quiet: bool = False
    wall: datetime | None = None
    entries: list[_Entry] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)

    def look_at_the_wall(self, now: datetime) -> None:
        """Begin and end quiet hours, and release what a digest brings."""
        before, self.wall = self.wall or self._wall(now - MINUTE), self._wall(now)
        if self.wishes.quiet is not None:
            begin, end = self.wishes.quiet
            if self._shows(begin, before):
                self.is_quiet = True
            if self._shows(end, before):
                self.is_quiet = False
        if self._is_digest_time(now, before):
            for entry in self.entries:
                entry.released = True

    def _wall(self, now: datetime) -> datetime:
        return now.astimezone(ZoneInfo(self.wishes.zone))

    def _shows(self, time: str, before: datetime) -> bool:
        """Whether the clock shows a time, for the first time this day, or has just jumped over it."""
        assert self.wall is not None
        shown, wanted = _minutes(self.wall), int(time[:2]) * 60 + int(time[3:])
        return (shown == wanted and not self.wall.fold) or _minutes(before) < wanted < shown

    def _is_digest_time(self, now: datetime, before: datetime) -> bool:
        wishes = self.wishes
        if wishes.digest == "hourly":
            return now.minute == 0
        if wishes.digest == "off" or not self._shows(wishes.digest_at, before):
            return False
        return wishes.digest == "daily" or self._wall(now).weekday() == 0

    def mode(self, category: str) -> Mode:
        mode = self.wishes.modes[category]
        return "off" if mode == "digest" and self.wishes.digest == "off" else mode


class Expected:
    """Which mails have to come."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._people = {name: _Person(name, wishes) for name, wishes in script.people.items()}

    def mails(self) -> Iterator[Mail]:
        """Walk through the month."""
        now = self._script.begin - timedelta(days=2)
        while now < self._script.end:
            for person in self._people.values():
                person.look_at_the_wall(now)
            for act in self._script.acts.get(now, []):
                self._act(act, now)
            for person in self._people.values():
                yield from self._send(person, now)
            now += MINUTE

    def _act(self, act: Act, now: datetime) -> None:
        if act.kind == "restart":
            return
        person = self._people[act.person]
        if act.kind == "told":
            self._tell(person, act, now)
        elif act.kind == "archive":
            person.archived |= {act.group} & person.titles.keys()
        elif act.kind == "read":
            for entry in person.entries:
                # What is archived is not in the inbox, which is what is read.
                entry.read = entry.read or entry.group not in person.archived
        elif act.wishes is not None:
            person.wishes = act.wishes
            self._decide_anew(person, now)

    def _tell(self, person: _Person, act: Act, now: datetime) -> None:
        person.titles[act.group] = act.title
        person.categories[act.group] = act.category
        person.archived.discard(act.group)
        mode = person.mode(act.category)
        if mode != "off":
            person.entries.append(_Entry(act.group, mode, mode == "instant", now))

    def _decide_anew(self, person: _Person, now: datetime) -> None:
        for entry in list(person.entries):
            if entry.parcel is not None:
                continue  # It may have arrived: it is looked at when it goes out again.
            mode = person.mode(person.categories[entry.group])
            if mode == "off":
                person.entries.remove(entry)
            elif entry.released or entry.attempts:
                entry.mode = mode
            else:
                entry.mode, entry.released, entry.due = mode, mode == "instant", now

    def _send(self, person: _Person, now: datetime) -> Iterator[Mail]:
        held = [e for e in person.entries if e.held_until is not None and e.held_until > now]
        due = [e for e in person.entries if e not in held and e.released and e.due <= now]
        for entry in list(due):
            if entry.read or entry.group in person.archived:
                due.remove(entry)
                person.entries.remove(entry)
        waiting = [e.due for e in person.entries if e not in held and e.attempts and e.due > now]
        if waiting:
            for entry in due:
                entry.due = min(waiting)
            return
        if person.is_quiet:
            return
        parcels: dict[object | None, list[_Entry]] = {}
        for entry in due:
            parcels.setdefault(entry.parcel, []).append(entry)
        for parcel in parcels.values():
            yield from self._carry(person, parcel, now)

    def _carry(self, person: _Person, parcel: list[_Entry], now: datetime) -> Iterator[Mail]:
        attempts = 1 + max(entry.attempts for entry in parcel)
        for entry in list(parcel):
            if person.mode(person.categories[entry.group]) == "off":
                parcel.remove(entry)
                person.entries.remove(entry)
        if not parcel:
            return
        answer = self._script.answer(person.name, now)
        if answer in (None, "vanished", "killed"):
            titles = {person.titles[entry.group] for entry in parcel}
            yield Mail(now, person.name, tuple(sorted(titles)))
        if answer == "killed":
            for entry in parcel:
                entry.attempts += 1
                entry.parcel = parcel[0]
                entry.held_until = now + LEASE_MINUTES * MINUTE
            return
        if answer is None or answer == "never" or attempts > len(RETRY_MINUTES):
            for entry in parcel:
                person.entries.remove(entry)
            return
        for entry in parcel:
            entry.attempts += 1
            entry.due = now + RETRY_MINUTES[attempts - 1] * MINUTE
            entry.held_until = None
            entry.parcel = parcel[0] if answer == "vanished" else None


def _minutes(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def at(year: int, month: int, day: int) -> datetime:
    """The beginning of a day, in UTC."""
    return datetime(year, month, day, tzinfo=timezone.utc)
