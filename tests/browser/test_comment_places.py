"""What comments are about besides a selection, and where: cells, files, issues, lost code, Notebook 7."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import Lab
from tests.browser.team import Team, team_server
from tests.browser.test_comments import (
    IMAGES,
    activate,
    anchor_of,
    card,
    cell,
    comment_on,
    edit,
    open_notebook,
    save,
    show_comments,
    threads_of,
    write,
)
from tests.jupyter import Jupyter

MODULE = "bikeshare/features.py"
SOUND = "notebooks/02-explore-demand.ipynb"


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """One server for all tests; each has a document of its own."""
    with team_server(tmp_path_factory.mktemp("places")) as server:
        yield server


def comment_here(page: Page, body: str, command: str = "jupyter-realtime:comment") -> None:
    """Comment on what is in front, by a command of the palette."""
    page.evaluate("name => void window.jupyterapp.commands.execute(name)", command)
    write(card(page), body)
    expect(card(page)).to_have_attribute("data-jrt-card", "threads")


def source_of(page: Page, index: int) -> str:
    """Give a cell's code."""
    cells = "window.jupyterapp.shell.currentWidget.content.widgets"
    return str(page.evaluate(f"index => {cells}[index].model.sharedModel.getSource()", index))


def test_Z2_where_nothing_is_selected_the_cell_is_commented_on_else_the_notebook(
    team: Team, jupyter: Jupyter, notebook: str
) -> None:
    ana, ben = team.open_lab("ana"), team.open_lab("ben")
    for page in (ana, ben):
        open_notebook(page, notebook)
    activate(ana, 3)
    ana.keyboard.press("Control+Alt+m")
    write(card(ana), "All of this")
    expect(card(ana)).to_have_attribute("data-jrt-card", "threads")
    anchor = anchor_of(ana, notebook)
    assert (anchor["scope"], anchor["cell_index"], anchor["start"]) == ("cell", 3, None)
    expect(cell(ben, 3).locator(".jrt-cell-mark").first).to_have_text("1")
    expect(cell(ben, 3).locator(".jrt-commented")).to_have_count(0)
    ana.keyboard.press("Escape")
    comment_here(ana, "Who runs it?", "jupyter-realtime:comment-document")
    panel = show_comments(ben, jupyter)
    rows = panel.locator("[data-jrt-row]")
    expect(rows).to_have_count(2)
    # What is about the whole comes first.
    expect(rows.first).to_contain_text("The whole notebook")
    expect(rows.last).to_contain_text("Cell 4")


def test_Z2_a_file_is_commented_on_as_a_whole_or_in_part(team: Team, jupyter: Jupyter) -> None:
    ana, ben = team.open_lab("ana"), team.open_lab("ben")
    for page in (ana, ben):
        page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
        page.evaluate(
            "path => void window.jupyterapp.commands.execute('docmanager:open', {path})", MODULE
        )
        page.locator(".jp-FileEditor:visible .cm-content").wait_for()
    show_comments(ana, jupyter)
    panel = show_comments(ben, jupyter)
    expect(panel.get_by_label("Whose threads")).to_contain_text("features.py")
    comment_here(ana, "Who uses this?")
    expect(panel.locator("[data-jrt-row]")).to_contain_text("The whole file")
    ana.keyboard.press("Escape")
    ana.evaluate(
        """() => {
            const {editor} = window.jupyterapp.shell.currentWidget.content;
            editor.focus();
            const line = editor.editor.state.doc.line(1);
            editor.editor.dispatch({
                selection: {anchor: line.from, head: line.to}, userEvent: 'select.pointer',
            });
        }"""
    )
    ana.locator(".jrt-here-button").click()
    write(card(ana), "Shorter?")
    expect(ben.locator(".jp-FileEditor:visible .jrt-comment-mark")).to_have_text("1")
    assert [one["anchor"]["scope"] for one in threads_of(ana, MODULE)] == ["document", "range"]


def test_Z3_code_that_stands_in_two_places_is_put_where_somebody_says(
    team: Team, jupyter: Jupyter, notebook: str
) -> None:
    ana = team.open_lab("ana")
    open_notebook(ana, notebook)
    comment_on(ana, 2, "HAS_HOLIDAYS = True", "Is it?")
    card(ana).get_by_role("button", name="Close").click()
    # It was cut, and pasted twice, with what stands around it.
    source = source_of(ana, 2)
    edit(ana, 2, source, "pass")
    for index in (5, 6):
        edit(ana, index, source_of(ana, index), source)
    save(ana)
    panel = show_comments(ana, jupyter)
    panel.get_by_label("Which threads").select_option("orphaned")
    thread = panel.locator("[data-jrt-row]")
    thread.click()
    expect(thread.locator(".jrt-tag-status")).to_have_text("Ambiguous")
    thread.get_by_role("button", name="Find its place").click()
    candidates = thread.locator("[data-jrt-candidate]")
    likely = candidates.filter(has_text="HAS_HOLIDAYS = True")
    expect(likely.filter(has_text="Cell 6")).to_have_count(1)
    seventh = likely.filter(has_text="Cell 7")
    seventh.get_by_role("button", name="Place it here").click()
    expect(cell(ana, 6).locator(".jrt-commented")).to_have_text("HAS_HOLIDAYS = True")
    expect(thread.locator(".jrt-thread")).to_have_attribute("data-jrt-anchor", "exact")
    assert anchor_of(ana, notebook)["cell_index"] == 6


