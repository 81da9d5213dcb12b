"""A project's own settings, and comments that silence findings."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from jupyter_realtime.analysis.detector import Detector, Options
from jupyter_realtime.analysis.findings import Finding
from jupyter_realtime.analysis.settings import Settings
from jupyter_realtime.analysis.silence import is_silenced
from tests.sample.running import analyze

COMPARES_NONE = "x = 1\nprint(x is 'a')\n"


def project(folder: Path, settings: str, **files: str) -> Path:
    (folder / "pyproject.toml").write_text(textwrap.dedent(settings))
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def rules(folder: Path) -> list[str]:
    found = analyze(folder, ["correctness"]).found
    return sorted(f"{issue.path} {issue.rule} {issue.severity}" for issue in found)


def test_A7_a_project_leaves_files_out_and_rates_rules(tmp_path: Path) -> None:
    settings = """
        [tool.jupyter-realtime]
        exclude = ["old*", "drafts"]
        ignore = ["F401"]
        severity = {F632 = "critical", B006 = "off"}
    """
    code = f"import os\n{COMPARES_NONE}def f(a=[]):\n    return a\n"
    project(tmp_path, settings, new=code, older=code)
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts" / "one.py").write_text(code)
    assert rules(tmp_path) == ["new.py F632 critical"]


def test_A7_detectors_that_a_project_names_run_where_nobody_asks_for_others(tmp_path: Path) -> None:
    settings = '[tool.jupyter-realtime]\ndetectors = ["correctness"]\n'
    project(tmp_path, settings, new=COMPARES_NONE)
    assert list(analyze(tmp_path).lanes) == ["correctness"]
    assert list(analyze(tmp_path, ["security"]).lanes) == ["security"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool.jupyter-realtime", "not TOML"),
        ("[tool.jupyter-realtime]\nexclude = 3", "exclude"),
        ("[tool.jupyter-realtime]\nseverity = {F401 = 'awful'}", "awful"),
        ("[tool.jupyter-realtime]\ncolour = 3", "colour"),
        ("[tool.jupyter-realtime.correctness]\nnonsense = 3", "nonsense"),
        ("\0", "not TOML"),
    ],
)
def test_A7_what_is_wrong_in_the_settings_is_told_and_the_rest_holds(
    tmp_path: Path, text: str, told: str
) -> None:
    project(tmp_path, text, new=COMPARES_NONE)
    found = analyze(tmp_path, ["correctness"]).found
    assert [issue.rule for issue in found if issue.path == "new.py"] == ["F632"]
    [problem] = [issue for issue in found if issue.path == "pyproject.toml"]
    assert told in problem.message and problem.severity == "info"


def test_A7_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text("[tool.jupyter-realtime]\ncolour = 'secret'\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_text(COMPARES_NONE)
    (root / "pyproject.toml").symlink_to(outside)
    (root / "requirements.txt").symlink_to(outside)
    found = analyze(root, ["correctness", "dependencies"]).found
    assert not [issue for issue in found if "colour" in issue.message or "secret" in issue.message]
    assert [i.path for i in found if "leads out" in i.message] == ["pyproject.toml"]


def test_A7_options_are_read_strictly() -> None:
    class Limits(Options):
        most_lines: int = 10

    class Fussy(Detector):
        name = "fussy"
        options_type = Limits

    settings = Settings(tables={"fussy": {"most-lines": 3}})
    assert settings.options(Fussy) == Limits(most_lines=3)
    wrong = Settings(tables={"fussy": {"most-lines": "many"}})
    assert wrong.options(Fussy) == Limits()
    assert "most-lines" in wrong.problems[0].message


def test_A7_a_rule_is_named_with_or_without_its_detector() -> None:
    finding = Finding(path="a.py", rule="F401", severity="low", message="", line=1)
    for name in ("F401", "correctness", "correctness/F401"):
        assert Settings(ignore=frozenset({name})).rate("correctness", finding) is None
    assert Settings(ignore=frozenset({"F4"})).rate("correctness", finding) == "low"


@pytest.mark.parametrize(
    ("line", "first", "silent"),
    [
        ("eval(x)  # realtime: ignore", "", True),
        ("eval(x)  # realtime: ignore[B307]", "", True),
        ("eval(x)  # realtime: ignore[security, types]", "", True),
        ("eval(x)  # realtime: ignore[security/B307] # it is ours", "", True),
        ("eval(x)  #realtime:ignore -- a constant", "", True),
        ("eval(x)  # realtime: ignore[B308]", "", False),
        ("eval(x)  # realtime: ignored", "", False),
        ("eval(x)", "# realtime: ignore-cell", True),
        ("eval(x)", "# realtime: ignore-cell[B307]", True),
        ("eval(x)", "# realtime: ignore-cell[types]", False),
        ("eval(x)", "x = 1  # realtime: ignore", False),
    ],
)
def test_A8_comments_silence_their_line_or_their_cell(line: str, first: str, silent: bool) -> None:
    assert is_silenced("security", "B307", line, first) is silent


def test_A8_a_silenced_finding_is_no_issue(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\nprint(x is 'a')  # realtime: ignore[F632]\n")
    assert analyze(tmp_path, ["correctness"]).found == []
