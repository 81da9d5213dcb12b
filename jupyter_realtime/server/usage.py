"""What this server's machine has left, as the port `Usage`: disks, memory, kernels."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from ..core.quotas import Reading

MEMORY_VARIABLE = "MEM_LIMIT"
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def limit_of(text: str) -> int:
    """Read an amount of memory: bytes, or with a unit like `2G`; 0 where it is none."""
    amount = _AMOUNT.fullmatch(text.strip())
    if amount is None:
        return 0
    return int(float(amount[1]) * 1024 ** _POWERS[amount[2].upper()])


class ServerUsage:
    """Reads what the disks, the memory and the kernels of a server have left.

    Parameters
    ----------
    root
        The folder that the server shows.
    memory_limit
        Bytes that the server and all that it has started may use; 0: what a Hub says (`MEM_LIMIT`).
    kernels_limit
        How many kernels may run; 0: any number.
    kernels
        Counts those that run.
    """

    def __init__(
        self, root: Path, *, memory_limit: int, kernels_limit: int, kernels: Callable[[], int]
    ) -> None:
        self._root = root
        self._memory_limit = memory_limit or limit_of(os.environ.get(MEMORY_VARIABLE, ""))
        self._kernels_limit = kernels_limit
        self._kernels = kernels

    async def read(self) -> list[Reading]:
        """Read all gauges."""
        # In a thread: a disk may be a network's, and may not answer.
        readings = await asyncio.to_thread(lambda: [*self._disks(), *self._memory()])
        if self._kernels_limit:
            readings.append(
                Reading("kernels", "Kernels", self._kernels(), self._kernels_limit, "kernels")
            )
        return readings

    def _disks(self) -> Iterator[Reading]:
        seen: set[int] = set()
        for gauge, name, folder in (
            ("disk", "The disk of your notebooks", self._root),
            ("home", "The disk of your home folder", Path("~")),
        ):
            # A folder that is gone, or an account without a home.
            with contextlib.suppress(OSError, RuntimeError):
                device = folder.expanduser().stat().st_dev
                if device not in seen:
                    seen.add(device)
                    space = psutil.disk_usage(str(folder.expanduser()))
                    # Of what people may use: some of a disk is often kept for the system.
                    limit = space.used + space.free
                    if limit:
                        yield Reading(gauge, name, space.used, limit, "bytes")

    def _memory(self) -> Iterator[Reading]:
        if self._memory_limit:
            used = sum(map(_private_bytes, _family()))
            yield Reading("memory", "Memory", used, self._memory_limit, "bytes")


def _family() -> list[psutil.Process]:
    """This process and all that it has started, the kernels among them."""
    me = psutil.Process()
    return [me, *me.children(recursive=True)]


def _private_bytes(process: psutil.Process) -> int:
    """Bytes that a process has for itself: what it shares with others would be counted many times."""
    with contextlib.suppress(psutil.Error):
        memory = process.memory_info()
        return int(memory.rss - getattr(memory, "shared", 0))
    return 0
