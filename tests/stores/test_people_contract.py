"""What every store guarantees about personal data (`ports.People`)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.actors import Kind
from jupyter_realtime.core.codec import encode
from jupyter_realtime.core.events import MemberChanged
from jupyter_realtime.core.log import Draft
from jupyter_realtime.core.members import Member, Role
from jupyter_realtime.core.preferences import Preferences
from jupyter_realtime.core.threads import Resolution
from jupyter_realtime.core.triage import Baseline
from jupyter_realtime.ports import (
    Known,
    Place,
    Posting,
    Sighting,
    Store,
    ThreadSearch,
    TokenRecord,
)
from jupyter_realtime.ports.deliveries import Link
from jupyter_realtime.stores import people
from tests.builders import actor, announcement, browser, draft, issue, notice, principal, run
from tests.databases import OpenSqlite, OpenStore
from tests.stores.test_threads_contract import SOURCE, comment, thread

SECTIONS = (
    "events", "inbox", "keys", "analyses", "dismissals", "baselines", "members", "tokens", "tickets",
    "last_seen", "seen_in_projects", "seen_at_documents", "notifications", "named_in_notifications",
    "announcements", "preferences", "mail_addresses", "mail_links", "push_subscriptions",
    "comments", "resolved_threads", "mentions", "reactions", "read_threads", "followed_documents",
)  # fmt: skip
# Names that a careless search mistakes for each other, or can't spell.
NAMES = ("ana", "an", "anabel", 'a"na', "a\\na", "änä", "%", "human:ana")
LATER_MS = 4_000_000_000_000


def said(room: str, name: str, kind: Kind = "human", **options: Any) -> Draft:
    return msgspec.structs.replace(draft(room, **options), actor=actor(name, kind))


def told(change: MemberChanged, by: str) -> Draft:
    event = said("project:p", by)
    return msgspec.structs.replace(event, event="member:changed", data=msgspec.Raw(encode(change)))


async def plant(store: Store, name: str) -> None:
    """Leave a trace of somebody in every table."""
    project = (await store.projects.ensure("/p", "p")).id
    for place in ("project:p", "analysis:r"):
        await store.log.append(said(place, name, data=f"by {name}", key="k"))
    await store.log.append(said("project:p", name, "program", key="k"))
    await store.log.append(said("project:p", name, "system"))
    await store.log.append(told(MemberChanged(user=name, role="viewer"), by="olga"))
    await store.log.append(told(MemberChanged(group=name, role="viewer"), by="olga"))
    for key in (None, "k"):
        await store.log.append(said(f"user:{name}", "olga", key=key))
    await store.analyses.save(replace(run(project), actor=actor(name)))
    await decide(store, project, name)
    await store.members.put(project, Member(user=name, role="viewer"), [])
    await store.members.put(project, Member(group=name, role="viewer"), [])
    for scopes in (("read:*",), None):
        await store.credentials.mint(
            TokenRecord(
                id=f"{scopes and 'scoped'}-{name}",
                owner=name,
                label="a label",
                scopes=scopes,
                created_ms=1,
                expires_ms=LATER_MS,
            )
        )
    ticket = encode(principal(name)).decode()
    await store.credentials.add_ticket(f"digest of {name}", ticket, LATER_MS, 1)
    await store.directory.note([Sighting(project, name, 1)])
    document = (await store.projects.ensure_document(project, "a.py")).id
    await store.visits.note([(document, name)], 1, 1)
    await tell(store, name)
    await talk(store, project, name)


async def talk(store: Store, project: str, name: str) -> None:
    """Write, be mentioned, react, resolve, read and follow."""
    document = (await store.projects.ensure_document(project, "a.py")).id
    by_them = comment("why", actor(name))
    mine = thread(project, document, by_them)
    await store.threads.open(mine, SOURCE, "k", (), 1)
    theirs = thread(project, document, comment("hey", actor("olga"), mentions=[name]))
    await store.threads.open(theirs, SOURCE, None, (), 1)
    await store.threads.react(theirs.id, theirs.comments[0].id, "👍", True, actor(name), 1)
    done = Resolution(by=actor(name), at="2026-11-23T09:00:00.000Z")
    await store.threads.turn(theirs.id, done, "person", actor(name), (), 1)
    await store.threads.read(theirs.id, name, None)
    await store.threads.subscribe_document(document, name, "all")


async def tell(store: Store, name: str) -> None:
    """Come by, be told something, do something of which somebody else is told, and settle how."""
    await store.directory.see(Known(actor(name), frozenset(), 1))
    by_olga = notice(actor=actor("olga"))
    by_them = [notice(group=name, actor=actor(name)), notice(group=name, actor=actor("bert"))]
    await store.inbox.post([Posting(name, by_olga, listed=True, rule="")], 1)
    for one in by_them:
        await store.inbox.post([Posting("olga", one, listed=True, rule="")], 1)
    await store.preferences.put(name, Preferences(digest="daily"), 1)
    await store.announcements.add(announcement(f"by {name}", actor=actor(name)))
    await store.browsers.put(browser(name), most=20)
    await store.mailboxes.put(name, "somebody@example.org", f"to confirm {name}", 1)
    await store.mailboxes.add_link(f"to end {name}", Link(name, "unsubscribe", None), 1, 0)


async def decide(store: Store, project: str, name: str) -> None:
    """Dismiss an issue of one's own run, and keep that run as a baseline."""
    mine = replace(run(project), actor=actor(name))
    await store.analyses.save(mine, issues=[issue(f"f {name}")])
    about = said("project:decisions", "olga")
    await store.triage.dismiss(project, f"f {name}", "a.py", "fine", actor(name), 1, about)
    kept = Baseline(
        name=f"by {name}",
        analysis=mine.analysis.id,
        count=0,
        actor=actor(name),
        created_at="2026-11-23T09:00:00.000Z",
    )
    await store.triage.keep_baseline(project, kept, about)


