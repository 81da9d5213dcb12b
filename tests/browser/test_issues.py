"""Issues where they are: marked, mended, dismissed; analysed on save and from the file browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import ROOT, OpenLab
from tests.browser.lab import Lab, eventually
from tests.browser.test_live_analysis import notebook
from tests.jupyter import Jupyter

IMAGES = ROOT / "docs" / "images"
NAME = "marked.ipynb"
CELLS = ["import json\nimport os\n\nprint(os.getcwd())", "total = 1\nprint(totl)", "print(total)"]
UNUSED = "json"
UNDEFINED = "totl"
SETTINGS = "jupyter-realtime:plugin"


@pytest.fixture
def lab(open_lab: OpenLab, jupyter: Jupyter, sample: Path) -> Lab:
    """JupyterLab with a notebook of two issues in front, and the panel open."""
    notebook(sample / NAME, CELLS)
    lab = Lab(open_lab(NAME), jupyter)
    expect(cell(lab, 0)).to_contain_text("import json")
    lab.show_panel()
    lab.widen_panel(by_px=120)
    return lab


def cell(lab: Lab, number: int) -> Locator:
    return lab.page.locator(".jp-Notebook .jp-CodeCell").nth(number)


def marks(lab: Lab, number: int) -> Locator:
    return cell(lab, number).locator(".cm-lintRange")


def analysed(lab: Lab) -> Locator:
    """Analyse the notebook; its card when it is over."""
    lab.panel.locator("[data-kind='notebook']").click()
    run = lab.analyse()
    assert lab.wait_for_end(run) in ("succeeded", "partial")
    return lab.card(run)


def issue(card: Locator, text: str) -> Locator:
    return card.locator("[data-jrt-issue]").filter(has_text=text).first


def test_issues_are_marked_in_their_cells_and_move_with_the_code(lab: Lab) -> None:
    analysed(lab)
    expect(marks(lab, 0)).to_have_text([UNUSED])
    expect(marks(lab, 1).first).to_have_text(UNDEFINED)
    expect(cell(lab, 0).locator(".cm-lint-marker")).to_have_count(1)
    expect(marks(lab, 2)).to_have_count(0)

    marks(lab, 1).first.hover()
    tooltip = lab.page.locator(".cm-tooltip-lint, .cm-tooltip:has(.cm-diagnostic)").first
    expect(tooltip).to_contain_text(UNDEFINED)
    lab.page.mouse.move(5, 5)

    cell(lab, 1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+Home")
    lab.page.keyboard.type("# new\n")
    expect(marks(lab, 1).first).to_have_text(UNDEFINED)
    cell(lab, 1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+End")
    for _ in range(4):
        lab.page.keyboard.press("ArrowLeft")
    lab.page.keyboard.type("a")
    expect(marks(lab, 1)).to_have_count(0)
    expect(marks(lab, 0)).to_have_text([UNUSED])


def test_the_keyboard_goes_from_issue_to_issue_where_their_code_is_now(lab: Lab) -> None:
    analysed(lab)
    expect(marks(lab, 1).first).to_have_text(UNDEFINED)
    cell(lab, 1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+Home")
    lab.page.keyboard.type("# new\n")
    cell(lab, 0).locator(".cm-content").click()
    lab.page.keyboard.press("Control+Home")
    for code in (UNUSED, UNDEFINED, UNUSED):
        lab.page.keyboard.press("F8")
        lab.page.wait_for_function("code => getSelection().toString() === code", arg=code)
    lab.page.keyboard.press("Shift+F8")
    lab.page.wait_for_function("code => getSelection().toString() === code", arg=UNDEFINED)


def test_a_dismissal_that_fails_keeps_its_words_and_one_that_does_not_can_be_undone(
    lab: Lab,
) -> None:
    card = analysed(lab)
    row = issue(card, UNDEFINED)
    row.click()
    row.get_by_role("button", name="Dismiss…").click()
    reason = row.get_by_label("Reason of the dismissal")
    reason.fill("Only an example")
    full = {"code": "unavailable", "message": "The disk is full.", "retryable": True}

    def refuse(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=503, json=full | {"retry_after": None})
        else:
            route.continue_()

    lab.page.route("**/dismissals*", refuse)
    reason.press("Enter")
    expect(row.get_by_role("alert")).to_have_text("The disk is full.")
    expect(reason).to_have_value("Only an example")
    expect(marks(lab, 1).first).to_have_text(UNDEFINED)

    lab.page.unroute("**/dismissals*")
    row.get_by_role("button", name="Retry").click()
    expect(row).to_have_attribute("data-jrt-status", "dismissed")
    expect(row.get_by_role("button", name="Undo dismissal")).to_be_focused()
    expect(marks(lab, 1)).to_have_count(0)
    row.get_by_role("button", name="Undo dismissal").click()
    expect(marks(lab, 1).first).to_have_text(UNDEFINED)


CUT = """panel => [...panel.querySelectorAll('*')].filter(it =>
    it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).overflowX !== 'visible'
    && !it.matches('.jrt-hidden, .jrt-hidden *, input')).map(it => it.outerHTML.slice(0, 200))"""


def test_in_a_narrow_panel_nothing_is_cut_and_all_ends_at_one_line(
    open_lab: OpenLab, jupyter: Jupyter
) -> None:
    lab = Lab(open_lab("notebooks/03-weather-features.ipynb"), jupyter)
    lab.show_panel()
    width = lab.panel.bounding_box()
    assert width is not None and width["width"] <= 250
    card = analysed(lab)
    card.locator("[data-jrt-issue]").first.click()
    expect(card.locator(".jrt-details")).to_be_visible()
    assert lab.panel.evaluate(CUT) == []
    ends = {
        round(lab.panel.locator(part).first.evaluate("it => it.getBoundingClientRect().right"))
        for part in (".jrt-segments", ".jrt-bar", ".jrt-lanes", ".jrt-search", ".jrt-details")
    }
    assert len(ends) == 1


def editor(lab: Lab) -> Locator:
    return lab.page.locator(".jp-FileEditor .cm-content")


@pytest.fixture
def module(open_lab: OpenLab, jupyter: Jupyter, sample: Path) -> Lab:
    """JupyterLab with a module that has an unused import, and its folder analysed."""
    folder = sample / "mended"
    folder.mkdir()
    (folder / "tidy.py").write_text(CELLS[0] + "\n")
    lab = Lab(open_lab("mended/tidy.py"), jupyter)
    expect(editor(lab)).to_contain_text("import json")
    lab.show_panel()
    lab.widen_panel(by_px=120)
    lab.panel.locator("[data-kind='folder']").click()
    assert lab.wait_for_end(lab.analyse()) in ("succeeded", "partial")
    expect(editor(lab).locator(".cm-lintRange")).to_have_text([UNUSED])
    return lab


def test_a_fix_is_shown_applied_and_undone(module: Lab) -> None:
    lab = module
    issue(lab.panel, UNUSED).click()
    details = lab.panel.locator(".jrt-details")
    expect(details.locator(".jrt-diff-removed")).to_contain_text("import json")
    lab.page.screenshot(path=IMAGES / "issues.png")
    details.get_by_role("button", name="Apply fix").click()
    expect(editor(lab)).not_to_contain_text("import json")
    expect(editor(lab).locator(".cm-lintRange")).to_have_count(0)
    details.get_by_role("button", name="Undo", exact=True).click()
    expect(editor(lab)).to_contain_text("import json")
    expect(editor(lab).locator(".cm-lintRange")).to_have_text([UNUSED])

    details.get_by_role("button", name="Apply fix").click()
    expect(editor(lab)).not_to_contain_text("import json")
    editor(lab).click()
    lab.page.keyboard.press("Control+z")
    expect(editor(lab)).to_contain_text("import json")


def test_a_fix_is_not_applied_to_code_that_has_changed(module: Lab) -> None:
    lab = module
    issue(lab.panel, UNUSED).click()
    details = lab.panel.locator(".jrt-details")
    expect(details.locator(".jrt-diff-removed")).to_be_visible()
    editor(lab).click()
    lab.page.keyboard.press("Control+Home")
    lab.page.keyboard.press("End")
    lab.page.keyboard.type(" as j")
    expect(editor(lab).locator(".cm-lintRange")).to_have_count(0)
    details.get_by_role("button", name="Apply fix").click()
    expect(details.get_by_role("alert")).to_contain_text("has changed")
    expect(editor(lab)).to_contain_text("import json as j")


def test_the_mark_itself_offers_the_fix(module: Lab) -> None:
    editor(module).locator(".cm-lintRange").hover()
    module.page.get_by_role("button", name="Apply fix").click()
    expect(editor(module)).not_to_contain_text("import json")


def save(lab: Lab) -> None:
    cell(lab, 2).locator(".cm-content").click()
    lab.page.keyboard.type(" ")
    lab.page.keyboard.press("Control+s")


def test_what_is_saved_is_analysed_where_that_is_wanted(lab: Lab) -> None:
    lab.page.evaluate(
        """async plugin => {
            const {serviceManager} = window.jupyterapp;
            await serviceManager.settings.save(plugin, '{"analyseOnSave": true}');
        }""",
        SETTINGS,
    )
    lab.page.reload()
    expect(cell(lab, 0)).to_contain_text("import json")
    lab.show_panel()
    assert lab.runs() == []
    save(lab)
    card = lab.panel.locator("[data-jrt-run]").first
    expect(card).to_have_attribute("data-jrt-state", re.compile("succeeded|partial"))
    [run] = lab.runs()
    _, analysis = lab.server.api("GET", f"analyses/{run}")
    assert analysis["paths"] == [NAME]
    expect(marks(lab, 0)).to_have_text([UNUSED])


def test_the_file_browsers_menu_analyses_what_is_selected(lab: Lab) -> None:
    lab.page.locator(".jp-DirListing-item", has_text="notebooks").first.click(button="right")
    lab.page.locator(".lm-Menu-item").get_by_text("Analyse", exact=True).click()
    card = lab.panel.locator("[data-jrt-run]").first
    expect(card).to_have_attribute("data-jrt-state", re.compile("succeeded|partial"))
    [run] = lab.runs()
    _, analysis = lab.server.api("GET", f"analyses/{run}")
    assert analysis["paths"] == ["notebooks"]


def test_an_earlier_analysis_can_be_opened_again(lab: Lab) -> None:
    card = analysed(lab)
    [run] = lab.runs()
    card.get_by_role("button", name="Dismiss", exact=True).click()
    expect(lab.card(run)).to_have_count(0)
    lab.panel.get_by_role("button", name="Earlier analyses").click()
    lab.panel.locator(f"[data-jrt-earlier='{run}']").click()
    expect(issue(lab.card(run), UNDEFINED)).to_be_visible()


def test_an_end_is_told_only_where_the_panel_does_not_show_it(lab: Lab) -> None:
    analysed(lab)
    toast = lab.page.locator(".Toastify__toast")

    def told() -> dict[str, Any]:
        _, listed = lab.server.api("GET", "notifications?category=analysis")
        return dict(listed)

    eventually(lambda: len(told()["items"]) == 1, lab.page)
    bell = lab.page.locator(".jrt-bell").first
    expect(bell).to_have_attribute("data-jrt-unread", str(told()["unread"]))
    expect(toast).to_have_count(0)
    lab.page.locator(".jp-SideBar.jp-mod-right li[data-id='jupyter-realtime-analysis']").click()
    expect(lab.panel).to_be_hidden()
    lab.server.api("POST", "analyses", {"paths": [NAME]})
    done = toast.filter(has_text="The analysis of marked.ipynb is done")
    done.get_by_role("button", name="Open").click()
    expect(lab.panel).to_be_visible()
