"""The budget, and how the results stand to it."""

from __future__ import annotations

from dataclasses import dataclass

from .fanout import Cost
from .suite import Results

OURS, DURABLE = "ours", "ours-durable"
BUDGET_SUBSCRIBERS, BURST = 500, 32
# Server CPU for each delivered event, one at a time: at most this many times what the other one needs.
MAX_RATIOS = {"c": 2.5, "socketio": 0.5, "python-socketio": 0.1, "tornado": 0.25}
MIN_DELIVERIES_A_SECOND = 1_000_000
MAX_CROWD_P99_MS = 150
MAX_KILOBYTES = 28
PUBLISHERS, IN_FLIGHT, MIN_PUBLISHES_A_SECOND = 20, 16, 15_000
MAX_RECONNECT_SECONDS = 10

TITLES = {
    "ours": "jupyter_realtime",
    "ours-durable": "jupyter_realtime, with the commit",
    "c": "C, epoll",
    "tornado": "Tornado `write_message`",
    "ws": "Node `ws`",
    "socketio": "Node Socket.IO",
    "python-socketio": "python-socketio",
}


@dataclass(frozen=True)
class Line:
    """One line of the budget."""

    what: str
    budget: str
    found: str
    is_met: bool


def cost(results: Results, kind: str, subscribers: int, burst: int) -> Cost:
    """Find one cost."""
    wanted = (kind, subscribers, burst)
    return next(c for c in results.fanout if (c.kind, c.subscribers, c.burst) == wanted)


def lines(results: Results) -> list[Line]:
    """Compare with the budget."""
    return [
        *(_ratio(results, other, most) for other, most in MAX_RATIOS.items()),
        _bursts(results),
        *_crowds(results),
        _memory(results),
        _publishes(results),
        _reconnect(results),
    ]


def _ratio(results: Results, other: str, most: float) -> Line:
    theirs = cost(results, other, BUDGET_SUBSCRIBERS, 1).cpu_us
    ratio = cost(results, OURS, BUDGET_SUBSCRIBERS, 1).cpu_us / theirs
    durable = cost(results, DURABLE, BUDGET_SUBSCRIBERS, 1).cpu_us / theirs
    return Line(
        f"CPU for a delivery, to {TITLES[other]}",
        f"≤ {most:g} ×",
        f"{ratio:.2f} × (with the commit {durable:.2f} ×)",
        ratio <= most,
    )


def _bursts(results: Results) -> Line:
    found = cost(results, OURS, BUDGET_SUBSCRIBERS, BURST).a_second
    durable = cost(results, DURABLE, BUDGET_SUBSCRIBERS, BURST).a_second
    return Line(
        f"deliveries in bursts of {BURST}",
        f"≥ {MIN_DELIVERIES_A_SECOND:,}/s",
        f"{found:,.0f}/s (with the commit {durable:,.0f}/s)",
        found >= MIN_DELIVERIES_A_SECOND,
    )


def _crowds(results: Results) -> list[Line]:
    return [
        Line(
            f"{one.connections:,} connections, {one.wanted_a_second / one.connections:.0f} events/s to all:"
            f" p99, {TITLES[one.kind]}",
            f"≤ {MAX_CROWD_P99_MS} ms",
            f"{one.p99_ms:,.0f} ms",
            one.p99_ms <= MAX_CROWD_P99_MS,
        )
        for one in results.crowd
        if one.kind in (OURS, DURABLE)
    ]


def _memory(results: Results) -> Line:
    found = next(one for one in results.memory if one.kind == OURS).kilobytes
    return Line(
        "memory of an idle connection",
        f"≤ {MAX_KILOBYTES} kB",
        f"{found:.1f} kB",
        found <= MAX_KILOBYTES,
    )


def _publishes(results: Results) -> Line:
    wanted = (PUBLISHERS, IN_FLIGHT)
    found = next(p for p in results.publishing if (p.publishers, p.in_flight) == wanted).a_second
    return Line(
        f"durable publishes, {PUBLISHERS} publishers × {IN_FLIGHT} in flight",
        f"≥ {MIN_PUBLISHES_A_SECOND:,}/s",
        f"{found:,.0f}/s",
        found >= MIN_PUBLISHES_A_SECOND,
    )


def _reconnect(results: Results) -> Line:
    found = results.reconnect
    return Line(
        f"{found.clients:,} clients return, each has missed {found.missed} events",
        f"≤ {MAX_RECONNECT_SECONDS} s",
        f"{found.seconds:.1f} s",
        found.seconds <= MAX_RECONNECT_SECONDS,
    )
