"""What people see: live on a terminal, in plain lines elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from jupyter_realtime.cli.display import Display
from jupyter_realtime.cli.findings import print_findings
from jupyter_realtime.cli.lines import PlainLines
from jupyter_realtime.cli.recorder import Recorder
from jupyter_realtime.client.run_record import RunRecord
from tests.client.runs import analysis, issue, lane


def drawn(run: RunRecord, columns: int = 100) -> str:
    console = Console(file=io.StringIO(), width=columns, force_terminal=True, color_system=None)
    display = Display(console, "Analysing notebooks")
    display._run = run
    with console.capture() as capture:
        console.print(display._draw())
    return capture.get()


def printed(run: RunRecord, *, terminal: bool = True, columns: int = 100) -> str:
    out = io.StringIO()
    print_findings(
        Console(file=out, width=columns, force_terminal=terminal, color_system=None), run, 1.25
    )
    return out.getvalue()


def test_the_display_says_how_far_each_detector_is() -> None:
    lanes = [
        lane(done=1, issues=3),
        lane("failed", name="types", error="mypy is missing: pip install mypy"),
        lane("queued", name="security"),
    ]
    run = RunRecord(analysis(state="running", progress=0.42, eta_seconds=18.0, detectors=lanes))
    said = drawn(run)
    assert "42%" in said and "about 20 s left" in said
    assert "1 of 4 files" in said and "3 issues" in said
    assert "mypy is missing: pip install mypy" in said and "waiting" in said


def test_the_display_fits_a_narrow_terminal() -> None:
    lanes = [lane("failed", error="x" * 300), lane(name="types", done=1, issues=1)]
    said = drawn(RunRecord(analysis(state="running", detectors=lanes)), columns=60)
    assert max(map(len, said.splitlines())) <= 60
    assert len(said.splitlines()) == 4


def test_issues_are_grouped_by_file_in_the_order_of_the_file() -> None:
    run = RunRecord(analysis(state="succeeded"))
    cell = {"index": 2, "id": "x"}
    run.found([issue(5, path="b.py"), issue(3, path="a.ipynb", cell=cell), issue(1, path="b.py")])
    said = printed(run)
    places = ["a.ipynb", "cell 3, line 4", "b.py", "line 2", "line 6"]
    assert [said.index(place) for place in places] == sorted(said.index(place) for place in places)


def test_in_a_pipe_each_issue_is_one_line() -> None:
    run = RunRecord(analysis(state="succeeded"))
    run.found([issue(0, message="long " * 100)])
    lines = printed(run, terminal=False, columns=40).splitlines()
    assert lines[0] == "a.py"
    assert lines[1].startswith("  line 1  high  long long") and lines[1].endswith(
        "correctness F821"
    )


def test_what_is_found_can_neither_style_nor_control_the_terminal() -> None:
    run = RunRecord(analysis(state="succeeded"))
    run.found([issue(0, message="[bold]x[/bold] \x1b[31m", path="[red]\x07.py")])
    said = printed(run)
    assert "[bold]x[/bold]" in said and "[red]" in said
    assert "\x1b" not in said and "\x07" not in said


def test_the_last_line_says_it_all() -> None:
    found = analysis(state="succeeded").counts.plus(["high", "low", "low"])
    assert "3 issues (1 high, 2 low) in 1.2 s." in printed(
        RunRecord(analysis(state="succeeded", counts=found))
    )
    assert "0 issues in 1.2 s." in printed(RunRecord(analysis(state="succeeded")))
    assert "Cancelled after" in printed(RunRecord(analysis(state="cancelled")))
    assert "The analysis failed: why" in printed(RunRecord(analysis(state="failed", error="why")))
    failed = lane("failed", name="types", error="mypy is missing")
    partial = printed(RunRecord(analysis(state="partial", detectors=[failed])))
    assert "types failed: mypy is missing" in partial and "Not every detector" in partial


async def test_without_a_terminal_there_is_a_line_for_each_detector() -> None:
    out = io.StringIO()
    recorder = Recorder(RunRecord(analysis()), [PlainLines(out)])
    await recorder.started([lane(), lane(name="types")])
    await recorder.progress(0.5, None, [lane(done=2)])
    await recorder.detector_complete(lane("succeeded", 4, issues=2), None)
    await recorder.detector_complete(lane("failed", name="types", error="no mypy"), None)
    assert out.getvalue().splitlines() == [
        "Running 2 detectors.",
        "correctness: 4 files, 2 issues",
        "types: failed: no mypy",
    ]
