"""`docs/SPEC.md` and the tests know each other: each rule is quoted by a title, each quote is a rule."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
RULE = re.compile(r"^- \*\*([A-Z])(\d+)\*\* \S", re.MULTILINE)
# `def test_K1_R2_after_a_cut…`
PYTHON_TITLE = re.compile(r"test_((?:[A-Z]\d+_)+)")
# `test('K1, R2: after a cut…'`, also behind `.each(…)`.
JAVASCRIPT_TITLE = re.compile(r"""[(\s]['"`]((?:[A-Z]\d+(?:, )?)+): """)
QUOTED = re.compile(r"[A-Z]\d+")


def rules() -> list[tuple[str, int]]:
    text = (ROOT / "docs" / "SPEC.md").read_text()
    return [(section, int(number)) for section, number in RULE.findall(text)]


def python_titles() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found = PYTHON_TITLE.match(node.name)
                yield found[1] if found else "", path


def javascript_titles() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "js" / "src").rglob("*.test.ts*")):
        yield from ((title, path) for title in JAVASCRIPT_TITLE.findall(path.read_text()))


def transcripts() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "tests" / "transcripts").glob("*/*.json")):
        yield " ".join(json.loads(path.read_text())["rules"]), path


def quoted() -> dict[str, set[Path]]:
    """Which files quote which rule."""
    found: dict[str, set[Path]] = defaultdict(set)
    for titles in (python_titles(), javascript_titles(), transcripts()):
        for title, path in titles:
            for rule in QUOTED.findall(title):
                found[rule].add(path.relative_to(ROOT))
    return found


def test_rules_are_numbered_without_a_hole_and_each_number_is_given_once() -> None:
    assert len(rules()) > 100
    for section, numbered in groupby(rules(), key=lambda rule: rule[0]):
        numbers = [number for _, number in numbered]
        assert numbers == list(range(1, len(numbers) + 1)), section
    sections = [section for section, _ in groupby(rules(), key=lambda rule: rule[0])]
    assert len(sections) == len(set(sections))


def test_every_rule_is_quoted_by_a_test_and_every_quoted_rule_exists() -> None:
    known = {f"{section}{number}" for section, number in rules()}
    tested = quoted()
    assert not known - set(tested), "rules without a test"
    assert not {rule: paths for rule, paths in tested.items() if rule not in known}


def test_titles_are_found_in_both_languages_and_in_the_transcripts() -> None:
    kinds = {path.suffix for paths in quoted().values() for path in paths}
    assert kinds >= {".py", ".ts", ".json"}
