"""One line an event, and no flood of them."""

from __future__ import annotations

import json
import logging

import pytest

from jupyter_realtime.server.logs import JsonFormatter
from jupyter_realtime.service.journal import WARNINGS_A_MINUTE, Journal


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_O6_an_event_is_one_line_with_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Journal("jupyter_realtime.test").note("connection.closed", user="ana", code=4001)
    (line,) = lines(caplog)
    assert line.pop("time")
    assert line == {
        "level": "info",
        "logger": "jupyter_realtime.test",
        "message": "connection.closed user=ana code=4001",
        "event": "connection.closed",
        "user": "ana",
        "code": 4001,
    }


def test_O6_a_name_can_not_forge_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Journal("jupyter_realtime.test").note("connection.opened", user="a\n[E] all is lost")
    assert "\n" not in caplog.records[0].getMessage()
    assert "\n" not in JsonFormatter().format(caplog.records[0])


def test_O6_an_accident_keeps_its_traceback_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("jupyter_realtime.test").exception("It failed")
    assert "\n" not in JsonFormatter().format(caplog.records[0])
    assert "ZeroDivisionError" in str(lines(caplog)[0]["exception"])


def test_O6_strangers_can_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    journal = Journal("jupyter_realtime.test", clock=lambda: now[0])
    for _ in range(1000):
        journal.warn("request.unauthenticated", ip="::1")
    assert len(caplog.records) == WARNINGS_A_MINUTE
    journal.warn("another")
    assert len(caplog.records) == WARNINGS_A_MINUTE + 1, "each name for itself"
    now[0] = 61.0
    journal.warn("request.unauthenticated", ip="::1")
    assert lines(caplog)[-1]["left_out"] == 1000 - WARNINGS_A_MINUTE
