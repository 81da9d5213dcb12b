"""Two hundred thousand bad frames and bodies, and a server that does not mind.

`make test` sends a tenth of them; `make soak` sends all (`FUZZ_FRAMES`).
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import psutil
import pytest

from jupyter_realtime.core.errors import BY_CODE
from tests.fuzz.client import Socket
from tests.fuzz.frames import frame, message, odd_message, odd_value, violation
from tests.jupyter import TOKEN, Jupyter

FRAMES = int(os.environ.get("FUZZ_FRAMES", "20000"))
SEED = int(os.environ.get("FUZZ_SEED", random.SystemRandom().randrange(2**32)))
A_CONNECTION = 500
# What caches, allocator and interpreter may take on the way; a leak of 1 kB a frame would be 200 MB.
GROWTH_BYTES = 40e6
# Ours, those of RFC 6455, and a client's own invalid ones, which Tornado says back to it.
CLOSE_CODES = {0, 999, 1004, 5000, 1000, 1002, 1003, 1005, 1006, 1007, 1009, 4004, 4005, 4500, 4501}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    root = tmp_path_factory.mktemp("root")
    options = (
        "--RealtimeConfig.requests_per_second=1000000",
        "--RealtimeConfig.connections_per_user=1000",
    )
    home = tmp_path_factory.mktemp("home")
    with Jupyter(home, root, app="jupyter_server", options=options) as running:
        print(f"FUZZ_SEED={SEED}")
        yield running


class Bystander:
    """Somebody who goes on working: publishes, and hears everything once, in order."""

    def __init__(self, server: Jupyter) -> None:
        _, listing = server.api("GET", "projects")
        self.room = f"project:{listing['items'][0]['id']}"
        self._socket = Socket(server.port)
        self.heard: list[int] = []
        self.acknowledged = 0
        self._stop = threading.Event()
        self._turn = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._ask("subscribe", room=self.room)
        self._thread.start()
        self._publish()

    def _ask(self, type_: str, **fields: Any) -> None:
        self._socket.send(frame(json.dumps({"type": type_, "id": type_, **fields}).encode()))

    def _publish(self) -> None:
        self._ask("publish", room=self.room, event="custom:tick", data="still here")

    def _listen(self) -> None:
        for got in self._socket.messages():
            if got["type"] == "event":
                self.heard.append(got["seq"])
            elif got["type"] == "reply" and got["id"] == "publish":
                self.acknowledged += 1
                if self._stop.is_set():
                    self._turn.set()
                    return
                self._publish()
            elif got["type"] == "heartbeat":
                self._ask("ping")
            else:
                assert got["type"] in ("welcome", "reply"), got

    def stop(self, server: Jupyter) -> None:
        """Hear the last one, and compare with the log."""
        self._stop.set()
        assert self._turn.wait(60), "nobody answers any more"
        assert self.acknowledged > 1
        assert self.heard == list(range(self.heard[0], self.heard[0] + len(self.heard)))
        _, page = server.api("GET", f"rooms/{self.room}/events?since=0&limit=1000")
        seqs = [item["seq"] for item in page["items"]]
        assert seqs == list(range(1, len(seqs) + 1))
        self._socket._socket.close()


@pytest.fixture
def bystander(server: Jupyter) -> Iterator[Bystander]:
    """Nobody else is disturbed, and memory stays flat."""
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    somebody = Bystander(server)
    yield somebody
    somebody.stop(server)
    traceback = server.log.find("Traceback")
    assert traceback < 0, server.log[max(0, traceback - 500) :][:3000]
    assert len(process.children(recursive=True)) == 0
    assert sum(c.status == "ESTABLISHED" for c in process.net_connections()) <= 20


def memory_of(server: Jupyter) -> int:
    assert server.process is not None
    return int(psutil.Process(server.process.pid).memory_info().rss)


def test_M4_every_bad_message_is_answered_once(server: Jupyter, bystander: Bystander) -> None:
    pick = random.Random(SEED)
    codes: Counter[str] = Counter()
    before = 0
    for number in range(max(2, FRAMES // A_CONNECTION)):
        texts = [message(pick).encode("utf-8", "surrogatepass") for _ in range(A_CONNECTION)]
        # Half of a surrogate pair is no UTF-8: that one is for the other test.
        good = [text for text in texts if _is_utf8(text)]
        barrier = json.dumps({"type": "ping", "id": "barrier"}).encode()
        with Socket(server.port) as socket:
            sending = socket.send_beside([*map(frame, good), frame(barrier)])
            answers = 0
            for got in socket.messages():
                if got.get("id") == "barrier":
                    break
                if got["type"] in ("error", "reply"):
                    answers += 1
                    codes[got.get("code", "reply")] += 1
            sending.join()
        # Publishes run side by side and may be answered behind the barrier: few, and never too many.
        assert len(good) - 64 <= answers <= len(good)
        if number == 1:
            before = memory_of(server)
    assert set(codes) - {"reply"} <= set(BY_CODE)
    assert "internal" not in codes
    assert memory_of(server) - before < GROWTH_BYTES
    print(codes)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_S9_who_breaks_the_websocket_protocol_ends_only_their_own_connection(
    server: Jupyter, bystander: Bystander
) -> None:
    pick = random.Random(SEED + 1)
    ends: Counter[int] = Counter()
    before = 0
    for number in range(max(20, FRAMES // 100)):
        with Socket(server.port) as socket:
            socket.send_beside([violation(pick) for _ in range(3)]).join()
            socket._socket.shutdown(1)
            ends[socket.until_closed()] += 1
        if number == 10:
            before = memory_of(server)
    assert set(ends) <= CLOSE_CODES, ends
    assert memory_of(server) - before < GROWTH_BYTES
    print(ends)


ROUTES = [
    ("POST", "publish"),
    ("POST", "poll"),
    ("POST", "states"),
    ("POST", "tokens"),
    ("POST", "tickets"),
    ("PUT", "documents"),
    ("POST", "analyses"),
    ("POST", "analyses/none/reports"),
    ("GET", "rooms/{odd}/events?since={odd}&limit={odd}"),
    ("GET", "analyses?cursor={odd}&limit={odd}"),
    ("DELETE", "tokens/{odd}"),
    ("GET", "projects/{odd}/members"),
    ("PUT", "projects/{odd}/members"),
    ("POST", "projects/{odd}/members"),
    ("GET", "{odd}"),
]


def test_E1_every_bad_body_is_answered_in_the_one_error_shape(
    server: Jupyter, bystander: Bystander
) -> None:
    pick = random.Random(SEED + 2)
    statuses: Counter[int] = Counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for method, path in itertools.islice(itertools.cycle(ROUTES), max(100, FRAMES // 20)):
        status, body = _call(connection, pick, method, path)
        statuses[status] += 1
        assert status < 500, (method, path, body)
        if status >= 400:
            assert body.startswith(b"{"), (method, path, status, body[:200])
            assert {"code", "message", "retryable", "retry_after"} <= set(json.loads(body)), body
    connection.close()
    print(statuses)


def _call(
    connection: http.client.HTTPConnection, pick: random.Random, method: str, path: str
) -> tuple[int, bytes]:
    while "{odd}" in path:
        odd = json.dumps(odd_value(pick))[:300].strip('"') or "x"
        path = path.replace("{odd}", quote(odd, safe=""), 1)
    text = pick.choice([message(pick), json.dumps(odd_message(pick)), json.dumps(odd_value(pick))])
    connection.request(
        method,
        f"/realtime/api/v1/{path}",
        body=text.encode("utf-8", "surrogatepass"),
        headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
    )
    response = connection.getresponse()
    return response.status, response.read()
