"""The contract of the port `Threads`: what changes a thread and the event about it are one commit."""

from __future__ import annotations

import asyncio
import itertools
import json
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.anchors import Cell, Descent, first_place, make_anchor
from jupyter_realtime.core.errors import Conflict, LimitReached, NotFound
from jupyter_realtime.core.rooms import project_room, user_room
from jupyter_realtime.core.threads import Comment, Resolution, Thread
from jupyter_realtime.core.times import rfc3339
from jupyter_realtime.ports import Anchored, Posting, Text, ThreadSearch
from jupyter_realtime.service.publishing import draft
from jupyter_realtime.stores.sql import SqlStore
from jupyter_realtime.stores.threads import anchoring, reading, writing
from tests.builders import actor, notice
from tests.databases import OpenStore

ANA, BEN = actor("ana"), actor("ben")
NAMESAKE = msgspec.structs.replace(ANA, via="server" if ANA.via != "server" else "jupyter")
SOURCE = make_anchor(Cell("c1", "x = 1\ny = 2\n"), 0, 5)
_numbers = itertools.count(1)


def comment(body: str = "Why?", by: Any = ANA, now_ms: int = 1000, **fields: Any) -> Comment:
    """Something written."""
    known = {"html": f"<p>{body}</p>", "edited_at": None, "deleted": False, "mentions": []}
    return Comment(
        id=f"c{next(_numbers)}",
        author=by,
        body=body,
        created_at=rfc3339(now_ms / 1000),
        reactions=[],
        **{**known, **fields},
    )


def thread(project: str, document: str, first: Comment, **fields: Any) -> Thread:
    """A thread with its first comment."""
    known = {"issue": None, "path": "a.ipynb", "anchor": first_place(SOURCE)}
    return Thread(
        id=f"t{next(_numbers)}",
        project=project,
        document=document,
        state="open",
        comments=[first],
        resolved=None,
        created_at=first.created_at,
        updated_at=first.created_at,
        **{**known, **fields},
    )


class Desk:
    """A store with a project and a document, and what tests do with its threads."""

    def __init__(self, store: SqlStore, project: str, document: str) -> None:
        self.store, self.project, self.document = store, project, document
        self.threads = store.threads

    async def open(
        self, body: str = "Why?", *, at: int = 1000, key: str | None = None, **fields: Any
    ) -> Thread:
        first = comment(body, fields.pop("by", ANA), at, mentions=fields.pop("mentions", []))
        postings = fields.pop("postings", ())
        new = thread(self.project, self.document, first, **fields)
        await self.threads.open(new, SOURCE, key, postings, at)
        return new

    async def reply(self, to: Thread, body: str, by: Any = BEN, at: int = 2000) -> Comment:
        new = comment(body, by, at)
        assert await self.threads.reply(to.id, new, None, None, (), at) is not None
        return new

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        page = await self.store.log.page(project_room(self.project), None, 1000)
        return [(event.event, json.loads(bytes(event.data))) for event in page.events]

    async def listed(self, person: str | None = "ana", **search: Any) -> list[str]:
        wanted = ThreadSearch(**({"document": self.document} | search))
        found, _ = await self.threads.page(wanted, person, None, 100)
        return [one.id for one in found]


async def desk(open_store: OpenStore) -> Desk:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    document = (await store.projects.ensure_document(project, "a.ipynb")).id
    return Desk(store, project, document)


async def test_I1_a_thread_and_its_replies_are_kept_with_their_events(
    open_store: OpenStore,
) -> None:
    at = await desk(open_store)
    opened = await at.open(mentions=["ben"])
    replied = await at.reply(opened, "Because.")
    found = await at.threads.get(opened.id, "ana")
    assert found is not None
    assert [(one.body, one.author.name) for one in found.comments] == [
        ("Why?", "ana"),
        ("Because.", "ben"),
    ]
    assert found.comments[0].mentions == ["ben"]
    assert (found.unread, found.subscription, found.path) == (1, "participating", "a.ipynb")
    assert found.updated_at == replied.created_at
    [(_, first), (_, second)] = await at.events()
    assert first["opens"]["id"] == first["thread"] == opened.id
    assert first["comment"] == msgspec.to_builtins(opened.comments[0])
    assert (second["opens"], second["comment"]["id"]) == (None, replied.id)
    assert await at.threads.get("nonsense", "ana") is None
    await at.store.close()


