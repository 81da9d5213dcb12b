"""What `analyze` leaves for other programs: SARIF, annotations, a baseline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.hostile import code, notebook
from tests.analysis.outputs.schema import assert_valid

FAULT = "x = 1\nassert (x, 'always true')\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(FAULT)
    (tmp_path / "n.ipynb").write_text(notebook([code("y = 2"), code(FAULT)]))
    return tmp_path


def analyze(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jupyter_realtime.cli", "analyze", "--no-server"]
    command += ["--detectors=correctness", *options, "."]
    return subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("option", ["--sarif", "--write-baseline"])
def test_a_file_that_can_not_be_written_is_said_so(root: Path, option: str) -> None:
    done = analyze(root, f"{option}=no/such/folder/file.json")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.endswith(
        "no/such/folder/file.json can't be written: No such file or directory.\n"
    )


def test_A15_sarif_has_standard_output_for_itself(root: Path) -> None:
    done = analyze(root, "--sarif=-")
    assert json.loads(done.stdout)["version"] == "2.1.0"
    assert "issue" in done.stderr, "people still read what was found"
    both = analyze(root, "--sarif=-", "--json")
    assert (both.returncode, both.stdout) == (2, "") and "standard output" in both.stderr


def test_A15_sarif_is_written(root: Path) -> None:
    analyze(root, "--sarif=out.sarif")
    log = json.loads((root / "out.sarif").read_text())
    assert_valid(log)
    [run] = log["runs"]
    places = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: result
        for result in run["results"]
    }
    assert set(places) == {"a.py", "n.ipynb"}
    line = places["n.ipynb"]["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert "always true" in (root / "n.ipynb").read_text().split("\n")[line - 1]


def test_A16_annotations_for_github(root: Path) -> None:
    lines = analyze(root, "--github").stdout.split("\n")
    module, inside = sorted(line for line in lines if line.startswith("::"))
    assert module.startswith("::error file=a.py,line=2,endLine=2,col=1,endColumn=")
    raw = (root / "n.ipynb").read_text().split("\n")
    place = dict(part.split("=") for part in inside.split("::")[1].split(" ", 1)[1].split(","))
    told = raw[int(place["line"]) - 1][int(place["col"]) - 1 : int(place["endColumn"]) - 1]
    assert place["file"] == "n.ipynb" and told == "assert (x, 'always true')"


def test_A13_a_baseline_file_lets_only_what_is_new_fail(root: Path) -> None:
    fail = "--fail-on=medium"
    assert analyze(root, fail, "--write-baseline=known.json").returncode == 1
    assert analyze(root, fail, "--baseline=known.json").returncode == 0
    (root / "a.py").write_text("import sys\nprint(sys)\n" + FAULT)
    assert analyze(root, fail, "--baseline=known.json", "--only-new").returncode == 0
    (root / "b.py").write_text(FAULT)
    failed = analyze(root, fail, "--baseline=known.json", "--only-new")
    assert failed.returncode == 1 and "b.py" in failed.stdout and "a.py" not in failed.stdout


def test_A13_a_wrong_baseline_is_trouble(root: Path) -> None:
    (root / "bad.json").write_text("{}")
    failed = analyze(root, "--baseline=bad.json")
    assert failed.returncode == 2 and "--write-baseline" in failed.stderr
    assert analyze(root, "--only-new").returncode == 2
