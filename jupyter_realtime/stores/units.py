"""A unit of work: SQL without a database.

Theory of operation
-------------------
What has to happen in one transaction is a generator. It yields a statement with its parameters, is sent
the rows, and returns its result. It neither knows nor cares who runs it: SQLite's writer thread runs
dozens of them inside one commit, each under a savepoint of its own; PostgreSQL runs each in a
transaction. So every query stands in the code once, as SQL that you can see, for both databases.

Statements are module constants, so that each is compiled once per dialect. An INSERT with a
list of rows puts all of them in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Insert
from sqlalchemy.sql import ClauseElement

from ..core.log import Draft, StoredEvent

T = TypeVar("T")

Row = Sequence[Any]
Values = Mapping[str, Any]
Rows = list[dict[str, Any]]
Statement = tuple[ClauseElement, Values] | tuple[Insert, Rows]
Unit = Generator[Statement, list[Row], T]


@dataclass(frozen=True)
class Written(Generic[T]):
    """What a writing unit returns: its result, and the events that it appended."""

    result: T
    events: Sequence[StoredEvent] = ()


class Executor(Protocol):
    """Runs units against one database."""

    async def write(self, unit: Unit[Written[T]]) -> T:
        """Run a unit and return its result when it is durable.

        Its events have been told to the listeners by then, in commit order.

        Raises
        ------
        Unavailable
            If the database can't be written just now; nothing of the unit was kept.
        """
        ...

    def append(self, draft: Draft) -> asyncio.Future[int]:
        """Append one event, like `write`, and give its `seq`; those that wait share statements."""
        ...

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads, on one consistent picture of the database."""
        ...
