"""The project that is analysed: jupyter_server's own source, and twenty notebooks of seaborn's pages."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import jupyter_server

from ..build import BUILT

NOTEBOOKS = 20
# Its source distribution has ninety notebooks, from short examples to chapters of a tutorial.
SOURCE = "seaborn>=0.13,<0.14"
LEFT_OUT = ("__pycache__", "*.pyc", "static", "templates", "i18n")
# Dependencies can't be checked without something that names them.
MANIFEST = '[project]\nname = "project"\nversion = "0"\ndependencies = ["tornado", "traitlets"]\n'


def make_project(folder: Path) -> list[Path]:
    """Lay it out; returns its modules and notebooks."""
    source = Path(jupyter_server.__file__).parent
    shutil.copytree(source, folder / "jupyter_server", ignore=shutil.ignore_patterns(*LEFT_OUT))
    (folder / "pyproject.toml").write_text(MANIFEST)
    (folder / "notebooks").mkdir()
    for name, content in _largest_notebooks():
        (folder / "notebooks" / name).write_bytes(content)
    return sorted([*folder.rglob("*.py"), *folder.rglob("*.ipynb")])


def _largest_notebooks() -> list[tuple[str, bytes]]:
    with tarfile.open(_archive()) as archive:
        members = [member for member in archive.getmembers() if member.name.endswith(".ipynb")]
        members.sort(key=lambda member: (-member.size, member.name))
        files = [(Path(member.name).name, archive.extractfile(member)) for member in members]
        found = [(name, (file or io.BytesIO()).read()) for name, file in files[:NOTEBOOKS]]
    if len(found) < NOTEBOOKS:
        raise SystemExit(f"{SOURCE} has no {NOTEBOOKS} notebooks any more.")
    return found


def _archive() -> Path:
    folder = BUILT / "notebooks"
    if not list(folder.glob("*.tar.gz")):
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:"]
        subprocess.run([*pip, f"--dest={folder}", SOURCE], check=True)
    return next(folder.glob("*.tar.gz"))
