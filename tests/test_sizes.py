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


def test_what_jupyterlab_loads_when_it_starts_is_small() -> None:
    """All but the views that are loaded when somebody opens them (`ui/Later.tsx`)."""
    built = list((PACKAGE / "labextension" / "static").glob("*.js"))
    loaded = [path for path in built if not path.name.startswith("later-")]
    assert loaded, "The labextension was not built: `make js`."
    assert len(loaded) < len(built), "No view is a file of its own any more."
    assert sum(map(gzipped, loaded)) <= LABEXTENSION_GZIPPED_BYTES
