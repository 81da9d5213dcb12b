"""What people are told: what can be shown, and who did it."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.notifications import MAX_ACTORS, check_notice, with_actor
from tests.builders import notice, principal


@pytest.mark.parametrize(
    "url",
    [
        "/lab/tree/a.ipynb",
        "/lab?x=1#y",
        "https://example.org/a",
        "http://x",
        "?reset",
        "#top",
        None,
    ],
)
def test_N9_a_notification_leads_to_a_page_of_the_server_or_of_the_web(url: str | None) -> None:
    check_notice(notice(action_url=url))


@pytest.mark.parametrize(
    "wrong",
    [
        {"action_url": "javascript:alert(1)"},
        {"action_url": "JavaScript:alert(1)"},
        {"action_url": "data:text/html,x"},
        {"action_url": "//evil.example/x"},
        {"action_url": "/\\evil.example"},
        {"action_url": "https://x/\n"},
        {"action_url": "lab/tree"},
        {"action_url": "/" + "x" * 2000},
        {"title": "  "},
        {"title": "x" * 201},
        {"message": "x" * 4001},
        {"group": ""},
        {"dedupe": "x" * 201},
    ],
)
def test_N9_what_leads_elsewhere_or_can_not_be_shown_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        check_notice(notice(**wrong))


def test_N1_a_row_names_the_last_few_each_once_the_latest_first() -> None:
    actors = [principal(f"u{number}").actor for number in range(MAX_ACTORS)]
    again = with_actor(actors, actors[2])
    assert [actor.name for actor in again] == ["u2", "u0", "u1", "u3", "u4"]
    program = principal("u0", kind="program").actor
    assert with_actor(actors, program) == [program, *actors[:-1]]
