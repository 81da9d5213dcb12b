"""What a person does in JupyterLab, in words of the tests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.jupyter import Jupyter

PANEL = "[data-jrt-panel]"
ENDED = re.compile("succeeded|partial|failed|cancelled")


class Lab:
    """A page of JupyterLab with our panel."""

    def __init__(self, page: Page, server: Jupyter) -> None:
        self.page = page
        self.server = server
        # JupyterLab's own words about a server that is slow to come back; people click them away.
        # They may be gone again when they are to be clicked: whoever waited for them would wait for ever.
        error = page.get_by_role("dialog", name="Server Connection Error")
        words = error.get_by_role("button", name="Dismiss")
        page.add_locator_handler(
            words, lambda: words.evaluate_all("all => all.forEach(it => it.click())")
        )

    @property
    def panel(self) -> Locator:
        """The panel at the right."""
        return self.page.locator(PANEL).first

    @property
    def dot(self) -> Locator:
        """The connection's state."""
        return self.panel.locator("[data-jrt-connection]").first

    def show_panel(self, *, connection: str = "online") -> None:
        """Open the panel, and wait until it is connected like that."""
        self.command("jupyter-realtime:show-panel")
        expect(self.panel).to_be_visible()
        expect(self.dot).to_have_attribute("data-jrt-connection", connection)

    def widen_panel(self, *, by_px: int) -> None:
        """Drag the panel's edge."""
        box = self.panel.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] - 2, box["y"] + 300)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] - 2 - by_px, box["y"] + 300, steps=4)
        self.page.mouse.up()

    def command(self, name: str) -> None:
        """Run a command, as soon as JupyterLab has put itself together."""
        self.page.wait_for_function(
            "name => window.jupyterapp?.commands.hasCommand(name)"
            " && window.jupyterapp.restored.then(() => true)",
            arg=name,
        )
        self.page.evaluate("name => void window.jupyterapp.commands.execute(name)", name)

    def analyse(self) -> str:
        """Press the button; returns the new run's id."""
        before = self.runs()
        self.panel.get_by_role("button", name="Analyse", exact=True).click()
        self.page.wait_for_function(
            "before => [...document.querySelectorAll('[data-jrt-panel] [data-jrt-run]')]"
            ".some(card => !before.includes(card.dataset.jrtRun))",
            arg=before,
        )
        [new] = [run for run in self.runs() if run not in before]
        return new

    def runs(self) -> list[str]:
        """The ids of the runs that the panel shows."""
        ids: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('[data-jrt-panel] [data-jrt-run]')].map(c => c.dataset.jrtRun)"
        )
        return list(dict.fromkeys(ids))

    def card(self, run: str) -> Locator:
        """A run's card."""
        return self.panel.locator(f"[data-jrt-run='{run}']").first

    def state(self, run: str) -> str | None:
        """What the card says about the run's state."""
        return self.card(run).get_attribute("data-jrt-state")

    def wait_for_end(self, run: str) -> str:
        """Wait until a run is over."""
        expect(self.card(run)).to_have_attribute("data-jrt-state", ENDED, timeout=60_000)
        return self.state(run) or ""

    def issues_of(self, run: str) -> list[dict[str, Any]]:
        """What the server knows of a run."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            _, page = self.server.api("GET", f"analyses/{run}/issues?limit=1000{cursor}")
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = f"&cursor={page['next']}"

    def issues_in_page(self, run: str) -> list[str]:
        """The ids of the issues that the page holds for a run, in their order.

        The list is virtual, so the page's own store is asked: the one that all views read.
        """
        ids: list[str] = self.page.evaluate(
            "run => globalThis[Symbol.for('jupyter_realtime/1')].issueIds(run)", run
        )
        return ids

    def record(self, run: str) -> None:
        """From now on note each lane's states, and when the first issue was seen."""
        self.page.evaluate(
            """run => {
                const seen = window.__jrtSeen = {lanes: {}, states: [], firstIssueIn: null};
                const look = () => {
                    const card = document.querySelector(`[data-jrt-panel] [data-jrt-run="${run}"]`);
                    if (card) {
                        const state = card.dataset.jrtState;
                        if (seen.states.at(-1) !== state) seen.states.push(state);
                        for (const lane of card.querySelectorAll('[data-jrt-lane]')) {
                            const list = seen.lanes[lane.dataset.jrtLane] ??= [];
                            const text = `${lane.dataset.jrtState} ${lane.textContent}`;
                            if (list.at(-1) !== text) list.push(text);
                        }
                        if (!seen.firstIssueIn && card.querySelector('[data-jrt-issue]'))
                            seen.firstIssueIn = state;
                    }
                    window.__jrtTimer = requestAnimationFrame(look);
                };
                look();
            }""",
            run,
        )

    def recorded(self) -> dict[str, Any]:
        """What was noted."""
        seen: dict[str, Any] = json.loads(self.page.evaluate("JSON.stringify(window.__jrtSeen)"))
        return seen


def eventually(condition: Callable[[], bool], page: Page, *, within_ms: int = 20_000) -> None:
    """Wait until something outside the page holds."""
    deadline_checks = within_ms // 50
    for _ in range(deadline_checks):
        if condition():
            return
        page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 50))")
    raise AssertionError("It did not happen in time.")