async def found(store: Store, name: str) -> dict[str, list[Any]]:
    sections: dict[str, list[Any]] = {}
    place: Place | None = None
    while True:
        page = await store.people.find(name, place)
        sections.setdefault(page.section, []).extend(page.items)
        place = page.following
        if place is None:
            return sections


async def erase(store: Store, name: str, keep: Sequence[Role] = ()) -> Counter[str]:
    erased: Counter[str] = Counter()
    place: Place | None = None
    while True:
        step = await store.people.erase(name, place, keep, 1000)
        erased[step.section] += step.erased
        place = step.following
        if place is None:
            return erased


def counts(sections: dict[str, list[Any]]) -> dict[str, int]:
    return {name: len(items) for name, items in sections.items()}


COUNTS = (10, 3, 3, 2, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1)
ALL = dict(zip(SECTIONS, COUNTS, strict=True))


@pytest.mark.parametrize("name", NAMES)
async def test_P17_all_of_a_person_is_found_and_nothing_of_others(
    open_store: OpenStore, name: str
) -> None:
    store = await open_store()
    for somebody in NAMES:
        await plant(store, somebody)
    theirs = await found(store, name)
    assert tuple(theirs) == SECTIONS and counts(theirs) == ALL
    # As it goes over the wire; no ticket's digest and no token's text is in it.
    text = encode(theirs)
    assert b"digest of" not in text and b"secret-of" not in text
    for event in msgspec.json.decode(text)["events"]:
        is_own = event["actor"]["name"] == name and event["actor"]["kind"] != "system"
        is_own = is_own or name in event["data"].get("comment", {}).get("mentions", ())
        named = [one["name"] for one in event["data"].get("actors", ())] if not is_own else []
        assert is_own or name in named or event["data"] == {"user": name, "role": "viewer"}
    await store.close()


@pytest.mark.parametrize("name", NAMES)
async def test_P18_erasing_leaves_the_places_and_nothing_of_the_person(
    open_store: OpenStore, name: str
) -> None:
    store = await open_store()
    for somebody in NAMES:
        await plant(store, somebody)
    before = {room: await store.log.page(room, None, 1000) for room in ("project:p", "analysis:r")}
    others = {other: await found(store, other) for other in NAMES if other != name}
    assert await erase(store, name) == ALL
    assert counts(await found(store, name)) == dict.fromkeys(SECTIONS, 0)
    for room, old in before.items():
        new = await store.log.page(room, None, 1000)
        assert (new.head, new.epoch) == (old.head, old.epoch)
        assert [(e.seq, e.id, e.time_ms) for e in new.events] == [
            (e.seq, e.id, e.time_ms) for e in old.events
        ]
        for was, now in zip(old.events, new.events, strict=True):
            if was.actor.name == name and was.actor.kind != "system":
                assert (now.actor.name, now.actor.display_name) == ("", "Former user")
                assert (now.actor.kind, now.data) == (was.actor.kind, was.data)
            else:
                assert now.actor == was.actor
    assert (await store.log.position(f"user:{name}")).seq == 0
    assert {other: await found(store, other) for other in others} == others
    await store.close()


