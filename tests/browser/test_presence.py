"""Two people in two browsers: who is here, where they are, and what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ROOT
from tests.browser.lab import Lab, eventually
from tests.browser.team import Team, team_server
from tests.jupyter import Jupyter

IMAGES = ROOT / "docs" / "images"
AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
NOTEBOOK = "notebooks/02-explore-demand.ipynb"
OTHER = "notebooks/04-forecast.ipynb"
SHOW = "jupyter-realtime:show-team"
SEEN_WITHIN_MS = 2000
GRACE_MS = 5000
# Which line of the cell a selection covers, from its beginning to its end.
COVERED = """selection => {
    const range = document.createRange();
    const lines = [...selection.closest('.cm-editor').querySelectorAll('.cm-line')];
    const it = selection.getBoundingClientRect();
    return 1 + lines.findIndex(line => {
        range.selectNodeContents(line);
        const { left, right, top, bottom } = range.getBoundingClientRect();
        const middle = (top + bottom) / 2;
        return it.top < middle && middle < it.bottom
            && Math.abs(it.left - left) < 2 && Math.abs(it.right - right) < 2;
    });
}"""
LEASE_MS = 8000


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """One server for all tests; each has people of its own."""
    with team_server(tmp_path_factory.mktemp("presence")) as server:
        yield server


def open_notebook(page: Page, path: str = NOTEBOOK) -> None:
    """Open a notebook, and wait until it is there."""
    page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
    page.evaluate(
        "path => void window.jupyterapp.commands.execute('docmanager:open', {path})", path
    )
    expect(notebook(page)).to_be_visible()
    expect(cell(page, 1)).to_be_visible()


def notebook(page: Page) -> Locator:
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook")


def cell(page: Page, number: int) -> Locator:
    """A cell by its number from 1, whatever kind it is."""
    return notebook(page).locator(".jp-Cell").nth(number - 1)


def panel(page: Page) -> Locator:
    return page.locator("[data-jrt-team-panel]")


def person(page: Page, name: str) -> Locator:
    return panel(page).locator(f".jrt-person[data-jrt-person='{name}']")


def in_toolbar(page: Page, name: str) -> Locator:
    return page.locator(
        f".jp-NotebookPanel:not(.lm-mod-hidden) .jrt-people-toolbar [data-jrt-person='{name}']"
    )


def mark(page: Page, number: int, name: str) -> Locator:
    return cell(page, number).locator(f".jrt-cell-people [data-jrt-person='{name}']")


def open_team(page: Page, server: Jupyter) -> None:
    Lab(page, server).command(SHOW)
    expect(panel(page).locator("[data-jrt-connection]")).to_have_attribute(
        "data-jrt-connection", "online"
    )


def write_in(page: Page, number: int) -> None:
    """Put the cursor at the start of a code cell."""
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Control+Home")


def two(team: Team, one: str, other: str) -> tuple[Page, Page]:
    """Two people in one notebook, the first of whom looks at who is here."""
    first, second = team.open_lab(one), team.open_lab(other)
    for page in (first, second):
        open_notebook(page)
    open_team(first, team.server)
    expect(person(first, other)).to_be_visible()
    return first, second


def test_X1_who_is_here_is_seen_within_two_seconds_and_where_they_are(
    team: Team, jupyter: Jupyter
) -> None:
    ana, ben = two(team, "ana", "ben")
    write_in(ben, 3)
    expect(person(ana, "ben")).to_contain_text(
        "Editing cell 3 of 02-explore-demand.ipynb", timeout=SEEN_WITHIN_MS
    )
    expect(in_toolbar(ana, "ben")).to_be_visible(timeout=SEEN_WITHIN_MS)
    expect(mark(ana, 3, "ben")).to_be_visible(timeout=SEEN_WITHIN_MS)
    # Oneself is not listed, nor in one's toolbar, whatever tabs one has.
    expect(person(ana, "ana")).to_have_count(0)
    expect(in_toolbar(ana, "ana")).to_have_count(0)
    expect(in_toolbar(ben, "ana")).to_be_visible()
    beside = team.open_lab("ben")
    open_notebook(beside, OTHER)
    expect(person(ana, "ben")).to_have_count(1)
    expect(person(ana, "ben")).to_contain_text("04-forecast.ipynb", timeout=SEEN_WITHIN_MS)
    beside.close()
    expect(person(ana, "ben")).to_contain_text("02-explore-demand.ipynb")


def test_X2_cursors_and_selections_are_drawn_where_they_are_and_take_no_room(
    team: Team, jupyter: Jupyter
) -> None:
    ana, ben = two(team, "cleo", "dan")
    place = cell(ana, 3).locator(".cm-content")
    before = place.bounding_box()
    write_in(ben, 3)
    caret = cell(ana, 3).locator(".jrt-caret")
    expect(caret).to_have_attribute("data-jrt-name", "Dan", timeout=SEEN_WITHIN_MS)
    ben.keyboard.press("Shift+End")
    selected = cell(ana, 3).locator(".jrt-selection-of")
    expect(selected.first).to_be_visible(timeout=SEEN_WITHIN_MS)
    assert selected.evaluate(COVERED) == 1
    assert place.bounding_box() == before
    # Text that is put in front here moves it along, and clicks go through it.
    cell(ana, 3).locator(".cm-content").click()
    ana.keyboard.press("Control+Home")
    ana.keyboard.type("# here")
    ana.keyboard.press("Enter")
    expect(caret).to_have_attribute("data-jrt-line", "")
    assert selected.evaluate(COVERED) == 2
    ben.keyboard.press("Escape")
    expect(caret).to_have_count(0)
    ana.keyboard.press("Control+z")


def test_X3_marks_at_cells_move_no_button_and_take_no_click(team: Team, jupyter: Jupyter) -> None:
    ana, ben = two(team, "emil", "fay")
    write_in(ana, 3)
    ana.keyboard.press("Escape")
    tools = cell(ana, 3).locator(".jp-cell-toolbar").first
    expect(tools).to_be_visible()
    before = tools.bounding_box()
    write_in(ben, 3)
    expect(mark(ana, 3, "fay")).to_be_visible()
    assert tools.bounding_box() == before
    box = mark(ana, 3, "fay").bounding_box()
    assert box is not None
    hit: str = ana.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('.jrt-cell-people') === null",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    assert hit, "the mark catches the pointer"


def test_X4_a_click_leads_to_where_somebody_is_and_following_goes_with_them(
    team: Team, jupyter: Jupyter
) -> None:
    ana, ben = team.open_lab("gus"), team.open_lab("hana")
    open_notebook(ben)
    write_in(ben, 6)
    open_team(ana, jupyter)
    # The notebook is not open here: its cells have no numbers.
    expect(person(ana, "hana")).to_contain_text("Editing 02-explore-demand.ipynb")
    person(ana, "hana").hover()
    person(ana, "hana").get_by_role("button", name="Go to where Hana is").click()
    expect(cell(ana, 6)).to_have_class(re.compile("jp-mod-active"))
    expect(mark(ana, 6, "hana")).to_be_visible()
    person(ana, "hana").get_by_role("button", name="Follow Hana").click()
    note = ana.locator(".jrt-following")
    expect(note).to_contain_text("You follow Hana")
    last = notebook(ben).locator(".jp-Cell").count()
    ben.evaluate(
        "window.jupyterapp.shell.currentWidget.content.activeCellIndex ="
        " window.jupyterapp.shell.currentWidget.content.widgets.length - 1"
    )
    expect(cell(ana, last)).to_be_in_viewport()
    # Only the view moves.
    expect(cell(ana, 6)).to_have_class(re.compile("jp-mod-active"))
    open_notebook(ben, OTHER)
    expect(ana.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")).to_be_visible()
    expect(ana.locator(".lm-DockPanel-tabBar .jp-mod-current")).to_contain_text("04-forecast")
    ana.keyboard.press("Escape")
    expect(note).to_be_hidden()


def test_X5_what_runs_is_told_and_for_how_long(team: Team, jupyter: Jupyter) -> None:
    ana, ben = two(team, "ida", "jon")
    write_in(ben, 3)
    ben.keyboard.press("Control+a")
    ben.keyboard.type("import time; time.sleep(600)")
    ben.keyboard.press("Control+Enter")
    expect(person(ana, "jon")).to_contain_text(
        "Running cell 3 of 02-explore-demand.ipynb (less than a minute)"
    )
    expect(mark(ana, 3, "jon")).to_have_attribute("data-jrt-running", "true")
    ben.evaluate("void window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    expect(person(ana, "jon")).to_have_attribute("data-jrt-running", "false")
    expect(person(ana, "jon")).to_contain_text("cell 3")


def test_X6_one_click_makes_invisible_and_another_shows_again(team: Team, jupyter: Jupyter) -> None:
    ana, ben = two(team, "kim", "leo")
    open_team(ben, jupyter)
    write_in(ben, 3)
    expect(cell(ana, 3).locator(".jrt-caret")).to_have_count(1)
    panel(ben).get_by_role("button", name="Invisible").click()
    expect(panel(ben)).to_contain_text("Invisible: nobody else sees you")
    expect(person(ana, "leo")).to_have_count(0, timeout=SEEN_WITHIN_MS)
    expect(in_toolbar(ana, "leo")).to_have_count(0)
    expect(mark(ana, 3, "leo")).to_have_count(0)
    expect(cell(ana, 3).locator(".jrt-caret")).to_have_count(0)
    # To others it is as if they had gone.
    assert of_person(ana, "leo") == []
    # Others are seen all the same.
    expect(person(ben, "kim")).to_be_visible()
    panel(ben).get_by_role("button", name="Invisible").click()
    expect(person(ana, "leo")).to_be_visible(timeout=SEEN_WITHIN_MS)


def test_X7_a_closed_laptop_is_offline_after_the_grace(team: Team, jupyter: Jupyter) -> None:
    ana, ben = two(team, "mia", "noa")
    ben.context.set_offline(True)
    ben.close(run_before_unload=False)
    expect(person(ana, "noa")).to_have_count(0, timeout=GRACE_MS + SEEN_WITHIN_MS)
    before = panel(ana).get_by_role("button", name=re.compile("here before"))
    before.click()
    expect(person(ana, "noa")).to_have_attribute("data-jrt-status", "offline")
    expect(person(ana, "noa")).to_contain_text("Last seen")


def ask(page: Page, path: str) -> tuple[int, Any]:
    """Ask the server as whoever uses this page."""
    status, answer = page.evaluate(
        "path => fetch(`/realtime/api/v1/${path}`).then(async it => [it.status, await it.json()])",
        path,
    )
    return int(status), answer


def test_X8_after_a_killed_server_no_ghost_is_left(
    team: Team, jupyter: Jupyter, browser: Browser
) -> None:
    ana, ben = two(team, "ola", "pia")
    ben.context.set_offline(True)
    jupyter.kill()
    expect(panel(ana)).to_contain_text("Offline: this is as of")
    ben.close(run_before_unload=False)
    jupyter.start()
    expect(panel(ana).locator("[data-jrt-connection]")).to_have_attribute(
        "data-jrt-connection", "online"
    )
    expect(person(ana, "pia")).to_have_count(0, timeout=LEASE_MS)
    eventually(lambda: "'online'" not in str(of_person(ana, "pia")), ana, within_ms=LEASE_MS)


def of_person(page: Page, name: str) -> list[Any]:
    return [one for one in ask(page, "presence")[1]["items"] if one["user"]["name"] == name]


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(team: Team, jupyter: Jupyter, theme: str) -> None:
    name = "quin" if theme.endswith("Light") else "rosa"
    ana, ben = two(team, name, f"{name}s")
    change_theme(ana, theme)
    write_in(ben, 3)
    expect(person(ana, f"{name}s")).to_contain_text("cell 3")
    ana.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = ana.evaluate(
        "async () => (await axe.run({include: [['[data-jrt-team-panel]'], ['.jrt-people-toolbar']]}))"
        ".violations"
    )
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_pictures_for_the_documentation(team: Team, jupyter: Jupyter) -> None:
    others = ["ben", "cleo", "dan"]
    ana = team.open_lab("ana")
    open_notebook(ana)
    open_team(ana, jupyter)
    pages = {name: team.open_lab(name) for name in others}
    for name, number in (("ben", 3), ("cleo", 5), ("dan", 3)):
        page = pages[name]
        open_notebook(page)
        write_in(page, number)
        page.keyboard.press("Shift+End" if name == "ben" else "End")
    pages["dan"].keyboard.press("Control+Enter")
    for name in others:
        expect(person(ana, name)).to_contain_text("cell")
    expect(cell(ana, 3).locator(".jrt-caret")).not_to_have_count(0)
    widen(ana)
    for theme, picture in (("Dark", "presence-dark"), ("Light", "presence")):
        change_theme(ana, f"JupyterLab {theme}")
        expect(ana.locator("#jupyterlab-splash")).to_have_count(0)
        ana.screenshot(path=IMAGES / f"{picture}.png")


def widen(page: Page) -> None:
    """Make the panel wider."""
    box = panel(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] - 2, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] - 92, box["y"] + 300, steps=4)
    page.mouse.up()
    page.mouse.move(700, 500)


def change_theme(page: Page, theme: str) -> None:
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        ".then(() => null)",
        theme,
    )
