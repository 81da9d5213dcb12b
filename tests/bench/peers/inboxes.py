"""A Jupyter server with our extension, on which whoever knows the token is whom they say they are.

A benchmark needs a hundred people, and something that happens to each of them. What happens in one place
of the server, as a comment or the end of an analysis would, is told through the door that every source of
notifications takes.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.serverapp import ServerApp
from tornado.web import authenticated

from jupyter_realtime.core.actors import SYSTEM_ACTOR
from jupyter_realtime.core.notifications import Notice
from jupyter_realtime.service.notifier import Notifier

USER_HEADER = "X-Bench-User"
TELL_PATH = "/bench/tell"


class AsTheySay(IdentityProvider):
    """Takes the name from a header."""

    def get_user(self, handler: JupyterHandler) -> User | None:
        """Tell who it is."""
        if self.get_token(handler) != self.token:
            return None
        return User(username=handler.request.headers.get(USER_HEADER, "olga"))

    def is_token_authenticated(self, handler: JupyterHandler) -> bool:
        """Ask nobody for a cookie: only the token lets them in."""
        return handler.current_user is not None


class TellHandler(APIHandler):
    """Lets things happen: to each of some people so many a second, for some seconds."""

    @authenticated
    async def post(self) -> None:
        """Tell all of it, and say how much that was."""
        asked = json.loads(self.request.body)
        services = await self.settings["jupyter_realtime"].services()
        people = asked["people"]
        told = await asyncio.gather(
            *(
                happen(services.notifier, person, asked["hertz"], asked["seconds"], part)
                for person, part in zip(people, parts(len(people)), strict=True)
            )
        )
        self.finish({"told": sum(told)})


def parts(count: int) -> list[float]:
    """Spread people over a tick, so that not all things happen at once."""
    return [number / count for number in range(count)]


async def happen(notifier: Notifier, person: str, hertz: float, seconds: float, part: float) -> int:
    """Tell one person what happens to them, at each tick of a clock; late ticks are made up for."""
    loop = asyncio.get_running_loop()
    begin = loop.time() + part / hertz
    number = 0
    told: list[asyncio.Task[Any]] = []
    while number < round(hertz * seconds):
        await asyncio.sleep(max(0.0, begin + number / hertz - loop.time()))
        told.append(loop.create_task(notifier.notify(notice(f"{person}/{number}"), {person})))
        number += 1
    await asyncio.gather(*told)
    return number


def notice(about: str) -> Notice:
    """Write what is told; its title is when, by the clock that all processes of the machine share."""
    now_ns = time.monotonic_ns()
    return Notice(
        type="info",
        category="system",
        title=str(now_ns),
        message="Something has happened that is worth a line or two of words.",
        group=f"bench:{about}:{now_ns}",
        dedupe=f"bench:{about}:{now_ns}",
        reason="It happened to you.",
        actor=SYSTEM_ACTOR,
        action_url="/lab/tree/analysis.ipynb",
    )


class InboxServer(ServerApp):
    """A stock server otherwise."""

    name = "jupyter-server"

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Add our handler."""
        super().initialize(*args, **kwargs)
        self.web_app.add_handlers(".*", [(TELL_PATH, TellHandler)])


if __name__ == "__main__":
    InboxServer.launch_instance()
