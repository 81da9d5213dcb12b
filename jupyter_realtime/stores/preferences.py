"""How people want to be told, in SQL."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import select

from ..core.codec import encode
from ..core.preferences import Preferences
from .dialects import insert
from .tables import preference
from .units import Executor, Unit, Written

_put = insert(preference)
PUT = _put.on_conflict_do_update(
    index_elements=[preference.c.person],
    set_={"body": _put.excluded.body, "updated_ms": _put.excluded.updated_ms},
)
NAMES_A_QUERY = 500

_decode = msgspec.json.Decoder(Preferences).decode


def _of(people: Collection[str]) -> Unit[dict[str, Preferences]]:
    found: dict[str, Preferences] = {}
    wanted = sorted(people)
    for begin in range(0, len(wanted), NAMES_A_QUERY):
        some = wanted[begin : begin + NAMES_A_QUERY]
        rows = yield (
            select(preference.c.person, preference.c.body).where(preference.c.person.in_(some)),
            {},
        )
        found |= {person: _decode(body) for person, body in rows}
    return found


def put(person: str, preferences: Preferences, now_ms: int) -> Unit[Written[None]]:
    """Keep what somebody has settled."""
    body = encode(preferences).decode()
    yield PUT, {"person": person, "body": body, "updated_ms": now_ms}
    return Written(None)


class SqlPreferences:
    """The port `PreferenceStore` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def of(self, people: Collection[str]) -> dict[str, Preferences]:
        """Read what several people have settled."""
        return await self._executor.read(_of(people))

    async def put(self, person: str, preferences: Preferences, now_ms: int) -> None:
        """Keep what somebody has settled."""
        await self._executor.write(put(person, preferences, now_ms))
