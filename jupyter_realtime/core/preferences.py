"""What somebody wants to be told, by which way, and when: pure rules, without a clock.

Rules
-----
1. For each category and channel there is a mode: `instant`, `digest` (gathered) or `off`. What decides is,
   in this order: an admin's lock, a mute, the person's own rule, an admin's default, our default.
2. The decision says which of them decided, and that is kept with what was delivered.
3. In quiet hours nothing rings: toasts, pushes and mails wait until they are over. Nothing is dropped.
4. A digest comes every full hour, every day or every Monday at the person's own time; where that falls
   into quiet hours, at their end.
5. Hours are those of a clock on the wall in the person's zone. Where it jumps over a time, that time is
   when it jumps; where it shows a time twice, the first counts.

Theory of operation
-------------------
Moments come in as aware datetimes, days are counted on the wall. `_moment` turns a time of a day into a
moment: a time that a clock skips in spring is no time there (PEP 495), so the moment of the jump is looked
for around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from .errors import BadRequest
from .notifications import CATEGORIES, Category

Channel = Literal["in_app", "toast", "push", "email"]
Mode = Literal["off", "digest", "instant"]
DigestEvery = Literal["off", "hourly", "daily", "weekly"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)

# As the page of preferences names them.
_CATEGORY_WORDS: dict[Category, str] = {
    "analysis": "analyses",
    "issues": "issues",
    "mention": "mentions",
    "reply": "replies",
    "system": "messages of the system",
    "quota": "quotas",
}
_CHANNEL_WORDS: dict[Channel, str] = {
    "in_app": "in the inbox",
    "toast": "as pop-ups",
    "push": "by push",
    "email": "by mail",
}
_MODE_WORDS: dict[Mode, str] = {"off": "never", "digest": "in a digest", "instant": "at once"}

MAX_MUTES = 1000
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one category comes by one channel."""

    category: Category
    channel: Channel
    mode: Mode


class QuietHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when to when nothing rings, as `HH:MM` on a wall's clock in `zone`."""

    zone: str
    from_: str = msgspec.field(name="from")
    to: str


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person wants.

    `rules` may leave out what is as by default. `digest_at` is the time of a daily or weekly digest,
    in `zone`, or in that of the quiet hours where there are any.
    """

    rules: list[Rule] = []
    quiet_hours: QuietHours | None = None
    digest: DigestEvery = "off"
    digest_at: str = "08:00"
    zone: str = "UTC"
    mutes: list[str] = []
    presence: Literal["visible", "invisible"] = "visible"

    @property
    def reset(self) -> Preferences:
        """Make the defaults of it; where one is, and whether others see one, is another matter."""
        return Preferences(zone=self.zone, presence=self.presence)


# What comes how, where nobody has said anything: the inbox always, a toast for most, the rest on request.
_BY_DEFAULT: dict[Channel, dict[Category, Mode]] = {
    "in_app": dict.fromkeys(CATEGORIES, "instant"),
    "toast": dict.fromkeys(CATEGORIES, "instant"),
    "push": {"mention": "instant", "reply": "instant", "quota": "instant"},
    "email": {"mention": "digest", "reply": "digest", "issues": "digest", "system": "digest"},
}

# By category and channel, as an admin has settled it.
Settled = Mapping[tuple[Category, Channel], Mode]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What an admin has settled for everybody: other defaults, and locks that nobody changes."""

    defaults: list[Rule] = []
    locks: list[Rule] = []


@dataclass(frozen=True)
class Decision:
    """How something goes out by one channel, and why.

    Parameters
    ----------
    due
        Not before this moment; None for at once.
    rule
        In words, for "Why did I get this?".
    """

    channel: Channel
    mode: Mode
    rule: str
    due: datetime | None = None


@dataclass(frozen=True)
class Subject:
    """What a decision is about: the category, and what of it can be muted."""

    category: Category
    ids: frozenset[str] = field(default_factory=frozenset)


def check_preferences(wanted: Preferences, policy: Policy) -> None:
    """Refuse preferences that can't be kept.

    Raises
    ------
    BadRequest
        Names what is wrong.
    """
    keys = [(rule.category, rule.channel) for rule in wanted.rules]
    if len(set(keys)) != len(keys):
        raise BadRequest("rules has two rules for one category and channel.")
    locks = _settled(policy.locks)
    for rule in wanted.rules:
        locked = locks.get((rule.category, rule.channel), rule.mode)
        if locked != rule.mode:
            raise BadRequest(f"{rule.category} by {rule.channel} is locked to {locked!r} here.")
    if len(wanted.mutes) > MAX_MUTES or any(not 1 <= len(one) <= 200 for one in wanted.mutes):
        raise BadRequest(f"mutes has at most {MAX_MUTES} ids of projects, documents or threads.")
    _zone(wanted.zone)
    _time_of(wanted.digest_at)
    if wanted.quiet_hours is not None:
        _zone(wanted.quiet_hours.zone)
        if _time_of(wanted.quiet_hours.from_) == _time_of(wanted.quiet_hours.to):
            raise BadRequest("Quiet hours begin and end at different times.")


