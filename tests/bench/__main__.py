"""`make bench`: measure everything and write `docs/benchmarks*.md`, or one thing by itself.

`anchors` isn't among everything: it is about what is right, not about time, and fetches a gigabyte first.

::

    python -m tests.bench all [--quick]
    python -m tests.bench analysis [--quick]
    python -m tests.bench notifications [--quick]
    python -m tests.bench anchors [--quick] [--corpus FOLDER]
    python -m tests.bench fanout --only ours,c --subscribers 500
    python -m tests.bench publish --publishers 20 --in-flight 16
    python -m tests.bench steady|crowd|memory [--only ours,c]
    python -m tests.bench reconnect --clients 1000
    python -m tests.bench profile publish   # where our server's time goes
    python -m tests.bench page              # once more from the last results
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from .analysis import page as analysis_page
from .analysis import suite as analysis_suite
from .anchors import page as anchors_page
from .anchors import suite as anchors_suite
from .build import BUILT, ROOT
from .fanout import fanout
from .latency import crowd, steady
from .memory import memory
from .notifications import page as notifications_page
from .notifications import suite as notifications_suite
from .page import page
from .plot import plot
from .profiling import PROFILES, profile
from .publish import publish
from .reconnect import reconnect
from .servers import KINDS
from .suite import (
    CROWD_HERTZ,
    CROWD_PROCESSES,
    CROWD_SECONDS,
    FULL,
    MISSED_EVENTS,
    QUICK,
    STEADY_HERTZ,
    STEADY_SUBSCRIBERS,
    Results,
    run,
)

DOCS = ROOT / "docs"
CORPUS = ROOT / "build" / "corpus"
CONNECTIONS = {
    "steady": STEADY_SUBSCRIBERS,
    "crowd": FULL.crowd,
    "memory": FULL.connections,
}


def numbers(text: str) -> list[int]:
    """Read `1,20,200`."""
    return [int(part) for part in text.split(",")]


def main() -> None:
    """Measure what the command line asks for."""
    # However we end, no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--turns", type=int, default=3, help="how often each is measured")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a turn is")
    commands = parser.add_subparsers(dest="command", required=True)
    fan = commands.add_parser("fanout", help="what one delivery costs a server")
    fan.add_argument("--only", default=",".join(KINDS), help="servers, by name")
    fan.add_argument("--subscribers", type=numbers, default=[500])
    fan.add_argument("--bursts", type=numbers, default=[1, 32])
    pub = commands.add_parser("publish", help="durable publishes and their acknowledgement")
    pub.add_argument("--publishers", type=numbers, default=[20])
    pub.add_argument("--in-flight", type=numbers, default=[16])
    for name in ("steady", "crowd", "memory"):
        one = commands.add_parser(name, help="as in docs/benchmarks.md")
        one.add_argument("--only", default="ours,ours-durable", help="servers, by name")
        one.add_argument("--connections", type=int, default=CONNECTIONS[name])
    back = commands.add_parser("reconnect", help="everybody comes back and has missed 100 events")
    back.add_argument("--clients", type=int, default=FULL.connections)
    for name, words in (
        ("all", "everything"),
        ("analysis", "analyses, for their page"),
        ("notifications", "notifications, for their page"),
    ):
        one = commands.add_parser(name, help=words)
        one.add_argument("--quick", action="store_true", help="fewer and shorter; only shows it")
    anchors = commands.add_parser("anchors", help="how well threads find their code, for its page")
    anchors.add_argument("--quick", action="store_true", help="of few notebooks; only shows it")
    anchors.add_argument(
        "--corpus", type=Path, default=CORPUS, help="where repositories lie, or come"
    )
    commands.add_parser("page", help="write docs/benchmarks.md again from the last full results")
    profiler = commands.add_parser("profile", help="where our server's time goes")
    profiler.add_argument("what", choices=PROFILES)
    options = parser.parse_args()
    COMMANDS[options.command](options)


def run_all(options: argparse.Namespace) -> None:
    """Measure everything; a quick run shows the pages without keeping them."""
    results = run(QUICK if options.quick else FULL, say)
    results.save(results_path(options.quick))
    if options.quick:
        print(page(results))
    else:
        write_page(options)
    run_analysis(options)
    run_notifications(options)


def run_analysis(options: argparse.Namespace) -> None:
    """Measure analyses; a quick run shows the page without keeping it."""
    plan = analysis_suite.QUICK if options.quick else analysis_suite.FULL
    written = analysis_page.page(analysis_suite.run(plan, say))
    if options.quick:
        print(written)
    else:
        (DOCS / "benchmarks-analysis.md").write_text(written)
        print("docs/benchmarks-analysis.md is written.")


def run_notifications(options: argparse.Namespace) -> None:
    """Measure notifications; a quick run shows the page without keeping it."""
    plan = notifications_suite.QUICK if options.quick else notifications_suite.FULL
    written = notifications_page.page(notifications_suite.run(plan, say))
    if options.quick:
        print(written)
    else:
        (DOCS / "benchmarks-notifications.md").write_text(written)
        print("docs/benchmarks-notifications.md is written.")


def run_anchors(options: argparse.Namespace) -> None:
    """Measure anchors on histories of notebooks; a quick run shows the page without keeping it."""
    plan = anchors_suite.QUICK if options.quick else anchors_suite.FULL
    written = anchors_page.page(anchors_suite.run(plan, options.corpus, say))
    if options.quick:
        print(written)
    else:
        (DOCS / "benchmarks-anchors.md").write_text(written)
        print("docs/benchmarks-anchors.md is written.")


def say(words: str) -> None:
    """Tell what is under way."""
    print(f"… {words}", flush=True)


def results_path(is_quick: bool) -> Path:
    """Where results are kept."""
    return BUILT / ("quick.json" if is_quick else "results.json")


def write_page(_options: argparse.Namespace) -> None:
    """Write the documentation's page and plot."""
    results = Results.load(results_path(is_quick=False))
    (DOCS / "benchmarks.md").write_text(page(results))
    (DOCS / "images" / "benchmarks.svg").write_text(plot(results))
    print("docs/benchmarks.md and docs/images/benchmarks.svg are written.")