async def test_P18_an_erased_persons_tokens_are_on_the_deny_list_without_their_name(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    for name in ("ana", "bo"):
        await plant(store, name)
    await erase(store, "ana")
    assert await store.credentials.revoked(1) == {"scoped-ana", "None-ana"}
    assert await store.credentials.redeem("digest of ana", 1) is None
    assert await store.credentials.redeem("digest of bo", 1) is not None
    await store.close()


async def test_P19_a_role_that_allows_less_can_be_kept(open_store: OpenStore) -> None:
    store = await open_store()
    project, other = [(await store.projects.ensure(f"/{n}", n)).id for n in "pq"]
    await store.members.put(project, Member(user="ana", role="viewer"), [])
    await store.members.put(other, Member(user="ana", role="owner"), [])
    assert (await erase(store, "ana", ["viewer"]))["members"] == 1
    assert await store.members.of([project, other]) == {
        project: {("user", "ana"): "viewer"},
        other: {},
    }
    await store.close()


async def test_P18_what_was_erased_is_overwritten_in_the_files(open_sqlite: OpenSqlite) -> None:
    store = await open_sqlite()
    name = "a-name-that-is-nowhere-else"
    project = (await store.projects.ensure("/p", "p")).id
    await store.members.put(project, Member(user=name, role="viewer"), [])
    await store.analyses.save(replace(run(project), actor=actor(name)))
    for number in range(300):
        await store.log.append(said("project:p", name, data=number, key=f"k{number}"))
        await store.log.append(said(f"user:{name}", "bo"))

    def remnants() -> int:
        files = (store.path, store.path.with_name(store.path.name + "-wal"))
        return sum(file.read_bytes().count(name.encode()) for file in files if file.exists())

    assert remnants() > 1000
    await erase(store, name)
    await store.scrub()
    # SQLite leaves a copy where it has moved rows between pages before; without care there are hundreds.
    assert remnants() <= 10
    await store.close()


async def test_P20_much_is_taken_in_small_pieces_and_others_write_in_between(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people.events, "MAX_ROWS_A_STEP", 100)
    store = await open_store()
    drafts = [said("project:p", "ana" if n % 2 else "bo", key=f"{n}") for n in range(6000)]
    await asyncio.gather(*map(store.log.append, drafts))
    inbox = [said("user:ana", "bo", key=f"{n}") for n in range(2000)]
    await asyncio.gather(*map(store.log.append, inbox))
    steps, place, written = 0, None, 0
    while True:
        step, _ = await asyncio.gather(
            store.people.erase("ana", place, (), 1), store.log.append(said("project:p", "bo"))
        )
        assert step.erased <= 100
        written += step.erased
        steps += 1
        place = step.following
        if place is None:
            break
    assert written == 3000 + 2000 + 3000 and steps > 30
    assert (await store.log.position("project:p")).seq == 6000 + steps
    assert counts(await found(store, "ana")) == dict.fromkeys(SECTIONS, 0)
    await store.close()


async def test_P20_a_piece_of_large_events_is_small(open_store: OpenStore) -> None:
    store = await open_store()
    large = "x" * 60_000
    await asyncio.gather(
        *(store.log.append(said("project:p", "ana", data=large)) for _ in range(60))
    )
    page = await store.people.find("ana", None)
    assert 0 < len(page.items) < 20 and page.following is not None
    assert len((await found(store, "ana"))["events"]) == 60
    await store.close()


async def test_P18_comments_stay_by_a_former_user_also_in_the_log(open_store: OpenStore) -> None:
    store = await open_store()
    name = "a-name-that-is-nowhere-else"
    for somebody in (name, "bo"):
        await plant(store, somebody)
    project = (await store.projects.ensure("/p", "p")).id
    await erase(store, name)
    page = await store.log.page(f"project:{project}", None, 1000)
    assert all(name.encode() not in encode(event.logged) for event in page.events)
    threads, _ = await store.threads.page(ThreadSearch(project=project), "bo", None, 100)
    assert len(threads) == 4 and name not in encode(threads).decode()
    authors = [one.comments[0].author.display_name for one in threads]
    assert sorted(authors) == ["Former user", "bo", "olga", "olga"]
    assert {one.comments[0].body for one in threads} == {"why", "hey"}
    assert {one.resolved.by.display_name for one in threads if one.resolved} == {
        "Former user", "bo",
    }  # fmt: skip
    # Their next comment with an old key is a new one.
    document = (await store.projects.ensure_document(project, "a.py")).id
    again = thread(project, document, comment("why", actor(name)))
    assert (await store.threads.open(again, SOURCE, "k", (), 1)).is_new
    await store.close()


async def test_P18_a_comment_that_is_deleted_while_its_author_is_erased_stays_gone(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    document = (await store.projects.ensure_document(project, "a.py")).id
    mine = thread(project, document, comment("a secret", actor("ana")))
    await store.threads.open(mine, SOURCE, None, (), 1)
    write = store.write

    async def late(unit: Any) -> Any:
        monkeypatch.undo()
        await store.threads.delete(mine.id, mine.comments[0].id, actor("ana"), 2)
        return await write(unit)

    # Between what was found and what is erased of it.
    monkeypatch.setattr(store, "write", late)
    await erase(store, "ana")
    page = await store.log.page(f"project:{project}", None, 1000)
    assert all(b"secret" not in bytes(event.data) for event in page.events)
    assert await store.threads.withheld(mine.comments[0].id, 0) is None
    await store.close()
