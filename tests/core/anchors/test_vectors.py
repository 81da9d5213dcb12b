"""Python and TypeScript find the same places: `js/src/core/anchors.test.ts` runs these vectors as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.core.anchors import Cell, make_anchor, resolve

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "anchors.json").read_text()
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["title"])
def test_code_is_found_as_the_page_finds_it(vector: dict[str, Any]) -> None:
    source = make_anchor(Cell("c", vector["before"]), vector["start"], vector["end"])
    anchor = resolve(source, [Cell("c", vector["after"])])
    assert anchor.status == vector["status"]
    assert anchor.score == pytest.approx(vector["score"], abs=0.0005)
    found = None if anchor.start is None else [anchor.start, anchor.end]
    assert found == vector["found"]


def test_every_status_has_a_vector_in_which_code_is_found_or_gone() -> None:
    assert {"exact", "moved", "orphaned"} <= {vector["status"] for vector in VECTORS}
