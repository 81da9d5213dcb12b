"""What a rule means: in our words for our own rules, in the engine's for the engine's."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from jupyter_realtime.analysis.rules.explainer import Explainer
from jupyter_realtime.analysis.rules.own import TEXTS

PAGES = Path(__file__).parents[2] / "docs" / "detectors"
OWN = re.compile(r"`((?:hidden-state/)?[a-z]+(?:-[a-z]+)+|DEP\d+)`")


async def explain(detector: str, rule: str, scratch: Path) -> str | None:
    return await Explainer().explain(detector, rule, scratch)


@pytest.mark.parametrize(
    ("detector", "rule", "words"),
    [
        ("correctness", "F821", "undefined name"),
        ("data-science", "PD901", "df"),
        ("data-science", "fit-on-test", "test data"),
        ("security", "B101", "assert"),
        ("security", "B301", "Pickle"),
        ("types", "attr-defined", "attribute"),
        ("hidden-state", "hidden-state/undefined", "NameError"),
        ("secrets", "password", "environment"),
    ],
)
async def test_A17_a_rule_says_what_it_means(
    detector: str, rule: str, words: str, tmp_path: Path
) -> None:
    text = await explain(detector, rule, tmp_path)
    assert text is not None and words.lower() in text.lower()
    assert len(text) <= 1300 and "\n" not in text and "](" not in text


@pytest.mark.parametrize(
    ("detector", "rule"),
    [
        ("correctness", "XX999"),
        ("correctness", "--help"),
        ("correctness", "-h"),
        ("security", "B000"),
        ("types", "no-such-code"),
        ("types", "a; rm -rf /"),
        ("no-detector", "F821"),
    ],
)
async def test_A17_what_is_no_rule_has_no_meaning_and_reaches_no_program(
    detector: str, rule: str, tmp_path: Path
) -> None:
    assert await explain(detector, rule, tmp_path) is None


async def test_A17_an_engine_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def answer(_detector: str, rule: str, _scratch: Path) -> str:
        asked.append(rule)
        return "It means this."

    monkeypatch.setattr("jupyter_realtime.analysis.rules.explainer._ask", answer)
    explainer = Explainer()
    texts = await asyncio.gather(
        *(explainer.explain("correctness", "F821", tmp_path) for _ in range(5))
    )
    assert texts == ["It means this."] * 5 and asked == ["F821"]


def test_A17_each_rule_of_our_own_that_a_page_names_is_explained() -> None:
    named = set()
    for page in PAGES.glob("*.md"):
        for line in page.read_text().splitlines():
            cells = line.split("|")
            # Of a table of rules: rule, severity, words.
            if line.startswith("| `") and re.match(r" *(critical|high|medium|low|info)", cells[2]):
                named |= set(OWN.findall(cells[1]))
    # What an engine has one word for is explained by the engine.
    engines = {"call-arg", "attr-defined", "return-value", "arg-type"}
    assert len(named) > 25
    assert named - engines <= set(TEXTS)
