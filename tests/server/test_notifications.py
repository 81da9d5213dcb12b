"""`notifications…` and `preferences` over REST and the socket, on a real server."""

from __future__ import annotations

import asyncio
import getpass
import json
from typing import Any

import pytest

from tests.server.every_call import Api
from tests.server.sockets import Connect
from tests.server.test_projects import project_of

ME = getpass.getuser()


async def told(api: Api, title: str, **fields: Any) -> dict[str, Any]:
    status, answer = await api("POST", "notifications", {"title": title, **fields})
    assert status == 201, answer
    found: dict[str, Any] = answer
    return found


async def inbox(api: Api, **query: Any) -> dict[str, Any]:
    status, page = await api("GET", "notifications", params=query)
    assert status == 200, page
    found: dict[str, Any] = page
    return found


async def next_of(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 5))
        if frame["type"] == kind:
            return frame


async def test_N1_what_i_am_told_is_in_my_inbox_and_rings_in_every_tab(
    api: Api, connect: Connect
) -> None:
    tabs = [await connect() for _ in range(2)]
    for tab in tabs:
        await tab.send(json.dumps({"type": "subscribe", "id": 1, "room": f"user:{ME}"}))
        await next_of(tab, "reply")
    answer = await told(api, "Training done", type="success", message="In 3 min", action_url="/lab")
    assert answer == {"id": answer["id"], "recipients": [ME], "new": 1}
    rung = [await next_of(tab, "event") for tab in tabs]
    assert rung[0] == rung[1]
    assert rung[0]["event"] == "notification:new"
    page = await inbox(api)
    assert page == {"items": page["items"], "unread": 1, "next": None}
    [item] = page["items"]
    assert {**item, "unread": 1, "toast": "now", "toast_at": None} == rung[0]["data"]
    assert (item["title"], item["type"], item["category"]) == ("Training done", "success", "system")
    assert (item["actors"][0]["name"], item["seq"]) == (ME, rung[0]["seq"])
    status, read = await api(
        "PATCH", f"notifications/{item['id']}", {"read": True, "up_to": item["seq"]}
    )
    assert (status, read["read"], read["seen"]) == (200, True, True)
    changed = [await next_of(tab, "event") for tab in tabs]
    assert changed[0]["event"] == "notification:changed"
    assert {(one["data"]["unread"], one["data"]["ids"][0]) for one in changed} == {(0, item["id"])}
    for tab in tabs:
        await tab.close()


async def test_N4_some_are_changed_together_and_all_are_read_up_to_a_place(api: Api) -> None:
    for number in range(3):
        await told(api, f"Number {number}")
    page = await inbox(api, limit=2)
    assert page["unread"] == 3 and page["next"]
    rest = await inbox(api, limit=2, cursor=page["next"])
    ids = [item["id"] for item in page["items"] + rest["items"]]
    assert len(set(ids)) == 3
    _, answer = await api("PATCH", "notifications", {"ids": ids[:2], "archived": True})
    assert (answer["unread"], [item["archived"] for item in answer["items"]]) == (1, [True, True])
    assert len((await inbox(api, box="archived"))["items"]) == 2
    assert await api("POST", "notifications/read-all", {"up_to": 0}) == (200, {"unread": 1})
    assert await api("POST", "notifications/read-all") == (200, {"unread": 0})
    assert (await inbox(api, box="unread"))["items"] == []


async def test_N7_what_goes_just_when_it_is_changed_is_not_found(
    api: Api, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await told(api, "Going", project=(await project_of(api))["id"])
    runtime = jp_serverapp.web_app.settings["jupyter_realtime"]
    inbox = (await runtime.services()).store.inbox
    change = inbox.change

    async def withdrawn_first(person: str, *how: Any) -> int:
        await inbox.withdraw(person, (await project_of(api))["id"], True, 0)
        unread: int = await change(person, *how)
        return unread

    monkeypatch.setattr(inbox, "change", withdrawn_first)
    status, error = await api("PATCH", f"notifications/{item['id']}", {"read": True})
    assert (status, error["code"]) == (404, "not_found")


async def test_N5_what_is_snoozed_comes_back_by_itself(api: Api, connect: Connect) -> None:
    item = await told(api, "Later")
    path = f"notifications/{item['id']}"
    tab = await connect()
    _, away = await api("PATCH", path, {"snoozed_until": "2099-01-01T00:00:00.000Z"})
    assert away["snoozed_until"] == "2099-01-01T00:00:00.000Z"
    assert (await inbox(api))["items"] == [] and (await inbox(api))["unread"] == 0
    assert (await inbox(api, box="snoozed"))["items"] == [away]
    _, back = await api("PATCH", path, {"snoozed_until": None})
    assert back["snoozed_until"] is None and (await inbox(api))["unread"] == 1
    await tab.send(json.dumps({"type": "subscribe", "id": 1, "room": f"user:{ME}"}))
    await next_of(tab, "reply")
    await api("PATCH", path, {"snoozed_until": "2001-01-01T00:00:00.000Z"})
    assert (await next_of(tab, "event"))["data"]["unread"] == 0
    assert (await next_of(tab, "event"))["data"] | {"ids": 0} == {
        **dict.fromkeys(("category", "project", "read", "seen", "archived")),
        "ids": 0,
        "up_to": 0,
        "snoozed_until": "",
        "unread": 1,
    }
    await tab.close()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "x" * 201},
        {"title": "x", "type": "shout"},
        {"title": "x", "category": "spam"},
        {"title": "x", "action_url": "javascript:alert(1)"},
        {"title": "x", "to": []},
        {"title": "x", "to": 3},
        {"title": "x", "actor": {"name": "root"}},
        {"title": "x", "to": ["@me"] * 201},
    ],
)
async def test_N9_what_can_not_be_told_is_refused_in_words(api: Api, body: dict[str, Any]) -> None:
    status, error = await api("POST", "notifications", body)
    assert (status, error["code"]) == (400, "bad_request")
    assert (await inbox(api))["items"] == []


