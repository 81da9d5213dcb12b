"""The page about detectors of one's own says the truth: the package on it is installed, and found."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from pathlib import Path

import tomli as tomllib

from tests.jupyter_process import ROOT

PAGE = (ROOT / "docs" / "detectors" / "own.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def environment_with_the_package(folder: Path) -> Path:
    """Make an environment that has all of ours, and the package on the page; gives its Python."""
    blocks = dict(BLOCK.findall(PAGE))
    project = tomllib.loads(blocks["toml"])["project"]
    [(group, points)] = project["entry-points"].items()
    venv.create(folder, symlinks=True)
    [packages] = (folder / "lib").glob("python3*/site-packages")
    paths = [str(ROOT), *(path for path in sys.path if "site-packages" in path)]
    (packages / "ours.pth").write_text("\n".join(paths))
    (packages / "no_print.py").write_text(blocks["python"])
    info = packages / f"no_print-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"{name} = {target}" for name, target in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
    return folder / "bin" / "python"


def test_the_package_on_the_page_is_found_and_takes_its_options(tmp_path: Path) -> None:
    python = environment_with_the_package(tmp_path / "venv")
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_text("print(1)\nprint(2)\n")
    command = [
        str(python),
        "-m",
        "jupyter_realtime.cli",
        "analyze",
        "--json",
        "--detectors=no-print",
    ]
    for most, lines in ((0, [1, 2]), (1, [2])):
        settings = f"[tool.jupyter-realtime.no-print]\nmost = {most}\n"
        (root / "pyproject.toml").write_text(settings)
        done = subprocess.run([*command, "."], cwd=root, capture_output=True, text=True, timeout=60)
        assert done.stdout, done.stderr
        found = json.loads(done.stdout)
        assert found["analysis"]["state"] == "succeeded", done.stderr
        assert [issue["line"] for issue in found["issues"]] == lines
