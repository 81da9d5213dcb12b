"""`dependencies`: what the code imports against what the project says it needs.

deptry compares the two. It runs in a folder of ours, with a pyproject.toml that we wrote: the project's own
could configure it. Whether a package happens to be installed beside this server says nothing about the
project, so a package that is imported and not asked for is missing, whatever brings it here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..detector import EngineError, Exit, NotApplicable, ProjectDetector, Workplace
from ..findings import Finding
from ..processes import python_module
from ..shadow.model import ShadowFile
from .manifests import Manifest, Requirement, manifest_files, read_manifest

_FOLDER = "dependencies"
_REPORT = "report.json"
NO_MANIFEST = (
    "Nothing says what this project needs: there is no [project] in pyproject.toml, and no "
    "requirements.txt."
)
_MISSING = frozenset({"DEP001", "DEP003"})
# What a notebook has without asking.
_GIVEN = frozenset({"IPython", "ipywidgets", "jupyter_realtime", "pip", "setuptools"})
# Used without being imported: servers, drivers, plug-ins, readers of formats.
_UNIMPORTED = frozenset(
    {
        "fastparquet", "gunicorn", "html5lib", "ipykernel", "ipympl", "jupyter", "jupyterlab", "lxml",
        "notebook", "openpyxl", "pip", "psycopg", "psycopg2", "psycopg2-binary", "pyarrow", "pymysql",
        "python-multipart", "setuptools", "tables", "uvicorn", "voila", "wheel", "xlrd", "xlsxwriter",
    }
)  # fmt: skip
# Distributions whose module has another name, for those that are not installed beside this server.
_MODULES = {
    "attrs": ["attr", "attrs"],
    "beautifulsoup4": ["bs4"],
    "faiss-cpu": ["faiss"],
    "google-cloud-bigquery": ["google"],
    "google-cloud-storage": ["google"],
    "imbalanced-learn": ["imblearn"],
    "opencv-python": ["cv2"],
    "opencv-python-headless": ["cv2"],
    "pillow": ["PIL"],
    "protobuf": ["google"],
    "pyjwt": ["jwt"],
    "pymupdf": ["fitz", "pymupdf"],
    "pyserial": ["serial"],
    "python-dateutil": ["dateutil"],
    "python-docx": ["docx"],
    "python-dotenv": ["dotenv"],
    "pytorch-lightning": ["pytorch_lightning"],
    "pyyaml": ["yaml"],
    "pyzmq": ["zmq"],
    "scikit-image": ["skimage"],
    "scikit-learn": ["sklearn"],
    "umap-learn": ["umap"],
}
_INSTALL = re.compile(
    r"^\s*[%!]\s*(?:pip|(?:\S*python\S*|\{sys\.executable\})\s+-m\s+pip|conda|mamba)\s+install\s+(.*)$"
)
MAX_LINE_CHARACTERS = 1000
_BARE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?$")
# Options of pip that take a word of their own.
_TAKES_A_WORD = frozenset(
    {
        "-r",
        "-c",
        "-e",
        "-i",
        "-f",
        "--index-url",
        "--extra-index-url",
        "--requirement",
        "--target",
        "-t",
    }
)


class Dependencies(ProjectDetector):
    """Packages that are imported and not asked for, not used, or asked for without a version."""

    name = "dependencies"
    title = "Dependencies"
    description = (
        "Imports that nothing asks for, packages that nothing imports, installs without a version."
    )
    engine = "deptry"
    modules = ("deptry",)
    distributions = ("deptry",)
    default_cost = 0.0005

    def manifests(self, root: Path) -> list[Path]:
        """Name what says what the project needs."""
        return manifest_files(root)

    def command(self, files: Sequence[ShadowFile], place: Workplace) -> list[str]:
        """Write a manifest of our own, and have deptry compare it with the shadow tree."""
        manifest = read_manifest(place.root)
        if manifest is None:
            return []
        folder = place.scratch / _FOLDER
        folder.mkdir(exist_ok=True)
        own = _own_modules(place.root, files)
        (folder / "pyproject.toml").write_text(_sanitised(manifest, own), encoding="utf-8")
        return python_module(
            "deptry",
            str(place.shadow / "tree"),
            f"--config={folder / 'pyproject.toml'}",
            "--ignore-notebooks",
            "--no-ansi",
            "--exclude=^$",
            f"--json-output={folder / _REPORT}",
        )

    def read(self, end: Exit, files: Sequence[ShadowFile], place: Workplace) -> list[Finding]:
        """Turn the report into findings, and look for installs in cells."""
        found = [finding for file in files for finding in _installs(file)]
        manifest = read_manifest(place.root)
        if manifest is not None:
            found += self._compared(end, files, place, manifest)
        elif not found:
            raise NotApplicable(NO_MANIFEST)
        return found

    def _compared(
        self, end: Exit, files: Sequence[ShadowFile], place: Workplace, manifest: Manifest
    ) -> Iterator[Finding]:
        report = place.scratch / _FOLDER / _REPORT
        if end.code not in (0, 1) or not report.is_file():
            raise EngineError(
                f"deptry failed: {end.stderr.decode(errors='replace').strip()[-300:]}"
            )
        by_name = {str(file.python): file for file in files}
        told: set[tuple[str, str]] = set()
        for row in json.loads(report.read_bytes()):
            file = by_name.get(row["location"]["file"])
            if file is not None and row["module"] in _installed_names(file):
                continue
            finding = _finding(row, by_name, manifest)
            # Told once for each module: everybody imports it again.
            # What no code uses only who sees all of it can say.
            is_said = place.is_whole or row["error"]["code"] != "DEP002"
            if finding is not None and is_said and (finding.rule, row["module"]) not in told:
                told.add((finding.rule, row["module"]))
                yield finding
        if place.is_whole:
            yield from (_open(r) for r in manifest.requirements if r.is_open and r.group is None)


def _own_modules(root: Path, files: Sequence[ShadowFile]) -> list[str]:
    """Name what the project itself can be imported as, also where only some of its files are looked at."""
    names = {file.path.split("/")[0].removesuffix(".py") for file in files}
    for folder in (root, root / "src"):
        if folder.is_dir():
            names |= {child.stem for child in folder.iterdir()}
    return sorted(name for name in names if name.isidentifier())


def _sanitised(manifest: Manifest, own: Sequence[str]) -> str:
    groups = {
        "dependencies": [r.name for r in manifest.requirements if r.group is None],
        "dev": [r.name for r in manifest.requirements if r.group is not None],
    }
    modules = "\n".join(f"{json.dumps(name)} = {json.dumps(_MODULES[name])}" for name in _MODULES)
    return "\n".join(
        [
            "[project]",
            f"name = {_toml(manifest.name or 'project')}",
            'version = "0"',
            f"dependencies = {json.dumps(sorted(set(groups['dependencies'])))}",
            "[dependency-groups]",
            f"dev = {json.dumps(sorted(set(groups['dev'])))}",
            "[tool.deptry]",
            f"known_first_party = {_toml(own)}",
            "[tool.deptry.package_module_name_map]",
            modules,
        ]
    )


def _toml(value: object) -> str:
    # JSON is TOML here, but for escapes of characters beyond the basic plane.
    return json.dumps(value, ensure_ascii=False)


def _finding(row: Any, by_name: dict[str, ShadowFile], manifest: Manifest) -> Finding | None:
    code, module = row["error"]["code"], str(row["module"])
    if code == "DEP002":
        return _unused(module, manifest)
    file = by_name.get(row["location"]["file"])
    if file is None or module in _GIVEN or code not in _MISSING | {"DEP004"}:
        return None
    if code == "DEP004" and (file.notebook is not None or _is_test(file.path)):
        return None
    words = (
        f"`{module}` is imported, but nothing in the project asks for it: a fresh installation may lack it."
        if code in _MISSING
        else f"`{module}` is imported, but only the tools of developers ask for it."
    )
    line = int(row["location"]["line"] or 1)
    return Finding(
        path=file.path,
        rule="DEP001" if code in _MISSING else code,
        severity="medium" if code in _MISSING else "low",
        message=words,
        line=line,
        url="https://deptry.com/rules-violations/",
    )


def _is_test(path: str) -> bool:
    parts = path.split("/")
    return bool({"test", "tests"} & set(parts)) or parts[-1].startswith(("test_", "conftest"))


def _unused(name: str, manifest: Manifest) -> Finding | None:
    wanted = re.sub(r"[-_.]+", "-", name).lower()
    asked = [r for r in manifest.requirements if r.name == wanted and r.group is None]
    if not asked or wanted in _UNIMPORTED or wanted.startswith(("types-", "pytest")):
        return None
    return _at(asked[0], "DEP002", f"The project asks for `{name}`, and no code imports it.")


def _open(requirement: Requirement) -> Finding:
    words = (
        f"Any release of `{requirement.name}` will do, it says: the next major one may change results. "
        f"Say which are known to work, like `{requirement.name}>=2,<3`."
    )
    return _at(requirement, "unpinned", words)


def _at(requirement: Requirement, rule: str, message: str) -> Finding:
    return Finding(
        path=requirement.path, rule=rule, severity="low", message=message, line=requirement.line
    )


def _installs(file: ShadowFile) -> Iterator[Finding]:
    for cell in file.cells:
        for number, line in enumerate(cell.source.split("\n"), 1):
            match = _install(line)
            names = _without_version(match[1].split()) if match else []
            if names:
                yield Finding(
                    path=file.path,
                    rule="unpinned-install",
                    severity="low",
                    message=(
                        f"Installs {', '.join(f'`{name}`' for name in names)} without a version: next year "
                        "it is another one. Write the version, or ask for it in the project."
                    ),
                    line=number,
                    cell_index=cell.index,
                )


def _install(line: str) -> re.Match[str] | None:
    # Nobody writes longer ones by hand, and the pattern's time grows with the square of the line.
    return _INSTALL.match(line) if len(line) <= MAX_LINE_CHARACTERS else None


def _installed_names(file: ShadowFile) -> set[str]:
    """Name the modules that a notebook installs for itself."""
    lines = (line for cell in file.cells for line in cell.source.split("\n"))
    installs = (match[1] for line in lines for match in [_install(line)] if match)
    names = {
        re.split(r"[\[=<>!~;]", word.strip("\"'"))[0] for text in installs for word in text.split()
    }
    modules = {module for name in names for module in _MODULES.get(name.lower(), ())}
    return modules | {name.replace("-", "_") for name in names}


def _without_version(words: Sequence[str]) -> list[str]:
    found: list[str] = []
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in _TAKES_A_WORD
        elif word.startswith(("#", "&", ";", "|", ">")):
            break
        elif _BARE_NAME.match(word.strip("\"'")):
            found.append(word.strip("\"'"))
    return found
