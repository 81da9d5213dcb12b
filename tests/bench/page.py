"""`docs/benchmarks.md`, made from the results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .budget import BUDGET_SUBSCRIBERS, TITLES, cost, lines
from .fanout import PAYLOAD_BYTES, Cost
from .latency import Latency
from .servers import KINDS
from .suite import BURSTS, STEADY_HERTZ, STEADY_SUBSCRIBERS, Results

HEAD = """# Benchmarks

Made by `make bench` on {date}; another machine has other figures, and about the same ratios. All servers of
a table are measured side by side in one run, each in a process of its own, and so is the load, a C program
that reads from every socket. An event's data has {payload} bytes in every server; ours adds its envelope
(room, position, actor, time). CPU is what the server's process used, user and system; of several turns the
cheapest counts, because a busy machine only ever adds.

“With the commit” publishes each event through the protocol and delivers it from the log (SQLite,
`synchronous=FULL`). Without it, the rooms are given what was committed already: that is what one more
subscriber costs.

![CPU time for each delivery](images/benchmarks.svg)
"""
FLOOR = """One event at a time, every delivery is a system call, of which no server is spared one. The C
broadcaster, which does nothing else, took {floor:.1f} µs for it on this machine:
{shares}.
Ours adds {added:.1f} µs: of its {ours:.1f} µs, {kernel:.1f} are spent in system calls, most of the rest
in the interpreter, on a dozen calls from the room to the socket (`python -m tests.bench profile fanout`).
The slower a machine's system calls, the nearer all ratios come to one: that floor is what stands between
ours and the ratios that this table misses.
"""
STEADY = """
{hertz} events/s to {subscribers} subscribers, from the request to the arrival. Who can't keep up has a
queue that grows, and a latency that grows with it.
"""
CROWD = """
{hertz:.0f} events/s to everybody. Two processes hold the connections, and answer heartbeats meanwhile;
they share the cores with the server: on a machine of two, the C broadcaster's latency is the floor.
"""
RECONNECT = """
{clients:,} clients of one room are cut off, {missed} events are published, and all come back at once. The
last one has everything after {seconds:.1f} s.
"""
MEMORY = """
Growth of the server's resident memory over {connections:,} connections; ours are subscribed to a room.
"""


def page(results: Results) -> str:
    """Write the page."""
    return "\n".join(
        [
            HEAD.format(date=results.date, payload=PAYLOAD_BYTES),
            *_budget(results),
            *_fanout(results),
            *_latency(results),
            *_publishing(results),
            *_memory(results),
            "## Measured on\n",
            *table(["", ""], results.machine.items()),
        ]
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Write a table; the first column holds words, the others figures."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [*(f"| {' | '.join(row)} |" for row in (head, rule, *rows)), ""]


def _budget(results: Results) -> list[str]:
    rows = [(one.what, one.budget, one.found, "✓" if one.is_met else "✗") for one in lines(results)]
    return ["## Budget\n", *table(["", "budget", "measured", ""], rows), _floor(results)]


def _floor(results: Results) -> str:
    """Say how much of everybody's cost is the system call that they share."""
    floor, ours = (cost(results, kind, BUDGET_SUBSCRIBERS, 1).cpu_us for kind in ("c", "ours"))
    shares = [
        f"{floor / cost(results, kind, BUDGET_SUBSCRIBERS, 1).cpu_us:.2f} of {TITLES[kind]}"
        for kind in ("socketio", "python-socketio", "tornado")
    ]
    kernel = cost(results, "ours", BUDGET_SUBSCRIBERS, 1).kernel_us
    return FLOOR.format(
        floor=floor, shares=", ".join(shares), added=ours - floor, ours=ours, kernel=kernel
    )


def _fanout(results: Results) -> list[str]:
    written = []
    for burst in BURSTS:
        how = "one event at a time" if burst == 1 else f"in bursts of {burst}"
        written += [
            f"## CPU for a delivery, {how}\n",
            "Microseconds, and in brackets what of them is spent in system calls.\n",
            *_costs(results, burst, lambda one: f"{one.cpu_us:.2f} ({one.kernel_us:.2f})"),
            f"## Deliveries a second, {how}\n",
            *_costs(results, burst, lambda one: f"{one.a_second:,.0f}"),
        ]
    return written


def _costs(results: Results, burst: int, show: Callable[[Cost], str]) -> list[str]:
    sizes = sorted({one.subscribers for one in results.fanout})
    rows = [
        [TITLES[kind], *(show(cost(results, kind, size, burst)) for size in sizes)]
        for kind in KINDS
    ]
    return table(["", *(f"{size:,} subscribers" for size in sizes)], rows)


def _latency(results: Results) -> list[str]:
    crowd = results.crowd[0]
    return [
        f"## Latency at {STEADY_SUBSCRIBERS * STEADY_HERTZ:,} deliveries a second",
        STEADY.format(hertz=STEADY_HERTZ, subscribers=STEADY_SUBSCRIBERS),
        *_latencies(results.steady),
        f"## {crowd.connections:,} connections",
        CROWD.format(hertz=crowd.wanted_a_second / crowd.connections),
        *_latencies(results.crowd),
    ]


def _latencies(latencies: list[Latency]) -> list[str]:
    rows = [
        [TITLES[one.kind], f"{one.p50_ms:,.1f}", f"{one.p99_ms:,.1f}", f"{one.a_second:,.0f}"]
        for one in latencies
    ]
    return table(["", "p50 (ms)", "p99 (ms)", "deliveries/s"], rows)


def _publishing(results: Results) -> list[str]:
    found = results.reconnect
    rows = [
        [
            f"{one.publishers} × {one.in_flight}",
            f"{one.a_second:,.0f}",
            f"{one.cpu_us:.0f}",
            f"{one.p50_ms:.2f}",
            f"{one.p99_ms:.2f}",
        ]
        for one in results.publishing
    ]
    head = [
        "publishers × in flight",
        "publishes/s",
        "CPU (µs)",
        "acknowledged, p50 (ms)",
        "p99 (ms)",
    ]
    return [
        "## Durable publishes\n",
        *table(head, rows),
        "## Everybody comes back",
        RECONNECT.format(clients=found.clients, missed=found.missed, seconds=found.seconds),
    ]


def _memory(results: Results) -> list[str]:
    return [
        "## Memory of an idle connection",
        MEMORY.format(connections=results.memory[0].connections),
        *table(["", "kB"], [[TITLES[one.kind], f"{one.kilobytes:.1f}"] for one in results.memory]),
    ]
