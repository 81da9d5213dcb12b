"""What the stores have in common: every port in SQL, on whichever database runs the units."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from typing import TypeVar

from sqlalchemy import bindparam, select

from ..core.log import Draft
from .analyses import SqlAnalyses
from .announcements import SqlAnnouncements
from .credentials import SqlCredentials
from .deliveries import SqlDeliveries
from .dialects import insert
from .directory import SqlDirectory
from .inbox import SqlInbox
from .log import SqlLog
from .looks import SqlLooks
from .mailboxes import SqlMailboxes
from .members import SqlMembers
from .people import SqlPeople
from .preferences import SqlPreferences
from .projects import SqlProjects
from .push import SqlBrowsers
from .tables import meta
from .threads import SqlThreads
from .triage import SqlTriage
from .units import Unit, Written
from .visits import SqlVisits

T = TypeVar("T")

_probe = insert(meta).values(name="probe", value=bindparam("mark"))
PROBE = _probe.on_conflict_do_update(
    index_elements=[meta.c.name], set_={"value": _probe.excluded.value}
)
READ_PROBE = select(meta.c.value).where(meta.c.name == "probe")


class SqlStore(ABC):
    """The parts of the port `Store`, on an `Executor` that a subclass is.

    Parameters
    ----------
    epoch
        The epoch of the database's logs.
    """

    def __init__(self, epoch: str) -> None:
        self.log = SqlLog(self, epoch)
        self.projects = SqlProjects(self)
        self.looks = SqlLooks(self)
        self.visits = SqlVisits(self)
        self.members = SqlMembers(self)
        self.analyses = SqlAnalyses(self)
        self.triage = SqlTriage(self)
        self.threads = SqlThreads(self)
        self.credentials = SqlCredentials(self)
        self.directory = SqlDirectory(self)
        self.preferences = SqlPreferences(self)
        self.inbox = SqlInbox(self)
        self.announcements = SqlAnnouncements(self)
        self.deliveries = SqlDeliveries(self)
        self.mailboxes = SqlMailboxes(self)
        self.browsers = SqlBrowsers(self)
        self.people = SqlPeople(self)

    @abstractmethod
    async def write(self, unit: Unit[Written[T]]) -> T:
        """Run a unit in the next commit."""

    @abstractmethod
    def append(self, draft: Draft) -> asyncio.Future[int]:
        """Append one event in the next commit."""

    @abstractmethod
    async def read(self, unit: Unit[T]) -> T:
        """Run a unit on one picture of the database."""

    async def probe(self) -> None:
        """Write a mark and read one."""
        await self.write(_mark())
        await self.read(_read_mark())


def _mark() -> Unit[Written[None]]:
    yield PROBE, {"mark": str(time.time_ns())}
    return Written(None)


def _read_mark() -> Unit[None]:
    yield READ_PROBE, {}
