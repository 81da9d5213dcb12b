"""`jupyter realtime analyze` as people and programs run it: in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_realtime.client.blocking import Realtime
from tests.jupyter_process import ROOT, TOKEN, JupyterProcess, isolated, jupyter, until

BAD = "def f():\n    return undefined_name\n"
COMMAND = [sys.executable, "-m", "jupyter_realtime.cli", "analyze"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "bad.py").write_text(BAD)
    (folder / "good.py").write_text("x = 1\n")
    return folder


@pytest.fixture
def alone(tmp_path: Path) -> dict[str, str]:
    """An environment without any server."""
    return isolated(tmp_path / "jupyter")


def analyze(
    project: Path, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextlib.contextmanager
def started(
    project: Path, environment: dict[str, str], *arguments: str
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=project,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def many_files(project: Path) -> None:
    for number in range(150):
        (project / f"m{number}.py").write_text(
            f"import os\n\n\ndef f{number}():\n    return y\n" * 40
        )


# -- results and exit codes ------------------------------------------------------------------------


def test_a_serious_issue_is_an_exit_code_of_one(project: Path, alone: dict[str, str]) -> None:
    done = analyze(project, alone)
    assert done.returncode == 1, done.stderr
    assert "bad.py" in done.stdout and "undefined_name" in done.stdout
    assert "correctness: 2 files" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--fail-on", "never"], 0), (["good.py"], 0), (["--fail-on", "critical", "good.py"], 0)],
)
def test_otherwise_it_is_zero(
    arguments: list[str], code: int, project: Path, alone: dict[str, str]
) -> None:
    done = analyze(project, alone, *arguments)
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.py"], "There is no 'missing.py'"),
        (["--detectors", "nonsense"], "There is no detector 'nonsense'"),
        (["--detectors", ","], "name at least one"),
        (["--fail-on", "terrible"], "invalid choice"),
    ],
)
def test_a_wrong_command_line_is_two(
    arguments: list[str], words: str, project: Path, alone: dict[str, str]
) -> None:
    done = analyze(project, alone, *arguments)
    assert done.returncode == 2
    assert words in done.stderr and "Traceback" not in done.stderr


def test_json_is_all_there_is_on_standard_output(project: Path, alone: dict[str, str]) -> None:
    done = analyze(project, alone, "--json", "--detectors", "correctness", "bad.py")
    said = json.loads(done.stdout)
    assert set(said) == {"analysis", "issues"}
    assert said["analysis"]["state"] == "succeeded"
    assert [lane["name"] for lane in said["analysis"]["detectors"]] == ["correctness"]
    assert sum(said["analysis"]["counts"].values()) == len(said["issues"]) >= 1
    assert {issue["path"] for issue in said["issues"]} == {"bad.py"}


def test_paths_are_relative_to_the_project(project: Path, alone: dict[str, str]) -> None:
    (project / ".git").mkdir()
    (project / "sub").mkdir()
    (project / "sub" / "bad.py").write_text(BAD)
    done = analyze(project / "sub", alone, "--json", "--detectors", "correctness")
    assert {issue["path"] for issue in json.loads(done.stdout)["issues"]} == {"sub/bad.py"}


def test_a_reader_that_goes_away_is_no_accident(project: Path, alone: dict[str, str]) -> None:
    command = " ".join([*COMMAND, "|", "true"])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=project,
        env=alone,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


# -- ending early ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_and_leaves_no_process(
    number: signal.Signals, project: Path, alone: dict[str, str]
) -> None:
    many_files(project)
    with started(project, alone) as process:
        assert process.stderr is not None
        assert "Running" in process.stderr.readline()
        helpers: list[psutil.Process] = []
        until(lambda: bool(helpers.extend(psutil.Process(process.pid).children(True)) or helpers))
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 130, err
        assert "Cancelling…" in err and "Cancelled after" in out
        assert not any(helper.is_running() for helper in helpers)


def test_the_end_of_the_input_cancels_what_a_program_has_started(
    project: Path, alone: dict[str, str]
) -> None:
    many_files(project)
    with started(project, alone, "--jsonl") as process:
        assert process.stdin is not None and process.stdout is not None
        assert json.loads(process.stdout.readline())["type"] == "started"
        process.stdin.close()
        reports = [json.loads(line) for line in process.stdout]
        assert process.wait(20) == 130
        assert reports[-1] == {"type": "finished", "state": "cancelled", "error": None}


def test_lines_of_json_are_the_reports(project: Path, alone: dict[str, str]) -> None:
    with started(project, alone, "--jsonl", "--detectors", "correctness") as process:
        assert process.stdout is not None
        kinds = [json.loads(line)["type"] for line in process.stdout]
        process.communicate(timeout=20)
        assert (kinds[0], kinds[-1]) == ("started", "finished")
        assert {"issues", "detector_complete"} <= set(kinds)


# -- shown on a server -------------------------------------------------------------------------------


@pytest.fixture
def server(project: Path, tmp_path: Path) -> Iterator[JupyterProcess]:
    (tmp_path / "server").mkdir()
    with jupyter(tmp_path / "server", project) as running:
        yield running


def runs_of(server: JupyterProcess) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = server.call("GET", "realtime/api/v1/analyses")["items"]
    return items


def test_a_terminals_run_is_on_the_server_too(project: Path, server: JupyterProcess) -> None:
    done = analyze(project, server.environment, "--json")
    said = json.loads(done.stdout)
    (run,) = runs_of(server)
    assert run["id"] == said["analysis"]["id"]
    assert (run["state"], run["counts"]) == ("succeeded", said["analysis"]["counts"])
    issues = server.call("GET", f"realtime/api/v1/analyses/{run['id']}/issues")["items"]
    assert [issue["id"] for issue in issues] == [issue["id"] for issue in said["issues"]]
    assert done.stderr.count("The server") == 0


def test_it_is_not_if_nobody_wants_it(project: Path, server: JupyterProcess) -> None:
    analyze(project, server.environment, "--no-server")
    assert runs_of(server) == []


def test_it_is_cancelled_from_over_there(project: Path, server: JupyterProcess) -> None:
    many_files(project)
    with started(project, server.environment) as process:
        until(lambda: bool(runs_of(server)) and runs_of(server)[0]["state"] == "running")
        with Realtime.connect(server.realtime_url, TOKEN) as rt:
            run = rt.run(runs_of(server)[0]["id"])
            run.cancel()
            run.wait(20)
            assert run.state == "cancelled"
        out, _ = process.communicate(timeout=20)
        assert process.returncode == 130 and "Cancelled after" in out


def test_a_server_that_dies_does_not_disturb_it(project: Path, server: JupyterProcess) -> None:
    many_files(project)
    with started(project, server.environment, "--json") as process:
        until(lambda: bool(runs_of(server)) and runs_of(server)[0]["state"] == "running")
        server.kill()
        out, err = process.communicate(timeout=120)
        assert process.returncode == 1
        assert json.loads(out)["analysis"]["state"] == "succeeded"
        assert "The server does not show all of this run" in err


def test_A12_what_was_dismissed_over_there_does_not_count(
    project: Path, server: JupyterProcess
) -> None:
    first = json.loads(analyze(project, server.environment, "--json").stdout)
    [issue] = [i for i in first["issues"] if i["severity"] == "high"]
    place = {"fingerprint": issue["fingerprint"], "path": issue["path"], "reason": "It is a demo."}
    mine = first["analysis"]["project"]
    server.call("PUT", f"realtime/api/v1/projects/{mine}/dismissals", place)
    done = analyze(project, server.environment)
    assert done.returncode == 0, done.stdout
    assert "1 issue dismissed" in done.stdout and "undefined_name" not in done.stdout
    analyze(project, server.environment, "--sarif", "issues.sarif")
    runs = json.loads((project / "issues.sarif").read_text())["runs"]
    results = [result for run in runs for result in run.get("results", [])]
    assert [len(r.get("suppressions", [])) for r in results if "undefined_name" in str(r)] == [1]
    alone = analyze(project, server.environment, "--no-server")
    assert alone.returncode == 1, "who is not asked does not know it"


def test_A13_a_baseline_of_the_server_by_its_name(project: Path, server: JupyterProcess) -> None:
    first = json.loads(analyze(project, server.environment, "--json").stdout)["analysis"]
    kept = f"realtime/api/v1/projects/{first['project']}/baselines/v1.0"
    server.call("PUT", kept, {"analysis": first["id"]})
    (project / "good.py").write_text(BAD.replace("undefined_name", "another_name"))
    done = analyze(project, server.environment, "--baseline", "v1.0", "--only-new", "--json")
    assert done.returncode == 1
    assert {i["path"] for i in json.loads(done.stdout)["issues"]} == {"good.py"}
    unknown = analyze(project, server.environment, "--baseline", "v2.0")
    assert unknown.returncode == 2 and "v2.0" in unknown.stderr and not unknown.stdout


def test_A13_a_baseline_that_is_nowhere_is_trouble(project: Path, alone: dict[str, str]) -> None:
    done = analyze(project, alone, "--baseline", "v1.0")
    assert done.returncode == 2 and "no file 'v1.0'" in done.stderr


def test_a_server_of_other_files_is_left_alone(tmp_path: Path, server: JupyterProcess) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "bad.py").write_text(BAD)
    done = analyze(elsewhere, server.environment)
    assert (done.returncode, runs_of(server)) == (1, [])


def test_in_a_notebook_it_says_plain_lines(server: JupyterProcess) -> None:
    with server.kernel() as kernel:
        command = " ".join([*COMMAND, "--detectors", "correctness"])
        said = kernel.run(f"get_ipython().system({command!r})").splitlines()
    assert said[0] == "Running 1 detector." and "1 issue (1 high)" in said[-1]
    assert "\x1b" not in "".join(said)


def test_help_reads_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_realtime.cli", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "demo" in done.stdout and "analyze" in done.stdout
