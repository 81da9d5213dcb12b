"""The page about the SDK says the truth: its code runs in a kernel, and prints what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jupyter_realtime import Realtime
from jupyter_realtime.client.progress import Progress
from tests.client.test_with_server import NOTEBOOK
from tests.jupyter_process import ROOT, jupyter

PAGE = (ROOT / "docs" / "sdk.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """Each block of code, with what it is said to print."""
    found: list[tuple[str, str]] = []
    for language, text in BLOCK.findall(PAGE):
        if language == "python":
            found.append((text, ""))
        else:
            assert language == "text" and not found[-1][1]
            found[-1] = (found[-1][0], text)
    return found


def test_the_code_on_the_page_prints_what_the_page_says(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "notebooks").mkdir(parents=True)
    (root / "notebooks" / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    with jupyter(tmp_path / "jupyter", root) as server, server.kernel() as kernel:
        for code, said in examples():
            assert kernel.run(code, timeout=180) == said, code
    assert len(examples()) >= 8


def test_the_page_names_all_that_people_can_call() -> None:
    for owner, internal in ((Realtime, {"server"}), (Progress, {"look", "cancel", "is_running"})):
        public = {name for name in vars(owner) if not name.startswith("_")} - internal
        missing = {name for name in public if not re.search(rf"`[^`\n]*\b{name}\b", PAGE)}
        assert not missing, f"docs/sdk.md says nothing of {owner.__name__}.{', '.join(missing)}"
