"""`docs/benchmarks-notifications.md`, made from the results."""

from __future__ import annotations

from ..budget import Line
from ..page import table
from .ours import Delivered
from .suite import HERTZ, PEOPLE, TABS_EACH, Results

MAX_P99_MS = 1000.0
WAYS = {"each": "happens to each of them", "team": "is told to the whole team"}

HEAD = """# Benchmarks: notifications

Made by `python -m tests.bench notifications` on {date}; another machine has other figures. {people} people
with {tabs} open pages each are told something, over and over: the time is that from the moment at which it
happens to its arrival in a page, with all that lies between them: deciding by preferences, the commit
(SQLite, `synchronous=FULL`), and delivery. Every page gets every notification once and in order, or there
is no figure. The load, which holds all pages in one Python process, shares the machine's cores with the
server.

## Budget
"""
WAYS_TOLD = """## At other rates

*To each*: every notification has a cause of its own, as comments and ends of analyses have. *To the team*:
somebody tells all {people} people something over REST (`POST notifications` to `@team`), in one commit for
all of them. Of several turns the quickest counts, because a busy machine only ever adds; CPU is what the
server took, of one core. Where fewer notifications a second were told than asked for, the machine had no
more to give, and what waits in line is in the latency.
"""


def page(results: Results) -> str:
    """Write the page."""
    budget = [
        [one.what, one.budget, one.found, "✓" if one.is_met else "✗"] for one in lines(results)
    ]
    head = ["people × a second", "asked for", "told", "p50 (ms)", "p99 (ms)", "max (ms)", "CPU"]
    rows = [_row(one) for one in results.delivered]
    return "\n".join(
        [
            HEAD.format(date=results.date, people=PEOPLE, tabs=TABS_EACH),
            *table(["", "budget", "measured", ""], budget),
            WAYS_TOLD.format(people=PEOPLE),
            *table(head, rows),
            "## Measured on\n",
            *table(["", ""], results.machine.items()),
        ]
    )


def lines(results: Results) -> list[Line]:
    """Compare with the budget."""
    return [
        Line(
            what=f"{one.people} × {HERTZ:g}/s, what {WAYS[one.how]}: p99",
            budget=f"≤ {MAX_P99_MS:,.0f} ms",
            found=f"{one.p99_ms:,.0f} ms",
            is_met=one.p99_ms <= MAX_P99_MS,
        )
        for one in results.delivered
        if one.wanted_a_second == HERTZ * one.people
    ]


def _row(one: Delivered) -> list[str]:
    way = "to each" if one.how == "each" else "to the team"
    return [
        f"{one.people} × {one.wanted_a_second / one.people:g}, {way}",
        f"{one.wanted_a_second:,.0f}/s",
        f"{one.a_second:,.0f}/s",
        f"{one.p50_ms:,.1f}",
        f"{one.p99_ms:,.1f}",
        f"{one.max_ms:,.1f}",
        f"{one.cpu:.0%}",
    ]
