"""Who is there, with a real Jupyter server: a person with tabs, their kernel, and a crash."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from jupyter_realtime.client.blocking import Realtime
from tests.jupyter_process import TOKEN, JupyterProcess, jupyter, until

from .test_with_server import NOTEBOOK

UNTIL_STOP = "import pathlib, time\nwhile not pathlib.Path('stop').exists(): time.sleep(0.1)"


@contextlib.contextmanager
def tab(server: JupyterProcess) -> Iterator[Realtime]:
    """A client with the server's own token, which makes it the person and no program."""
    with Realtime.connect(server.realtime_url, TOKEN) as rt:
        assert rt.me.kind == "human"
        yield rt


def everybody(rt: Realtime, room: str) -> list[tuple[str, str | None, bool]]:
    return [(one.status, one.path, one.running is not None) for one in rt.presence(room=room)]


def room_of(rt: Realtime) -> str:
    [project] = rt.projects()
    return f"project:{project.id}"


def test_G1_G9_a_person_is_there_and_leaves_no_ghost_when_the_server_is_killed(
    tmp_path: Path,
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_text("x = 1\n")
    with jupyter(tmp_path / "jupyter", root) as server:
        made = server.call("PUT", "realtime/api/v1/documents", {"path": "a.py"})
        with tab(server) as one, tab(server) as other:
            room = room_of(one)
            said = {"status": "online", "document": made["id"]}
            one.pin("user:status", "self", said, room=room)
            until(lambda: everybody(other, room) == [("online", "a.py", False)])
            [open_] = other.open_documents(room=room)
            assert (open_.path, len(open_.people)) == ("a.py", 1)
            other.pin("user:status", "self", {"status": "away"}, room=room)
            until(lambda: other.presence(room=room)[0].sessions == 2)
            server.kill()
        server.start()
        with tab(server) as rt:
            assert all(status == "offline" for status, _, _ in everybody(rt, room))
            rt.pin("user:status", "self", {"status": "online"}, room=room)
            until(lambda: everybody(rt, room) == [("online", None, False)])


def test_G10_what_a_kernel_is_at_is_told_on_when_its_page_has_gone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    with jupyter(tmp_path / "jupyter", root) as server:
        made = server.call("PUT", "realtime/api/v1/documents", {"path": "a.ipynb"})
        session = server.call(
            "POST",
            "api/sessions",
            {"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": "python3"}},
        )
        with tab(server) as rt, channels(server, session["kernel"]["id"]) as kernel:
            execute(kernel, UNTIL_STOP)
            with tab(server) as page:
                room = room_of(page)
                running = {"cell": "c", "since": "2026-01-01T00:00:00.000Z"}
                said = {"status": "online", "document": made["id"], "running": running}
                page.pin("user:status", "self", said, room=room)
                until(lambda: everybody(rt, room) == [("online", "a.ipynb", True)])
                until(lambda: is_busy(server))
            until(lambda: everybody(rt, room) == [("offline", "a.ipynb", True)])
            assert rt.open_documents(room=room) == []
            (root / "stop").touch()
            until(lambda: everybody(rt, room) == [("offline", None, False)])


def is_busy(server: JupyterProcess) -> bool:
    [session] = server.call("GET", "api/sessions")
    return bool(session["kernel"]["execution_state"] == "busy")


@contextlib.contextmanager
def channels(server: JupyterProcess, kernel: str) -> Iterator[ClientConnection]:
    """The socket of a page to its kernel."""
    url = server.url.replace("http", "ws", 1) + f"api/kernels/{kernel}/channels?token={TOKEN}"
    with connect(url) as socket:
        yield socket


def execute(socket: ClientConnection, code: str) -> None:
    message: dict[str, Any] = {
        "channel": "shell",
        "header": {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "username": "",
            "session": uuid.uuid4().hex,
            "date": "2026-01-01T00:00:00.000Z",
            "version": "5.3",
        },
        "parent_header": {},
        "metadata": {},
        "content": {"code": code, "silent": False},
    }
    socket.send(json.dumps(message))
