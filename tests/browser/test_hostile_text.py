"""Whatever a person or a program writes is shown as text: nothing of it runs in anybody's page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.conftest import SAMPLE
from tests.browser.lab import Lab, eventually
from tests.browser.team import PYTHONPATH, Team, serve
from tests.browser.test_notified_team import ask

# What each of them would do if a page let it.
RAN = "window.__ran=(window.__ran||0)+1"
# No hyphen: that ends a name at the sign-in page. No slash in the first: it is a file's name, too.
NAME = f"<img src=x onerror={RAN}>"
HOSTILE = [
    NAME,
    f"<script>{RAN}</script>",
    f"<svg/onload={RAN}>",
    f"<details open ontoggle={RAN}>x</details>",
    f"<iframe srcdoc='<script>parent.{RAN}</script>'></iframe>",
    f'"><input autofocus onfocus={RAN}>',
    f"'-({RAN})-'",
    f"javascript:{RAN}",
    f"[x](javascript:{RAN})",
    f'![x](x" onerror="{RAN})',
    f"[x](data:text/html,<script>opener.{RAN}</script>)",
    f"<a href=javascript:{RAN} data-commandlinker-command=application:close-all>x</a>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={RAN}&gt;'>",
    f"<template><style></template><img src=x onerror={RAN}></style>",
    "${" + RAN + "}{{" + RAN + "}}",
    f"`{NAME}`\n```{NAME}\n{NAME}\n```\n| {NAME} |\n|---|\n| {NAME} |",
]
FILE = f"notebooks/{NAME}.py"
# What is shown in lists that are worked by keys, and what a row is there.
LISTS = {
    "jupyter-realtime:show-comments": "[data-jrt-row]",
    "jupyter-realtime:show-notifications": "[data-jrt-notification]",
}


@pytest.fixture
def team(tmp_path: Any, browser: Browser) -> Iterator[Team]:
    """A server with a file of a hostile name, and browsers for people."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    project = tmp_path / "project"
    shutil.copytree(SAMPLE, project, ignore=ignored)
    (project / FILE).write_text("x = 1\ny = 2\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", PYTHONPATH)
        with serve(tmp_path / "home", project) as server:
            team = Team(server, browser)
            yield team
            team.close()


def written(answer: tuple[int, Any]) -> Any:
    status, body = answer
    assert status in (200, 201), body
    return body


def write_everything(page: Page) -> None:
    """Put each hostile text wherever somebody may put one."""
    document = written(ask(page, "PUT", "documents", {"path": FILE}))
    project = document["project"]
    for text in HOSTILE:
        place = {"document": document["id"], "cell_id": None, "source": f"x = 1\n{text}\n"}
        opened = written(
            ask(page, "POST", "threads", {**place, "start": 6, "end": 6 + len(text), "body": text})
        )
        written(
            ask(
                page, "POST", f"threads/{opened['id']}/comments", {"body": f"@ana @[{text}] {text}"}
            )
        )
        notice = {"to": "ana", "title": text[:200], "message": text}
        written(ask(page, "POST", "notifications", notice))
        assert ask(page, "POST", "notifications", {**notice, "action_url": text})[0] == 400
    job = {
        "id": "j",
        "name": NAME,
        "done": 1.0,
        "total": 2.0,
        "unit": NAME,
        "status": "running",
        "cancelling": False,
        "eta_seconds": None,
        "message": NAME,
        "started": "2026-01-01T00:00:00.000Z",
    }
    state = {
        "session": "a" * 32,
        "room": f"project:{project}",
        "event": "progress:job",
        "key": "j",
        "data": job,
    }
    ask(page, "POST", "states", state)
    run = written(ask(page, "POST", "analyses", {"paths": [FILE], "external": True}))
    report_issues(page, run["id"])


def report_issues(page: Page, run: str) -> None:
    """Have a detector say each of the texts about a file."""
    lane = {
        "name": "correctness",
        "state": "running",
        "done": 0,
        "total": 1,
        "unit": NAME,
        "issues": 0,
        "error": None,
    }
    issues = [
        {
            "id": f"i{n}",
            "fingerprint": f"f{n}",
            "detector": "correctness",
            "rule": text[:60],
            "severity": "high",
            "message": text,
            "path": FILE,
            "line": 1,
            "column": 1,
            "end_line": 1,
            "end_column": 2,
            "cell": None,
            "url": None,
            "fix": None,
            "status": "new",
        }
        for n, text in enumerate(HOSTILE)
    ]
    reports = [
        {"type": "started", "detectors": [lane]},
        {"type": "issues", "detector": "correctness", "issues": issues},
        {
            "type": "detector_complete",
            "timing": None,
            "unfinished": [],
            "excluded": [],
            "lane": {**lane, "state": "failed", "error": NAME},
        },
        {"type": "finished", "state": "partial", "error": NAME},
    ]
    status, answer = ask(page, "POST", f"analyses/{run}/reports", reports)
    assert status in (200, 204), answer


def test_nothing_that_anybody_writes_runs_in_a_page(team: Team) -> None:
    ana, other = team.open_lab("ana"), team.open_lab(NAME)
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    for page in (ana, other):
        page.on("dialog", note)
    lab = Lab(ana, team.server)
    write_everything(other)
    ana.evaluate("path => void window.jupyterapp.commands.execute('docmanager:open', {path})", FILE)
    other.evaluate(
        "path => void window.jupyterapp.commands.execute('docmanager:open', {path})", FILE
    )

    for command, place in LISTS.items():
        lab.command(command)
        first = ana.locator(f"{place}:visible").first
        expect(first).to_be_visible()
        first.click()
        for _ in HOSTILE:
            ana.keyboard.press("j")
            ana.keyboard.press("Enter")
    lab.command("jupyter-realtime:show-team")
    expect(ana.locator(".jrt-person:visible").filter(has_text="<Img Src=X").first).to_be_visible()
    lab.command("jupyter-realtime:show-panel")
    expect(ana.get_by_text(HOSTILE[1]).first).to_be_visible()
    # It is all there, as text.
    eventually(lambda: NAME in ana.inner_text("body"), ana)
    for page in (ana, other):
        assert page.evaluate("window.__ran") is None
        assert page.locator("#jp-main-dock-panel").is_visible()
        foreign = page.evaluate(
            "() => document.querySelectorAll('.jrt-root :is('"
            " + 'img[src=x i], script, iframe, svg[onload i], a[href^=java i])').length"
        )
        assert foreign == 0
    assert dialogs == []
    # They would have run, had a page taken one for HTML.
    ana.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", NAME)
    ana.wait_for_function("() => window.__ran === 1")
