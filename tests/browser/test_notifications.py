"""What people are told, in JupyterLab: a badge that all tabs share, a centre, toasts, and very many."""

from __future__ import annotations

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from jupyter_realtime.ports import Posting
from jupyter_realtime.stores.sqlite import SqliteStore
from tests.browser.busy import FRAME_BUDGET_MS, busy_clock, busy_ms, tasks_of
from tests.browser.conftest import ROOT, OpenLab
from tests.browser.lab import Lab, eventually
from tests.builders import notice
from tests.jupyter import Jupyter
from tests.wire import Wire

IMAGES = ROOT / "docs" / "images"
AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
SHOW = "jupyter-realtime:show-notifications"
TAB = ".jp-SideBar li[data-id='jupyter-realtime-notifications']"
MANY = 10_000
POSTED_AT_ONCE = 500
# A day ago: nothing of it is news.
NOW_MS = int((time.time() - 24 * 3600) * 1000)
EQUAL_WITHIN_MS = 1000
OPENS_WITHIN_MS = 200
SCROLL = """async () => {
    const list = document.querySelector('.jrt-notifications-scroller');
    const frames = [];
    let last = performance.now();
    for (let step = 0; step < 400; step += 1) {
        list.scrollTop += 400;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
    }
    return frames;
}"""

STORY: list[dict[str, Any]] = [
    {"title": "You were added to “forecast”", "message": "Ana made you a member.", "type": "info"},
    {
        "title": "Disk space runs short",
        "message": "Your home has 1.2 GB left of 10 GB.",
        "type": "warning",
        "category": "quota",
    },
    {
        "title": "The analysis of notebooks is done",
        "message": "2 critical, 4 high and 31 low issues.",
        "type": "success",
        "category": "analysis",
        "action_url": "/lab/tree/notebooks",
    },
    {
        "title": "2 critical issues in tools/load.py",
        "message": "Line 12: A password stands in the source.\nLine 40: SQL is put together from input.",
        "type": "error",
        "category": "issues",
        "action_url": "/lab/tree/README.md",
    },
    {
        "title": "Ana mentioned you in eda.ipynb",
        "message": "@you could you look at the outliers in cell 14?",
        "type": "info",
        "category": "mention",
    },
    {
        "title": "Training done",
        "message": "Validation loss 0.182 after 40 epochs.",
        "type": "success",
        "category": "quota",
    },
]


def tell(server: Jupyter, **what: Any) -> str:
    """Tell oneself something; gives its id."""
    _, told = server.api(
        "POST", "notifications", {"title": "Something", "category": "quota", **what}
    )
    found: str = told["id"]
    return found


def centre(page: Page) -> Locator:
    return page.locator("[data-jrt-notifications]").first


def rows(page: Page) -> Locator:
    return centre(page).locator("[data-jrt-notification]")


def row(page: Page, title: str) -> Locator:
    return rows(page).filter(has_text=title).first


def badge(page: Page) -> Locator:
    return page.locator(".jrt-bell").first


def toasts(page: Page) -> Locator:
    return page.locator(".Toastify__toast")


def expect_unread(page: Page, count: int, *, within_ms: float = 30_000) -> None:
    """Wait until all badges of a page say the same."""
    page.wait_for_function(
        """count => [...document.querySelectorAll('.jrt-bell')].every(
            bell => bell.dataset.jrtUnread === String(count))
            && (document.querySelector(`.jp-SideBar li[data-id='jupyter-realtime-notifications']`)
                ?.getAttribute('data-jrt-unread') || '0') === String(count)""",
        arg=count,
        timeout=within_ms,
    )


def open_centre(lab: Lab) -> None:
    lab.command(SHOW)
    expect(centre(lab.page)).to_be_visible()
    expect(centre(lab.page).locator("[data-jrt-connection]")).to_have_attribute(
        "data-jrt-connection", "online"
    )


def mark_unread_by_server(server: Jupyter, ids: list[str], unread: bool) -> None:
    server.api("PATCH", "notifications", {"ids": ids, "read": not unread})


