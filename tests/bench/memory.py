"""What an idle connection costs a server in memory."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from .fanout import PAYLOAD_BYTES
from .load import Load
from .servers import start

# What a server loads for its first connections is no cost of the next five thousand.
FIRST_CONNECTIONS = 100


@dataclass(frozen=True)
class Memory:
    """Growth of the server's resident memory by connection; the kernel's buffers are not in it."""

    kind: str
    connections: int
    kilobytes: float


def memory(kinds: list[str], connections: int) -> list[Memory]:
    """Measure these servers one after the other."""
    return [_memory(kind, connections) for kind in kinds]


def _memory(kind: str, connections: int) -> Memory:
    with (
        tempfile.TemporaryDirectory() as folder,
        start(kind, Path(folder), PAYLOAD_BYTES) as server,
        Load(FIRST_CONNECTIONS, server.speaks) as first,
    ):
        first.wait_until_ready()
        before = server.rss_bytes()
        with Load(connections, server.speaks) as load:
            load.wait_until_ready()
            grown = server.rss_bytes() - before
    return Memory(kind, connections, grown / connections / 1000)
