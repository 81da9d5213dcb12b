"""What a team has done, in two browsers: live, in a panel and as a widget, without moving who reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from jupyter_realtime.stores.sqlite import SqliteStore
from tests.browser.conftest import ROOT, copy_sample
from tests.browser.team import Team, team_server
from tests.browser.test_presence import (
    AXE,
    OTHER,
    ask,
    change_theme,
    notebook,
    open_notebook,
    open_team,
    panel,
    person,
    widen,
)
from tests.jupyter import Jupyter

IMAGES = ROOT / "docs" / "images"
LIVE_WITHIN_MS = 3000
# As a page of theirs saves a file: by Jupyter's own REST, with their cookie.
SAVE = """async ([path, text]) => {
    const xsrf = document.cookie.match(/_xsrf=([^;]+)/)[1];
    const answer = await fetch(`/api/contents/${path}`, {
        method: 'PUT',
        headers: { 'X-XSRFToken': decodeURIComponent(xsrf), 'Content-Type': 'application/json' },
        body: JSON.stringify({ type: 'file', format: 'text', content: text }),
    });
    return answer.status;
}"""
SHOW_WIDGETS = """from IPython.display import display
from jupyter_realtime.widgets import ActivityFeed, PresenceBar
display(PresenceBar(), ActivityFeed())"""
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture
def jupyter(tmp_path: Path) -> Iterator[Jupyter]:
    """A server on which nothing has happened yet."""
    copy_sample(tmp_path / "project")
    cells = [nbformat.v4.new_code_cell(SHOW_WIDGETS)]
    widgets = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(widgets, tmp_path / "project" / "widgets.ipynb")
    with team_server(tmp_path) as server:
        yield server


def save(page: Page, path: str, text: str = "x = 1\n") -> None:
    """Save a file as whoever uses this page."""
    assert page.evaluate(SAVE, [path, text]) in (200, 201)


def lines(page: Page) -> Locator:
    return panel(page).locator("[data-jrt-line]")


def line(page: Page, words: str) -> Locator:
    return lines(page).filter(has_text=words)


def two(team: Team) -> tuple[Page, Page]:
    """Two people, the first of whom looks at what happens."""
    ana, ben = team.open_lab("ana"), team.open_lab("ben")
    open_team(ana, team.server)
    expect(panel(ana)).to_contain_text("Nothing happened yet")
    return ana, ben


def test_X9_what_others_do_is_told_together_and_filtered(team: Team) -> None:
    ana, ben = two(team)
    save(ben, "tools/new.py")
    expect(line(ana, "Ben created new.py")).to_be_visible(timeout=LIVE_WITHIN_MS)
    # What is saved within a second is one save.
    for number, words in ((1, "Ben saved new.py"), (2, "Ben saved new.py 2 times")):
        save(ben, "tools/new.py", f"x = {number}\n" * 3)
        expect(line(ana, words)).to_be_visible()
    save(ana, "README.md", "# Ours\n")
    expect(lines(ana)).to_have_count(3)
    panel(ana).get_by_label("Person").select_option(label="Ben")
    expect(lines(ana)).to_have_count(2)
    panel(ana).get_by_label("Kind").select_option(label="Comments")
    expect(panel(ana)).to_contain_text("Nothing matches this filter")
    panel(ana).get_by_role("button", name="Clear filter").click()
    expect(lines(ana)).to_have_count(3)
    # Each line leads to its object.
    line(ana, "Ben saved new.py").click()
    expect(ana.locator(".lm-DockPanel-tabBar .jp-mod-current")).to_contain_text("new.py")


def test_X10_what_comes_moves_nobody_who_reads(team: Team) -> None:
    ana, ben = two(team)
    for number in range(40):
        save(ben, f"tools/a{number:02}.py")
    expect(lines(ana)).to_have_count(40)
    read = line(ana, "a10.py")
    read.scroll_into_view_if_needed()
    before = read.bounding_box()
    for number in range(5):
        save(ben, f"tools/b{number}.py")
    fresh = panel(ana).get_by_role("button", name="5 new")
    expect(fresh).to_be_visible()
    assert read.bounding_box() == before
    expect(lines(ana)).to_have_count(40)
    fresh.click()
    expect(lines(ana)).to_have_count(45)
    expect(lines(ana).first).to_contain_text("b4.py")
    expect(lines(ana).first).to_be_focused()
    # By keys, too; and what comes while a line has the focus waits.
    ana.keyboard.press("j")
    expect(lines(ana).nth(1)).to_be_focused()
    save(ben, "tools/c.py")
    expect(panel(ana).get_by_role("button", name="1 new")).to_be_visible()
    expect(lines(ana).nth(1)).to_be_focused()


def test_X11_what_was_missed_at_a_notebook_is_told_when_one_comes_to_it(
    team: Team, jupyter: Jupyter
) -> None:
    ana, ben = two(team)
    open_notebook(ben)
    expect(person(ana, "ben")).to_contain_text("02-explore-demand.ipynb")
    was_there_an_hour_ago(jupyter, ben, "ana")
    ben.evaluate("void window.jupyterapp.commands.execute('docmanager:save')")
    expect(line(ana, "Ben saved 02-explore-demand.ipynb")).to_be_visible()
    missed = panel(ana).locator("[data-jrt-away]")
    expect(missed).to_have_count(0)
    open_notebook(ana)
    expect(missed).to_contain_text("While you were away from this document")
    expect(missed).to_contain_text("Ben saved 02-explore-demand.ipynb")
    tab = ana.locator(".jp-SideBar li[data-id='jupyter-realtime-team']")
    # The kernel of Ben's notebook, and the save.
    expect(tab).to_have_attribute("data-jrt-unread", "2")
    missed.get_by_role("button", name="Seen").click()
    expect(missed).to_have_count(0)
    expect(tab).to_have_attribute("data-jrt-unread", "")
    # Whoever made it has missed nothing.
    open_team(ben, jupyter)
    expect(panel(ben).locator("[data-jrt-away]")).to_have_count(0)


def was_there_an_hour_ago(server: Jupyter, page: Page, name: str) -> None:
    """Have somebody been at the notebook, as another server of the store would note it."""
    [document] = {one["document"] for one in ask(page, "presence")[1]["items"] if one["path"]}
    hour_ago_ms = int(time.time() - 3600) * 1000

    async def note() -> None:
        [path] = (server.home / "data").rglob("realtime-v1.sqlite")
        store = await SqliteStore.open(path)
        await store.visits.note([(document, name)], hour_ago_ms, pause_ms=0)
        await store.close()

    # Playwright has a loop of its own in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(note())).result()


def test_widgets_show_who_is_here_and_what_happened(team: Team) -> None:
    ana, ben = two(team)
    open_notebook(ben, OTHER)
    save(ben, "tools/new.py")
    open_notebook(ana, "widgets.ipynb")
    expect(ana.locator("#jp-main-statusbar")).to_contain_text("Idle")
    ana.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    bar = notebook(ana).locator(".jrt-people-bar")
    expect(bar.locator("[data-jrt-person='ben']")).to_be_visible(timeout=60_000)
    feed = notebook(ana).locator("[data-jrt-activity]")
    expect(feed).to_contain_text("Ben created new.py")
    notebook(ana).get_by_role("button", name="Show them as a list").click()
    expect(notebook(ana).locator(".jrt-person[data-jrt-person='ben']")).to_contain_text(
        "04-forecast.ipynb"
    )
    ana.screenshot(path=IMAGES / "team-widgets.png")
    # A face leads there; what happens meanwhile comes while the kernel is busy, too.
    bar.locator("[data-jrt-person='ben']").click()
    expect(ana.locator(".lm-DockPanel-tabBar .jp-mod-current")).to_contain_text("04-forecast")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_and_pictures_for_the_documentation(team: Team, theme: str) -> None:
    ana, ben = two(team)
    change_theme(ana, theme)
    open_notebook(ben)
    save(ben, "tools/new.py")
    for _ in range(2):
        ben.evaluate("void window.jupyterapp.commands.execute('docmanager:save')")
    save(ana, "README.md", "# Ours\n")
    expect(line(ana, "Ana saved README.md")).to_be_visible()
    widen(ana)
    ana.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = ana.evaluate(
        "async () => (await axe.run('[data-jrt-team-panel]')).violations"
    )
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    if theme.endswith("Light"):
        assert ask(ana, "activity")[0] == 200
        panel(ana).screenshot(path=IMAGES / "activity.png")
