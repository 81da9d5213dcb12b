"""`AnalysisProgress` without a page: its traits, and what it sends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from ipywidgets.widgets.widget import Widget

from jupyter_realtime.client.address import Server
from jupyter_realtime.client.run_record import RunRecord
from jupyter_realtime.client.runs import Run
from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.widgets import AnalysisProgress, DetectorStatus, LiveIssueList, bundles
from jupyter_realtime.widgets import analysis as module
from tests.client.runs import analysis, issue, lane

SERVER = Server.at("http://127.0.0.1:8888/user/ana/realtime/", "t", "/srv", "in a test")


class FakeComm:
    """Keeps what goes to the page."""

    comm_id = "c"
    kernel = "k"

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, data: Any = None, buffers: Any = None, metadata: Any = None) -> None:
        self.sent.append(data)

    def on_msg(self, handler: Any) -> None: ...

    def close(self, *args: Any, **kwargs: Any) -> None: ...

    @property
    def states(self) -> list[str]:
        return [key for data in self.sent for key in data.get("state", {})]


class Followed:
    """A run that the test drives, and the widget that shows it."""

    def __init__(self, server: Server | None = SERVER) -> None:
        self.cancelled = 0
        self.record = RunRecord(analysis(state="running"))
        self.run = Run(self.record, self._cancel, server)
        self.widget = AnalysisProgress(self.run)
        self.comm = FakeComm()
        self.widget.comm = self.comm
        self._seen = threading.Event()
        self.widget.observe(lambda change: self._seen.set())

    def _cancel(self) -> None:
        self.cancelled += 1

    def stands(self, **changed: Any) -> None:
        self.record.change(**changed)
        self.record.tell()

    def found(self, *numbers: int) -> None:
        self.record.found([issue(number) for number in numbers])
        self.record.tell()

    def end(self, state: str = "succeeded") -> None:
        self.record.change(state=state, progress=1.0)
        self.record.finish()
        self.record.tell()
        self.widget.wait(20)

    def until(self, condition: Any) -> None:
        for _ in range(100):
            if condition():
                return
            self._seen.wait(0.2)
            self._seen.clear()
        raise AssertionError("It did not become true in time.")


@pytest.fixture
def followed() -> Iterator[Followed]:
    made = Followed()
    yield made
    if not made.run.is_finished:
        made.end()
    Widget.close_all()


def test_the_traits_follow_the_run_and_are_complete_at_its_end(followed: Followed) -> None:
    widget = followed.widget
    followed.stands(progress=0.25)
    followed.found(0)
    followed.until(lambda: widget.progress == 0.25 and widget.state == "running")
    followed.found(*range(1, 50))
    followed.end("partial")
    assert (widget.progress, widget.state) == (1.0, "partial")
    assert [found["id"] for found in widget.issues] == [f"i{number}" for number in range(50)]
    assert widget.snapshot == msgspec.to_builtins(followed.record.analysis)
    assert len(widget.to_frame()) == 50


def test_the_state_says_over_only_when_everything_is_there(followed: Followed) -> None:
    at_the_end: list[int] = []
    followed.widget.observe(lambda change: at_the_end.append(len(followed.widget.issues)), "state")
    followed.until(lambda: followed.widget.state == "running")
    # A board knows of the end before the log has been read.
    followed.stands(state="succeeded")
    followed.stands(state="succeeded")
    followed.found(*range(30))
    followed.end()
    assert at_the_end[-1] == 30 and followed.widget.state == "succeeded"


def test_the_page_is_told_where_the_run_is(followed: Followed) -> None:
    widget = followed.widget
    assert (widget.run_id, widget.prefix) == ("r1", "/user/ana/realtime/")
    assert widget.version


def test_without_a_server_there_is_nothing_for_the_page_to_find() -> None:
    alone = Followed(server=None)
    assert (alone.widget.run_id, alone.widget.prefix, alone.widget.mode) == ("", "", "comm")
    alone.end()
    Widget.close_all()


def test_a_page_with_a_connection_of_its_own_gets_the_issues_only_at_the_end(
    followed: Followed,
) -> None:
    followed.widget.mode = "page"
    followed.until(lambda: followed.widget.state == "running")
    followed.comm.sent.clear()
    followed.found(1)
    followed.stands(progress=0.5)
    followed.until(lambda: followed.widget.progress == 0.5)
    assert "issues" not in followed.comm.states and "snapshot" not in followed.comm.states
    followed.end()
    assert "issues" in followed.comm.states and "snapshot" in followed.comm.states


def test_a_page_without_one_gets_everything_from_here(followed: Followed) -> None:
    followed.until(lambda: followed.widget.state == "running")
    followed.found(1, 2)
    followed.stands(progress=0.5)
    followed.until(lambda: len(followed.widget.issues) == 2)
    assert {"issues", "snapshot"} <= set(followed.comm.states)


def test_a_page_that_loses_its_connection_is_caught_up(followed: Followed) -> None:
    followed.widget.mode = "page"
    followed.comm.sent.clear()
    followed.widget.mode = "comm"
    assert {"issues", "snapshot"} <= set(followed.comm.states)


def test_a_flood_is_sent_a_few_times_a_second(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed.until(lambda: followed.widget.state == "running")
    followed.comm.sent.clear()
    for number in range(2000):
        followed.found(number)
        followed.stands(progress=number / 2000)
    followed.end()
    assert followed.comm.states.count("snapshot") < 40
    assert followed.comm.states.count("issues") < 15
    assert len(followed.widget.issues) == 2000


def test_the_page_can_cancel(followed: Followed) -> None:
    followed.widget._handle_custom_msg({"type": "cancel"}, [])
    followed.widget._handle_custom_msg({"type": "something newer"}, [])
    followed.widget._handle_custom_msg("nonsense", [])
    assert followed.cancelled == 1


def test_a_cancel_that_fails_is_told_to_the_page(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise Unavailable("The server can't be reached.")

    monkeypatch.setattr(followed.run, "_cancel", fails)
    followed.widget._handle_custom_msg({"type": "cancel"}, [])
    contents = [data["content"] for data in followed.comm.sent if data["method"] == "custom"]
    assert contents == [{"type": "error", "message": "The server can't be reached."}]


def test_a_run_that_cannot_be_followed_any_more_ends_the_widget_too(followed: Followed) -> None:
    followed.record.finish(Unavailable("gone"))
    followed.record.tell()
    with pytest.raises(Unavailable):
        followed.widget.wait(20)
    followed.until(lambda: followed.widget._settled.is_set())


def test_a_missing_bundle_says_so_in_the_page(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "STATIC", tmp_path)
    assert "make js" in bundles.script("analysis-progress")
    assert bundles.style("analysis-progress") == ""
    (tmp_path / "analysis-progress.js").write_text("export default {}")
    assert bundles.script("analysis-progress") == "export default {}"


def test_no_thread_outlives_its_run(followed: Followed) -> None:
    followed.end()
    threads = [t for t in threading.enumerate() if t.name == "jupyter_realtime widget"]
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)


def test_paths_start_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    record = RunRecord(analysis(detectors=[lane()]))
    asked: list[Any] = []

    def start(*args: Any) -> Run:
        asked.append(args)
        return Run(record, lambda: None)

    monkeypatch.setattr(module, "start", start)
    widget = AnalysisProgress("notebooks/", detectors=["types"])
    assert asked == [("notebooks/", ["types"])]
    record.finish()
    record.tell()
    widget.wait(20)
    Widget.close_all()


@pytest.mark.parametrize("kind", [DetectorStatus, LiveIssueList])
def test_a_widget_of_a_widget_shows_the_same_run(
    kind: type[DetectorStatus] | type[LiveIssueList],
) -> None:
    followed = Followed()
    other = kind(followed.widget)
    assert other.run_id == followed.widget.run_id
    other.cancel()
    assert followed.cancelled == 1
    assert type(other)._esm != AnalysisProgress._esm, "a bundle of its own"