async def test_I2_a_key_is_one_comment_whatever_is_sent_again(open_store: OpenStore) -> None:
    at = await desk(open_store)
    first = await at.open(key="k")
    again = thread(at.project, at.document, comment())
    written = await at.threads.open(again, SOURCE, "k", (), 1)
    assert (written.thread, written.is_new) == (first.id, False)
    with pytest.raises(Conflict):
        other = thread(at.project, at.document, comment("Something else"))
        await at.threads.open(other, SOURCE, "k", (), 1)
    with pytest.raises(Conflict):
        await at.threads.reply(first.id, comment(), "k", None, (), 1)
    elsewhere = (await at.store.projects.ensure_document(at.project, "b.py")).id
    with pytest.raises(Conflict):
        await at.threads.open(thread(at.project, elsewhere, comment()), SOURCE, "k", (), 1)
    # Somebody else's key, also their program's or a namesake's, is another one.
    for by in (BEN, actor("ana", "program"), NAMESAKE):
        assert await at.threads.reply(first.id, comment(by=by), "k", None, (), 1) is not None
    assert len(await at.events()) == 4
    await at.store.close()


async def test_I3_whoever_replies_to_another_thread_than_they_have_seen_is_asked_again(
    open_store: OpenStore,
) -> None:
    at = await desk(open_store)
    opened = await at.open()
    assert await at.threads.reply(opened.id, comment(by=BEN), None, 1, (), 1) is not None
    assert await at.threads.reply(opened.id, comment(by=BEN), None, 1, (), 1) is None
    assert (await at.threads.audience(at.document, opened.id)).count == 2
    await at.store.close()