@pytest.fixture
def lab(open_lab: OpenLab, jupyter: Jupyter) -> Lab:
    """JupyterLab with the centre closed."""
    lab = Lab(open_lab(), jupyter)
    expect_unread(lab.page, 0)
    return lab


def test_V1_the_badges_of_two_tabs_are_equal_within_a_second(
    lab: Lab, open_lab: OpenLab, jupyter: Jupyter
) -> None:
    other = open_lab()
    expect_unread(other, 0)
    be_at_rest(other)
    ids = [tell(jupyter, title=f"Number {number}") for number in range(5)]
    for page in (lab.page, other):
        expect_unread(page, 5, within_ms=EQUAL_WITHIN_MS)
    open_centre(lab)
    lab.page.bring_to_front()
    row(lab.page, "Number 0").focus()
    # Whatever was read by looking meanwhile: from here on all is settled by hand.
    mark_unread_by_server(jupyter, ids, unread=False)
    expect_unread(other, 0)
    for number, key, count in ((0, "u", 1), (0, "e", 0), (1, "z", 1), (0, "u", 0)):
        row(lab.page, f"Number {number}").focus()
        lab.page.keyboard.press(key)
        for page in (lab.page, other):
            expect_unread(page, count, within_ms=EQUAL_WITHIN_MS)
    other.reload()
    expect_unread(other, 0)
    lab.command("jupyter-realtime:read-all-notifications")
    expect(row(lab.page, "Number 4")).to_have_attribute("data-jrt-read", "true")


def test_V10_what_is_in_sight_is_read_and_what_was_marked_unread_stays_so(
    lab: Lab, jupyter: Jupyter
) -> None:
    tell(jupyter, title="Look at me")
    expect_unread(lab.page, 1)
    lab.page.bring_to_front()
    open_centre(lab)
    expect(row(lab.page, "Look at me")).to_have_attribute("data-jrt-read", "true")
    expect_unread(lab.page, 0)
    row(lab.page, "Look at me").focus()
    lab.page.keyboard.press("u")
    expect_unread(lab.page, 1)
    # Another one, that comes later, is read by looking; the one that was marked is not.
    tell(jupyter, title="And at me")
    expect(row(lab.page, "And at me")).to_have_attribute("data-jrt-read", "true")
    expect(row(lab.page, "Look at me")).to_have_attribute("data-jrt-read", "false")
    lab.page.reload()
    expect_unread(lab.page, 1)


def test_V15_all_of_it_is_worked_by_keys_and_undone(lab: Lab, jupyter: Jupyter) -> None:
    for number in range(4):
        tell(jupyter, title=f"Number {number}")
    open_centre(lab)
    expect(rows(lab.page)).to_have_count(4)
    press = lab.page.keyboard.press
    row(lab.page, "Number 3").focus()
    # As fast as somebody types who knows them.
    for key in ("j", "x", "j", "x"):
        press(key)
    expect(centre(lab.page).get_by_role("toolbar")).to_contain_text("2 selected")
    press("e")
    expect(rows(lab.page)).to_have_count(2)
    expect(row(lab.page, "Number 0")).to_be_focused()
    press("z")
    expect(rows(lab.page)).to_have_count(4)
    press("s")
    expect(lab.page.get_by_role("button", name="In 1 hour")).to_be_focused()
    press("Enter")
    expect(rows(lab.page)).to_have_count(3)
    centre(lab.page).locator("[data-jrt-box='snoozed']").click()
    expect(row(lab.page, "Number 0")).to_contain_text("snoozed until")
    row(lab.page, "Number 0").focus()
    press("s")
    expect(centre(lab.page).locator("[data-jrt-empty='snoozed']")).to_be_visible()
    centre(lab.page).locator("[data-jrt-box='inbox']").click()
    expect(rows(lab.page)).to_have_count(4)


