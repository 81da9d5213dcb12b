"""Who has come by, and when they were last in which project, in SQL."""

from __future__ import annotations

import json
from collections.abc import Collection

import msgspec
from sqlalchemy import bindparam, delete, select

from ..core.actors import Actor
from ..core.codec import encode
from ..ports import Known, Sighting
from .dialects import insert
from .tables import person, sighting
from .units import Executor, Row, Unit, Written

FIND = select(person.c.name).where(person.c.name == bindparam("named"))
_seen = insert(person)
SEE = _seen.on_conflict_do_update(
    index_elements=[person.c.name],
    set_={name: _seen.excluded[name] for name in ("actor", "groups", "seen_ms")},
    # Of two servers the one that saw them last is right.
    where=person.c.seen_ms <= _seen.excluded.seen_ms,
)
PAGE = (
    select(person)
    .where(person.c.name > bindparam("after"))
    .order_by(person.c.name)
    .limit(bindparam("most"))
)
FORGET = delete(person).where(person.c.seen_ms < bindparam("before_ms")).returning(person.c.name)
_noted = insert(sighting)
NOTE = _noted.on_conflict_do_update(
    index_elements=[sighting.c.project, sighting.c.person],
    set_={"seen_ms": _noted.excluded.seen_ms},
    where=sighting.c.seen_ms < _noted.excluded.seen_ms,
)
SEEN_IN = (
    select(person.c.name, person.c.actor, person.c.groups, sighting.c.seen_ms)
    .join(person, person.c.name == sighting.c.person)
    .where(sighting.c.project == bindparam("of"))
    .order_by(sighting.c.seen_ms.desc(), person.c.name)
    .limit(bindparam("most"))
)
FORGET_SIGHTINGS = delete(sighting).where(sighting.c.seen_ms < bindparam("before_ms"))
NAMES_A_QUERY = 500

_decode_actor = msgspec.json.Decoder(Actor).decode


def see(known: Known) -> Unit[Written[bool]]:
    """Note that somebody is here."""
    rows = yield FIND, {"named": known.actor.name}
    yield (
        SEE,
        {
            "name": known.actor.name,
            "actor": encode(known.actor).decode(),
            "groups": json.dumps(sorted(known.groups)),
            "seen_ms": known.seen_ms,
        },
    )
    return Written(not rows)


def _find(names: Collection[str]) -> Unit[dict[str, Known]]:
    found = []
    wanted = sorted(names)
    for begin in range(0, len(wanted), NAMES_A_QUERY):
        some = wanted[begin : begin + NAMES_A_QUERY]
        rows = yield select(person).where(person.c.name.in_(some)), {}
        found += [_known(row) for row in rows]
    return {known.actor.name: known for known in found}


def _page(after: str, limit: int) -> Unit[list[Known]]:
    rows = yield PAGE, {"after": after, "most": limit}
    return [_known(row) for row in rows]


def _note(sightings: Collection[Sighting]) -> Unit[Written[None]]:
    for one in sightings:
        yield NOTE, {"project": one.project, "person": one.person, "seen_ms": one.seen_ms}
    return Written(None)


def _seen_in(project: str, limit: int) -> Unit[list[Known]]:
    rows = yield SEEN_IN, {"of": project, "most": limit}
    return [_known(row) for row in rows]


def _forget(before_ms: int) -> Unit[Written[int]]:
    yield FORGET_SIGHTINGS, {"before_ms": before_ms}
    rows = yield FORGET, {"before_ms": before_ms}
    return Written(len(rows))


def _known(row: Row) -> Known:
    _name, actor, groups, seen_ms = row
    return Known(_decode_actor(actor), frozenset(json.loads(groups)), seen_ms)


class SqlDirectory:
    """The port `Directory` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def see(self, known: Known) -> bool:
        """Note that somebody is here."""
        return await self._executor.write(see(known))

    async def find(self, names: Collection[str]) -> dict[str, Known]:
        """Find those of these names who have come by."""
        return await self._executor.read(_find(names))

    async def page(self, after: str, limit: int) -> list[Known]:
        """List everybody, by name."""
        return await self._executor.read(_page(after, limit))

    async def note(self, sightings: Collection[Sighting]) -> None:
        """Note when people were in a project."""
        await self._executor.write(_note(sightings))

    async def seen_in(self, project: str, limit: int) -> list[Known]:
        """List whom we know of those who were in a project, and when."""
        return await self._executor.read(_seen_in(project, limit))

    async def forget(self, before_ms: int) -> int:
        """Forget who was not seen since."""
        return await self._executor.write(_forget(before_ms))