def all_rules(preferences: Preferences, policy: Policy) -> list[Rule]:
    """Write the whole table: what counts for each category and channel."""
    return [
        Rule(
            category=category,
            channel=channel,
            mode=_mode(category, channel, preferences, policy)[0],
        )
        for category in CATEGORIES
        for channel in CHANNELS
    ]


def decide(
    subject: Subject, preferences: Preferences, policy: Policy, now: datetime
) -> list[Decision]:
    """Decide how something goes out, for each channel."""
    return [decide_one(channel, subject, preferences, policy, now) for channel in CHANNELS]


def decide_one(
    channel: Channel, subject: Subject, preferences: Preferences, policy: Policy, now: datetime
) -> Decision:
    """Decide how something goes out by one channel."""
    mode, rule = _mode(subject.category, channel, preferences, policy)
    is_locked = (subject.category, channel) in _settled(policy.locks)
    muted = subject.ids & set(preferences.mutes)
    if muted and not is_locked:
        return Decision(channel, "off", f"You muted {min(muted)}.")
    if mode == "digest" and channel in ("push", "email"):
        due = next_digest(preferences, now)
        if due is None:
            return Decision(channel, "off", f"{rule} You get no digest.")
        return Decision(channel, "digest", rule, due)
    if mode == "instant" and channel != "in_app":
        return Decision(channel, mode, rule, quiet_until(preferences.quiet_hours, now))
    return Decision(channel, mode, rule)


def may_stand_in(subject: Subject, preferences: Preferences, policy: Policy) -> bool:
    """Tell whether a mail may take the place of a push: unless somebody has said that none is wanted.

    That nobody has asked for mails is no reason: whoever wants to be told at once is told.
    """
    key: tuple[Category, Channel] = (subject.category, "email")
    locks = _settled(policy.locks)
    if key in locks:
        return locks[key] != "off"
    if subject.ids & set(preferences.mutes):
        return False
    said = {**_settled(policy.defaults), **_settled(preferences.rules)}
    return said.get(key) != "off"


def _mode(
    category: Category, channel: Channel, preferences: Preferences, policy: Policy
) -> tuple[Mode, str]:
    key = category, channel
    for settled, who in (
        (_settled(policy.locks), "Locked by an admin"),
        (_settled(preferences.rules), "You chose"),
        (_settled(policy.defaults), "An admin's default"),
    ):
        if key in settled:
            return settled[key], f"{who}: {in_words(category, channel, settled[key])}."
    mode = _BY_DEFAULT[channel].get(category, "off")
    return mode, f"By default: {in_words(category, channel, mode)}."


def in_words(category: Category, channel: Channel, mode: Mode) -> str:
    """Say how something comes, as in "mentions by mail at once"."""
    return f"{_CATEGORY_WORDS[category]} {_CHANNEL_WORDS[channel]} {_MODE_WORDS[mode]}"


def _settled(rules: Iterable[Rule]) -> Settled:
    return {(rule.category, rule.channel): rule.mode for rule in rules}


def zone_of(preferences: Preferences) -> str:
    """Name the zone in which somebody reads the clock: that of their quiet hours, where there are any."""
    quiet = preferences.quiet_hours
    return quiet.zone if quiet else preferences.zone


# -- quiet hours and digests -------------------------------------------------------------------------


def quiet_until(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies; None where it lies in none."""
    if quiet is None:
        return None
    zone = _zone(quiet.zone)
    begin, end = _time_of(quiet.from_), _time_of(quiet.to)
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        begins = _moment(day, begin, zone)
        ends = _moment(day if begin < end else day + timedelta(days=1), end, zone)
        if begins <= now < ends:
            return ends
    return None


def next_digest(preferences: Preferences, now: datetime) -> datetime | None:
    """When the next digest is due after `now`, in UTC; None where the person wants none."""
    if preferences.digest == "off":
        return None
    due = _next_regular(preferences, now)
    return quiet_until(preferences.quiet_hours, due) or due


def _next_regular(preferences: Preferences, now: datetime) -> datetime:
    if preferences.digest == "hourly":
        now = now.astimezone(timezone.utc)
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    zone = _zone(zone_of(preferences))
    at = _time_of(preferences.digest_at)
    day = now.astimezone(zone).date()
    while True:
        is_due = preferences.digest == "daily" or day.weekday() == 0
        if is_due and (due := _moment(day, at, zone)) > now:
            return due
        day += timedelta(days=1)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When a wall's clock shows this time for the first time, or has jumped over it."""
    wall = datetime.combine(day, at, zone)
    # With `fold=0` a time in the gap has the offset of before: it is as long after the jump.
    moment = wall.astimezone(timezone.utc)
    back = moment.astimezone(zone)
    if back.replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    jump = back.replace(tzinfo=None) - wall.replace(tzinfo=None)
    return _first_at_offset(moment - jump, back, zone)


def _first_at_offset(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the minute at which the clock jumped, between two moments around it."""
    low, high = before, after.astimezone(timezone.utc)
    offset = high.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high.replace(second=0, microsecond=0)


def _time_of(text: str) -> time:
    matched = _TIME.fullmatch(text)
    if matched is None:
        raise BadRequest(f"{text[:20]!r} is no time of the day; write HH:MM.")
    return time(int(matched[1]), int(matched[2]))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest(
            f"There is no time zone {name[:60]!r}; write one like Europe/Berlin."
        ) from None
