"""A section of what is stored about a person: how its rows are found, and how they are erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Text, Tuple, bindparam, tuple_

from ...core.actors import Actor
from ...core.codec import encode
from ..units import Row, Unit

MAX_ROWS_LOOKED_AT = 2000
# Each is a statement for itself: together some 20 ms of the writer, and the disk's own time.
MAX_ROWS_A_STEP = 200
MAX_RUNS_A_STEP = 100
MAX_BYTES_A_STEP = 1024 * 1024


Key = tuple[Any, ...]


@dataclass(frozen=True)
class Found:
    """A piece of a section: the rows about the person, and behind which key the next piece begins."""

    rows: list[tuple[Key, dict[str, Any]]]
    following: Key | None


@dataclass(frozen=True)
class Section:
    """How one kind of rows is found, and how those that were found are erased.

    Parameters
    ----------
    always
        Whether there is something to erase even where nothing is found.
    """

    name: str
    find: Callable[[str, Key | None], Unit[Found]]
    erase: Callable[[str, Found, int], Unit[None]]
    always: bool = False


decode_actor = msgspec.json.Decoder(Actor).decode


def quoted(person: str) -> str:
    """Write a name as it stands in an actor's JSON: where it doesn't stand, nothing has to be decoded."""
    return encode(person).decode()


def behind(*names: str) -> Tuple:
    """Name the texts of a key behind which rows are looked for."""
    return tuple_(*(bindparam(name, type_=Text) for name in names))


def end_of(looked_at: list[Row], most: int, key_columns: int) -> Key | None:
    """Tell behind which key the next piece begins; None where this was the last."""
    return tuple(looked_at[-1][:key_columns]) if len(looked_at) == most else None
