"""Whose a save is, where Jupyter knows several people."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.call_context import CallContext
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.serverapp import ServerApp
from tornado.websocket import WebSocketHandler

from jupyter_realtime.core.actors import SYSTEM_ACTOR
from tests.server.contents import Api, project_of, text, told

WHO = "X-Who"


class Doorman(IdentityProvider):
    """Believes what people say that they are called."""

    def get_user(self, handler: Any) -> User | None:
        name = handler.request.headers.get(WHO, "olga")
        return User(username=name, name=name.title())

    def is_token_authenticated(self, handler: Any) -> bool:
        return True  # Such a request needs no XSRF cookie.


@pytest.fixture
def jp_server_config(jp_data_dir: Path) -> dict[str, Any]:
    """A server that tells people apart."""
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_realtime": True},
            "identity_provider_class": f"{Doorman.__module__}.{Doorman.__name__}",
        },
        "RealtimeConfig": {"store_url": f"sqlite:///{jp_data_dir / 'realtime.sqlite'}"},
    }


async def test_Y1_a_save_is_by_whoever_has_saved(api: Api, jp_fetch: Any) -> None:
    project = await project_of(api)

    async def save(name: str, path: str) -> None:
        headers = {WHO: name}
        await jp_fetch(
            "api/contents", path, method="PUT", headers=headers, body=json.dumps(text(name))
        )

    # At the same time, and two of them the same file within the window of a burst.
    await asyncio.gather(*(save(name, f"{name}.py") for name in ("ana", "bo", "cy")))
    for name in ("ana", "bo"):
        await save(name, "both.py")
    found = await told(api, project, 5)
    assert sorted(found[:3]) == [
        ("created", f"{name}.py", None, name) for name in ("ana", "bo", "cy")
    ]
    assert found[3:] == [
        ("created", "both.py", None, "ana"),
        ("saved", "both.py", None, "bo"),
    ]


class Socket(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """As the one behind which documents are edited together."""


@pytest.mark.parametrize("kind", [JupyterHandler, Socket])
async def test_Y1_what_goes_on_behind_a_request_is_the_systems(
    api: Api, jp_serverapp: ServerApp, kind: type[JupyterHandler]
) -> None:
    project = await project_of(api)
    handler = kind.__new__(kind)
    handler.current_user = User(username="ana")
    handler._finished = kind is JupyterHandler
    CallContext.set(CallContext.JUPYTER_HANDLER, handler)
    await jp_serverapp.contents_manager.save(text(), "a.py")
    assert await told(api, project, 1) == [("saved", "a.py", None, SYSTEM_ACTOR.name)]
