"""What is said about the end of a run, in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.issues import CellRef, Counts, Issue
from jupyter_realtime.core.notifications import MAX_MESSAGE_CHARACTERS, check_notice
from jupyter_realtime.core.run_notices import end_notice, issues_notice, page_of, target, with_end
from tests.builders import actor, issue, lane, run

ANA = actor("ana")


def ended(state: str, **fields: Any) -> Any:
    known = {"state": state, "paths": ["nb/eda.ipynb"], **fields}
    return msgspec.structs.replace(run("p").analysis, **known)


def found(severity: Any, **fields: Any) -> Issue:
    return msgspec.structs.replace(issue(severity=severity), **fields)


def test_Q1_an_end_is_told_with_its_counts_and_leads_to_what_was_analysed() -> None:
    counts = Counts(critical=0, high=1, medium=1200, low=0, info=2)
    told = end_notice(ended("succeeded", counts=counts), ANA, "shop", "teams/shop")
    assert told is not None
    check_notice(told)
    assert (told.type, told.category) == ("success", "analysis")
    assert told.title == "The analysis of nb/eda.ipynb is done"
    assert told.message == "1 high, 1,200 medium and 2 info issues."
    assert told.action_url == "/lab/tree/teams/shop/nb/eda.ipynb"
    assert told.reason == "You started this analysis."


def test_Q1_what_failed_is_said_of_a_detector_and_of_a_run() -> None:
    broken = [lane("types", "failed"), lane("secrets", "succeeded")]
    partial = end_notice(ended("partial", detectors=broken), ANA, "shop", "")
    assert partial is not None and partial.type == "warning"
    assert partial.message == "No issues. These detectors failed: types."
    whole = end_notice(ended("failed", error="The disk is full."), actor("ana", "program"), "s", "")
    assert whole is not None and (whole.type, whole.title[-6:]) == ("error", "failed")
    assert whole.message == "The disk is full. So far: no issues."
    assert whole.reason == "A program of yours started this analysis."


def test_Q1_of_a_cancelled_run_nothing_is_said() -> None:
    assert end_notice(ended("cancelled"), ANA, "shop", "") is None


def test_Q2_the_worst_comes_first_and_only_what_is_new_and_grave() -> None:
    cell = found("critical", path="b.ipynb", cell=CellRef(index=2, id=None), line=4)
    issues = [
        found("high"),
        found("medium"),
        found("high", status="ongoing"),
        found("critical", status="dismissed"),
        found("high", since_baseline="known"),
        cell,
        found("high", status="regressed"),
        found("high"),
    ]
    told = issues_notice(ended("succeeded"), issues, ANA, "shop", "")
    assert told is not None
    check_notice(told)
    assert (told.type, told.category) == ("error", "issues")
    assert told.title == "1 critical and 3 high issues in nb/eda.ipynb"
    first, *_, last = told.message.splitlines()
    assert first == "b.ipynb, cell 3, line 4: Undefined name `x`"
    assert last == "… and 1 more."
    assert told.action_url == "/lab/tree/b.ipynb"
    assert issues_notice(ended("succeeded"), issues[1:5], ANA, "shop", "") is None


@pytest.mark.parametrize(
    ("severity", "state", "kind"),
    [
        ("high", "succeeded", "warning"),
        ("high", "failed", "error"),
        ("critical", "partial", "error"),
    ],
)
def test_Q2_what_is_grave_says_also_how_the_run_ended(severity: Any, state: str, kind: str) -> None:
    analysis = ended(state, counts=Counts(critical=0, high=1, medium=0, low=7, info=0))
    grave = issues_notice(analysis, [found(severity)], ANA, "shop", "")
    end = end_notice(analysis, ANA, "shop", "")
    assert grave is not None and end is not None
    told = with_end(grave, end)
    check_notice(told)
    assert (told.type, told.title, told.dedupe) == (kind, grave.title, grave.dedupe)
    *lines, last = told.message.splitlines()
    assert (lines, last) == (grave.message.splitlines(), f"{end.title}. {end.message}")


def test_Q2_what_is_grave_is_cut_where_an_end_says_too_much() -> None:
    long_name = "d" * (MAX_MESSAGE_CHARACTERS - len("No issues. These detectors failed: ."))
    analysis = ended("partial", detectors=[lane(long_name, "failed")])
    end = end_notice(analysis, ANA, "shop", "")
    grave = issues_notice(analysis, [found("high")], ANA, "shop", "")
    assert grave is not None and end is not None
    check_notice(end)
    told = with_end(grave, end)
    check_notice(told)
    assert len(told.message) == MAX_MESSAGE_CHARACTERS


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        ([""], "shop"),
        (["."], "shop"),
        (["a.py"], "a.py"),
        (["a.py", "b.py"], "2 paths of shop"),
        (["a\nb.py"], "a\N{REPLACEMENT CHARACTER}b.py"),
    ],
)
def test_Q1_a_run_is_named_after_what_it_looks_at(paths: list[str], name: str) -> None:
    assert target(paths, "shop") == name


def test_Q1_the_longest_and_oddest_names_can_be_told_and_followed() -> None:
    path = "ordner mit spaß/" * 200 + "a?b#c\n.py"
    odd = ended("failed", paths=[path], error="x" * 9000)
    told = end_notice(odd, ANA, "shop", "")
    assert told is not None
    grave = issues_notice(
        odd, [found("critical", path=path, message="x\n" * 5000)] * 9, ANA, "s", ""
    )
    assert grave is not None
    for notice in (told, grave):
        check_notice(notice)
        assert len(notice.title) <= 200
    assert page_of("a b", "c?d.py") == "/lab/tree/a%20b/c%3Fd.py"
    assert page_of("", "") == "/lab"
