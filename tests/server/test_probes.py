"""`health` and `ready`, and a database that changes under a running server."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient

from jupyter_realtime.server.runtime import Runtime
from jupyter_realtime.service import health
from tests.server.sockets import Connect, ask, read, until_closed
from tests.server.test_rest import project_of

Api = Callable[..., Any]


def runtime_of(app: Any) -> Runtime:
    runtime: Runtime = app.web_app.settings["jupyter_realtime"]
    return runtime


async def until_ready(api: Api, expected: int = 200) -> dict[str, Any]:
    async def wait() -> dict[str, Any]:
        while True:
            status, body = await api("GET", "ready")
            if status == expected:
                return dict(body)
            await asyncio.sleep(0.02)

    return await asyncio.wait_for(wait(), 10)


async def test_O2_ready_says_whether_the_store_works(
    api: Api, jp_serverapp: Any, jp_data_dir: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    assert (await until_ready(api))["status"] == "ok"
    services = await runtime_of(jp_serverapp).services()
    writer = services.store._writer._connection  # type: ignore[attr-defined]
    writer.execute("PRAGMA query_only = ON")
    down = await until_ready(api, 503)
    assert (down["status"], down["checks"]["store"]) == ("down", "down")
    assert str(jp_data_dir) not in str(down) and "readonly" not in str(down), "strangers read it"
    assert (await api("GET", "health"))[1] == down
    writer.execute("PRAGMA query_only = OFF")
    await until_ready(api)


async def test_O2_P5_probes_are_found_without_the_apis_version(
    api: Api, jp_base_url: str, jp_http_port: int
) -> None:
    await until_ready(api)
    for probe in ("health", "ready"):
        url = f"http://127.0.0.1:{jp_http_port}{jp_base_url}realtime/{probe}"
        answer = await AsyncHTTPClient().fetch(url)
        assert json.loads(answer.body)["status"] == "ok", probe


async def test_O5_a_database_that_was_replaced_is_opened_again_as_another_log(
    api: Api, connect: Connect, jp_data_dir: Path
) -> None:
    room = f"project:{await project_of(api)}"
    event = {"room": room, "event": "custom:x", "data": 1}
    position = (await api("POST", "publish", event))[1]["position"]
    socket = await connect()
    await read(socket)
    await ask(socket, type="subscribe", id=1, room=room, since=position)
    path = jp_data_dir / "realtime.sqlite"
    path.rename(path.with_name("aside.sqlite"))
    assert await until_closed(socket) == 4006
    await until_ready(api)
    again = await connect()
    await read(again)
    room = f"project:{await project_of(api)}"
    answer = await ask(again, type="subscribe", id=1, room=room, since=position)
    assert (answer["recovered"], answer["position"]["seq"]) == (False, 0)
    assert answer["position"]["epoch"] != position["epoch"]
    aside = sqlite3.connect(path.with_name("aside.sqlite"))
    assert aside.execute("SELECT count(*) FROM event").fetchone() == (1,), "nothing was deleted"
    aside.close()
    await again.close()
