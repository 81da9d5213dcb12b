"""What is stored about a person, in SQL: found piece by piece, and erased piece by piece.

Theory of operation
-------------------
Each section is a table, or a part of one. A step looks at a bounded piece of it in a reading thread, and
what it has found there is changed in a unit of its own: so neither memory nor the writer is taken for long,
however much there is, and publishes go on in between. A step says where the next one begins; whoever is
interrupted begins anew, and finds what is left.

Events stand in the log in the order of their rooms, not of people. No index leads from a person to them,
because each publish would pay for it; looking through the log costs a moment, and is rare.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, tuple_, update

from ..core.actors import Actor, former, is_persons
from ..core.codec import encode
from ..core.members import Role
from ..core.rooms import user_room
from ..core.times import rfc3339
from ..ports import ErasedStep, PersonalPage, Place
from .log import principal_key_of
from .tables import (
    analysis,
    baseline,
    dismissal,
    event,
    idempotency,
    member,
    room,
    ticket,
    token,
)
from .units import Executor, Row, Unit, Written

MAX_ROWS_LOOKED_AT = 2000
# Each is a statement for itself: together some 20 ms of the writer, and the disk's own time.
MAX_ROWS_A_STEP = 200
MAX_RUNS_A_STEP = 100
MAX_BYTES_A_STEP = 1024 * 1024

LOOK_AT_EVENTS = (
    select(event.c.room, event.c.seq, event.c.event, event.c.actor)
    .where(
        tuple_(event.c.room, event.c.seq) > tuple_(bindparam("after_room"), bindparam("after_seq"))
    )
    .order_by(event.c.room, event.c.seq)
    .limit(MAX_ROWS_LOOKED_AT)
)
LOOK_AT_INBOX = (
    select(event.c.room, event.c.seq, event.c.event, event.c.actor)
    .where(event.c.room == bindparam("in_room"), event.c.seq > bindparam("after_seq"))
    .order_by(event.c.seq)
    .limit(MAX_ROWS_A_STEP)
)
EVENT = select(event.c.id, event.c.time_ms, event.c.data).where(
    event.c.room == bindparam("in_room"), event.c.seq == bindparam("at")
)
_one_event = update(event).where(
    event.c.room == bindparam("in_room"), event.c.seq == bindparam("at")
)
CHANGE_ACTOR = _one_event.values(actor=bindparam("by"))
CHANGE_DATA = _one_event.values(data=bindparam("content"))
EMPTY_INBOX = delete(event).where(
    event.c.room == bindparam("in_room"), event.c.seq <= bindparam("until")
)
FORGET_INBOX = delete(room).where(room.c.name == bindparam("in_room"))
FORGET_INBOX_KEYS = delete(idempotency).where(idempotency.c.room == bindparam("in_room"))

_key = (idempotency.c.room, idempotency.c.principal, idempotency.c.key)
LOOK_AT_KEYS = (
    select(*_key, idempotency.c.seq)
    .where(
        tuple_(*_key)
        > tuple_(bindparam("after_room"), bindparam("after_principal"), bindparam("after_key"))
    )
    .order_by(*_key)
    .limit(MAX_ROWS_LOOKED_AT)
)
FORGET_KEY = delete(idempotency).where(
    idempotency.c.room == bindparam("in_room"),
    idempotency.c.principal == bindparam("by"),
    idempotency.c.key == bindparam("with_key"),
)

LOOK_AT_RUNS = (
    select(analysis.c.id, analysis.c.actor, analysis.c.snapshot)
    .where(analysis.c.id > bindparam("after_id"))
    .order_by(analysis.c.id)
    .limit(MAX_RUNS_A_STEP)
)
CHANGE_RUN = (
    update(analysis).where(analysis.c.id == bindparam("wanted")).values(actor=bindparam("by"))
)

LOOK_AT_DISMISSALS = (
    select(
        dismissal.c.project,
        dismissal.c.fingerprint,
        dismissal.c.path,
        dismissal.c.reason,
        dismissal.c.actor,
    )
    .where(
        tuple_(dismissal.c.project, dismissal.c.fingerprint, dismissal.c.path)
        > tuple_(bindparam("after_project"), bindparam("after_print"), bindparam("after_path"))
    )
    .order_by(dismissal.c.project, dismissal.c.fingerprint, dismissal.c.path)
    .limit(MAX_RUNS_A_STEP)
)
CHANGE_DISMISSAL = (
    update(dismissal)
    .where(
        dismissal.c.project == bindparam("of"),
        dismissal.c.fingerprint == bindparam("known_by"),
        dismissal.c.path == bindparam("at"),
    )
    .values(actor=bindparam("by"))
)
LOOK_AT_BASELINES = (
    select(baseline.c.project, baseline.c.name, baseline.c.analysis, baseline.c.actor)
    .where(
        tuple_(baseline.c.project, baseline.c.name)
        > tuple_(bindparam("after_project"), bindparam("after_name"))
    )
    .order_by(baseline.c.project, baseline.c.name)
    .limit(MAX_RUNS_A_STEP)
)
CHANGE_BASELINE = (
    update(baseline)
    .where(baseline.c.project == bindparam("of"), baseline.c.name == bindparam("named"))
    .values(actor=bindparam("by"))
)

_is_row_of_theirs = (member.c.kind == "user", member.c.name == bindparam("person"))
ROLES = select(member.c.project, member.c.role).where(*_is_row_of_theirs)
FORGET_ROLE = delete(member).where(*_is_row_of_theirs, member.c.project == bindparam("of"))

TOKENS = select(token).where(token.c.owner == bindparam("person")).order_by(token.c.created_ms)
# The row stays on the deny-list, or the token would be good again; it says no longer whose it was.
REVOKE_TOKENS = (
    update(token)
    .where(token.c.owner == bindparam("person"))
    .values(
        owner="",
        label="",
        scopes="[]",
        revoked_ms=func.coalesce(token.c.revoked_ms, bindparam("now_ms")),
    )
)

TICKETS = select(ticket)
FORGET_TICKET = delete(ticket).where(ticket.c.digest == bindparam("wanted"))

_decode_actor = msgspec.json.Decoder(Actor).decode
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Found:
    """A piece of a section: the rows about the person, and behind which key the next piece begins."""

    rows: list[tuple[Key, dict[str, Any]]]
    following: Key | None


@dataclass(frozen=True)
class Section:
    """How one kind of rows is found, and how those that were found are erased."""

    name: str
    find: Callable[[str, Key | None], Unit[Found]]
    erase: Callable[[str, Found, int], Unit[None]]


# -- events ------------------------------------------------------------------------------------------


def _find_events(person: str, after: Key | None) -> Unit[Found]:
    """Find what they have done, and what says which role they have."""
    after_room, after_seq = after or ("", 0)
    looked_at = yield LOOK_AT_EVENTS, {"after_room": after_room, "after_seq": after_seq}
    inbox, named = user_room(person), _quoted(person)
    suspects = [
        row
        for row in looked_at
        if row[0] != inbox and (named in row[3] or row[2] == "member:changed")
    ]
    end = _end(looked_at, MAX_ROWS_LOOKED_AT, 2)
    return (yield from _read_events(suspects, end, lambda row: _is_about(row, person)))


def _find_inbox(person: str, after: Key | None) -> Unit[Found]:
    seq = after[1] if after else 0
    rows = yield LOOK_AT_INBOX, {"in_room": user_room(person), "after_seq": seq}
    return (yield from _read_events(rows, _end(rows, MAX_ROWS_A_STEP, 2), lambda _row: True))


def _read_events(
    rows: list[Row], end: Key | None, is_wanted: Callable[[dict[str, Any]], bool]
) -> Unit[Found]:
    """Read whole events, as many as fit into a step."""
    found: list[tuple[Key, dict[str, Any]]] = []
    size = 0
    for name, seq, kind, actor in rows:
        [[event_id, time_ms, data]] = yield EVENT, {"in_room": name, "at": seq}
        item = {
            "room": name,
            "seq": seq,
            "event": kind,
            "id": event_id,
            "time": rfc3339(time_ms / 1000),
            "actor": msgspec.Raw(actor.encode()),
            "data": msgspec.Raw(data.encode()),
        }
        if not is_wanted(item):
            continue
        found.append(((name, seq), item))
        size += len(data)
        if len(found) == MAX_ROWS_A_STEP or size > MAX_BYTES_A_STEP:
            return Found(found, (name, seq))
    return Found(found, end)


def _is_about(item: Mapping[str, Any], person: str) -> bool:
    return is_persons(_decode_actor(item["actor"]), person) or _names(item, person)


def _names(item: Mapping[str, Any], person: str) -> bool:
    """Whether it says which role they have."""
    if item["event"] != "member:changed":
        return False
    return bool(msgspec.json.decode(item["data"]).get("user") == person)


def _erase_events(person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (name, seq), item in found.rows:
        place = {"in_room": name, "at": seq}
        actor = _decode_actor(item["actor"])
        if is_persons(actor, person):
            yield CHANGE_ACTOR, {**place, "by": encode(former(actor)).decode()}
        if _names(item, person):
            nobody = {**msgspec.json.decode(item["data"]), "user": ""}
            yield CHANGE_DATA, {**place, "content": encode(nobody).decode()}


def _erase_inbox(person: str, found: Found, _now_ms: int) -> Unit[None]:
    inbox = {"in_room": user_room(person)}
    if found.rows:
        yield EMPTY_INBOX, {**inbox, "until": found.rows[-1][0][1]}
    if found.following is None:
        yield FORGET_INBOX, inbox
        yield FORGET_INBOX_KEYS, inbox


# -- what belongs to events ---------------------------------------------------------------------------


def _find_keys(person: str, after: Key | None) -> Unit[Found]:
    after_room, after_principal, after_key = after or ("", "", "")
    looked_at = yield (
        LOOK_AT_KEYS,
        {"after_room": after_room, "after_principal": after_principal, "after_key": after_key},
    )
    theirs = {principal_key_of(kind, person) for kind in ("human", "program")}
    rows: list[tuple[Key, dict[str, Any]]] = [
        ((name, principal, key), {"room": name, "key": key, "seq": seq})
        for name, principal, key, seq in looked_at
        if principal in theirs
    ]
    if len(rows) > MAX_ROWS_A_STEP:
        return Found(rows[:MAX_ROWS_A_STEP], rows[MAX_ROWS_A_STEP - 1][0])
    return Found(rows, _end(looked_at, MAX_ROWS_LOOKED_AT, 3))


def _erase_keys(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (name, principal, key), _ in found.rows:
        yield FORGET_KEY, {"in_room": name, "by": principal, "with_key": key}


def _find_runs(person: str, after: Key | None) -> Unit[Found]:
    looked_at = yield LOOK_AT_RUNS, {"after_id": after[0] if after else ""}
    named = _quoted(person)
    rows: list[tuple[Key, dict[str, Any]]] = [
        ((run_id, actor), {"actor": msgspec.Raw(actor.encode()), **msgspec.json.decode(snapshot)})
        for run_id, actor, snapshot in looked_at
        if named in actor and is_persons(_decode_actor(actor), person)
    ]
    return Found(rows, _end(looked_at, MAX_RUNS_A_STEP, 1))


def _erase_runs(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (run_id, actor), _ in found.rows:
        by = encode(former(_decode_actor(actor))).decode()
        yield CHANGE_RUN, {"wanted": run_id, "by": by}


# -- what they have decided ----------------------------------------------------------------------------


def _find_dismissals(person: str, after: Key | None) -> Unit[Found]:
    of, known_by, path = after or ("", "", "")
    looked_at = yield (
        LOOK_AT_DISMISSALS,
        {"after_project": of, "after_print": known_by, "after_path": path},
    )
    rows: list[tuple[Key, dict[str, Any]]] = [
        (
            (project, fingerprint, at, actor),
            {"project": project, "fingerprint": fingerprint, "path": at, "reason": reason},
        )
        for project, fingerprint, at, reason, actor in looked_at
        if is_persons(_decode_actor(actor), person)
    ]
    return Found(rows, _end(looked_at, MAX_RUNS_A_STEP, 3))


def _erase_dismissals(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (of, known_by, path, actor), _ in found.rows:
        by = encode(former(_decode_actor(actor))).decode()
        yield CHANGE_DISMISSAL, {"of": of, "known_by": known_by, "at": path, "by": by}


def _find_baselines(person: str, after: Key | None) -> Unit[Found]:
    of, name = after or ("", "")
    looked_at = yield LOOK_AT_BASELINES, {"after_project": of, "after_name": name}
    rows: list[tuple[Key, dict[str, Any]]] = [
        ((project, named, actor), {"project": project, "name": named, "analysis": run})
        for project, named, run, actor in looked_at
        if is_persons(_decode_actor(actor), person)
    ]
    return Found(rows, _end(looked_at, MAX_RUNS_A_STEP, 2))


def _erase_baselines(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (of, name, actor), _ in found.rows:
        by = encode(former(_decode_actor(actor))).decode()
        yield CHANGE_BASELINE, {"of": of, "named": name, "by": by}


# -- roles and credentials ----------------------------------------------------------------------------


def _find_roles(person: str, _after: Key | None) -> Unit[Found]:
    rows = yield ROLES, {"person": person}
    return Found([((of,), {"project": of, "role": role}) for of, role in rows], None)


def _erase_roles(person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (of,), _ in found.rows:
        yield FORGET_ROLE, {"person": person, "of": of}


def _find_tokens(person: str, _after: Key | None) -> Unit[Found]:
    rows = yield TOKENS, {"person": person}
    return Found([((row[0],), _token(row)) for row in rows], None)


def _token(row: Row) -> dict[str, Any]:
    token_id, _owner, label, scopes, created_ms, expires_ms, revoked_ms = row
    return {
        "id": token_id,
        "label": label,
        "scopes": json.loads(scopes),
        "created": rfc3339(created_ms / 1000),
        "expires": rfc3339(expires_ms / 1000),
        "revoked": None if revoked_ms is None else rfc3339(revoked_ms / 1000),
    }


def _erase_tokens(person: str, _found: Found, now_ms: int) -> Unit[None]:
    yield REVOKE_TOKENS, {"person": person, "now_ms": now_ms}


def _find_tickets(person: str, _after: Key | None) -> Unit[Found]:
    rows = yield TICKETS, {}
    return Found(
        [
            ((digest,), {"expires": rfc3339(expires_ms / 1000)})
            for digest, principal, expires_ms in rows
            if msgspec.json.decode(principal)["actor"]["name"] == person
        ],
        None,
    )


def _erase_tickets(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (digest,), _ in found.rows:
        yield FORGET_TICKET, {"wanted": digest}


SECTIONS = (
    Section("events", _find_events, _erase_events),
    Section("inbox", _find_inbox, _erase_inbox),
    Section("keys", _find_keys, _erase_keys),
    Section("analyses", _find_runs, _erase_runs),
    Section("dismissals", _find_dismissals, _erase_dismissals),
    Section("baselines", _find_baselines, _erase_baselines),
    Section("members", _find_roles, _erase_roles),
    Section("tokens", _find_tokens, _erase_tokens),
    Section("tickets", _find_tickets, _erase_tickets),
)


def _quoted(person: str) -> str:
    """Write a name as it stands in an actor's JSON: where it doesn't stand, nothing has to be decoded."""
    return encode(person).decode()


def _end(looked_at: list[Row], most: int, key_columns: int) -> Key | None:
    return tuple(looked_at[-1][:key_columns]) if len(looked_at) == most else None


class SqlPeople:
    """The port `People` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def find(self, person: str, place: Place | None) -> PersonalPage:
        """Find a piece of what is stored about a person."""
        number, after = place or (0, None)
        section = SECTIONS[number]
        found = await self._executor.read(section.find(person, after))
        return PersonalPage(section.name, [item for _, item in found.rows], _next(number, found))

    async def erase(
        self, person: str, place: Place | None, keep: Collection[Role], now_ms: int
    ) -> ErasedStep:
        """Erase a piece of what is stored about a person."""
        number, after = place or (0, None)
        section = SECTIONS[number]
        found = await self._executor.read(section.find(person, after))
        rows = [row for row in found.rows if row[1].get("role") not in keep]
        if rows or section.name == "inbox":
            theirs = Found(rows, found.following)
            await self._executor.write(_erased(section, person, theirs, now_ms))
        kept = len(found.rows) - len(rows)
        return ErasedStep(section.name, len(rows), kept, _next(number, found))


def _erased(section: Section, person: str, found: Found, now_ms: int) -> Unit[Written[None]]:
    yield from section.erase(person, found, now_ms)
    return Written(None)


def _next(number: int, found: Found) -> Place | None:
    if found.following is not None:
        return number, found.following
    return (number + 1, None) if number + 1 < len(SECTIONS) else None
