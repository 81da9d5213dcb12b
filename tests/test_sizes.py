"""What a page has to load: budgets of the design, on the files that were built."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "jupyter_realtime"
WIDGET_GZIPPED_BYTES = 45_000
LABEXTENSION_GZIPPED_BYTES = 120_000


def gzipped(path: Path) -> int:
    """What goes over the wire for a file."""
    return len(gzip.compress(path.read_bytes()))


@pytest.mark.parametrize(
    "bundle", sorted((PACKAGE / "widgets" / "static").glob("*.js")), ids=lambda p: p.name
)
def test_a_widget_is_small(bundle: Path) -> None:
    assert gzipped(bundle) <= WIDGET_GZIPPED_BYTES


WIDGETS = [
    "activity-feed",
    "analysis-progress",
    "code-comments",
    "detector-status",
    "live-issue-list",
    "notification-center",
    "notification-preferences",
    "presence-bar",
]


@pytest.mark.parametrize("name", WIDGETS)
def test_the_widget_was_built(name: str) -> None:
    assert (PACKAGE / "widgets" / "static" / f"{name}.js").is_file()


def test_the_labextension_is_small() -> None:
    loaded = list((PACKAGE / "labextension" / "static").glob("*.js"))
    assert loaded, "The labextension was not built: `make js`."
    assert sum(map(gzipped, loaded)) <= LABEXTENSION_GZIPPED_BYTES