async def test_I1_a_full_thread_takes_no_more_and_one_that_is_not_there_none(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MAX_COMMENTS", 2)
    at = await desk(open_store)
    opened = await at.open()
    await at.reply(opened, "one")
    with pytest.raises(LimitReached):
        await at.reply(opened, "two")
    with pytest.raises(NotFound):
        await at.threads.reply("nonsense", comment(), None, None, (), 1)
    assert len(await at.events()) == 2
    await at.store.close()


async def test_I4_an_edit_is_told_and_the_same_text_is_not(open_store: OpenStore) -> None:
    at = await desk(open_store)
    opened = await at.open(mentions=["ben"])
    [first] = opened.comments
    for _ in range(2):
        text = Text("How?", "<p>How?</p>", ["cy"])
        edited = await at.threads.edit(opened.id, first.id, text, ANA, (), 3000)
        assert (edited.body, edited.html, edited.mentions) == ("How?", "<p>How?</p>", ["cy"])
    assert edited.edited_at == rfc3339(3)
    found = await at.threads.get(opened.id, "ana")
    assert found is not None and found.comments[0].mentions == ["cy"]
    assert [name for name, _ in await at.events()] == ["comment:created", "comment:edited"]
    await at.store.close()


async def test_I5_a_deleted_comment_leaves_a_tombstone_also_in_the_log(
    open_store: OpenStore,
) -> None:
    at = await desk(open_store)
    opened = await at.open("a secret", mentions=["ben"])
    [first] = opened.comments
    await at.threads.edit(
        opened.id, first.id, Text("my secret", "<p>my secret</p>", []), ANA, (), 2
    )
    for _ in range(2):
        left = await at.threads.delete(opened.id, first.id, BEN, 3)
        assert (left.deleted, left.body, left.html) == (True, "", "")
    told = await at.events()
    assert [name for name, _ in told] == ["comment:created", "comment:edited", "comment:deleted"]
    assert "secret" not in json.dumps(told)
    assert all(data["comment"]["deleted"] for _, data in told)
    assert told[0][1]["opens"]["comments"][0]["deleted"]
    with pytest.raises(Conflict):
        await at.threads.edit(opened.id, first.id, Text("x", "x", []), ANA, (), 4)
    with pytest.raises(Conflict):
        await at.threads.react(opened.id, first.id, "👍", True, ANA, 4)
    found = await at.threads.get(opened.id, "ben")
    assert found is not None and (found.unread, len(found.comments)) == (0, 1)
    await at.store.close()


async def test_I6_a_deleted_comment_comes_back_until_it_is_forgotten(
    open_store: OpenStore,
) -> None:
    at = await desk(open_store)
    opened = await at.open("Why?", mentions=["ben"])
    [first] = opened.comments
    await at.threads.delete(opened.id, first.id, ANA, 1000)
    assert await at.threads.withheld(first.id, 1001) is None
    said = await at.threads.withheld(first.id, 1000)
    assert said is not None and (said.body, said.mentions) == ("Why?", ["ben"])
    back = await at.threads.undelete(opened.id, first.id, "<p>Why?</p>", ANA, 2000)
    assert back is not None
    assert (back.body, back.deleted, back.mentions) == ("Why?", False, ["ben"])
    assert (await at.events())[-1] == (
        "comment:edited",
        {
            "document": at.document,
            "thread": opened.id,
            "comment": msgspec.to_builtins(back),
        },
    )
    await at.threads.delete(opened.id, first.id, ANA, 3000)
    assert "Why?" not in json.dumps(await at.events())
    assert await at.threads.forget_withheld(3000) == 0
    assert await at.threads.forget_withheld(3001) == 1
    assert await at.threads.withheld(first.id, 0) is None
    assert await at.threads.undelete(opened.id, first.id, "", ANA, 4000) is None
    await at.store.close()


async def test_I6_what_somebody_else_has_deleted_does_not_come_back(open_store: OpenStore) -> None:
    at = await desk(open_store)
    opened = await at.open("Why?")
    [first] = opened.comments
    await at.threads.delete(opened.id, first.id, BEN, 1000)
    assert await at.threads.withheld(first.id, 0) is None
    assert await at.threads.undelete(opened.id, first.id, "<p>Why?</p>", ANA, 1001) is None
    assert "Why?" not in json.dumps(await at.events())
    await at.store.close()


async def test_I7_a_thread_is_resolved_and_reopened_once(open_store: OpenStore) -> None:
    at = await desk(open_store)
    opened = await at.open()
    done = Resolution(by=BEN, at=rfc3339(5))
    assert await at.threads.turn(opened.id, done, "person", BEN, (), 5000)
    assert not await at.threads.turn(opened.id, done, "person", ANA, (), 5000)
    found = await at.threads.get(opened.id, None)
    assert found is not None and (found.state, found.resolved) == ("resolved", done)
    assert await at.listed(state="open") == []
    assert await at.threads.turn(opened.id, None, "issue", ANA, (), 6000)
    assert not await at.threads.turn(opened.id, None, "person", ANA, (), 6000)
    found = await at.threads.get(opened.id, None)
    assert found is not None and (found.state, found.resolved) == ("open", None)
    turned = [(name, data["reason"]) for name, data in await at.events() if "thread:" in name]
    assert turned == [("thread:resolved", "person"), ("thread:reopened", "issue")]
    await at.store.close()


async def test_I8_reactions_are_each_persons_once(open_store: OpenStore) -> None:
    at = await desk(open_store)
    opened = await at.open()
    [first] = opened.comments
    for by in (ANA, BEN, BEN):
        now = await at.threads.react(opened.id, first.id, "👍", True, by, 1)
    assert [(one.emoji, [user.name for user in one.users]) for one in now] == [
        ("👍", ["ana", "ben"])
    ]
    await at.threads.react(opened.id, first.id, "🎉", True, BEN, 2)
    for _ in range(2):
        now = await at.threads.react(opened.id, first.id, "👍", False, ANA, 3)
    assert [(one.emoji, len(one.users)) for one in now] == [("👍", 1), ("🎉", 1)]
    found = await at.threads.get(opened.id, None)
    assert found is not None and found.comments[0].reactions == now
    told = [data for name, data in await at.events() if name == "reaction:changed"]
    assert len(told) == 4
    assert told[-1]["reactions"] == msgspec.to_builtins(now)
    await at.store.close()


async def test_I8_nobody_takes_a_namesakes_reaction_away(open_store: OpenStore) -> None:
    at = await desk(open_store)
    opened = await at.open()
    [first] = opened.comments
    put = await at.threads.react(opened.id, first.id, "👍", True, ANA, 1)
    assert await at.threads.react(opened.id, first.id, "👍", False, NAMESAKE, 1) == put
    assert await at.threads.react(opened.id, first.id, "👍", False, ANA, 1) == []
    await at.store.close()


async def test_I8_a_comment_has_so_many_different_reactions(open_store: OpenStore) -> None:
    at = await desk(open_store)
    opened = await at.open()
    [first] = opened.comments
    for number in range(32):
        await at.threads.react(opened.id, first.id, chr(0x1F600 + number), True, ANA, 1)
    with pytest.raises(LimitReached):
        await at.threads.react(opened.id, first.id, "👍", True, ANA, 1)
    found = await at.threads.get(opened.id, None)
    assert found is not None and len(found.comments[0].reactions) == 32
    await at.store.close()


async def test_I11_a_page_ends_where_it_says_much_and_the_next_goes_on(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_PAGE_BYTES", 30_000)
    at = await desk(open_store)
    # Two bytes each; the third is more than a page by itself.
    said = [1, 6_000, 20_000, 6_000, 6_000, 1]
    opened = [(await at.open("é" * size, at=n)).id for n, size in enumerate(said)]
    for search, wanted in (
        (ThreadSearch(document=at.document), opened),
        (ThreadSearch(project=at.project), opened[::-1]),
    ):
        pages, after = [], None
        while True:
            page, after = await at.threads.page(search, "ana", after, 100)
            pages.append([one.id for one in page])
            if after is None:
                break
        assert [one for page in pages for one in page] == wanted
        assert [len(page) for page in pages] in ([2, 1, 3], [3, 1, 2])
    await at.store.close()


async def test_I9_what_was_read_stays_read_and_what_comes_behind_it_is_unread(
    open_store: OpenStore,
) -> None:
    at = await desk(open_store)
    opened = await at.open()
    seen = await at.reply(opened, "one", ANA)
    later = await at.reply(opened, "two", ANA)
    await at.reply(opened, "my own", BEN)
    assert await at.threads.read(opened.id, "ben", seen.id) == 1
    assert await at.listed("ben", filter="unread") == [opened.id]
    assert await at.threads.read(opened.id, "ben", opened.comments[0].id) == 1
    assert await at.threads.read(opened.id, "ben", None) == 0
    assert await at.listed("ben", filter="unread") == []
    found = await at.threads.get(opened.id, "cy")
    assert found is not None and found.unread == 4
    await at.threads.delete(opened.id, later.id, ANA, 9)
    found = await at.threads.get(opened.id, "cy")
    assert found is not None and found.unread == 3
    with pytest.raises(NotFound):
        await at.threads.read(opened.id, "ben", "nonsense")
    await at.store.close()


async def test_I9_all_threads_of_a_document_are_read_as_they_were(open_store: OpenStore) -> None:
    at = await desk(open_store)
    one, other = await at.open(at=1000), await at.open(at=2000)
    seen = await at.reply(one, "seen", ANA, at=3000)
    later = await at.reply(other, "later", ANA, at=4000)
    elsewhere = (await at.store.projects.ensure_document(at.project, "b.ipynb")).id
    first = comment()
    await at.threads.open(thread(at.project, elsewhere, first), SOURCE, None, (), 1000)
    await at.threads.subscribe(one.id, "ben", "muted")
    read = at.threads.read_document
    assert await read(at.document, "ben", seen.id) == 1
    assert await at.listed("ben", filter="unread") == [other.id]
    assert await read(at.document, "ben", one.comments[0].id) == 1
    assert await read(at.document, "ben", None) == 0
    assert await at.listed("ben", filter="unread") == []
    assert len(await at.listed("ben", document=elsewhere, filter="unread")) == 1
    found = await at.threads.get(one.id, "ben")
    assert found is not None and found.subscription == "muted"
    newest = await at.reply(one, "new", ANA, at=5000)
    assert await read(at.document, "ben", later.id) == 1
    # Nobody else has read any of it.
    assert len(await at.listed("cy", filter="unread")) == 2
    for wrong in ("nonsense", first.id):
        with pytest.raises(NotFound):
            await read(at.document, "ben", wrong)
    assert await read(at.document, "ben", newest.id) == 0
    assert await read("nonsense", "ben", None) == 0
    await at.store.close()


async def test_I9_I11_a_visitor_of_somebodys_name_is_somebody_else(open_store: OpenStore) -> None:
    at = await desk(open_store)
    visitor = msgspec.structs.replace(ANA, via="server")
    theirs = await at.open(by=visitor)
    named = msgspec.structs.replace(BEN, display_name='"via":"server"}')
    other = await at.open(by=named)
    for thread_id in (theirs.id, other.id):
        found = await at.threads.get(thread_id, "ana")
        assert found is not None and found.unread == 1
    assert await at.listed("ana", filter="mine") == []
    assert await at.listed("ana", filter="unread") == [theirs.id, other.id]
    assert await at.listed("ben", filter="mine") == [other.id]
    assert await at.listed("ben", filter="unread") == [theirs.id]
    assert await at.threads.read(theirs.id, "ana", theirs.comments[0].id) == 0
    await at.reply(theirs, "Hm.", visitor)
    assert await at.threads.read(theirs.id, "ana", theirs.comments[0].id) == 1
    assert (await at.threads.audience(at.document, theirs.id)).participants == frozenset()
    assert (await at.threads.audience(at.document, other.id)).participants == {"ben"}
    await at.store.close()


async def test_I10_a_threads_own_subscription_counts_before_its_documents(
    open_store: OpenStore,
) -> None:
    at = await desk(open_store)
    opened = await at.open()
    await at.threads.subscribe_document(at.document, "ben", "all")
    await at.threads.read(opened.id, "ben", None)
    found = await at.threads.get(opened.id, "ben")
    assert found is not None and found.subscription == "all"
    await at.threads.subscribe(opened.id, "ben", "muted")
    found = await at.threads.get(opened.id, "ben")
    assert found is not None and (found.subscription, found.unread) == ("muted", 0)
    assert (await at.threads.audience(at.document, None)).subscriptions == {"ben": "all"}
    audience = await at.threads.audience(at.document, opened.id)
    assert (audience.participants, audience.subscriptions) == ({"ana"}, {"ben": "muted"})
    await at.reply(opened, "hello", BEN)
    assert (await at.threads.audience(at.document, opened.id)).participants == {"ana", "ben"}
    await at.store.close()


async def test_I11_lists_are_filtered_and_paged(open_store: OpenStore) -> None:
    at = await desk(open_store)
    first = await at.open(at=1000)
    second = await at.open(at=2000, by=BEN, mentions=["ana"], issue="f1")
    lost = msgspec.structs.replace(first_place(SOURCE), status="orphaned")
    third = await at.open(at=3000, by=BEN, anchor=lost)
    await at.reply(first, "again", at=4000)
    everything = [first.id, second.id, third.id]
    assert await at.listed() == everything
    assert await at.listed(document=None, project=at.project) == [first.id, third.id, second.id]
    assert await at.listed(filter="mine") == [first.id]
    assert await at.listed(filter="mentions") == [second.id]
    assert await at.listed(filter="orphaned") == [third.id]
    assert await at.listed(issue="f1") == [second.id]
    assert [one.id for one in await at.threads.about_issues(at.project)] == [second.id]
    for search, order in (
        (ThreadSearch(document=at.document), everything),
        (ThreadSearch(project=at.project), [first.id, third.id, second.id]),
    ):
        seen, after = [], None
        while True:
            page, after = await at.threads.page(search, "ana", after, 2)
            seen += [one.id for one in page]
            if after is None:
                break
        assert seen == order
    await at.store.close()


async def test_I12_where_threads_are_is_noted_with_its_event(open_store: OpenStore) -> None:
    at = await desk(open_store)
    opened = await at.open()
    assert await at.threads.anchored(at.document) == [
        Anchored(opened.id, first_place(SOURCE), SOURCE)
    ]
    lost = msgspec.structs.replace(first_place(SOURCE), status="orphaned", score=0.1)
    event = draft(project_room(at.project), "project:update", {"kind": "anchors"}, ANA)
    await at.threads.place([Anchored(opened.id, lost, SOURCE)], [event])
    found = await at.threads.get(opened.id, None)
    assert found is not None and found.anchor == lost
    assert await at.listed(filter="orphaned") == [opened.id]
    assert (await at.events())[-1][0] == "project:update"
    # Who looked for it from where it was before is late.
    late = Anchored(opened.id, first_place(SOURCE), SOURCE, before=first_place(SOURCE))
    await at.threads.place([late], [])
    found = await at.threads.get(opened.id, None)
    assert found is not None and found.anchor == lost
    await at.threads.place([Anchored(opened.id, late.anchor, SOURCE, before=lost)], [])
    assert await at.listed(filter="orphaned") == []
    await at.store.close()


async def test_I13_which_cells_came_from_which_is_kept_once(open_store: OpenStore) -> None:
    at = await desk(open_store)
    split = [Descent("split", "a", "b"), Descent("split", "a", "c")]
    for _ in range(2):
        await at.threads.descend(at.document, [*split, split[0]])
    await at.threads.descend(at.document, [Descent("merge", "b", "d")])
    assert await at.threads.descents(at.document) == [*split, Descent("merge", "b", "d")]
    await at.threads.descend(at.document, [])
    await at.store.close()


async def test_I13_of_very_many_descents_the_oldest_are_forgotten(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchoring, "MAX_DESCENTS", 5)
    times = itertools.count(1)
    monkeypatch.setattr(anchoring, "time", SimpleNamespace(time_ns=lambda: next(times) * 10**6))
    at = await desk(open_store)
    other = (await at.store.projects.ensure_document(at.project, "b.ipynb")).id
    await at.threads.descend(other, [Descent("move", "a", "b")])
    said = [Descent("move", f"c{number}", f"c{number + 1}") for number in range(9)]
    for one in said:
        await at.threads.descend(at.document, [one])
    assert await at.threads.descents(at.document) == said[-5:]
    assert len(await at.threads.descents(other)) == 1
    await at.threads.descend(at.document, [Descent("split", "x", f"n{n}") for n in range(9)])
    assert len(await at.threads.descents(at.document)) == 5
    await at.store.close()


async def test_I14_what_people_are_told_is_in_the_same_commit(open_store: OpenStore) -> None:
    at = await desk(open_store)
    posting = Posting("ben", notice(dedupe="comment:1"), listed=True, rule="")
    opened = await at.open(postings=[posting])
    assert (await at.store.log.position(user_room("ben"))).seq == 1
    again = Posting("ben", notice(dedupe="comment:2"), listed=True, rule="")
    for _ in range(2):
        await at.threads.reply(opened.id, comment(), "k", None, [again], 1)
        assert (await at.store.log.position(user_room("ben"))).seq == 2
    await at.store.close()


async def test_I1_many_reply_at_once_and_each_has_its_place(open_store: OpenStore) -> None:
    at = await desk(open_store)
    opened = await at.open()
    await asyncio.gather(*(at.reply(opened, str(number)) for number in range(50)))
    found = await at.threads.get(opened.id, "ana")
    assert found is not None and len(found.comments) == 51
    told = [data["comment"]["id"] for _, data in await at.events()]
    assert told == [one.id for one in found.comments]
    await at.store.close()
