"""`python -m tests.bench fanout|publish …`: measure one thing by itself."""

from __future__ import annotations

import argparse

from .fanout import fanout
from .publish import publish
from .servers import KINDS


def numbers(text: str) -> list[int]:
    """Read `1,20,200`."""
    return [int(part) for part in text.split(",")]


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--turns", type=int, default=3, help="how often each is measured")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a turn is")
    commands = parser.add_subparsers(dest="command", required=True)
    fan = commands.add_parser("fanout", help="what one delivery costs a server")
    fan.add_argument("--only", default=",".join(KINDS), help="servers, the first is the yardstick")
    fan.add_argument("--subscribers", type=numbers, default=[500])
    fan.add_argument("--bursts", type=numbers, default=[1, 32])
    pub = commands.add_parser("publish", help="durable publishes and their acknowledgement")
    pub.add_argument("--publishers", type=numbers, default=[20])
    pub.add_argument("--in-flight", type=numbers, default=[16])
    options = parser.parse_args()
    if options.command == "fanout":
        show_fanout(options)
    else:
        show_publish(options)


def show_fanout(options: argparse.Namespace) -> None:
    """Print a line for each server, size and burst."""
    kinds = options.only.split(",")
    print(
        f"{'server':16} {'subscribers':>11} {'burst':>5} {'µs CPU':>7} {'median':>7} {'a second':>9}"
    )
    for subscribers in options.subscribers:
        costs = fanout(kinds, subscribers, options.bursts, options.turns, options.seconds)
        for cost in costs:
            print(
                f"{cost.kind:16} {cost.subscribers:11} {cost.burst:5} {cost.cpu_us:7.2f} "
                f"{cost.cpu_median_us:7.2f} {cost.a_second:9,.0f}"
            )


def show_publish(options: argparse.Namespace) -> None:
    """Print a line for each number of publishers and publishes in flight."""
    cases = [(p, f) for p in options.publishers for f in options.in_flight]
    for case in publish(cases, options.turns, options.seconds):
        print(
            f"{case.publishers} publishers × {case.in_flight}: {case.a_second:,.0f}/s, "
            f"acknowledged after {case.p50_ms:.2f} ms (p50), {case.p99_ms:.2f} ms (p99)"
        )


if __name__ == "__main__":
    main()
