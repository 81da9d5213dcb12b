"""`docs/images/benchmarks.svg`: CPU for each delivery, one bar a server, on a logarithmic axis."""

from __future__ import annotations

import math
from html import escape

from .budget import BUDGET_SUBSCRIBERS, TITLES, cost
from .fanout import Cost
from .servers import KINDS
from .suite import BURSTS, Results

WIDTH, PANEL_TOP, BAR, GAP = 760, 56, 18, 8
LEFT, RIGHT = 250, 690
MOST_US, LEAST_US = 200.0, 0.1
OURS_COLOUR, OTHER_COLOUR, INK, GRID = "#f37726", "#9aa5b1", "#1f2933", "#e4e7eb"
FONT = "font-family='system-ui, sans-serif'"


def _x(us: float) -> float:
    share = math.log10(us / LEAST_US) / math.log10(MOST_US / LEAST_US)
    return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, share))


def plot(results: Results) -> str:
    """Draw a panel for single events and one for bursts."""
    height = 2 * _panel_height() + 16
    panels = [
        _panel(results, burst, number * _panel_height()) for number, burst in enumerate(BURSTS)
    ]
    return "\n".join(
        [
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' role='img'>",
            "<title>Server CPU time for each delivered event</title>",
            f"<rect width='{WIDTH}' height='{height}' fill='#fff'/>",
            *panels,
            "</svg>\n",
        ]
    )


def _panel_height() -> int:
    return PANEL_TOP + len(KINDS) * (BAR + GAP) + 24


def _text(x: float, y: float, words: str, *, size: int = 13, anchor: str = "start") -> str:
    place = f"x='{x:.0f}' y='{y:.0f}' font-size='{size}' text-anchor='{anchor}'"
    return f"<text {place} {FONT} fill='{INK}'>{escape(words)}</text>"


def _panel(results: Results, burst: int, top: int) -> str:
    how = "one event at a time" if burst == 1 else f"in bursts of {burst}"
    title = f"CPU for each delivery to {BUDGET_SUBSCRIBERS} subscribers, {how} (µs, less is better)"
    costs = [cost(results, kind, BUDGET_SUBSCRIBERS, burst) for kind in KINDS]
    drawn = [_text(16, top + 28, title, size=15), *_grid(top)]
    for number, one in enumerate(sorted(costs, key=lambda one: one.cpu_us)):
        drawn.append(_bar(one, top + PANEL_TOP + number * (BAR + GAP)))
    return "\n".join(drawn)


def _grid(top: int) -> list[str]:
    bottom = top + _panel_height() - 20
    drawn = []
    for exponent in range(-1, 3):
        x = _x(10.0**exponent)
        drawn.append(
            f"<path d='M{x:.0f} {top + PANEL_TOP - 8}V{bottom - 12}' stroke='{GRID}' fill='none'/>"
        )
        drawn.append(_text(x, bottom + 4, f"{10.0**exponent:g}", size=11, anchor="middle"))
    return drawn


def _bar(one: Cost, y: int) -> str:
    colour = OURS_COLOUR if one.kind.startswith("ours") else OTHER_COLOUR
    end = _x(one.cpu_us)
    return "\n".join(
        [
            _text(LEFT - 8, y + 14, TITLES[one.kind].replace("`", ""), anchor="end"),
            f"<rect x='{LEFT}' y='{y}' width='{end - LEFT:.0f}' height='{BAR}' fill='{colour}'/>",
            _text(end + 6, y + 14, f"{one.cpu_us:.2g}" if one.cpu_us < 10 else f"{one.cpu_us:.0f}"),
        ]
    )
