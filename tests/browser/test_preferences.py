"""How people settle what they are told, in a real JupyterLab; and the widgets of notifications."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ROOT, OpenLab
from tests.browser.lab import Lab, eventually
from tests.browser.test_live_analysis import notebook
from tests.jupyter import Jupyter

IMAGES = ROOT / "docs" / "images"
AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
SHOW = "jupyter-realtime:show-preferences"
PAGE = "[data-jrt-preferences]"
CENTER = "[data-jrt-notifications]"
WIDGETS = """from jupyter_realtime.widgets import NotificationCenter, NotificationPreferences
display(NotificationCenter(), NotificationPreferences())"""


def settled(jupyter: Jupyter) -> dict[str, Any]:
    status, answer = jupyter.api("GET", "preferences")
    assert status == 200
    found: dict[str, Any] = answer
    return found


def mode(jupyter: Jupyter, category: str, channel: str) -> str:
    [found] = [
        rule["mode"]
        for rule in settled(jupyter)["rules"]
        if (rule["category"], rule["channel"]) == (category, channel)
    ]
    return str(found)


def open_preferences(page: Page, jupyter: Jupyter) -> Locator:
    Lab(page, jupyter).command(SHOW)
    panel = page.locator(f"#jupyter-realtime-preferences {PAGE}")
    expect(panel.locator("table")).to_be_visible()
    return panel


def test_H6_what_is_chosen_stays_and_is_the_same_in_another_tab(
    open_lab: OpenLab, jupyter: Jupyter
) -> None:
    page, other = open_lab(), open_lab()
    panel, beside = open_preferences(page, jupyter), open_preferences(other, jupyter)
    page.bring_to_front()
    panel.get_by_label("Analyses: Pop-up").uncheck()
    expect(panel.get_by_text("Saved", exact=True)).to_be_visible()
    assert mode(jupyter, "analysis", "toast") == "off"
    other.bring_to_front()
    other.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(beside.get_by_label("Analyses: Pop-up")).not_to_be_checked()
    beside.get_by_label("Replies: Inbox").uncheck()
    expect(beside.get_by_label("Replies: Pop-up")).to_be_disabled()
    other.reload()
    again = open_preferences(other, jupyter)
    expect(again.get_by_label("Analyses: Pop-up")).not_to_be_checked()
    expect(again.get_by_label("Replies: Inbox")).not_to_be_checked()
    assert (mode(jupyter, "analysis", "toast"), mode(jupyter, "reply", "in_app")) == ("off", "off")


def test_quiet_hours_a_digest_and_mutes_by_mouse_and_keys(
    open_lab: OpenLab, jupyter: Jupyter
) -> None:
    page = open_lab()
    _, projects = jupyter.api("GET", "projects")
    project = projects["items"][0]
    jupyter.api("PATCH", "preferences", {"mutes": [project["id"]]})
    panel = open_preferences(page, jupyter)
    panel.get_by_label("Let nothing ring at night").check()
    begin = panel.get_by_label("Quiet hours begin")
    expect(begin).to_have_value("22:00")
    begin.fill("21:30")
    begin.press("Tab")
    panel.get_by_label("Time zone", exact=True).select_option("Asia/Tokyo")
    panel.get_by_label("How often the digest comes").select_option("daily")
    quiet = {"from": "21:30", "to": "07:00", "zone": "Asia/Tokyo"}
    eventually(lambda: settled(jupyter)["quiet_hours"] == quiet, page)
    eventually(lambda: settled(jupyter)["digest"] == "daily", page)
    panel.get_by_role("button", name=f"Unmute Project {project['name']}").press("Enter")
    undo = panel.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    eventually(lambda: settled(jupyter)["mutes"] == [], page)
    undo.press("Enter")
    eventually(lambda: settled(jupyter)["mutes"] == [project["id"]], page)


def test_H7_back_to_the_defaults_and_once_more_to_ones_own(
    open_lab: OpenLab, jupyter: Jupyter
) -> None:
    page = open_lab()
    before = settled(jupyter)
    quiet = {"from": "21:30", "to": "07:00", "zone": "Asia/Tokyo"}
    rule = {"category": "quota", "channel": "toast", "mode": "off"}
    change = {"rules": [rule], "quiet_hours": quiet, "zone": "Asia/Tokyo", "digest": "weekly"}
    _, mine = jupyter.api("PATCH", "preferences", change)
    panel = open_preferences(page, jupyter)
    panel.get_by_role("button", name="Back to the defaults").press("Enter")
    expect(panel.get_by_label("Quotas: Pop-up")).to_be_checked()
    expect(panel.get_by_label("Let nothing ring at night")).not_to_be_checked()
    assert settled(jupyter) == before | {"zone": "Asia/Tokyo"}
    undo = panel.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(panel.get_by_label("Quotas: Pop-up")).not_to_be_checked()
    expect(panel.get_by_role("button", name="Back to the defaults")).to_be_focused()
    eventually(lambda: settled(jupyter) == mine, page)


def test_what_could_not_be_saved_goes_back_and_is_tried_again(
    open_lab: OpenLab, jupyter: Jupyter
) -> None:
    page = open_lab()
    panel = open_preferences(page, jupyter)
    page.route("**/api/v1/preferences*", lambda route: route.abort())
    box = panel.get_by_label("Quotas: Pop-up")
    box.click()
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("Not saved")
    expect(box).to_be_checked()
    page.unroute("**/api/v1/preferences*")
    alert.get_by_role("button", name="Retry").click()
    expect(box).not_to_be_checked()
    expect(alert).to_have_count(0)
    assert mode(jupyter, "quota", "toast") == "off"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_on_the_page(open_lab: OpenLab, jupyter: Jupyter, theme: str) -> None:
    page = open_lab()
    open_preferences(page, jupyter)
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.add_script_tag(path=AXE)
    for width in (1400, 640):
        page.set_viewport_size({"width": width, "height": 900})
        found = page.evaluate(f"async () => (await axe.run('{PAGE}')).violations")
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_the_settings_lead_there_and_the_picture_of_the_page(
    open_lab: OpenLab, jupyter: Jupyter
) -> None:
    page = open_lab()
    quiet = {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}
    jupyter.api("PATCH", "preferences", {"quiet_hours": quiet, "digest": "daily"})
    lab = Lab(page, jupyter)
    lab.command(SHOW)
    page.locator(f"{PAGE} table").wait_for()
    page.evaluate("window.jupyterapp.commands.execute('application:close')")
    expect(page.locator(PAGE)).to_have_count(0)
    page.evaluate(
        "void window.jupyterapp.commands.execute('settingeditor:open',"
        " {query: 'Notification preferences'})"
    )
    button = page.get_by_role("button", name="Open notification preferences")
    box = button.bounding_box()
    assert box is not None and box["width"] > 2 * box["height"], "it has the room that it needs"
    button.click()
    panel = page.locator(PAGE)
    expect(panel.get_by_label("Time zone", exact=True)).to_have_value("Europe/Berlin")
    panel.screenshot(path=IMAGES / "preferences.png")


def test_the_widgets_are_live_by_the_connection_of_their_page(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    notebook(sample / "notebooks" / "told.ipynb", [WIDGETS, "import time; time.sleep(30)"])
    page = open_lab("notebooks/told.ipynb")
    expect(page.locator("#jp-main-statusbar").get_by_text("| Idle")).to_be_visible()
    page.locator(".jp-Notebook .jp-CodeCell").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    output = page.locator(".jp-OutputArea")
    center, panel = output.locator(CENTER), output.locator(PAGE)
    expect(center).to_be_visible()
    expect(panel.locator("table")).to_be_visible()
    sources = output.locator("[data-jrt-source]")
    assert [one.get_attribute("data-jrt-source") for one in sources.all()] == ["page", "page"]
    jupyter.api("POST", "notifications", {"title": "Training done", "type": "success"})
    expect(center.get_by_text("Training done")).to_be_visible()
    # High enough for both: what is outside of the window has no picture.
    page.set_viewport_size({"width": 1200, "height": 1500})
    output.first.screenshot(path=IMAGES / "notification-widgets.png")
    panel.get_by_label("System: Pop-up").uncheck()
    expect(panel.get_by_label("Push to this browser")).to_be_enabled()
    beside = open_preferences(page, jupyter)
    expect(beside.get_by_label("System: Pop-up")).not_to_be_checked()
    assert mode(jupyter, "system", "toast") == "off"
