"""What a machine has left, and that a server tells when that is little."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.server.config import RealtimeConfig
from jupyter_realtime.server.usage import ServerUsage, limit_of
from jupyter_realtime.service import quotas
from tests.builders import eventually
from tests.server.every_call import Api
from tests.server.test_notifications import inbox

MIB = 1024**2


def usage(root: Path, **limits: int) -> ServerUsage:
    known = {"memory_limit": 0, "kernels_limit": 0, **limits}
    return ServerUsage(root, **known, kernels=lambda: 3)


async def shares(of: ServerUsage) -> dict[str, tuple[int, int]]:
    return {reading.gauge: (reading.used, reading.limit) for reading in await of.read()}


async def test_Q7_disks_are_read_each_once_and_what_has_no_limit_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEM_LIMIT", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = await shares(usage(tmp_path))
    assert list(found) == ["disk"], "the home folder is on the same one"
    used, limit = found["disk"]
    assert 0 < used < limit


async def test_Q7_a_root_that_is_gone_leaves_the_other_gauges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = await shares(usage(tmp_path / "gone", memory_limit=1 << 40, kernels_limit=4))
    assert list(found) == ["home", "memory", "kernels"]
    assert found["kernels"] == (3, 4)


async def test_Q7_memory_is_that_of_all_that_the_server_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEM_LIMIT", str(4 << 30))
    mine = usage(tmp_path)
    before, limit = (await shares(mine))["memory"]
    assert limit == 4 << 30
    code = f"x = bytearray({100 * MIB}); print(len(x), flush=True); input()"
    kernel = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert kernel.stdout is not None
    await kernel.stdout.readline()
    after, _ = (await shares(mine))["memory"]
    await kernel.communicate(b"\n")
    assert 90 * MIB < after - before < 160 * MIB


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1073741824", 1 << 30),
        ("2G", 2 << 30),
        ("512 MiB", 512 << 20),
        ("1.5k", 1536),
        ("", 0),
        ("max", 0),
        ("-1", 0),
    ],
)
def test_Q7_a_limit_of_memory_is_read_with_and_without_unit(text: str, amount: int) -> None:
    assert limit_of(text) == amount


def test_Q7_who_looks_after_a_server_is_its_person_and_its_admins() -> None:
    config = RealtimeConfig(kernel_owner="olga", admins=["ana"], quota_percent=99.0)
    assert config.caretakers == {"olga", "ana"}
    assert config.thresholds.short == config.thresholds.used_up == 0.97


@pytest.fixture
def little_memory(jp_server_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that uses more memory than it may."""
    jp_server_config["RealtimeConfig"]["memory_limit_bytes"] = MIB
    monkeypatch.setattr(quotas, "EVERY_SECONDS", 0.02)


@pytest.mark.usefixtures("little_memory")
async def test_Q7_a_server_over_its_limit_tells_its_person(api: Api) -> None:
    async def is_told() -> bool:
        return bool((await inbox(api, category="quota"))["items"])

    await eventually(is_told)
    [item] = (await inbox(api, category="quota"))["items"]
    assert (item["title"], item["type"]) == ("Memory is all but used up", "error")
