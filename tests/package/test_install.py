"""`pip install .` gives a working extension: from a clone, from the sdist and from the wheel."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What a clean environment must not see of the one that runs the tests.
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON", "VIRTUAL"))}

COLOUR = re.compile(r"\x1b\[\d*m")


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command; its output, and the reason if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=CLEAN,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return COLOUR.sub("", done.stdout + done.stderr)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean clone of the tree as it is now, uncommitted changes included."""
    target = tmp_path_factory.mktemp("clone")
    listed = run("git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture(scope="module")
def built(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sdist, a wheel from the clone (as `pip install .` makes it), and one from the sdist."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--sdist", "--outdir", out, clone)
    [sdist] = out.glob("*.tar.gz")
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked)
    wheels = {}
    for name, source in (("clone", clone), ("sdist", next(unpacked.iterdir()))):
        run(sys.executable, "-m", "build", "--wheel", "--outdir", out / name, source)
        [wheels[name]] = (out / name).glob("*.whl")
    return {"tar": sdist, **wheels}


@pytest.fixture(scope="module")
def environment(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheel, and JupyterLab beside it."""
    target = tmp_path_factory.mktemp("env")
    run(sys.executable, "-m", "venv", target)
    python = target / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", built["sdist"], "jupyterlab>=4.2,<5")
    return target / "bin"


def files_of(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if "remoteEntry" not in name}


def test_a_wheel_from_the_sdist_has_all_that_one_from_a_clone_has(built: dict[str, Path]) -> None:
    clone, sdist = files_of(built["clone"]), files_of(built["sdist"])
    assert clone == sdist
    for wanted in (
        "jupyter_realtime/labextension/package.json",
        "jupyter_realtime/server/static/sw.js",
        "jupyter_realtime/widgets/static/analysis-progress.js",
        "jupyter_realtime/stores/migrations/versions/0001_rooms_projects_analyses.py",
        "jupyter_realtime/sample/notebooks/01-live-analysis.ipynb",
        "jupyter_realtime/py.typed",
    ):
        assert wanted in clone, wanted
    assert not [name for name in clone if "node_modules" in name or "__pycache__" in name]


def test_the_extension_is_on_after_the_installation(environment: Path) -> None:
    assert "jupyter_realtime enabled" in run(environment / "jupyter", "server", "extension", "list")
    listed = run(environment / "jupyter", "labextension", "list")
    assert "jupyter-realtime" in listed
    [line] = [line for line in listed.splitlines() if "jupyter-realtime v" in line]
    assert "enabled" in line and "OK" in line


def test_the_command_and_the_lazy_names_are_there(environment: Path) -> None:
    assert "analyze" in run(environment / "jupyter", "realtime", "--help")
    code = (
        "import json, sys, jupyter_realtime as r; r.Realtime; "
        "from jupyter_realtime.widgets import AnalysisProgress; "
        "print(json.dumps([m for m in sys.modules if m in ('ruff', 'mypy', 'bandit')]))"
    )
    out = run(environment / "python", "-W", "error", "-c", code)
    assert json.loads(out.strip().splitlines()[-1]) == []


def test_a_base_install_says_how_to_get_the_detectors(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print(undefined_name)\n")
    done = subprocess.run(
        [environment / "jupyter", "realtime", "analyze", "a.py", "--json", "--no-server"],
        cwd=tmp_path,
        env=CLEAN,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lanes = json.loads(done.stdout)["analysis"]["detectors"]
    missing = [
        lane for lane in lanes if lane["error"] and "jupyter_realtime[detectors]" in lane["error"]
    ]
    assert missing, done.stdout
