from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def jp_server_config(jp_data_dir: Path) -> dict[str, Any]:
    """A server with our extension, and a database of its own."""
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_realtime": True}},
        "RealtimeConfig": {"store_url": f"sqlite:///{jp_data_dir / 'realtime.sqlite'}"},
    }


@pytest.fixture
def api(jp_fetch: Callable[..., Any]) -> Callable[..., Any]:
    """Call a route with the server's token: `status, body = await api("GET", "me")`."""

    async def call(
        method: str, path: str, body: Any = None, **options: Any
    ) -> tuple[int, dict[str, Any]]:
        payload = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        response = await jp_fetch(
            "realtime/api/v1",
            *path.split("/"),
            method=method,
            body=payload,
            raise_error=False,
            allow_nonstandard_methods=True,
            **options,
        )
        return response.code, json.loads(response.body or b"{}")

    return call
