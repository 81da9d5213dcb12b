"""How issues are known again, and what is called fixed."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_realtime.core.issues import Counts, Issue
from jupyter_realtime.core.triage import IssueKey, Memory, is_below, is_excluded
from tests.builders import issue as any_issue


def found(fingerprint: str, path: str = "a.py", detector: str = "types") -> Issue:
    return msgspec.structs.replace(
        any_issue(), fingerprint=fingerprint, path=path, detector=detector
    )


def memory(
    standing: dict[IssueKey, bool] | None = None,
    dismissed: tuple[tuple[str, str], ...] = (),
    baseline: tuple[tuple[str, str], ...] | None = None,
    gone: tuple[str, ...] = (),
) -> Memory:
    return Memory(standing or {}, dismissed, baseline, lambda path: path in gone)


def test_A11_new_ongoing_and_regressed() -> None:
    known = memory({("types", "old", "a.py"): True, ("types", "back", "a.py"): False})
    statuses = [known.judge(found(name)).status for name in ("old", "back", "fresh")]
    assert statuses == ["ongoing", "regressed", "new"]
    assert known.judge(found("old", detector="security")).status == "new"


def test_A11_an_issue_moves_with_its_file_only_if_the_old_one_is_gone() -> None:
    standing: dict[IssueKey, bool] = {("types", "f", "old.py"): True}
    assert memory(standing).judge(found("f", "new.py")).status == "new"
    known = memory(standing, gone=("old.py",))
    assert known.judge(found("f", "new.py")).status == "ongoing"
    assert known.fixed("types", [""]) == [], "it was found again, under another name"
    assert known.take_moved() == [("types", "f", "old.py")]
    assert known.take_moved() == []


def test_A11_what_has_moved_is_not_fixed_later_either() -> None:
    standing: dict[IssueKey, bool] = {
        ("types", "f", "old.py"): True,
        ("types", "f", "new.py"): True,
    }
    known = memory(standing, gone=("old.py",))
    assert known.judge(found("f", "new.py")).status == "ongoing"
    assert known.fixed("types", [""]) == []
    both = memory(standing)
    both.judge(found("f", "new.py"))
    assert both.fixed("types", [""]) == [("types", "f", "old.py")], "one of two copies was mended"


def test_A12_a_dismissal_stays_through_a_renaming() -> None:
    dismissed = (("f", "old.py"),)
    assert memory(dismissed=dismissed).judge(found("f", "old.py")).status == "dismissed"
    assert memory(dismissed=dismissed).judge(found("f", "copy.py")).status == "new"
    renamed = memory(dismissed=dismissed, gone=("old.py",))
    assert renamed.judge(found("f", "new.py")).status == "dismissed"


def test_A12_a_copy_is_not_dismissed_with_what_is_gone() -> None:
    standing: dict[IssueKey, bool] = {
        ("types", "f", "copy.py"): True,
        ("types", "f", "old.py"): True,
        ("types", "f", "mended.py"): False,
    }
    known = memory(standing, dismissed=(("f", "copy.py"),), gone=("copy.py",))
    statuses = [known.judge(found("f", f"{name}.py")).status for name in ("old", "new", "mended")]
    assert statuses == ["ongoing", "dismissed", "dismissed"]


def test_A13_since_a_baseline() -> None:
    assert memory().judge(found("f")).since_baseline is None
    known = memory(baseline=(("f", "a.py"),))
    assert [known.judge(found(name)).since_baseline for name in ("f", "g")] == ["known", "new"]


def test_A11_fixed_is_only_what_a_detector_has_looked_at() -> None:
    paths = ("a.py", "sub/b.py", "sub/broken.py", "archive/c.py", "other/d.py")
    known = memory({("types", "f", path): True for path in paths})
    known.judge(found("f", "a.py"))
    fixed = known.fixed("types", ["a.py", "sub", "archive"], ["sub/broken.py"], ["archive"])
    assert fixed == [("types", "f", "sub/b.py")]
    assert known.fixed("security", [""]) == []


def test_A11_what_was_fixed_is_not_fixed_again() -> None:
    assert memory({("types", "f", "a.py"): False}).fixed("types", [""]) == []


@pytest.mark.parametrize(
    ("path", "paths", "is_in"),
    [
        ("a.py", [], True),
        ("a.py", [""], True),
        ("sub/a.py", ["sub"], True),
        ("subway/a.py", ["sub"], False),
        ("a.py", ["a.py"], True),
        ("a.py", ["b.py"], False),
    ],
)
def test_A11_below(path: str, paths: list[str], is_in: bool) -> None:
    assert is_below(path, paths) is is_in


def test_A7_patterns_of_files_and_folders() -> None:
    assert is_excluded("archive/old/a.py", ["archive"])
    assert is_excluded("drafts/a.py", ["drafts/*"])
    assert not is_excluded("archived.py", ["archive"])


def test_A11_counts_have_what_is_open() -> None:
    issues = [
        msgspec.structs.replace(found("f"), status=status, severity="high")
        for status in ("new", "ongoing", "regressed", "dismissed", "fixed")
    ]
    assert Counts.of(()).plus_open(issues).high == 3
