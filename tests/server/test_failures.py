"""Jupyter goes on working when we don't."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.builders import eventually


@pytest.fixture
def jp_server_config(jp_data_dir: Path) -> dict[str, Any]:
    """A server whose database can't be opened."""
    broken = jp_data_dir / "realtime.sqlite"
    broken.parent.mkdir(parents=True, exist_ok=True)
    broken.write_bytes(b"this was a database once " * 200)
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_realtime": True}},
        "RealtimeConfig": {"store_url": f"sqlite:///{broken}"},
    }


async def test_L2_with_a_broken_database_jupyter_saves_and_we_say_what_is_wrong(
    jp_fetch: Any, jp_root_dir: Path
) -> None:
    health = await jp_fetch("realtime/api/v1/health")
    assert json.loads(health.body)["status"] == "down"
    refused = await jp_fetch("realtime/api/v1/me", raise_error=False)
    error = json.loads(refused.body)
    assert (refused.code, error["code"], error["retryable"]) == (503, "unavailable", True)
    assert "store_url" in error["message"] and error["retry_after"] > 0
    saved = await jp_fetch(
        "api/contents/a.txt",
        method="PUT",
        body=json.dumps({"type": "file", "format": "text", "content": "still here"}),
    )
    assert saved.code == 201
    assert (jp_root_dir / "a.txt").read_text() == "still here"


async def test_O2_strangers_do_not_learn_where_the_database_lies(
    as_stranger: Any, jp_fetch: Any
) -> None:
    known = json.loads((await jp_fetch("realtime/api/v1/me", raise_error=False)).body)
    assert "realtime.sqlite" in known["message"]
    for headers in ({}, {"Authorization": "Bearer a.b.c"}):
        status, error, _ = await as_stranger("GET", "me", **headers)
        assert (status, error["code"], error["retryable"]) == (503, "unavailable", True)
        assert "sqlite" not in error["message"] and error["retry_after"] > 0


async def test_P6_kernels_get_their_token_when_the_database_was_mended_later(
    jp_fetch: Any, jp_data_dir: Path
) -> None:
    await jp_fetch("realtime/api/v1/me", raise_error=False)
    assert "JUPYTER_REALTIME_TOKEN" not in os.environ
    (jp_data_dir / "realtime.sqlite").unlink()

    async def works() -> bool:
        return bool((await jp_fetch("realtime/api/v1/me", raise_error=False)).code == 200)

    await eventually(works)
    assert os.environ["JUPYTER_REALTIME_TOKEN"].count(".") == 2
