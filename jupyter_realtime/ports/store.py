"""The store: all that must survive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ..core.log import StoredEvent
from .analyses import Analyses
from .announcements import Announcements
from .credentials import Credentials
from .deliveries import Deliveries, Mailboxes
from .directory import Directory
from .inbox import Inbox
from .log import Log
from .looks import Looks
from .members import Members
from .people import People
from .preferences import PreferenceStore
from .projects import Projects
from .push import Browsers
from .threads import Threads
from .triage import Triage
from .visits import Visits


class Store(Protocol):
    """The truth: everything that must survive."""

    @property
    def log(self) -> Log:
        """The logs of all rooms."""
        ...

    @property
    def projects(self) -> Projects:
        """Projects and their documents."""
        ...

    @property
    def looks(self) -> Looks:
        """How documents looked when they were looked at last."""
        ...

    @property
    def visits(self) -> Visits:
        """When people were at documents."""
        ...

    @property
    def members(self) -> Members:
        """Who has which role in a project."""
        ...

    @property
    def analyses(self) -> Analyses:
        """Runs and what they found."""
        ...

    @property
    def triage(self) -> Triage:
        """What is known of issues, and decided about them."""
        ...

    @property
    def threads(self) -> Threads:
        """Threads of comments."""
        ...

    @property
    def directory(self) -> Directory:
        """Who has come by."""
        ...

    @property
    def preferences(self) -> PreferenceStore:
        """How people want to be told."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What people were told."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """What waits to go out by mail and push."""
        ...

    @property
    def mailboxes(self) -> Mailboxes:
        """Where mails go, and what the links in them do."""
        ...

    @property
    def browsers(self) -> Browsers:
        """Browsers that take pushes."""
        ...

    @property
    def announcements(self) -> Announcements:
        """What was announced to everybody."""
        ...

    @property
    def credentials(self) -> Credentials:
        """Tokens and tickets."""
        ...

    @property
    def people(self) -> People:
        """What is stored about a person."""
        ...

    def on_commit(self, listener: Callable[[Sequence[StoredEvent]], None]) -> None:
        """Have each committed batch told, in commit order, before those who appended are answered."""
        ...

    def on_growth(self, listener: Callable[[], None]) -> None:
        """Have it told, within half a second, when another server may have changed something."""
        ...

    def on_outage(self, listener: Callable[[], None]) -> None:
        """Have it told when something could not be written."""
        ...

    async def scrub(self) -> None:
        """Have what was erased vanish from the database's files too, as far as others let us now."""
        ...

    async def probe(self) -> None:
        """Write something without a meaning, and read.

        Raises
        ------
        Unavailable
            If either fails.
        """
        ...

    @property
    def is_replaced(self) -> bool:
        """Whether the truth lies elsewhere now: the store has to be closed, and opened again.

        Nothing is acknowledged any more when this is so.
        """
        ...

    @property
    def weakness(self) -> str | None:
        """What makes it work worse than it should, for people; None if nothing does."""
        ...

    async def close(self) -> None:
        """Finish what was begun, and let go of files and threads."""
        ...
