"""The services around comments, put together."""

from __future__ import annotations

from dataclasses import dataclass

from ...ports import Store
from ..directory import Directory
from ..notifier import Notifier
from ..projects import Projects
from .exchange import Exchange
from .following import Following
from .forgetting import Forgetting
from .issues import IssueThreads
from .reading import ThreadReading
from .rendering import Rendering
from .telling import CommentTelling
from .threads import Threads


@dataclass(frozen=True)
class Comments:
    """Everything that handlers lead to where comments are concerned."""

    reading: ThreadReading
    threads: Threads
    rendering: Rendering
    following: Following
    issues: IssueThreads
    exchange: Exchange
    forgetting: Forgetting

    @classmethod
    def on(
        cls, store: Store, projects: Projects, directory: Directory, notifier: Notifier
    ) -> Comments:
        """Put them on a store."""
        rendering = Rendering()
        reading = ThreadReading(store, projects, directory, rendering)
        telling = CommentTelling(projects, directory, notifier, rendering)
        return cls(
            reading=reading,
            threads=Threads(store, projects, reading, telling, rendering),
            rendering=rendering,
            following=Following(store, projects, reading),
            issues=IssueThreads(store, telling),
            exchange=Exchange(store, projects, reading, rendering),
            forgetting=Forgetting(store),
        )

    def open(self) -> None:
        """Begin what goes on by itself."""
        self.rendering.warm_up()
        self.forgetting.open()

    async def close(self) -> None:
        """End it."""
        await self.following.close()
        await self.forgetting.close()
        await self.rendering.close()
