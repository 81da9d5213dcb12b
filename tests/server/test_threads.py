"""Comments over REST."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import RateLimited
from tests.server.every_call import CALLS, Make, filled
from tests.server.sockets import Connect, ask, read

Api = Callable[..., Any]
SOURCE = "x = 1\ny = x + 2\n"
# What a thread has that is one person's.
OWN = ("unread", "subscription", "issue_state")


@pytest.fixture
def document(api: Api, jp_root_dir: Path) -> Callable[..., Any]:
    """Give a notebook its id."""
    (jp_root_dir / "eda.ipynb").write_text("{}")

    async def made() -> dict[str, Any]:
        return dict((await api("PUT", "documents", {"path": "eda.ipynb"}))[1])

    return made


async def begin(api: Api, document: dict[str, Any], **fields: Any) -> dict[str, Any]:
    known = {"cell_id": "c1", "source": SOURCE, "start": 6, "end": 15, "body": "Why **two**?"}
    status, thread = await api("POST", "threads", {"document": document["id"], **known, **fields})
    assert status == 201, thread
    return dict(thread)


def program() -> dict[str, dict[str, str]]:
    return {"headers": {"Authorization": f"Bearer {os.environ['JUPYTER_REALTIME_TOKEN']}"}}


async def test_I1_a_thread_has_the_shape_that_is_promised(api: Api, document: Any) -> None:
    thread = await begin(api, await document(), cell_index=3)
    assert thread["anchor"] == {
        "status": "exact",
        "score": 1.0,
        "scope": "range",
        "cell_id": "c1",
        "cell_index": 3,
        "start": 6,
        "end": 15,
        "quote": "y = x + 2",
        "original": "y = x + 2",
    }
    [first] = thread["comments"]
    assert first["html"] == "<p>Why <strong>two</strong>?</p>"
    assert (first["body"], first["deleted"], first["reactions"]) == ("Why **two**?", False, [])
    assert (thread["state"], thread["path"], thread["unread"]) == ("open", "eda.ipynb", 0)
    assert await api("GET", f"threads/{thread['id']}") == (200, thread)


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        ({}, "range"),
        ({"start": None, "end": None}, "cell"),
        ({"cell_id": None}, "range"),
        ({"cell_id": None, "start": None, "end": None}, "document"),
    ],
)
async def test_I17_a_thread_is_about_a_range_a_cell_a_file_or_a_notebook(
    api: Api, document: Any, fields: dict[str, Any], scope: str
) -> None:
    thread = await begin(api, await document(), **fields)
    assert (thread["anchor"]["scope"], thread["anchor"]["status"]) == (scope, "exact")


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "  "},
        {"body": "\u200b\u2060 \x07"},
        {"body": "x" * 10_001},
        {"start": 7, "end": 6},
        {"start": 0, "end": 1000},
        {"start": -1, "end": 3},
        {"start": 1, "end": None},
        {"author": "eve"},
        {"cell_id": ""},
        {"issue": ""},
        {"key": ""},
        {"key": "k" * 300},
    ],
)
async def test_I17_what_makes_no_thread_is_refused(
    api: Api, document: Any, fields: dict[str, Any]
) -> None:
    known = {"document": (await document())["id"], "source": SOURCE, "body": "x", "cell_id": "c"}
    status, error = await api("POST", "threads", {**known, **fields})
    assert (status, error["code"]) == (400, "bad_request")


async def test_I17_offsets_count_code_points(api: Api, document: Any) -> None:
    thread = await begin(api, await document(), source="s = '😀é'  # ü\n", start=5, end=7)
    assert thread["anchor"]["quote"] == "😀é"


async def test_I1_a_conversation(api: Api, document: Any) -> None:
    thread = await begin(api, await document())
    path = f"threads/{thread['id']}"
    status, reply = await api("POST", f"{path}/comments", {"body": "So.", "key": "k"})
    assert (status, reply["html"]) == (201, "<p>So.</p>")
    assert (await api("POST", f"{path}/comments", {"body": "So.", "key": "k"}))[1] == reply
    assert (await api("POST", f"{path}/comments", {"body": "No.", "key": "k"}))[0] == 409
    status, edited = await api("PATCH", f"{path}/comments/{reply['id']}", {"body": "_So._"})
    assert (status, edited["html"]) == (200, "<p><em>So.</em></p>")
    assert edited["edited_at"] is not None
    wish = {"comment": reply["id"], "emoji": "👍", "on": True}
    status, liked = await api("POST", f"{path}/reactions", wish)
    assert (status, [one["emoji"] for one in liked["reactions"]]) == (200, ["👍"])
    status, gone = await api("DELETE", f"{path}/comments/{reply['id']}")
    assert (status, gone["deleted"], gone["body"], gone["html"]) == (200, True, "", "")
    status, back = await api("PUT", f"{path}/comments/{reply['id']}/undelete")
    assert (status, back["body"], back["deleted"]) == (200, "_So._", False)
    status, done = await api("POST", f"{path}/resolve")
    assert (status, done["state"]) == (200, "resolved")
    assert done["resolved"]["by"] == thread["comments"][0]["author"]
    assert (await api("POST", f"{path}/resolve"))[1]["resolved"] == done["resolved"]
    status, again = await api("POST", f"{path}/reopen")
    assert (status, again["state"], again["resolved"]) == (200, "open", None)
    assert [one["body"] for one in again["comments"]] == ["Why **two**?", "_So._"]


async def test_I1_everybody_in_the_project_hears_of_it(
    api: Api, document: Any, connect: Connect
) -> None:
    place = await document()
    socket = await connect()
    await read(socket)
    await ask(socket, type="subscribe", id=1, room=f"project:{place['project']}")
    thread = await begin(api, place)
    event = await read(socket)
    assert (event["event"], event["data"]["document"]) == ("comment:created", place["id"])
    assert event["data"]["opens"] == {
        name: value for name, value in thread.items() if name not in OWN
    }
    assert event["actor"] == thread["comments"][0]["author"]
    await api("POST", f"threads/{thread['id']}/resolve")
    event = await read(socket)
    assert (event["event"], event["data"]["reason"]) == ("thread:resolved", "person")
    await socket.close()


@pytest.mark.parametrize(
    ("emoji", "expected"),
    [
        *(
            (one, 200)
            for one in (
                "👍",
                "👍🏽",
                "❤️",
                "🇦🇹",
                "👩‍💻",
                "👨‍👩‍👧‍👦",
                "1️⃣",
                "#️⃣",
                "🏴\U000e0067\U000e007f",
            )
        ),
        *((one, 200) for one in ("❤️‍🔥", "🏳️‍🌈", "ℹ️", "‼️", "©️", "➕", "✅", "🤷🏽‍♀️")),
        *(
            (one, 400)
            for one in ("+1", "lol", "<b>", "", "👍 👍", "x" * 50, "👍👍", "12345👍", "👍!")
        ),
        # What can't be seen makes no other one of it, and turns nothing around.
        *(
            (one, 400)
            for one in ("👍\u202e", "👍\u200b", "👍\u200d", "ab\ufe0f", "\ufe0f", "1", "🇦")
        ),
    ],
)
async def test_I8_a_reaction_is_one_emoji(
    api: Api, document: Any, emoji: str, expected: int
) -> None:
    thread = await begin(api, await document())
    wish = {"comment": thread["comments"][0]["id"], "emoji": emoji}
    assert (await api("POST", f"threads/{thread['id']}/reactions", wish))[0] == expected


async def test_I18_a_comment_is_changed_by_its_author_only_and_a_program_is_not_its_person(
    api: Api, document: Any
) -> None:
    place = await document()
    thread = await begin(api, place)
    path = f"threads/{thread['id']}/comments/{thread['comments'][0]['id']}"
    for method, body in (("PATCH", {"body": "forged"}), ("DELETE", None)):
        status, error = await api(method, path, body, **program())
        assert (status, error["code"]) == (403, "forbidden")
    begun = {"document": place["id"], "body": "by a job", "source": ""}
    status, theirs = await api("POST", "threads", begun, **program())
    assert (status, theirs["comments"][0]["author"]["kind"]) == (201, "program")
    mine = f"threads/{theirs['id']}/comments/{theirs['comments'][0]['id']}"
    assert (await api("PATCH", mine, {"body": "by my job"}))[0] == 200
    assert (await api("DELETE", mine, **program()))[0] == 200


async def test_I9_what_is_read_and_followed_is_a_persons_own(api: Api, document: Any) -> None:
    place = await document()
    begun = {"document": place["id"], "body": "by a job", "source": ""}
    _, thread = await api("POST", "threads", begun, **program())
    path = f"threads/{thread['id']}"
    assert (await api("POST", f"{path}/read", {}))[1] == {"unread": 0}
    assert (await api("PUT", f"{path}/subscription", {"subscription": "muted"}))[0] == 200
    assert (await api("GET", path))[1]["subscription"] == "muted"
    follow = {"subscription": "all"}
    of_all = f"documents/{place['id']}/subscription"
    assert (await api("GET", of_all))[1] == {"subscription": "participating"}
    assert (await api("PUT", of_all, follow))[0] == 200
    assert (await api("GET", of_all))[1] == follow
    other = await begin(api, place)
    assert other["subscription"] == "all"
    assert (await api("PUT", f"{path}/subscription", {"subscription": "some"}))[0] == 400
    for method, where, body in (
        ("POST", f"{path}/read", {}),
        ("PUT", f"{path}/subscription", follow),
        ("PUT", of_all, follow),
        ("GET", of_all, None),
    ):
        assert (await api(method, where, body, **program()))[0] == 403
    _, theirs = await api("GET", path, **program())
    assert (theirs["unread"], theirs["subscription"]) == (0, "participating")


async def test_I11_lists_are_of_a_document_or_a_project(api: Api, document: Any) -> None:
    place = await document()
    threads = [await begin(api, place, body=str(number)) for number in range(3)]
    await api("POST", f"threads/{threads[0]['id']}/resolve")
    ids = [thread["id"] for thread in threads]

    async def listed(**params: str) -> list[str]:
        status, listing = await api("GET", "threads", params=params)
        assert status == 200, listing
        return [one["id"] for one in listing["items"]]

    assert await listed(document=place["id"]) == ids
    assert await listed(document=place["id"], state="open") == ids[1:]
    assert await listed(project=place["project"]) == [ids[2], ids[1]]
    assert await listed(project=place["project"], state="all") == [ids[0], ids[2], ids[1]]
    assert await listed(project=place["project"], state="resolved") == [ids[0]]
    assert await listed(document=place["id"], filter="mine") == ids
    assert await listed(document=place["id"], filter="unread") == []
    _, first = await api("GET", "threads", params={"document": place["id"], "limit": "2"})
    second = {"document": place["id"], "limit": "2", "cursor": first["next"]}
    assert await listed(**second) == ids[2:]
    for wrong in (
        {},
        {"document": place["id"], "project": place["project"]},
        {"document": place["id"], "state": "closed"},
        {"document": place["id"], "filter": "yours"},
        {"document": place["id"], "cursor": "x"},
    ):
        assert (await api("GET", "threads", params=wrong))[0] == 400
    assert (await api("GET", "threads", params={"document": "nonsense"}))[0] == 404


async def test_I16_members_can_be_mentioned(api: Api, document: Any) -> None:
    place = await document()
    members = f"projects/{place['project']}/members"
    await api("PUT", members, {"user": "Zoë Nowak", "role": "viewer"})
    await api("PUT", members, {"user": "anzoe", "role": "viewer"})
    path = f"documents/{place['id']}/mentionable"
    _, found = await api("GET", path, params={"q": "zo"})
    assert [one["name"] for one in found["items"]] == ["Zoë Nowak", "anzoe"]
    assert set(found["items"][0]) == {"name", "display_name", "initials", "color", "avatar_url"}
    assert len((await api("GET", path, params={"limit": "1"}))[1]["items"]) == 1
    thread = await begin(api, place, body="@[Zoë Nowak], @anzoe, @nobody")
    assert thread["comments"][0]["mentions"] == ["Zoë Nowak", "anzoe"]
    body = {"body": "@anzoe", "document": place["id"]}
    _, preview = await api("POST", "threads/preview", body)
    assert preview["html"] == '<p><span class="jrt-mention">@anzoe</span></p>'


async def test_I11_what_is_not_there_is_not_found(api: Api, document: Any) -> None:
    thread = await begin(api, await document())
    for method, path, body in (
        ("GET", "threads/nonsense", None),
        ("POST", "threads/nonsense/comments", {"body": "x"}),
        ("PATCH", f"threads/{thread['id']}/comments/nonsense", {"body": "x"}),
        ("DELETE", f"threads/{thread['id']}/comments/nonsense", None),
        ("POST", "threads/nonsense/resolve", None),
        ("POST", "threads", {"document": "nonsense", "body": "x"}),
    ):
        assert (await api(method, path, body))[0] == 404


async def test_I20_a_thread_is_put_where_its_code_is(
    api: Api, document: Any, jp_root_dir: Path
) -> None:
    place = await document()
    thread = await begin(api, place)
    path = f"threads/{thread['id']}"
    cells = [{"id": "c9", "source": ["# new\n", "y = x + 2\n"], "cell_type": "code"}]
    (jp_root_dir / "eda.ipynb").write_text(json.dumps({"cells": cells}))
    status, found = await api("GET", f"{path}/candidates")
    assert (status, found["next"]) == (200, None)
    best = found["items"][0]
    assert {name: best[name] for name in ("cell_id", "cell_index", "start", "end", "quote")} == {
        "cell_id": "c9",
        "cell_index": 0,
        "start": 6,
        "end": 15,
        "quote": "y = x + 2",
    }
    where = {"cell_id": "c9", "source": "# new\ny = x + 2\n", "start": 0, "end": 5}
    status, moved = await api("PUT", f"{path}/anchor", where)
    assert (status, moved["anchor"]["cell_id"], moved["anchor"]["quote"]) == (200, "c9", "# new")
    assert (moved["anchor"]["original"], moved["anchor"]["status"]) == ("y = x + 2", "exact")
    assert (await api("PUT", f"{path}/anchor", {**where, "end": 99}))[0] == 400
    change = {"changes": [{"kind": "split", "parents": ["c9"], "children": ["d1", "d2"]}]}
    assert (await api("POST", f"documents/{place['id']}/lineage", change))[0] == 204
    change["changes"][0]["kind"] = "glue"
    assert (await api("POST", f"documents/{place['id']}/lineage", change))[0] == 400


async def test_I22_I23_comments_are_taken_out_and_in(
    api: Api, document: Any, jp_fetch: Any, jp_root_dir: Path
) -> None:
    place = await document()
    cells = [{"id": "n", "source": f"# moved\n{SOURCE}", "cell_type": "code"}]
    (jp_root_dir / "copy.ipynb").write_text(json.dumps({"cells": cells}))
    copy = (await api("PUT", "documents", {"path": "copy.ipynb"}))[1]
    thread = await begin(api, place, body="Why, @ana?")
    await api("POST", f"threads/{thread['id']}/comments", {"body": "So."})
    await api("POST", f"threads/{thread['id']}/resolve")
    status, out = await api("GET", f"export/comments?document={place['id']}")
    assert (status, out["total"]) == (200, 2)
    wish = {"project": place["project"], "document": copy["id"], "annotations": out}
    for new in (1, 0):
        assert await api("POST", "import/comments", wish) == (200, {"threads": 1, "new": new})
    _, listing = await api("GET", f"threads?document={copy['id']}")
    [taken] = listing["items"]
    who = thread["comments"][0]["author"]["display_name"]
    assert [one["body"].startswith(f"`{who}, ") for one in taken["comments"]] == [True, True]
    assert taken["comments"][0]["body"].endswith("\n\nWhy, @ana?")
    assert taken["comments"][0]["mentions"] == []
    assert (taken["anchor"]["cell_id"], taken["anchor"]["start"]) == ("n", 14)
    assert (taken["anchor"]["quote"], taken["state"]) == ("y = x + 2", "resolved")
    answer = await jp_fetch(
        "realtime/api/v1/export/comments",
        params={"project": place["project"], "format": "markdown"},
    )
    assert answer.headers["Content-Type"].startswith("text/markdown")
    assert "> Why, @ana?" in answer.body.decode()
    _, out = await api("GET", f"export/comments?project={place['project']}")
    assert (out["total"], len(out["first"]["items"])) == (4, 4)
    # By path: the copy comes first.
    sources = [one["target"]["source"] for one in out["first"]["items"][::2]]
    assert sources == sorted(sources) and len(set(sources)) == 2
    for wrong in ("export/comments", f"export/comments?document={place['id']}&format=docx"):
        assert (await api("GET", wrong))[0] == 400
    assert (await api("POST", "import/comments", {**wish, "annotations": [7]}))[0] == 400
    named = [{"body": "x", "target": "../../etc/passwd"}]
    wish = {"project": place["project"], "annotations": named}
    assert (await api("POST", "import/comments", wish))[0] == 400


WORK = [
    call
    for call in CALLS
    if re.search("threads|lineage|subscription|comments", call.path)
    and (call.method != "GET" or re.search("candidates|export", call.path))
]


async def test_I18_who_writes_or_has_something_looked_for_waits_for_their_turn(
    api: Api, make: Make, jp_web_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = await make()
    services = await jp_web_app.settings["jupyter_realtime"].services()

    def refuse(_principal: Principal) -> None:
        raise RateLimited("Too many requests; wait a moment.", retry_after=1)

    monkeypatch.setattr(services.rates, "take", refuse)
    answers = {
        (call.method, call.route): (
            await api(call.method, filled(call.path, names), filled(call.body, names))
        )[0]
        for call in WORK
    }
    assert len(answers) > 15
    assert set(answers.values()) == {429}, answers
