"""Two notices of one thing, each way telling one of them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import get_args

import pytest

from jupyter_realtime.core.preferences import CHANNELS, Channel, Decision, Mode
from jupyter_realtime.core.telling_once import tell_once

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def decided(name: str, **modes: Mode) -> list[Decision]:
    """What was decided for a notice alone; off, where nothing else is said."""
    return [Decision(way, modes.get(way, "off"), name, NOON) for way in CHANNELS]


def told(decisions: list[Decision]) -> dict[Channel, Mode]:
    return {one.channel: one.mode for one in decisions if one.mode != "off"}


@pytest.mark.parametrize("way", ["push", "email"])
@pytest.mark.parametrize("issues", get_args(Mode))
@pytest.mark.parametrize("end", get_args(Mode))
def test_Q2_each_way_tells_the_end_only_where_what_is_grave_does_not_come_as_soon(
    way: Channel, issues: Mode, end: Mode
) -> None:
    first, second = tell_once(
        decided("issues", in_app="instant", **{way: issues}),
        decided("end", in_app="instant", **{way: end}),
    )
    assert told(first).get(way, "off") == issues
    order = get_args(Mode)
    is_later = order.index(issues) < order.index(end)
    assert told(second) == ({way: end} if is_later else {})


def test_Q2_one_row_stands_in_the_inbox_and_pops_up_if_either_would() -> None:
    first, second = tell_once(
        decided("issues", in_app="digest"), decided("end", in_app="instant", toast="instant")
    )
    assert (told(first), told(second)) == ({"in_app": "digest", "toast": "instant"}, {})
    [toast] = [one for one in first if one.channel == "toast"]
    assert (toast.rule, toast.due) == ("end", NOON), "who decided is kept, and when it may ring"


def test_Q2_an_end_that_is_not_in_the_inbox_rings_with_nothing() -> None:
    first, second = tell_once(
        decided("issues", in_app="instant"), decided("end", toast="instant", email="instant")
    )
    assert told(first) == {"in_app": "instant"}
    assert told(second)["email"] == "instant"
    assert "in_app" not in told(second)


def test_Q2_where_what_is_grave_is_not_in_the_inbox_the_end_is_and_pops_up() -> None:
    whole: dict[str, Mode] = {"in_app": "instant", "toast": "instant", "email": "instant"}
    first, second = tell_once(
        decided("issues", toast="instant", email="instant"), decided("end", **whole)
    )
    assert told(first) == {"email": "instant"}
    assert told(second) == {"in_app": "instant", "toast": "instant"}
