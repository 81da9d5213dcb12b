"""What Jupyter says that it does, and who asked it to.

Rules
-----
1. Jupyter speaks while it saves. What is done then is to look at the request; the rest comes in the next
   turn of the loop, and nothing that fails here reaches Jupyter.
2. Who did it is whose request is being answered just then. A save that goes on behind a socket, or after
   its request (as with documents that several people edit together), is nobody's: the system's.
3. Jupyter says "save" also of a new file; that it is new is told by the status of its answer, 201.

Theory of operation
-------------------
Jupyter's events (`jupyter_events`) name no user. But they are emitted in the very context in which the
request is handled, and `CallContext` knows its handler there. A `logging.Handler` is called at that
moment, from whichever thread; a listener of `EventLogger` would be a task and come too late.
"""

from __future__ import annotations

import asyncio
import logging
import posixpath
from collections.abc import Callable
from typing import Any

from jupyter_server.base.call_context import CallContext
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import ensure_async
from tornado.web import HTTPError
from tornado.websocket import WebSocketHandler

from ..core.actors import SYSTEM_ACTOR, Actor
from ..core.happenings import Happening, HappeningKind
from ..service.background import Background

log = logging.getLogger(__name__)

CONTENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"
KERNELS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"
_KINDS: dict[str, HappeningKind] = {
    "save": "saved",
    "upload": "created",
    "create": "created",
    "copy": "created",
    "rename": "renamed",
    "delete": "deleted",
}
CREATED = 201
# How often it is looked whether a kernel's session is kept, while its request is being answered.
LOOK_SECONDS = 0.05


def request_now() -> JupyterHandler | None:
    """Give the request that is being answered; None for work that goes on behind it."""
    handler = CallContext.get(CallContext.JUPYTER_HANDLER)
    if not isinstance(handler, JupyterHandler) or isinstance(handler, WebSocketHandler):
        return None
    # A task that a request has begun has the same context, for as long as it runs.
    return None if _is_answered(handler) else handler


def _is_answered(handler: JupyterHandler) -> bool:
    # Tornado says it nowhere else.
    return bool(handler._finished)


class JupyterHappenings(logging.Handler):
    """Hears what Jupyter does to files and kernels.

    Parameters
    ----------
    who
        Says who is behind a request.
    tell
        Is told what has happened, in the server's loop.
    """

    def __init__(
        self,
        server: ServerApp,
        who: Callable[[JupyterHandler], Actor | None],
        tell: Callable[[Happening], None],
    ) -> None:
        super().__init__()
        self._server = server
        self._who = who
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._background = Background()
        # A restart begins a kernel once more, under the same id.
        self._kernels: set[str] = set()

    def open(self) -> None:
        """Begin to listen."""
        if self._server.event_logger is not None:
            self._server.event_logger.register_handler(self)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server.event_logger is not None:
            self._server.event_logger.remove_handler(self)
        await self._background.close()

    def emit(self, record: logging.LogRecord) -> None:
        """Take an event, while Jupyter waits."""
        try:
            said = record.msg
            if isinstance(said, dict) and said.get("__schema__") in (CONTENTS, KERNELS):
                self._loop.call_soon_threadsafe(self._hear, said, request_now())
        except Exception:
            log.exception("What Jupyter did was not heard")

    def _hear(self, said: dict[str, Any], request: JupyterHandler | None) -> None:
        if said["__schema__"] == CONTENTS:
            self._hear_of_file(said, request)
        elif said["action"] == "start" and said.get("status") == "success":
            self._hear_of_kernel(said["kernel_id"], request)

    def _hear_of_file(self, said: dict[str, Any], request: JupyterHandler | None) -> None:
        kind = _KINDS.get(said["action"])
        if kind is None:
            return
        if kind == "saved" and request is not None and request.get_status() == CREATED:
            kind = "created"
        old_path = said["source_path"].strip("/") if kind == "renamed" else None
        self._tell(
            Happening(
                kind=kind,
                path=said["path"].strip("/"),
                old_path=old_path,
                actor=self._actor(request),
            )
        )

    def _hear_of_kernel(self, kernel: str, request: JupyterHandler | None) -> None:
        if kernel not in self._kernels:
            self._kernels.add(kernel)
            self._background.begin(self._find_its_file(kernel, request))

    async def _find_its_file(self, kernel: str, request: JupyterHandler | None) -> None:
        """Tell of a kernel when it is known what it is for: its session is kept after it has started."""
        path = await self._file_of(kernel)
        while path is None and request is not None and not _is_answered(request):
            await asyncio.sleep(LOOK_SECONDS)
            path = await self._file_of(kernel)
        self._tell(Happening(kind="kernel", path=path or "", actor=self._actor(request)))

    async def _file_of(self, kernel: str) -> str | None:
        try:
            session = await ensure_async(self._server.session_manager.get_session(kernel_id=kernel))
        except HTTPError:
            return None  # There is no session with it, or not yet.
        path = str(session["path"]).strip("/")
        if session["type"] == "notebook" and session["name"]:
            # JupyterLab first makes up a path of its own in the folder of the notebook, which it names.
            path = posixpath.join(posixpath.dirname(path), posixpath.basename(session["name"]))
        return path

    def _actor(self, request: JupyterHandler | None) -> Actor:
        return (None if request is None else self._who(request)) or SYSTEM_ACTOR
