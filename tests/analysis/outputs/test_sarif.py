"""SARIF logs: valid, anchored in files, and with the identity that issues have from run to run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.analysis.outputs.sarif import FINGERPRINT, sarif
from jupyter_realtime.core.issues import (
    SEVERITIES,
    Analysis,
    CellRef,
    Edit,
    Fix,
    Issue,
    IssueStatus,
)
from tests.analysis.hostile import code
from tests.analysis.outputs.schema import assert_valid
from tests.builders import issue, lane, run

CELL = CellRef(index=1, id="b")
NOWHERE = Path("/nowhere/at/all")


def analysis(*states: str, **more: Any) -> Analysis:
    names = ("correctness", "security", "types")
    lanes = [lane(name, state) for name, state in zip(names, states, strict=False)]
    return msgspec.structs.replace(run("p").analysis, detectors=lanes, **more)


def found(**more: Any) -> Issue:
    return msgspec.structs.replace(issue(), **more)


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    return [result for one in log["runs"] for result in one["results"]]


def test_A15_sarif_has_a_run_for_each_detector() -> None:
    ran = analysis("succeeded", "failed", "not_applicable", started="2026-11-23T10:00:00.000Z")
    lanes = [ran.detectors[0], msgspec.structs.replace(ran.detectors[1], error="It broke.")]
    ran = msgspec.structs.replace(ran, detectors=[*lanes, ran.detectors[2]])
    log = sarif(ran, [found()], NOWHERE)
    assert_valid(log)
    good, broken, other = log["runs"]
    assert good["tool"]["driver"]["name"] == "jupyter_realtime/correctness"
    assert [engine["name"] for engine in good["tool"]["extensions"]] == ["ruff"]
    assert good["results"][0]["partialFingerprints"] == {FINGERPRINT: "f"}
    [invocation] = broken["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"][0]["message"] == {"text": "It broke."}
    assert "results" not in broken, "it does not say that nothing is wrong"
    assert other["invocations"][0]["executionSuccessful"]


def test_A15_a_result_in_a_notebook_lies_in_the_lines_of_its_file(tmp_path: Path) -> None:
    cells = [code("x = 1", id="a"), code(["import os\n", "print('ü', y)"], id="b")]
    text = json.dumps({"nbformat": 4, "cells": cells}, indent=1)
    (tmp_path / "a b.ipynb").write_text(text)
    inside = found(path="a b.ipynb", cell=CELL, line=2, column=12, end_line=2, end_column=13)
    log = sarif(analysis("succeeded"), [inside], tmp_path)
    assert_valid(log)
    [result] = results(log)
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a%20b.ipynb", "uriBaseId": "%SRCROOT%"}
    region = place["region"]
    line = text.split("\n")[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "y"
    assert result["properties"]["cell"] == {"index": 1, "id": "b", "line": 2, "column": 12}


def test_A15_what_can_not_be_found_any_more_has_no_region(tmp_path: Path) -> None:
    inside = found(path="gone.ipynb", cell=CELL)
    outside = found(path="../out.ipynb", cell=CELL)
    (tmp_path / "in").mkdir()
    (tmp_path / "out.ipynb").write_text(json.dumps({"cells": [code("a"), code("b", id="b")]}))
    log = sarif(analysis("succeeded"), [inside, outside], tmp_path / "in")
    assert_valid(log)
    for result in results(log):
        assert "region" not in result["locations"][0]["physicalLocation"]


def test_A15_what_was_dismissed_is_suppressed_with_its_reason() -> None:
    log = sarif(
        analysis("succeeded"),
        [found(status="dismissed"), found(fingerprint="g")],
        NOWHERE,
        reasons={("f", "a.py"): "On purpose."},
    )
    assert_valid(log)
    dismissed, other = results(log)
    assert dismissed["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "On purpose."}
    ]
    assert other["suppressions"] == []


@pytest.mark.parametrize(
    ("status", "state"),
    [("new", "new"), ("regressed", "new"), ("ongoing", "unchanged"), ("fixed", "absent")],
)
def test_A15_the_state_says_what_earlier_runs_had(status: str, state: str) -> None:
    [result] = results(
        sarif(analysis("succeeded"), [found(status=status)], NOWHERE, has_history=True)
    )
    assert result["baselineState"] == state


@pytest.mark.parametrize(("since", "state"), [("new", "new"), ("known", "unchanged")])
def test_A15_or_what_the_baseline_has(since: str, state: str) -> None:
    ran = analysis("succeeded", baseline="v1")
    here = found(status="ongoing", since_baseline=since)
    [result] = results(sarif(ran, [here], NOWHERE, has_history=True))
    assert result["baselineState"] == state
    [alone] = results(sarif(analysis("succeeded"), [found()], NOWHERE))
    assert "baselineState" not in alone, "there is nothing to compare with"


def test_A15_a_fix_of_a_file_is_told_but_none_of_a_cell() -> None:
    edit = Edit(line=1, column=1, end_line=2, end_column=1, text="")
    mend = Fix(title="Remove it", safe=True, edits=[edit])
    log = sarif(analysis("succeeded"), [found(fix=mend), found(fix=mend, cell=CELL)], NOWHERE)
    assert_valid(log)
    plain, inside = results(log)
    [change] = plain["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["deletedRegion"]["endLine"] == 2
    assert "fixes" not in inside


@given(
    st.builds(
        found,
        path=st.text(min_size=1),
        rule=st.text(min_size=1),
        message=st.text(),
        detector=st.sampled_from(("correctness", "types", "of-ones-own")),
        severity=st.sampled_from(SEVERITIES),
        status=st.sampled_from(get_args(IssueStatus)),
        since_baseline=st.sampled_from((None, "new", "known")),
        url=st.sampled_from((None, "https://example.org/rule")),
        line=st.integers(1, 9),
        column=st.integers(1, 9),
        end_line=st.integers(1, 9),
        end_column=st.integers(1, 9),
    )
)
def test_A15_whatever_was_found_is_valid_sarif(anything: Issue) -> None:
    ran = analysis("succeeded")
    lanes = [lane(anything.detector, "succeeded")]
    log = sarif(
        msgspec.structs.replace(ran, detectors=lanes), [anything], NOWHERE, has_history=True
    )
    assert_valid(json.loads(msgspec.json.encode(log)))
