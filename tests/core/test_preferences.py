"""What somebody wants to be told, by which way and when: rules H1–H5."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.preferences import (
    CHANNELS,
    Decision,
    Mode,
    Policy,
    Preferences,
    QuietHours,
    Rule,
    Subject,
    all_rules,
    check_preferences,
    decide,
    next_digest,
    quiet_until,
)

UTC = timezone.utc
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NIGHT = QuietHours(zone="Europe/Berlin", from_="22:00", to="07:00")
MENTION = Subject("mention", frozenset({"p1", "t1"}))
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def by_email(
    preferences: Preferences, policy: Policy | None = None, now: datetime = NOON
) -> Decision:
    [decision] = [
        one
        for one in decide(MENTION, preferences, policy or Policy(), now)
        if one.channel == "email"
    ]
    return decision


def rule(mode: Mode) -> Rule:
    return Rule(category="mention", channel="email", mode=mode)


def test_H1_a_lock_comes_before_a_mute_a_mute_before_a_rule_a_rule_before_defaults() -> None:
    mine = Preferences(rules=[rule("instant")], mutes=["t1"])
    lock, default = Policy(locks=[rule("off")]), Policy(defaults=[rule("instant")])
    found = [
        by_email(mine, lock),
        by_email(mine),
        by_email(msgspec.structs.replace(mine, mutes=[])),
        by_email(Preferences(), default),
        by_email(Preferences(digest="daily")),
    ]
    assert [(one.mode, one.rule) for one in found] == [
        ("off", "Locked by an admin: mentions by mail never."),
        ("off", "You muted t1."),
        ("instant", "You chose: mentions by mail at once."),
        ("instant", "An admin's default: mentions by mail at once."),
        ("digest", "By default: mentions by mail in a digest."),
    ]


def test_H2_who_wants_no_digest_gets_none_and_is_told_why() -> None:
    assert by_email(Preferences()) == Decision(
        "email", "off", "By default: mentions by mail in a digest. You get no digest."
    )


def test_H3_in_quiet_hours_what_rings_waits_and_nothing_is_dropped() -> None:
    night = at("2026-06-01T23:00")
    wanted = [Rule(category="mention", channel=channel, mode="instant") for channel in CHANNELS]
    mine = Preferences(rules=wanted, quiet_hours=NIGHT)
    found = {one.channel: one for one in decide(MENTION, mine, Policy(), night)}
    assert {one.mode for one in found.values()} == {"instant"}
    assert found["in_app"].due is None
    morning = at("2026-06-02T05:00")
    assert {found[name].due for name in ("toast", "push", "email")} == {morning}


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-06-01T19:59", None),
        ("2026-06-01T20:00", "2026-06-02T05:00"),
        ("2026-06-02T04:59", "2026-06-02T05:00"),
        ("2026-06-02T05:00", None),
        # The night in which the clock goes forward is shorter, the one in which it goes back longer.
        ("2026-03-28T22:00", "2026-03-29T05:00"),
        ("2026-10-24T21:00", "2026-10-25T06:00"),
    ],
)
def test_H5_quiet_hours_are_those_of_a_clock_on_the_wall(now: str, until: str | None) -> None:
    assert quiet_until(NIGHT, at(now)) == (until and at(until))


@pytest.mark.parametrize(
    ("zone", "digest_at", "now", "due"),
    [
        # 02:30 does not exist on that morning: the clock jumps from 02:00 to 03:00.
        ("Europe/Berlin", "02:30", "2026-03-28T23:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "03:00", "2026-03-28T23:00", "2026-03-29T01:00"),
        # 02:30 is there twice, and counts the first time.
        ("Europe/Berlin", "02:30", "2026-10-24T23:00", "2026-10-25T00:30"),
        ("Europe/Berlin", "02:30", "2026-10-25T00:30", "2026-10-26T01:30"),
        # A jump of half an hour.
        ("Australia/Lord_Howe", "02:15", "2026-10-03T10:00", "2026-10-03T15:30"),
        ("America/St_Johns", "08:00", "2026-06-01T10:30", "2026-06-02T10:30"),
    ],
)
def test_H5_a_digest_is_due_when_the_wall_shows_its_time(
    zone: str, digest_at: str, now: str, due: str
) -> None:
    mine = Preferences(digest="daily", digest_at=digest_at, zone=zone)
    assert next_digest(mine, at(now)) == at(due)


def test_H4_a_digest_comes_hourly_or_on_mondays_and_waits_for_the_end_of_quiet_hours() -> None:
    assert next_digest(Preferences(digest="hourly"), at("2026-06-01T12:30")) == at(
        "2026-06-01T13:00"
    )
    # The first of June 2026 is a Monday.
    weekly = Preferences(digest="weekly", digest_at="09:00")
    assert next_digest(weekly, at("2026-06-01T08:59")) == at("2026-06-01T09:00")
    assert next_digest(weekly, at("2026-06-01T09:00")) == at("2026-06-08T09:00")
    early = Preferences(digest="daily", digest_at="06:00", quiet_hours=NIGHT)
    assert next_digest(early, at("2026-06-01T12:00")) == at("2026-06-02T05:00")


@given(
    minutes=st.integers(0, 2 * 366 * 24 * 60),
    zone=st.sampled_from(ZONES),
    begin=st.integers(0, 24 * 60 - 1),
    length=st.integers(1, 24 * 60 - 1),
    every=st.sampled_from(["hourly", "daily", "weekly"]),
)
def test_H4_a_digest_is_always_ahead_within_its_time_and_never_in_quiet_hours(
    minutes: int, zone: str, begin: int, length: int, every: str
) -> None:
    now = at("2026-01-01T00:00") + timedelta(minutes=minutes)
    end = (begin + length) % (24 * 60)
    quiet = QuietHours(zone=zone, from_=_clock(begin), to=_clock(end))
    mine = msgspec.convert({"digest": every, "digest_at": "06:30"}, Preferences)
    mine = msgspec.structs.replace(mine, quiet_hours=quiet)
    due = next_digest(mine, now)
    assert due is not None
    assert now < due <= now + timedelta(days=9)
    assert quiet_until(quiet, due) is None
    until = quiet_until(quiet, now)
    assert until is None or now < until <= now + timedelta(hours=25)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def test_H1_the_whole_table_says_what_counts_for_each_cell() -> None:
    table = all_rules(Preferences(rules=[rule("instant")]), Policy())
    assert len({(one.category, one.channel) for one in table}) == len(table) == 24
    assert rule("instant") in table


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": [{"category": "mention", "channel": "email", "mode": "off"}] * 2},
        {"quiet_hours": {"zone": "Mars/Olympus", "from": "22:00", "to": "07:00"}},
        {"quiet_hours": {"zone": "UTC", "from": "22:00", "to": "22:00"}},
        {"quiet_hours": {"zone": "UTC", "from": "24:00", "to": "07:00"}},
        {"zone": "../../etc/localtime"},
        {"zone": "a\u0000b"},
        {"digest_at": "8:00"},
        {"mutes": [""]},
        {"mutes": ["x"] * 1001},
    ],
)
def test_H1_preferences_that_can_not_be_kept_are_refused_in_words(wrong: object) -> None:
    with pytest.raises(BadRequest):
        check_preferences(msgspec.convert(wrong, Preferences), Policy())


def test_H1_nobody_changes_what_an_admin_has_locked() -> None:
    policy = Policy(locks=[rule("off")])
    check_preferences(Preferences(rules=[rule("off")]), policy)
    with pytest.raises(BadRequest, match="mention by email is locked to 'off' here"):
        check_preferences(Preferences(rules=[rule("instant")]), policy)
