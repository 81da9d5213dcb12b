"""`activity` and its export over REST."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.core.times import unix_seconds
from jupyter_realtime.server.runtime import Services
from tests.server.contents import ME, Api, Contents, document_at, project_of, text, told
from tests.server.sockets import Connect, ask, read


def words(listing: dict[str, Any]) -> list[tuple[str, str, str | None, int]]:
    return [
        (item["verb"], item["object"]["kind"], item["object"]["path"], item["count"])
        for item in listing["items"]
    ]


async def something_happens(api: Api, contents: Contents) -> str:
    """Create, save, rename and delete files."""
    project = await project_of(api)
    await contents("PUT", "a.py", text())
    await contents("PATCH", "a.py", {"path": "b.py"})
    await contents("PUT", "b.py", text("x = 2\n"))
    await contents("PUT", "c.py", text())
    await contents("DELETE", "c.py")
    await told(api, project, 5)
    return project


async def test_Y7_what_happened_is_read_the_newest_first_under_names_of_now(
    api: Api, contents: Contents
) -> None:
    project = await something_happens(api, contents)
    status, listing = await api("GET", f"activity?project={project}")
    assert (status, listing["next"]) == (200, None)
    assert words(listing) == [
        ("deleted", "document", "c.py", 1),
        ("created", "document", "c.py", 1),
        ("saved", "document", "b.py", 1),
        ("renamed", "document", "b.py", 1),
        # It was a.py then.
        ("created", "document", "b.py", 1),
    ]
    assert listing["items"][3]["target"]["path"] == "a.py"
    for item in listing["items"]:
        assert (item["actor"]["name"], item["project"]) == (ME, project)
    assert (await api("GET", "activity"))[1] == listing


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ("kind=file", ["deleted", "created", "saved", "renamed", "created"]),
        ("kind=renamed,saved", ["saved", "renamed"]),
        ("kind=comment", []),
        (f"user={ME}&kind=deleted", ["deleted"]),
        ("user=bo", []),
        ("since=2999-01-01T00:00:00Z", []),
        ("until=2000-01-01T00:00:00Z", []),
        ("since=2000-01-01T00:00:00Z&until=2999-01-01T00:00:00.000Z&kind=saved", ["saved"]),
    ],
)
async def test_Y9_it_is_filtered(
    api: Api, contents: Contents, query: str, verbs: list[str]
) -> None:
    project = await something_happens(api, contents)
    _, listing = await api("GET", f"activity?project={project}&{query}")
    assert [item["verb"] for item in listing["items"]] == verbs


@pytest.mark.parametrize(
    "query",
    [
        *("cursor=x", "cursor=bnVsbA", "since=yesterday", "limit=0"),
        # Of a project `p`, before 2⁶³ and before -1; of announcements, before 2⁶⁴.
        "cursor=eyJwcm9qZWN0cyI6eyJwIjo5MjIzMzcyMDM2ODU0Nzc1ODA4fX0",
        "cursor=eyJwcm9qZWN0cyI6eyJwIjotMX19",
        "cursor=eyJwcm9qZWN0cyI6e30sImFubm91bmNlbWVudCI6WzE4NDQ2NzQ0MDczNzA5NTUxNjE2LCJ4Il19",
    ],
)
async def test_Y9_what_can_not_be_read_is_refused(api: Api, query: str) -> None:
    assert (await api("GET", f"activity?{query}"))[0] == 400


async def test_Y9_pages_join_whatever_happens_between_them(
    api: Api, contents: Contents, jp_root_dir: Path
) -> None:
    (jp_root_dir / "inner" / ".git").mkdir(parents=True)
    await api("PUT", "documents", {"path": "inner/x.py"})
    await something_happens(api, contents)
    await api("POST", "announcements", {"title": "Hello"})
    _, whole = await api("GET", "activity")
    assert [item["kind"] for item in whole["items"]] == ["announcement", *["file"] * 5]
    items: list[Any] = []
    following = ""
    while True:
        _, page = await api("GET", f"activity?limit=1{following}")
        items += page["items"]
        if page["next"] is None:
            break
        following = f"&cursor={page['next']}"
        # Newer than all of it, also in a project where nothing had happened.
        for path in ("later.py", "inner/later.py"):
            await contents("PUT", path, text())
        await api("POST", "announcements", {"title": "Later"})
    assert items == whole["items"]


async def test_Y9_it_is_read_by_whoever_may_read_the_project_now(
    api: Api, contents: Contents, as_program: Any
) -> None:
    project = await something_happens(api, contents)
    scopes = ["read:system", f"read:project:{project}"]
    _, token = await api("POST", "tokens", {"label": "ci", "scopes": scopes, "ttl_seconds": 60})
    path = f"activity?project={project}"
    assert len((await as_program(token["token"], "GET", path))[1]["items"]) == 5
    await api("PUT", f"projects/{project}/members", {"user": "bo", "role": "viewer"})
    _, other = await api(
        "POST", "tokens", {"label": "x", "scopes": ["read:system"], "ttl_seconds": 60}
    )
    assert (await as_program(other["token"], "GET", path))[0] == 403
    assert (await as_program(other["token"], "GET", "activity"))[1]["items"] == []
    await api("PATCH", f"projects/{project}", {"enabled": False})
    assert (await as_program(token["token"], "GET", path))[0] == 403
    assert (await as_program(token["token"], "GET", "activity"))[1]["items"] == []


async def test_Y10_all_of_a_project_is_exported_as_lines(
    api: Api, contents: Contents, jp_fetch: Any
) -> None:
    project = await something_happens(api, contents)
    for number in range(450):
        # Nobody's activity, however often.
        await api(
            "POST", "publish", {"room": f"project:{project}", "event": "custom:x", "data": number}
        )
    for _ in range(300):
        await api("PUT", f"projects/{project}/members", {"user": "bo", "role": "viewer"})
        await api("PUT", f"projects/{project}/members", {"user": "bo", "role": "member"})
    answer = await jp_fetch("realtime/api/v1/export/activity", params={"project": project})
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert [line["verb"] for line in lines[:2]] == ["changed", "changed"]
    assert len(lines) == 605 and {line["count"] for line in lines} == {1}
    assert len({line["id"] for line in lines}) == 605
    assert (await api("GET", "export/activity"))[0] == 400
    assert (await api("GET", "export/activity?project=none"))[0] == 404


async def test_Y13_what_others_did_to_a_document_while_one_was_away(
    api: Api, contents: Contents, jp_web_app: Any, connect: Connect, jp_serverapp: Any
) -> None:
    services: Services = await jp_web_app.settings["jupyter_realtime"].services()
    project = await project_of(api)
    await contents("PUT", "a.py", text())
    document = await document_at(api, "a.py")
    path = f"activity/away?document={document}"
    assert await api("GET", path) == (200, {"items": [], "next": None, "since": None})
    page = await connect()
    await read(page)
    here = {"status": "online", "document": document}
    room = f"project:{project}"
    await ask(page, type="state", id=1, room=room, event="user:status", key="self", data=here)
    assert list(services.presences.readers()) == [(document, ME)]
    began = unix_seconds((await api("GET", f"activity?project={project}"))[1]["items"][0]["time"])
    # They were there an hour ago, and are there again.
    hour_ago = int((began - 3600) * 1000)
    await services.store.visits.note([(document, ME)], hour_ago, 1000)
    await services.visits.note(services.presences.readers())
    for saves in range(2):
        await jp_serverapp.contents_manager.save(text(f"x = {saves}\n"), "a.py")
    await contents("PATCH", "a.py", {"path": "b.py"})
    await contents("PUT", "c.py", text())
    await told(api, project, 5)
    _, missed = await api("GET", path)
    assert unix_seconds(missed["since"]) == pytest.approx(hour_ago / 1000, abs=0.01)
    # Not what one did oneself, and nothing of other files.
    assert [(item["verb"], item["object"]["path"], item["count"]) for item in missed["items"]] == [
        ("saved", "b.py", 2)
    ]
    assert (await api("GET", "activity/away"))[0] == 400
    assert (await api("GET", "activity/away?document=none"))[0] == 404
    await page.close()