def test_Z8_an_issue_is_commented_on_and_its_thread_is_done_when_it_is_fixed(
    team: Team, jupyter: Jupyter, notebook: str
) -> None:
    # A file of which something can't be read says of nothing that it is fixed.
    shutil.copy(jupyter.root / SOUND, jupyter.root / notebook)
    ana = team.open_lab("ana")
    open_notebook(ana, notebook)
    edit(ana, 5, "", "print(undefined_one)\n")
    save(ana)
    lab = Lab(ana, jupyter)
    lab.show_panel()
    lab.panel.locator("[data-kind='notebook']").click()
    run = lab.analyse()
    assert lab.wait_for_end(run) in ("succeeded", "partial")
    issue = lab.card(run).locator("[data-jrt-issue]").filter(has_text="undefined_one").first
    issue.click()
    issue.get_by_role("button", name="Comment", exact=True).click()
    write(card(ana), "On purpose?")
    expect(card(ana)).to_have_attribute("data-jrt-card", "threads")
    expect(card(ana)).to_contain_text("About an issue.")
    expect(cell(ana, 5).locator(".jrt-commented")).to_have_text("undefined_one")
    [thread] = threads_of(ana, notebook)
    assert (thread["issue"] is not None, thread["issue_state"]) == (True, "open")
    # It is fixed: the thread offers to be resolved.
    edit(ana, 5, "undefined_one", "'one'")
    save(ana)
    again = lab.analyse()
    assert lab.wait_for_end(again) in ("succeeded", "partial")
    panel = show_comments(ana, jupyter)
    panel.locator("[data-jrt-row]").click()
    expect(panel.locator("[data-jrt-row]")).to_contain_text(
        "The issue that this is about is fixed: the thread can be resolved."
    )


def test_Z9_what_one_is_told_of_a_document_is_said_in_the_panel(
    team: Team, jupyter: Jupyter, notebook: str
) -> None:
    ana, ben = team.open_lab("ana"), team.open_lab("ben")
    for page in (ana, ben):
        open_notebook(page, notebook)
    label = "When to tell me of the threads of this document"
    panel = show_comments(ben, jupyter)
    expect(panel.get_by_label(label)).to_have_value("participating")
    panel.get_by_label(label).select_option("all")
    expect(panel.get_by_label(label)).to_be_enabled()
    # He takes no part in it, and is told.
    comment_on(ana, 7, "0.55", "Too low?")
    expect(ben.locator(".jrt-bell").first).to_have_attribute("data-jrt-unread", "1")
    ben.reload()
    open_notebook(ben, notebook)
    expect(show_comments(ben, jupyter).get_by_label(label)).to_have_value("all")


def test_Z10_in_notebook_7_code_is_commented_on_as_in_jupyterlab(
    team: Team, jupyter: Jupyter, notebook: str
) -> None:
    ben = team.open_lab("ben")
    open_notebook(ben, notebook)
    team.open_lab("ana").close()
    ana = team.windows["ana"].new_page()
    ana.goto(f"{jupyter.url}notebooks/{notebook}")
    expect(ana.locator("[data-jrt-open-threads]")).to_have_attribute("data-jrt-open-threads", "0")
    code = ana.locator(".jp-Cell").nth(3).locator(".cm-content")
    code.click()
    ana.keyboard.press("Control+Home")
    ana.keyboard.press("Shift+End")
    ana.locator(".jrt-here-button").click()
    write(card(ana), "From Notebook 7")
    expect(card(ana)).to_have_attribute("data-jrt-card", "threads")
    expect(cell(ben, 3).locator(".jrt-comment-mark")).to_have_text("1")
    cell(ben, 3).locator(".jrt-comment-mark").click()
    write(card(ben), "Seen in JupyterLab")
    expect(card(ana).locator(".jrt-comment")).to_have_count(2)
    expect(card(ana)).to_be_in_viewport(ratio=1)
    ana.screenshot(path=IMAGES / "comments-notebook-7.png")
    ana.keyboard.press("Escape")
    ana.keyboard.press("Alt+Shift+c")
    row = ana.locator("[data-jrt-comments]:visible [data-jrt-row]")
    expect(row).to_contain_text("From Notebook 7")
    expect(row).to_contain_text("1 answer")
