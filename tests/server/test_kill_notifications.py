"""`kill -9` of a real server between what is stored and what is answered: nothing is lost or told twice."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import Any

from tests.jupyter import Jupyter

KILLS = 2
TOLD_BEFORE_A_KILL = 20


class Teller:
    """Tells its person one thing after another, and notes what was answered."""

    def __init__(self, server: Jupyter) -> None:
        self._server = server
        self._numbers = itertools.count()
        self.answered: list[str] = []
        self.unsure: list[str] = []

    def tell_until_it_dies(self, enough: threading.Event) -> None:
        """Tell as fast as it can; the last one stays unsure."""
        answered = len(self.answered)
        for number in self._numbers:
            cause = f"cause {number}"
            if not self.tell(cause):
                self.unsure.append(cause)
                return
            if len(self.answered) >= answered + TOLD_BEFORE_A_KILL:
                enough.set()

    def tell(self, cause: str) -> bool:
        """Tell one thing, and say whether that was answered."""
        body = {"title": cause, "dedupe": cause}
        try:
            status, answer = self._server.api("POST", "notifications", body)
        except OSError:
            return False
        assert (status, len(answer["recipients"])) == (201, 1), answer
        self.answered.append(cause)
        return True


def everything(server: Jupyter) -> tuple[list[dict[str, Any]], int]:
    """Go through the whole inbox."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        _, page = server.api("GET", f"notifications?limit=50{cursor}")
        items += page["items"]
        if page["next"] is None:
            return items, page["unread"]
        cursor = f"&cursor={page['next']}"


def test_N1_N2_N4_a_killed_server_has_told_all_that_it_answered_and_nothing_twice(
    tmp_path: Path,
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    server = Jupyter(tmp_path / "home", root)
    server.start()
    try:
        teller = Teller(server)
        for _ in range(KILLS):
            enough = threading.Event()
            telling = threading.Thread(target=teller.tell_until_it_dies, args=[enough])
            telling.start()
            assert enough.wait(60)
            server.kill()
            telling.join(60)
            server.start()
        for cause in [*teller.unsure, *teller.answered[:10]]:
            assert teller.tell(cause)
        items, unread = everything(server)
        assert sorted(item["title"] for item in items) == sorted(set(teller.answered))
        assert {item["count"] for item in items} == {1}
        assert unread == len(items) >= KILLS * TOLD_BEFORE_A_KILL
        assert sorted(item["seq"] for item in items) == list(range(1, len(items) + 1))
    finally:
        server.stop()
