"""A terminal's run on a server: in order, each report once, and never in the way of the run."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from jupyter_realtime.cli.recorder import Recorder
from jupyter_realtime.client import stream as streaming
from jupyter_realtime.client.address import Server
from jupyter_realtime.client.rest import Rest
from jupyter_realtime.client.run_record import RunRecord
from jupyter_realtime.client.stream import Stream
from jupyter_realtime.core.errors import Forbidden
from tests.client.live import TOKEN, LiveServer, live_server, until
from tests.client.runs import RUN, analysis, issue, lane

REPORTS = f"POST analyses/{RUN}/reports"


class Terminal:
    """A recorder whose reports are streamed, and what the server got."""

    def __init__(self, live: LiveServer, state: str = "running") -> None:
        self.got: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answers: list[Any] = []
        self.state = state
        self.cancel = asyncio.Event()
        live.answers[REPORTS] = self._answer
        self.rest = Rest(Server.at(live.url, TOKEN, None, "in a test"))
        self.stream = Stream(self.rest, RUN, self.cancel)
        self.recorder = Recorder(RunRecord(analysis()), [self.stream])

    def _answer(self, request: Any) -> Any:
        key = request.request.headers["Idempotency-Key"]
        if key not in self.keys:
            self.keys.append(key)
            self.got += json.loads(request.request.body)
        return self.answers.pop(0) if self.answers else {"state": self.state}

    @property
    def kinds(self) -> list[str]:
        return [report["type"] for report in self.got]

    async def close(self) -> None:
        await self.stream.finish(5)
        await self.rest.close()


async def test_reports_arrive_in_order() -> None:
    async with live_server() as live:
        terminal = Terminal(live)
        recorder = terminal.recorder
        await recorder.started([lane()])
        await recorder.issues("correctness", [issue(0), issue(1)])
        await recorder.detector_complete(lane("succeeded", 4), None)
        await recorder.finished("succeeded", None)
        await terminal.close()
        assert terminal.kinds == ["started", "issues", "detector_complete", "finished"]
        assert terminal.stream.problem is None


async def test_a_list_whose_answer_was_lost_is_repeated_with_its_key() -> None:
    async with live_server() as live:
        terminal = Terminal(live)
        terminal.answers = [(502, b""), (503, b"")]
        await terminal.recorder.finished("succeeded", None)
        await terminal.close()
        assert len(live.requests) == 3
        assert (len(terminal.keys), terminal.kinds) == (1, ["finished"])


async def test_progress_conflates_and_says_all_lanes() -> None:
    async with live_server() as live:
        terminal = Terminal(live)
        for done in range(4):
            await terminal.recorder.progress(done / 4, None, [lane(done=done)])
        await terminal.recorder.finished("succeeded", None)
        await terminal.close()
        assert terminal.kinds == ["progress", "finished"]
        assert (terminal.got[0]["progress"], terminal.got[0]["lanes"][0]["done"]) == (0.75, 3)


async def test_many_issues_are_sent_in_pieces_that_a_server_takes() -> None:
    async with live_server() as live:
        terminal = Terminal(live)
        await terminal.recorder.issues("correctness", [issue(number) for number in range(450)])
        await terminal.recorder.finished("succeeded", None)
        await terminal.close()
        found = [item["id"] for report in terminal.got[:-1] for item in report["issues"]]
        assert found == [f"i{number}" for number in range(450)]
        sizes = [len(request.request.body) for request in live.requests]
        assert max(sizes) < 512 * 1024 and len(sizes) >= 3


async def test_a_quiet_run_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.02)
    async with live_server() as live:
        terminal = Terminal(live)
        await until(lambda: len(terminal.got) >= 2)
        assert set(terminal.kinds) == {"progress"}
        await terminal.recorder.finished("succeeded", None)
        await terminal.close()


async def test_somebody_over_there_cancels() -> None:
    async with live_server() as live:
        terminal = Terminal(live, state="cancelling")
        await terminal.recorder.started([lane()])
        await asyncio.wait_for(terminal.cancel.wait(), 5)
        await terminal.recorder.finished("cancelled", None)
        await terminal.close()
        assert terminal.kinds == ["started", "finished"]


async def test_a_refusal_ends_the_stream_and_not_the_run() -> None:
    async with live_server() as live:
        terminal = Terminal(live)
        terminal.answers = [(403, Forbidden("Not yours.").body)]
        await terminal.recorder.started([lane()])
        await until(lambda: terminal.stream.problem is not None)
        await terminal.recorder.finished("succeeded", None)
        await terminal.close()
        assert terminal.stream.problem == "Not yours."
        assert terminal.recorder.run.analysis.state == "succeeded"
        assert not terminal.cancel.is_set()


async def test_a_server_that_is_away_holds_nobody_up() -> None:
    async with live_server() as live:
        terminal = Terminal(live)
        terminal.answers = [(503, b"")] * 1000
        await terminal.recorder.finished("succeeded", None)
        await terminal.stream.finish(0.05)
        await terminal.rest.close()
        assert terminal.stream.problem == "the server did not answer in time"
