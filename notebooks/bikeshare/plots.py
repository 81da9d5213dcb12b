"""Small pictures that need no plotting library; notebooks star-import them."""

from __future__ import annotations

__all__ = ["bar_row", "sparkline"]

BLOCKS = " ▁▂▃▄▅▆▇█"


def bar_row(label: str, value: float, largest: float, width: int = 30) -> str:
    """Draw a labelled bar."""
    filled = round(width * value / largest) if largest else 0
    return f"{label:<18} {'█' * filled:<{width}} {value:,.0f}"


def sparkline(values: list[float]) -> str:
    """Draw a row of values in one line."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(BLOCKS[round(8 * (value - low) / span)] for value in values)
