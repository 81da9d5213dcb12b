"""Live analysis, as a person sees it: a real JupyterLab, a real browser, real detectors."""

from __future__ import annotations

import re
import shutil
from functools import partial
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import ROOT, OpenLab
from tests.browser.lab import Lab, eventually
from tests.jupyter import TOKEN, Jupyter
from tests.wire import Wire

LANES = {
    "complexity", "correctness", "data-science", "dead-code", "dependencies", "duplication",
    "hidden-state", "import-cycles", "notebook", "secrets", "security", "types",
}  # fmt: skip
NOTEBOOK = "notebooks/03-weather-features.ipynb"
IMAGES = ROOT / "docs" / "images"
MODULE = """
import os
import pickle


def load_{number}(path, seen=[]):
    seen.append(path)
    with open(path, "rb") as file:
        return pickle.load(file)


def total_{number}(values: list[int]) -> int:
    unused = 1
    return "".join(values)
"""


def enlarge(project: Path, modules: int) -> None:
    """Make the project large enough for a run that can be watched."""
    folder = project / "warehouse_jobs"
    folder.mkdir()
    for number in range(modules):
        (folder / f"job_{number}.py").write_text(MODULE.format(number=number))


def engine_processes(server: Jupyter) -> list[psutil.Process]:
    """What runs detectors for this server: everything below it but kernels."""
    assert server.process is not None
    below = psutil.Process(server.process.pid).children(recursive=True)
    return [p for p in below if "launch.py" in " ".join(_command(p)) or "ruff" in _name(p)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def open_panel(open_lab: OpenLab, jupyter: Jupyter, path: str = "", base: str | None = None) -> Lab:
    lab = Lab(open_lab(path, base=base), jupyter)
    lab.show_panel()
    return lab


def choose(lab: Lab, kind: str) -> None:
    lab.panel.locator(f"[data-kind='{kind}']").click()


def issues_list(card: Locator) -> Locator:
    return card.locator("[data-jrt-issue]")


def test_a_run_is_started_watched_and_its_issue_opened_in_its_cell(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 60)
    lab = open_panel(open_lab, jupyter, NOTEBOOK)
    choose(lab, "project")
    started = lab.page.evaluate("performance.now()")
    run = lab.analyse()
    lab.record(run)
    issues_list(lab.card(run)).first.wait_for()
    seconds = (lab.page.evaluate("performance.now()") - started) / 1000
    print(f"first issue {seconds:.2f} s after the click")
    assert lab.wait_for_end(run) == "succeeded"

    seen = lab.recorded()
    assert set(seen["lanes"]) == LANES
    for lane, looks in seen["lanes"].items():
        assert len(looks) >= 2, f"{lane} never moved: {looks}"
        assert looks[-1].startswith("succeeded")
    assert seen["firstIssueIn"] == "running", "an issue was seen before the end"
    in_page = lab.issues_in_page(run)
    assert in_page == [issue["id"] for issue in lab.issues_of(run)]
    assert len(in_page) == len(set(in_page)) > 60

    _open_the_undefined_name(lab, run)


def test_the_picture_of_the_readme(open_lab: OpenLab, jupyter: Jupyter, sample: Path) -> None:
    """Not only a picture: what it shows has to be there."""
    enlarge(sample, 150)
    lab = open_panel(open_lab, jupyter, NOTEBOOK)
    lab.widen_panel(by_px=160)
    expect(lab.page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
    choose(lab, "project")
    run = lab.analyse()
    expect(lab.card(run).get_by_role("progressbar").first).to_be_visible()
    issues_list(lab.card(run)).nth(3).wait_for()
    assert lab.state(run) == "running"
    lab.page.screenshot(path=IMAGES / "live-analysis.png")
    lab.wait_for_end(run)


def _open_the_undefined_name(lab: Lab, run: str) -> None:
    card = lab.card(run)
    card.get_by_role("searchbox").or_(card.get_by_placeholder("Filter issues")).first.fill(
        "COMFORT_THRESHOLD"
    )
    issue = issues_list(card).filter(has_text="COMFORT_THRESHOLD").first
    issue.click()
    cell = lab.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    expect(cell).to_contain_text("COMFORT_THRESHOLD")
    expect(cell).to_be_in_viewport()
    lab.page.wait_for_function(
        "() => getSelection().toString().includes('COMFORT_THRESHOLD')"
        " || !!document.querySelector('.jp-mod-active .cm-selectionBackground')"
    )


def test_two_runs_beside_each_other_do_not_mix(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 60)
    lab = open_panel(open_lab, jupyter, NOTEBOOK)
    choose(lab, "project")
    whole = lab.analyse()
    choose(lab, "notebook")
    one = lab.analyse()
    assert {lab.wait_for_end(one), lab.wait_for_end(whole)} == {"succeeded"}
    paths = {issue["path"] for issue in lab.issues_of(one)}
    assert paths == {NOTEBOOK}
    assert lab.issues_in_page(one) == [issue["id"] for issue in lab.issues_of(one)]
    assert lab.issues_in_page(whole) == [issue["id"] for issue in lab.issues_of(whole)]
    assert not set(lab.issues_in_page(one)) & set(lab.issues_in_page(whole))


def test_a_cancel_shows_at_once_and_leaves_no_process(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 500)
    lab = open_panel(open_lab, jupyter)
    choose(lab, "project")
    run = lab.analyse()
    expect(lab.card(run)).to_have_attribute("data-jrt-state", "running")
    issues_list(lab.card(run)).first.wait_for()
    lab.card(run).get_by_role("button", name="Cancel", exact=True).click()
    expect(lab.card(run)).to_have_attribute("data-jrt-state", re.compile("cancelling|cancelled"))
    assert lab.wait_for_end(run) == "cancelled"

    def only_warm_workers_are_left() -> bool:
        return all("analysis.worker" in " ".join(_command(p)) for p in engine_processes(jupyter))

    eventually(only_warm_workers_are_left, lab.page)
    assert lab.issues_in_page(run) == [issue["id"] for issue in lab.issues_of(run)]


def test_a_reload_in_the_middle_brings_everything_back(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 300)
    lab = open_panel(open_lab, jupyter)
    choose(lab, "project")
    run = lab.analyse()
    issues_list(lab.card(run)).first.wait_for()
    assert lab.state(run) == "running"
    lab.page.reload()
    lab.show_panel()
    lab.card(run).wait_for()
    assert lab.wait_for_end(run) == "succeeded"
    expect(lab.card(run).locator("[data-jrt-lane]")).to_have_count(len(LANES))
    expected = [issue["id"] for issue in lab.issues_of(run)]
    eventually(lambda: lab.issues_in_page(run) == expected, lab.page)


def is_back(wire: Wire, opened: int) -> bool:
    """Whether a socket was opened since there were so many."""
    return wire.sockets_opened > opened


def test_twenty_cuts_of_the_socket_lose_nothing_and_double_nothing(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 1200)
    with Wire(jupyter.port) as wire:
        lab = open_panel(open_lab, jupyter, base=wire.url)
        dot = lab.panel.locator("[data-jrt-connection]").first
        choose(lab, "project")
        run = lab.analyse()
        issues_list(lab.card(run)).first.wait_for()
        while wire.cuts < 20:
            expect(dot).to_have_attribute("data-jrt-connection", "online")
            opened = wire.sockets_opened
            wire.cut()
            # It may be back sooner than one can look.
            eventually(partial(is_back, wire, opened), lab.page)
        assert lab.server.api("GET", f"analyses/{run}")[1]["state"] == "running", "cut while it ran"
        lab.wait_for_end(run)
        expected = [issue["id"] for issue in lab.issues_of(run)]
        assert len(expected) > 3000
        eventually(lambda: lab.issues_in_page(run) == expected, lab.page)
        assert wire.sockets_opened > 20


def test_a_killed_server_is_told_and_the_run_can_be_started_again(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 400)
    lab = open_panel(open_lab, jupyter)
    choose(lab, "project")
    run = lab.analyse()
    issues_list(lab.card(run)).first.wait_for()
    jupyter.kill()
    expect(lab.panel.locator("[data-jrt-connection]").first).not_to_have_attribute(
        "data-jrt-connection", "online"
    )
    before = lab.issues_in_page(run)
    jupyter.start()
    expect(lab.card(run)).to_have_attribute("data-jrt-state", "failed", timeout=40_000)
    expect(lab.card(run)).to_contain_text(re.compile("server stopped", re.IGNORECASE))
    assert [issue["id"] for issue in lab.issues_of(run)][: len(before)] == before
    shutil.rmtree(sample / "warehouse_jobs")
    known = lab.runs()
    lab.card(run).get_by_role("button", name="Run again").click()
    eventually(lambda: len(lab.runs()) > len(known), lab.page)
    [again] = [new for new in lab.runs() if new not in known]
    assert lab.wait_for_end(again) in ("succeeded", "partial")


def run_cell(page: Page, number: int) -> None:
    page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


WIDGET = """from jupyter_realtime.widgets import AnalysisProgress
progress = AnalysisProgress("..")
progress"""


def test_the_widget_is_alive_while_its_kernel_is_busy(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 200)
    notebook(sample / "notebooks" / "widget.ipynb", [WIDGET, "import time; time.sleep(30)"])
    page = open_lab("notebooks/widget.ipynb")
    expect(page.locator("#jp-main-statusbar").get_by_text("| Idle")).to_be_visible()
    page.locator(".jp-Notebook .jp-CodeCell").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    card = page.locator(".jp-OutputArea [data-jrt-run]").first
    card.wait_for()
    expect(card).to_have_attribute("data-jrt-state", "succeeded", timeout=25_000)
    # The status bar calls a kernel idle while it answers a widget; the cell's own mark does not.
    busy = page.locator(".jp-Notebook .jp-CodeCell").nth(1).locator(".jp-InputPrompt")
    expect(busy).to_have_text("[*]:")
    expect(card.locator("[data-jrt-issue]").first).to_be_visible()


def notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook."""
    import nbformat

    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )
    nbformat.write(made, path)


def test_without_the_server_extension_the_widget_says_so_and_goes_on_by_the_kernel(
    context: BrowserContext, tmp_path: Path, sample: Path
) -> None:
    notebook(sample / "notebooks" / "widget.ipynb", [WIDGET])
    off = ("--ServerApp.jpserver_extensions={'jupyter_realtime': False}",)
    with Jupyter(tmp_path / "home", sample, options=off, has_extension=False) as server:
        page = context.new_page()
        page.goto(f"{server.url}lab/tree/notebooks/widget.ipynb?token={TOKEN}&reset")
        expect(page.locator("#jp-main-statusbar").get_by_text("| Idle")).to_be_visible()
        page.locator(".jp-Notebook .jp-CodeCell").first.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        card = page.locator(".jp-OutputArea [data-jrt-run]").first
        expect(card).to_have_attribute("data-jrt-state", "succeeded", timeout=40_000)
        expect(card.locator("[data-jrt-issue]").first).to_be_visible()
        expect(page.locator(".jp-OutputArea .jrt-widget")).to_contain_text("jupyter_realtime")
        lab = Lab(page, server)
        lab.page.locator(".jp-SideBar.jp-mod-right li[data-id='jupyter-realtime-analysis']").click()
        expect(lab.panel).to_contain_text("no jupyter_realtime extension")
