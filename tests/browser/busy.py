"""For how long a page was at work, by the clock of its thread: what else the machine did is not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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


# As fast as people type; what a key may cost, so that the next frame of a screen shows it, or on a
# machine that is too slow for that, how many times what it costs in the same page alone.
KEY_EVERY_MS = 50
KEY_BUDGET_MS = 16
KEY_RATIO = 2.5
# A machine that does other things too holds the page up now and then; never often.
LONG_SHARE = 0.01


@dataclass(frozen=True)
class Typing:
    """What some keys cost a page, in milliseconds of its work, each list from the least to the most."""

    keys: list[float]
    tasks: list[float]

    def __str__(self) -> str:
        """Say it shortly."""
        return (
            f"a key takes {self.median_ms:.1f} ms of the page's work, at most {self.keys[-1]:.1f};"
            f" the longest work in one piece {[round(task) for task in self.tasks[-4:]]} ms"
        )

    @property
    def median_ms(self) -> float:
        """What half of the keys take at most."""
        return self.keys[len(self.keys) // 2]

    @property
    def long_share(self) -> float:
        """How many frames were late, for each key."""
        return sum(task > FRAME_BUDGET_MS for task in self.tasks) / len(self.keys)

    def check(self, alone: Typing) -> None:
        """Whoever types must not notice anything that they would not notice alone."""
        both = f"beside others {self}; alone {alone}"
        assert self.median_ms < max(KEY_BUDGET_MS, KEY_RATIO * alone.median_ms), both
        assert self.long_share <= LONG_SHARE + KEY_RATIO * alone.long_share, both


def type_in(page: Page, count: int = 200) -> Typing:
    """Type where the cursor is, and measure it; what else the page does meanwhile counts."""
    clock = busy_clock(page)
    keys = []
    with tasks_of(page) as tasks:
        for _ in range(count):
            before_ms = busy_ms(clock)
            page.keyboard.press("x")
            keys.append(busy_ms(clock) - before_ms)
            page.wait_for_timeout(KEY_EVERY_MS)
    return Typing(sorted(keys), sorted(tasks))