def test_what_is_looked_for_is_found(lab: Lab, jupyter: Jupyter) -> None:
    for told in STORY:
        tell(jupyter, **told)
    open_centre(lab)
    expect(rows(lab.page)).to_have_count(len(STORY))
    centre(lab.page).get_by_role("searchbox").fill("password")
    expect(rows(lab.page)).to_have_count(1)
    expect(rows(lab.page)).to_contain_text("critical issues")
    centre(lab.page).get_by_role("searchbox").fill("nowhere")
    expect(centre(lab.page)).to_contain_text("Nothing matches this filter")
    centre(lab.page).get_by_role("button", name="Clear filter").click()
    expect(rows(lab.page)).to_have_count(len(STORY))
    centre(lab.page).get_by_role("button", name="Show filters").click()
    centre(lab.page).get_by_label("Category").select_option(label="Mentions")
    expect(rows(lab.page)).to_have_count(1)
    expect(rows(lab.page)).to_contain_text("Ana mentioned you")


def test_V16_one_click_mutes_and_another_takes_it_back(lab: Lab, jupyter: Jupyter) -> None:
    tell(jupyter, title="Too much of this")
    open_centre(lab)
    row(lab.page, "Too much of this").focus()
    lab.page.keyboard.press("w")
    details = row(lab.page, "Too much of this")
    expect(details).to_contain_text("Why this?")
    assert details.evaluate("it => it.scrollWidth <= it.clientWidth"), "words run out of the panel"
    details.get_by_role("button", name="No pop-ups for “Quotas”").click()
    expect(details).to_contain_text("pop up no more")

    def mode() -> str:
        _, settled = jupyter.api("GET", "preferences")
        rules = {(rule["category"], rule["channel"]): rule["mode"] for rule in settled["rules"]}
        found: str = rules["quota", "toast"]
        return found

    assert mode() == "off"
    details.get_by_role("button", name="Undo").click()
    expect(details.get_by_role("button", name="No pop-ups for “Quotas”")).to_be_visible()
    assert mode() == "instant"


def test_V11_V12_toasts_are_three_at_most_and_go_with_what_is_read(
    lab: Lab, jupyter: Jupyter
) -> None:
    lab.page.bring_to_front()
    ids = [tell(jupyter, title=f"Number {number}", type="error") for number in range(3)]
    expect(toasts(lab.page)).to_have_count(3)
    tell(jupyter, title="One more", type="error")
    expect(toasts(lab.page).filter(has_text="2 more notifications")).to_be_visible()
    expect(toasts(lab.page)).to_have_count(3)
    mark_unread_by_server(jupyter, ids, unread=False)
    expect(toasts(lab.page)).to_have_count(1)
    toasts(lab.page).get_by_role("button", name="Show").click()
    expect(centre(lab.page)).to_be_visible()
    expect(toasts(lab.page)).to_have_count(0)
    # In sight: no toast.
    tell(jupyter, title="Seen at once", type="error")
    expect(row(lab.page, "Seen at once")).to_be_visible()
    expect(toasts(lab.page)).to_have_count(0)


def test_V9_after_a_cut_one_toast_tells_of_all(open_lab: OpenLab, jupyter: Jupyter) -> None:
    with Wire(jupyter.port) as wire:
        page = open_lab(base=wire.url)
        expect_unread(page, 0)
        page.bring_to_front()
        page.context.set_offline(True)
        wire.cut()
        for number in range(5):
            tell(jupyter, title=f"Missed {number}", type="error")
        page.context.set_offline(False)
        expect_unread(page, 5)
        expect(toasts(page)).to_contain_text(["5 new notifications: Quotas 5"])


def test_a_target_opens_in_the_page(lab: Lab, jupyter: Jupyter) -> None:
    tell(jupyter, title="Read the manual", action_url="/lab/tree/README.md")
    open_centre(lab)
    row(lab.page, "Read the manual").click()
    expect(lab.page.locator(".lm-DockPanel-tabBar")).to_contain_text("README.md")
    expect(row(lab.page, "Read the manual")).to_have_attribute("data-jrt-read", "true")


def be_at_rest(page: Page) -> None:
    """Wait until JupyterLab has put itself together: what it does before is not ours."""
    page.evaluate("window.jupyterapp.restored.then(() => new Promise(requestIdleCallback))")


