"""For how long a page was at work, by the clock of its thread: what else the machine did is not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import CDPSession, Page

# A piece of work that lasts longer than this makes a frame late that people notice.
FRAME_BUDGET_MS = 50
# What a thread does in one piece, in a trace of Chromium.
WORK = ("ThreadControllerImpl::RunTask", "X")


def busy_clock(page: Page) -> CDPSession:
    """Start to count the page's work, for `busy_ms`."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


def busy_ms(session: CDPSession) -> float:
    """For how long the page has been at work until now."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    [seconds] = [one["value"] for one in metrics if one["name"] == "TaskDuration"]
    return float(seconds) * 1000


@contextmanager
def tasks_of(page: Page) -> Iterator[list[float]]:
    """Collect how long each piece of the page's work took, in milliseconds; they are there at the end."""
    browser = page.context.browser
    assert browser is not None
    tasks: list[float] = []
    browser.start_tracing(page=page, categories=["toplevel"])
    yield tasks
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks += [
        # Work of less than a microsecond has no duration in a trace.
        event.get("tdur", 0) / 1000
        for event in events
        if (event["pid"], event["tid"]) in mains and (event["name"], event["ph"]) == WORK
    ]
