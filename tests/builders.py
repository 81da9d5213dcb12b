"""Things that tests make: principals, drafts, runs, issues; and how they wait."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import Select

from jupyter_realtime.core.actors import SYSTEM_ACTOR, Actor, Kind, Principal
from jupyter_realtime.core.announcements import Announcement
from jupyter_realtime.core.codec import encode
from jupyter_realtime.core.issues import Analysis, Counts, DetectorState, Issue, Severity
from jupyter_realtime.core.log import Draft
from jupyter_realtime.core.notifications import Notice
from jupyter_realtime.core.push import PushKeys, PushSubscription
from jupyter_realtime.core.rooms import analysis_room
from jupyter_realtime.ports import Browser, Run
from jupyter_realtime.stores.sql import SqlStore
from jupyter_realtime.stores.units import Unit

_numbers = itertools.count(1)


def actor(name: str = "ana", kind: Kind = "human") -> Actor:
    """Somebody."""
    return msgspec.structs.replace(SYSTEM_ACTOR, name=name, display_name=name, kind=kind)


def principal(name: str = "ana", kind: Kind = "human") -> Principal:
    """Somebody who asks for something."""
    return Principal(actor=actor(name, kind))


def draft(
    room: str = "project:p", data: object = None, *, key: str | None = None, by: str = "ana"
) -> Draft:
    """An event on its way into the log."""
    return Draft(
        room=room,
        event="custom:x",
        id=f"e{next(_numbers)}",
        time_ms=1_700_000_000_123,
        actor=actor(by),
        data=msgspec.Raw(encode(data)),
        key=key,
    )


def lane(name: str = "correctness", state: str = "running", done: int = 0) -> DetectorState:
    """A detector's lane of two files."""
    return msgspec.convert(
        {
            "name": name,
            "state": state,
            "done": done,
            "total": 2,
            "unit": "files",
            "issues": 0,
            "error": None,
        },
        DetectorState,
    )


def issue(fingerprint: str = "f", severity: Severity = "high", *, path: str = "a.py") -> Issue:
    """Something found."""
    return Issue(
        id=f"i{next(_numbers)}",
        fingerprint=fingerprint,
        detector="correctness",
        rule="F821",
        severity=severity,
        message="Undefined name `x`",
        path=path,
        line=1,
        column=1,
        end_line=1,
        end_column=2,
        cell=None,
        url=None,
        fix=None,
        status="new",
    )


def run(project: str, *, created_ms: int = 1, outside: bool = False, lease_ms: int = 0) -> Run:
    """A queued run."""
    run_id = f"r{next(_numbers)}"
    return Run(
        analysis=Analysis(
            id=run_id,
            room=analysis_room(run_id),
            project=project,
            paths=[""],
            state="queued",
            progress=0.0,
            eta_seconds=None,
            started=None,
            finished=None,
            counts=Counts.of(()),
            detectors=[],
            error=None,
        ),
        actor=actor(),
        outside=outside,
        created_ms=created_ms,
        lease_until_ms=lease_ms,
    )


def browser(person: str = "ana", *, at: str | None = None, created_ms: int = 1) -> Browser:
    """A browser that takes somebody's pushes."""
    endpoint = f"https://push.example.org/secret-of/{quote(at or person)}"
    return Browser(
        id=hashlib.sha256(endpoint.encode()).hexdigest(),
        person=person,
        subscription=PushSubscription(
            endpoint=endpoint, keys=PushKeys(p256dh="secret-of-p256dh", auth="secret-of-auth")
        ),
        label="Firefox on Linux",
        created_ms=created_ms,
    )


async def rows(store: SqlStore, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """Ask a store's database."""

    def ask() -> Unit[list[tuple[Any, ...]]]:
        return [tuple(row) for row in (yield statement, {})]

    return await store.read(ask())


async def eventually(
    condition: Callable[[], Awaitable[bool]], *, within_seconds: float = 10.0
) -> None:
    """Wait until a condition holds."""

    async def poll() -> None:
        while not await condition():  # noqa: ASYNC110  # conditions of other processes, too
            await asyncio.sleep(0.01)

    await asyncio.wait_for(poll(), within_seconds)


def notice(title: str = "Ben replied", **fields: Any) -> Notice:
    """Something that somebody is to be told."""
    known = {
        "type": "info",
        "category": "reply",
        "message": "…",
        "actor": actor("ben"),
        "group": "thread:1",
        "reason": "You take part in this thread.",
    }
    return Notice(title=title, **{**known, **fields})


def announcement(title: str = "Maintenance", **fields: Any) -> Announcement:
    """Something that everybody is to be told."""
    known = {
        "id": f"a{next(_numbers)}",
        "message": "…",
        "type": "info",
        "actor": actor("olga"),
        "created_at": "2026-11-23T09:00:00.000Z",
        "expires": None,
    }
    return Announcement(title=title, **{**known, **fields})