@pytest.mark.parametrize(
    "query",
    [{"box": "trash"}, {"category": "x"}, {"type": "x"}, {"limit": 0}, {"cursor": "x"}],
)
async def test_N6_a_question_that_is_none_is_refused(api: Api, query: dict[str, Any]) -> None:
    status, error = await api("GET", "notifications", params=query)
    assert (status, error["code"]) == (400, "bad_request")


async def test_N10_only_members_are_told_and_a_stranger_is_named(api: Api) -> None:
    status, error = await api("POST", "notifications", {"title": "Hi", "to": "nobody"})
    assert (status, error["code"]) == (404, "not_found") and "nobody" in error["message"]
    project = await project_of(api)
    await api("PUT", f"projects/{project['id']}/members", {"user": "bo", "role": "viewer"})
    answer = await told(api, "Hi", to=["bo", "@me"])
    assert answer["recipients"] == sorted(["bo", ME])
    assert (await told(api, "All", to="@team"))["recipients"] == sorted(["bo", ME])
    assert (await told(api, "Bo", to="bo"))["id"] is None


async def test_N11_a_program_tells_little_and_reads_no_inbox(
    api: Api, as_program: Any, jp_serverapp: Any
) -> None:
    scopes = [f"publish:project:{(await project_of(api))['id']}", "read:*"]
    wanted = {"label": "ci", "scopes": scopes, "ttl_seconds": 600}
    _, token = await api("POST", "tokens", wanted)
    answers = [
        await as_program(token["token"], "POST", "notifications", {"title": f"{n}"})
        for n in range(31)
    ]
    assert [status for status, _ in answers[:30]] == [201] * 30
    assert (answers[30][0], answers[30][1]["code"]) == (429, "rate_limited")
    assert answers[30][1]["retry_after"] > 0
    page = await inbox(api)
    assert {item["actors"][0]["kind"] for item in page["items"]} == {"program"}
    for method, path in (("GET", "notifications"), ("GET", "preferences")):
        assert (await as_program(token["token"], method, path))[0] == 403


async def test_N2_a_dedupe_key_is_told_once_and_is_its_own_for_each_who_tells(api: Api) -> None:
    for _ in range(3):
        await told(api, "Done", dedupe="run 1")
    assert (await told(api, "Done", dedupe="run 2"))["new"] == 1
    page = await inbox(api)
    assert [item["count"] for item in page["items"]] == [1, 1]


async def test_H1_preferences_are_a_table_that_is_settled_in_whole_or_in_part(api: Api) -> None:
    _, before = await api("GET", "preferences")
    assert len(before["rules"]) == 24 and before["locks"] == []
    off = {"category": "system", "channel": "in_app", "mode": "off"}
    quiet = {"zone": "Europe/Berlin", "from": "22:00", "to": "07:00"}
    status, settled = await api("PATCH", "preferences", {"rules": [off], "quiet_hours": quiet})
    assert status == 200 and off in settled["rules"] and settled["quiet_hours"] == quiet
    _, again = await api("PATCH", "preferences", {"digest": "daily"})
    assert off in again["rules"] and again["quiet_hours"] == quiet and again["digest"] == "daily"
    assert (await told(api, "Not for me"))["recipients"] == []
    assert (await inbox(api))["items"] == []
    status, whole = await api("PUT", "preferences", {"digest": "weekly"})
    assert whole == {**before, "digest": "weekly"}
    assert await api("GET", "preferences") == (200, whole)


async def test_H7_back_to_the_defaults_keeps_where_one_is_and_who_sees_one(api: Api) -> None:
    _, before = await api("GET", "preferences")
    off = {"category": "system", "channel": "in_app", "mode": "off"}
    kept = {"zone": "Europe/Berlin", "presence": "invisible"}
    quiet = {"zone": "Europe/Berlin", "from": "22:00", "to": "07:00"}
    of_telling = {"quiet_hours": quiet, "digest": "daily", "digest_at": "09:30", "mutes": ["p1"]}
    await api("PATCH", "preferences", {"rules": [off], **of_telling, **kept})
    assert (await told(api, "Not for me"))["recipients"] == []
    status, after = await api("DELETE", "preferences")
    assert (status, after) == (200, {**before, **kept})
    assert await api("GET", "preferences") == (200, after)
    assert (await told(api, "For me again"))["recipients"] == [ME]


@pytest.mark.parametrize(
    "body",
    [
        {"rules": [{"category": "system", "channel": "pigeon", "mode": "off"}]},
        {"quiet_hours": {"zone": "Nowhere", "from": "22:00", "to": "07:00"}},
        {"digest": "sometimes"},
        {"colour": "red"},
    ],
)
async def test_H1_preferences_that_are_none_are_refused(api: Api, body: dict[str, Any]) -> None:
    for method in ("PUT", "PATCH"):
        status, error = await api(method, "preferences", body)
        assert (status, error["code"]) == (400, "bad_request")
