"""A page behind a proxy that knows no WebSockets, as a person sees it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenLab
from tests.browser.lab import Lab
from tests.browser.test_live_analysis import choose, enlarge, issues_list
from tests.jupyter import Jupyter
from tests.wire import Wire

# A socket is tried every half minute or so, and has to say something.
RETURN_WITHIN_MS = 60_000


def test_C1_a_run_is_followed_by_polling_until_sockets_get_through(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 60)
    with Wire(jupyter.port, blocks_upgrades=True) as wire:
        lab = Lab(open_lab(base=wire.url), jupyter)
        lab.show_panel(connection="polling")
        assert wire.upgrades_blocked >= 2
        hint = lab.panel.locator("[data-jrt-hint]")
        expect(hint).to_contain_text("Live updates come by polling: WebSockets are blocked")
        expect(lab.dot).to_have_attribute(
            "title", "Live by polling: WebSockets are blocked on the way"
        )

        choose(lab, "project")
        run = lab.analyse()
        lab.record(run)
        issues_list(lab.card(run)).first.wait_for()
        assert lab.wait_for_end(run) == "succeeded"
        assert lab.recorded()["firstIssueIn"] == "running", "an issue was seen before the end"
        assert lab.issues_in_page(run) == [issue["id"] for issue in lab.issues_of(run)]
        assert wire.sockets_opened == 0

        wire.blocks_upgrades = False
        expect(lab.dot).to_have_attribute("data-jrt-connection", "online", timeout=RETURN_WITHIN_MS)
        expect(hint).to_be_hidden()
        assert wire.sockets_opened == 1

        again = lab.analyse()
        assert lab.wait_for_end(again) == "succeeded"
        for each in (run, again):
            assert lab.issues_in_page(each) == [issue["id"] for issue in lab.issues_of(each)]


def test_C2_a_page_that_changes_its_wire_in_the_middle_of_a_run_misses_nothing(
    open_lab: OpenLab, jupyter: Jupyter, sample: Path
) -> None:
    enlarge(sample, 150)
    with Wire(jupyter.port) as wire:
        lab = Lab(open_lab(base=wire.url), jupyter)
        lab.show_panel()
        choose(lab, "project")
        run = lab.analyse()
        issues_list(lab.card(run)).first.wait_for()
        wire.blocks_upgrades = True
        wire.cut()
        expect(lab.dot).to_have_attribute("data-jrt-connection", "polling")
        wire.blocks_upgrades = False
        lab.page.evaluate("dispatchEvent(new Event('online'))")
        expect(lab.dot).to_have_attribute("data-jrt-connection", "online")
        assert lab.wait_for_end(run) == "succeeded"
        assert lab.issues_in_page(run) == [issue["id"] for issue in lab.issues_of(run)]
