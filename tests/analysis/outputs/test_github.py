"""Annotations of GitHub's workflows."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_realtime.analysis.outputs.github import workflow_commands
from jupyter_realtime.analysis.outputs.raw_notebook import Spot
from jupyter_realtime.analysis.outputs.regions import Region
from jupyter_realtime.core.issues import CellRef, Issue
from tests.builders import issue


def written(found: Issue, *spots: tuple[int, int]) -> str:
    regions = {found.id: Region(*(Spot(*spot) for spot in spots))} if spots else {}
    [line] = workflow_commands([found], regions)
    return line


def test_A16_an_annotation_names_file_lines_and_rule() -> None:
    assert written(issue(), (3, 5), (3, 6)) == (
        "::error file=a.py,line=3,endLine=3,col=5,endColumn=6,title=correctness F821"
        "::a.py: line 1: Undefined name `x` (correctness F821)"
    )


def test_A16_columns_of_several_lines_are_left_out() -> None:
    line = written(issue(), (3, 5), (4, 2))
    assert "line=3,endLine=4,title=" in line and "col" not in line


def test_A16_in_a_notebook_the_words_name_the_cell() -> None:
    inside = msgspec.structs.replace(issue(path="a.ipynb"), cell=CellRef(index=2, id=None), line=7)
    assert written(inside, (30, 1), (30, 4)).endswith(
        "line=30,endLine=30,col=1,endColumn=4,title=correctness F821"
        "::a.ipynb: cell 3, line 7: Undefined name `x` (correctness F821)"
    )
    assert "line=" not in written(inside), "it is told with its file alone"


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        ("critical", "error"),
        ("high", "error"),
        ("medium", "warning"),
        ("low", "notice"),
        ("info", "notice"),
    ],
)
def test_A16_severities_have_levels(severity: str, level: str) -> None:
    assert written(msgspec.structs.replace(issue(), severity=severity)).startswith(f"::{level} ")


def test_A16_nothing_that_is_analysed_can_give_a_command() -> None:
    path = "a,line=9::b\n::error::%0Aworse\x1b[31m\u2028.py"
    hostile = msgspec.structs.replace(issue(path=path), message=f"{path}\r\n::stop-commands::x")
    line = written(hostile)
    assert len(line.splitlines()) == 1 and line.isprintable()
    head, _, message = line.removeprefix("::error ").partition("::")
    assert "file=a%2Cline=9%3A%3Ab%0A%3A%3Aerror%3A%3A%250Aworse" in head
    assert "%0D%0A::stop-commands::x" in message


def test_A16_nobody_is_told_of_what_was_dismissed_or_fixed() -> None:
    done = [msgspec.structs.replace(issue(), status=s) for s in ("dismissed", "fixed")]
    assert list(workflow_commands(done, {})) == []
