"""`announcements` over REST, on a real server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.every_call import Api
from tests.server.test_notifications import inbox


async def test_Q4_an_announcement_is_in_the_inbox_when_it_is_answered(api: Api) -> None:
    await api("GET", "me")
    wanted = {"title": "Maintenance", "message": "At six.", "type": "warning"}
    status, made = await api(
        "POST", "announcements", {**wanted, "expires": "2100-01-01T00:00:00.000Z"}
    )
    assert status == 201
    assert made == made | wanted | {"expires": "2100-01-01T00:00:00.000Z", "told": 1}
    [item] = (await inbox(api))["items"]
    assert (item["title"], item["category"], item["type"]) == ("Maintenance", "system", "warning")
    _, listed = await api("GET", "announcements")
    del made["told"]
    assert listed == {"items": [made], "next": None}
    assert (await api("DELETE", f"announcements/{made['id']}"))[0] == 204
    assert (await inbox(api))["unread"] == 0
    assert (await api("DELETE", f"announcements/{made['id']}"))[0] == 404


async def test_E4_announcements_come_in_pages(api: Api) -> None:
    for number in range(3):
        await api("POST", "announcements", {"title": f"{number}"})
    _, page = await api("GET", "announcements", params={"limit": 2})
    _, rest = await api("GET", "announcements", params={"limit": 2, "cursor": page["next"]})
    titles = [one["title"] for one in page["items"] + rest["items"]]
    assert sorted(titles) == ["0", "1", "2"] and rest["next"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": " "},
        {"title": "x", "type": "shout"},
        {"title": "x", "expires": "2001-01-01T00:00:00Z"},
        {"title": "x", "to": "ana"},
    ],
)
async def test_Q4_what_is_no_announcement_is_refused(api: Api, body: dict[str, Any]) -> None:
    status, error = await api("POST", "announcements", body)
    assert (status, error["code"]) == (400, "bad_request")
    assert (await api("GET", "announcements"))[1]["items"] == []


async def test_Q4_a_program_announces_nothing(api: Api, as_program: Any) -> None:
    wanted = {"label": "ci", "scopes": ["announce:system"], "ttl_seconds": 600}
    _, token = await api("POST", "tokens", wanted)
    status, error = await as_program(token["token"], "POST", "announcements", {"title": "Hi"})
    assert (status, error["code"]) == (403, "forbidden")
