"""The detectors, held to the sample: all that was planted is found, and nothing else is reported."""

from __future__ import annotations

import shutil

import pytest

from jupyter_realtime.analysis.registry import discover

from .manifest import SAMPLE, Clean, Defect, manifest
from .running import Outcome, analyze, words

REGISTERED = sorted(discover())
DEFECTS = [defect for defect in manifest().defect if defect.detector in REGISTERED]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    project = tmp_path_factory.mktemp("sample") / "harbour-bikes"
    shutil.copytree(SAMPLE, project)
    return analyze(project)


def test_the_run_ends_well(outcome: Outcome) -> None:
    assert outcome.error is None
    assert outcome.state == "succeeded"


@pytest.mark.parametrize("detector", REGISTERED)
def test_every_detector_finishes_its_lane(outcome: Outcome, detector: str) -> None:
    lane = outcome.lanes[detector]
    assert (lane.state, lane.error) == ("succeeded", None)
    assert lane.done == lane.total > 0
    assert lane.issues == sum(issue.detector == detector for issue in outcome.found) > 0


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: f"{d.detector}-{d.place}")
def test_a_planted_defect_is_found(outcome: Outcome, defect: Defect) -> None:
    found = [issue for issue in outcome.found if defect.is_found_by(issue)]
    assert len(found) == 1, [words(i) for i in found or outcome.found if i.path == defect.path]
    assert defect.is_severe_enough(found[0]), words(found[0])


@pytest.mark.parametrize("clean", manifest().clean, ids=lambda c: c.place)
def test_what_is_right_is_left_alone(outcome: Outcome, clean: Clean) -> None:
    assert [words(issue) for issue in outcome.found if clean.is_violated_by(issue)] == []


def test_nothing_is_reported_that_was_not_planted(outcome: Outcome) -> None:
    unaccounted = [
        words(issue)
        for issue in outcome.found
        if not any(defect.is_found_by(issue) for defect in DEFECTS)
    ]
    assert unaccounted == []
