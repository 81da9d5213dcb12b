"""Tricky but correct notebooks: whoever reports something here cries wolf."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from .running import Outcome, analyze, words

CORPUS = Path(__file__).parent / "corpus"
NOTEBOOKS = sorted(path.name for path in CORPUS.glob("*.ipynb"))
MAX_BYTES = 20_000
# ruff's undefined names: for sure, through a star import, in `__all__`, and local before assignment.
UNDEFINED = {"F821", "F405", "F822", "F823"}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return analyze(CORPUS, ["correctness", "hidden-state"])


def test_the_run_ends_well(outcome: Outcome) -> None:
    assert (outcome.state, outcome.error) == ("succeeded", None)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_corpus_notebook_is_valid_and_small(notebook: str) -> None:
    text = (CORPUS / notebook).read_text(encoding="utf-8")
    nbformat.validate(json.loads(text))
    assert len(text) <= MAX_BYTES


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_no_hidden_state_is_seen_where_there_is_none(outcome: Outcome, notebook: str) -> None:
    assert [
        words(i) for i in outcome.found if i.path == notebook and i.detector != "correctness"
    ] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_no_name_is_called_undefined(outcome: Outcome, notebook: str) -> None:
    assert [words(i) for i in outcome.found if i.path == notebook and i.rule in UNDEFINED] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_no_import_is_called_useless_or_late(outcome: Outcome, notebook: str) -> None:
    alarms = {"F401", "F404"}
    assert [words(i) for i in outcome.found if i.path == notebook and i.rule in alarms] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_cell_is_understood(outcome: Outcome, notebook: str) -> None:
    assert [words(i) for i in outcome.found if i.path == notebook and "syntax" in i.rule] == []