def test_ten_thousand_open_at_once_and_scroll_without_a_halt(
    jupyter: Jupyter, open_lab: OpenLab
) -> None:
    fill(jupyter, MANY)
    lab = Lab(open_lab(), jupyter)
    expect(lab.page.locator(".jrt-bell").first).to_contain_text("99+")
    be_at_rest(lab.page)
    clock = busy_clock(lab.page)
    before_ms = busy_ms(clock)
    opened_ms: float = lab.page.evaluate(
        """async show => {
            const began = performance.now();
            window.jupyterapp.commands.execute(show);
            while (!document.querySelector('[data-jrt-notification]'))
                await new Promise(requestAnimationFrame);
            return performance.now() - began;
        }""",
        SHOW,
    )
    opening_ms = busy_ms(clock) - before_ms
    with tasks_of(lab.page) as tasks:
        frames: list[float] = lab.page.evaluate(SCROLL)
    loaded = int(rows(lab.page).last.get_attribute("aria-posinset") or 0)
    print(
        f"{MANY} notifications: opened in {opened_ms:.0f} ms, {opening_ms:.0f} of them at work; scrolled to"
        f" {loaded} in {len(frames)} frames, the longest {sorted(map(round, frames))[-4:]} ms, the longest"
        f" work of the page in one piece {sorted(map(round, tasks))[-4:]} ms"
    )
    assert opening_ms < OPENS_WITHIN_MS
    assert loaded > 1000
    assert rows(lab.page).count() < 60
    assert len(tasks) > len(frames)
    assert max(tasks) < FRAME_BUDGET_MS


def fill(server: Jupyter, count: int) -> None:
    """Put so many into the inbox of whoever uses the page, as another server of the store would."""
    _, me = server.api("GET", "me")
    person = me["user"]["name"]

    async def post() -> None:
        [path] = (server.home / "data").rglob("realtime-v1.sqlite")
        store = await SqliteStore.open(path)
        for first in range(0, count, POSTED_AT_ONCE):
            postings = [
                Posting(
                    person,
                    notice(f"Number {number}", group=f"thread:{number}"),
                    listed=True,
                    rule="",
                )
                for number in range(first, first + POSTED_AT_ONCE)
            ]
            await store.inbox.post(postings, NOW_MS + first)
        await store.close()

    # Playwright has a loop of its own in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(post())).result()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(lab: Lab, jupyter: Jupyter, theme: str) -> None:
    lab.page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    for told in STORY:
        tell(jupyter, **told)
    open_centre(lab)
    expect(rows(lab.page)).to_have_count(len(STORY))
    lab.page.add_script_tag(path=AXE)
    for keys in ((), ("w",), ("Escape", "s"), ("Escape", "x"), ("Escape", "e")):
        for key in keys:
            lab.page.keyboard.press(key)
        found: list[dict[str, Any]] = lab.page.evaluate(
            "async () => (await axe.run('[data-jrt-notifications]')).violations"
        )
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_pictures_for_the_documentation(lab: Lab, jupyter: Jupyter) -> None:
    lab.page.bring_to_front()
    for told in STORY[:2]:
        tell(jupyter, **told)
    open_centre(lab)
    expect_unread(lab.page, 0)
    box = centre(lab.page).bounding_box()
    assert box is not None
    lab.page.mouse.move(box["x"] - 2, box["y"] + 300)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] - 112, box["y"] + 300, steps=4)
    lab.page.mouse.up()
    lab.page.locator(TAB).click()
    for told in STORY[2:]:
        tell(jupyter, **told)
    expect(toasts(lab.page)).to_have_count(3)
    eventually(
        lambda: not toasts(lab.page).first.evaluate("it => it.getAnimations().length"), lab.page
    )
    lab.page.screenshot(path=IMAGES / "toasts.png")
    lab.command(SHOW)
    expect(toasts(lab.page)).to_have_count(0)
    expect(rows(lab.page)).to_have_count(len(STORY))
    row(lab.page, "2 critical issues").focus()
    lab.page.keyboard.press("w")
    expect(
        row(lab.page, "2 critical issues").get_by_role("button", name=re.compile("Mute|Keep"))
    ).to_be_visible()
    lab.page.screenshot(path=IMAGES / "notifications.png")