def show_fanout(options: argparse.Namespace) -> None:
    """Print a line for each server, size and burst."""
    kinds = options.only.split(",")
    figures = f"{'µs CPU':>7} {'kernel':>7} {'median':>7} {'a second':>9}"
    print(f"{'server':16} {'subscribers':>11} {'burst':>5} {figures}")
    for subscribers in options.subscribers:
        costs = fanout(kinds, subscribers, options.bursts, options.turns, options.seconds)
        for cost in costs:
            print(
                f"{cost.kind:16} {cost.subscribers:11} {cost.burst:5} {cost.cpu_us:7.2f} "
                f"{cost.kernel_us:7.2f} {cost.cpu_median_us:7.2f} {cost.a_second:9,.0f}"
            )


def show_publish(options: argparse.Namespace) -> None:
    """Print a line for each number of publishers and publishes in flight."""
    cases = [(p, f) for p in options.publishers for f in options.in_flight]
    for case in publish(cases, options.turns, options.seconds):
        print(
            f"{case.publishers} publishers × {case.in_flight}: {case.a_second:,.0f}/s, "
            f"{case.cpu_us:.0f} µs CPU, "
            f"acknowledged after {case.p50_ms:.2f} ms (p50), {case.p99_ms:.2f} ms (p99)"
        )


def show_steady(options: argparse.Namespace) -> None:
    """Print latencies at a steady rate."""
    kinds = options.only.split(",")
    for one in steady(kinds, options.connections, STEADY_HERTZ, options.turns, 2 * options.seconds):
        print(one)


def show_crowd(options: argparse.Namespace) -> None:
    """Print latencies with very many connections."""
    seconds = CROWD_SECONDS * options.seconds
    for kind in options.only.split(","):
        print(*crowd([kind], options.connections, CROWD_PROCESSES, CROWD_HERTZ, seconds))


def show_memory(options: argparse.Namespace) -> None:
    """Print what an idle connection takes."""
    for kind in options.only.split(","):
        print(*memory([kind], options.connections))


COMMANDS = {
    "steady": show_steady,
    "crowd": show_crowd,
    "memory": show_memory,
    "reconnect": lambda options: print(reconnect(options.clients, MISSED_EVENTS)),
    "all": run_all,
    "analysis": run_analysis,
    "notifications": run_notifications,
    "anchors": run_anchors,
    "fanout": show_fanout,
    "publish": show_publish,
    "profile": lambda options: print(profile(options.what, options.seconds)),
    "page": write_page,
}

if __name__ == "__main__":
    main()
