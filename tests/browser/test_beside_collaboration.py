"""With jupyter-collaboration, which shares what people type, ours works side by side."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, SAMPLE
from tests.browser.lab import Lab, eventually
from tests.browser.team import PYTHONPATH, Team, serve
from tests.browser.test_comments import anchor_of, cell, comment_on, edit
from tests.browser.test_notified_team import ask

# `make test` puts it there.
COLLABORATION = ROOT / ".venv" / "collaboration"
NOTEBOOK = "notebooks/03-weather-features.ipynb"


@pytest.fixture
def team(tmp_path: Path, browser: Browser) -> Iterator[Team]:
    """A server that has both, and browsers for people."""
    assert COLLABORATION.is_dir(), "jupyter-collaboration is missing: `make .venv/collaboration`."
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    shutil.copytree(SAMPLE, tmp_path / "project", ignore=ignored)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([PYTHONPATH, str(COLLABORATION)]))
        patch.setenv("JUPYTER_PATH", str(COLLABORATION / "share" / "jupyter"))
        patch.setenv("JUPYTER_CONFIG_PATH", str(COLLABORATION / "etc" / "jupyter"))
        with serve(tmp_path / "home", tmp_path / "project") as server:
            team = Team(server, browser)
            yield team
            team.close()


def open_shared(page: Page) -> None:
    """Open the notebook as it is edited together."""
    page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
    page.evaluate(
        "path => void window.jupyterapp.commands.execute('docmanager:open', {path})",
        NOTEBOOK,
    )
    expect(page.locator(".jp-NotebookPanel:visible [data-jrt-open-threads]")).to_have_attribute(
        "data-jrt-open-threads", re.compile(r"\d+")
    )
    page.locator(".jp-NotebookPanel:visible .jp-CodeCell .cm-content").first.wait_for()


def test_people_are_there_and_talk_about_code_that_they_type_together(team: Team) -> None:
    ana, ben = team.open_lab("ana"), team.open_lab("ben")
    for page in (ana, ben):
        open_shared(page)
    lab = Lab(ana, team.server)
    lab.command("jupyter-realtime:show-team")
    expect(ana.locator(".jrt-person:visible").filter(has_text="Ben")).to_contain_text(
        "03-weather-features.ipynb"
    )
    comment_on(ana, 2, "HAS_HOLIDAYS = True", "Is it?")
    expect(cell(ben, 2).locator(".jrt-commented")).to_have_text("HAS_HOLIDAYS = True")
    # What Ben types reaches Ana by the other extension; the thread stays at its code in both pages.
    edit(ben, 2, "import sys", "import os\nimport sys")
    expect(cell(ana, 2).locator(".cm-content")).to_contain_text("import os")
    for page in (ana, ben):
        expect(cell(page, 2).locator(".jrt-commented")).to_have_text("HAS_HOLIDAYS = True")
    # The other extension saves by itself, and the thread follows there, too.
    source = "".join(["import os\n"])
    before = anchor_of(ana, NOTEBOOK)["start"]
    eventually(lambda: anchor_of(ana, NOTEBOOK)["start"] == before + len(source), ana)
    assert anchor_of(ana, NOTEBOOK)["status"] == "exact"
    # It is one document, whatever the pages call it.
    plain = ask(ana, "PUT", "documents", {"path": NOTEBOOK})[1]
    presence = ask(ana, "GET", f"presence?document={plain['id']}")[1]["items"]
    assert {one["user"]["name"] for one in presence} >= {"ana", "ben"}
    assert all(one["path"] == NOTEBOOK for one in presence)
