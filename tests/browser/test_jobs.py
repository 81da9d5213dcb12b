"""People's own long jobs in the panel: a real program, a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from jupyter_realtime import Realtime
from tests.browser.conftest import OpenLab
from tests.browser.lab import Lab, eventually
from tests.jupyter import TOKEN, Jupyter


@pytest.fixture
def realtime(jupyter: Jupyter, sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realtime]:
    """A program in the project."""
    monkeypatch.chdir(sample)
    realtime = Realtime.connect(f"{jupyter.url}realtime/", TOKEN)
    yield realtime
    realtime.close()


def job(lab: Lab, name: str) -> Locator:
    return lab.panel.locator(f"[data-jrt-progress='{name}']")


def test_J8_a_job_is_watched_and_cancelled_from_the_panel(
    open_lab: OpenLab, jupyter: Jupyter, realtime: Realtime
) -> None:
    lab = Lab(open_lab(), jupyter)
    lab.show_panel()
    with realtime.progress("train", total=40, unit="epochs") as training:
        training.set(12)
        bar = job(lab, "train").get_by_role("progressbar")
        expect(bar).to_have_attribute("aria-valuetext", "12 of 40 epochs")
        training.advance(8)
        expect(bar).to_have_attribute("aria-valuenow", "50")

        button = job(lab, "train").locator("[data-jrt-progress-cancel]")
        button.click()
        expect(button).to_have_text("Cancelling…")
        eventually(lambda: training.cancelled, lab.page)
        expect(button).to_be_focused()
    expect(job(lab, "train")).to_have_attribute("data-jrt-state", "cancelled")
    expect(job(lab, "train")).to_be_focused()
    expect(job(lab, "train")).to_have_count(0)


def test_J7_a_job_that_fails_says_how_without_its_secrets(
    open_lab: OpenLab, jupyter: Jupyter, realtime: Realtime
) -> None:
    lab = Lab(open_lab(), jupyter)
    lab.show_panel()
    with pytest.raises(ValueError), realtime.progress("load") as loading:
        loading.advance(3)
        bar = job(lab, "load").get_by_role("progressbar")
        expect(bar).to_have_attribute("aria-valuetext", "3")
        raise ValueError("the password is hunter2")
    expect(job(lab, "load")).to_contain_text("Failed: ValueError")
    assert "hunter2" not in lab.page.content()
