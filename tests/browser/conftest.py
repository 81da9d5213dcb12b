"""A real JupyterLab in a real browser, over a copy of the sample project."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.jupyter import TOKEN, Jupyter

if TYPE_CHECKING:
    from tests.browser.team import Team

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "notebooks"
NOTEBOOK = "notebooks/03-weather-features.ipynb"
OUTPUT = Path(__file__).parent / "output"
# Generous, for a machine that does other things, too; whoever waits does so for a condition.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def copy_sample(project: Path) -> None:
    """Copy the sample project, without what tools have left in it."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    shutil.copytree(SAMPLE, project, ignore=ignored)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, for all tests."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        assert chromium, "Chromium is missing: `make test` installs it, or names its package."
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A copy of the sample project."""
    copy = tmp_path / "project"
    copy_sample(copy)
    return copy


@pytest.fixture
def jupyter(tmp_path: Path, sample: Path) -> Iterator[Jupyter]:
    """JupyterLab on the sample."""
    options = ("--LabApp.expose_app_in_browser=True",)
    with Jupyter(tmp_path / "home", sample, options=options) as server:
        yield server


@pytest.fixture
def team(jupyter: Jupyter, browser: Browser) -> Iterator[Team]:
    """Browsers for people, in front of a server at which each signs in (`team_server`)."""
    from tests.browser.team import Team

    with Team(jupyter, browser) as team:
        yield team


@pytest.fixture
def notebook(jupyter: Jupyter, request: pytest.FixtureRequest) -> str:
    """A notebook that no other test has."""
    name = f"notebooks/{re.sub(r'[^a-z0-9]+', '-', request.node.name.lower())[:60]}.ipynb"
    shutil.copy(jupyter.root / NOTEBOOK, jupyter.root / name)
    return name


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window of its own, with nothing remembered."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


OpenLab = Callable[..., Page]


@pytest.fixture
def open_lab(context: BrowserContext, jupyter: Jupyter) -> Iterator[OpenLab]:
    """Open JupyterLab, optionally at a file, and wait until it has settled."""
    errors: list[str] = []

    def open_(path: str = "", *, base: str | None = None) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack}"))
        tree = f"lab/tree/{path}" if path else "lab"
        page.goto(f"{base or jupyter.url}{tree}?token={TOKEN}&reset")
        page.locator("#jp-main-dock-panel").wait_for()
        return page

    yield open_
    # JupyterLab's own requests fail loudly when a test kills its server; ours must not.
    ours = [error for error in errors if "jupyter-realtime" in error or "blob:" in error]
    assert not ours, f"The page raised: {ours}"


@pytest.fixture(autouse=True)
def picture_of_failure(request: pytest.FixtureRequest, context: BrowserContext) -> Iterator[None]:
    """Leave a picture of each page where a test failed."""
    yield
    report = getattr(request.node, "call_report", None)
    if report is not None and report.failed:
        OUTPUT.mkdir(exist_ok=True)
        for number, page in enumerate(context.pages):
            page.screenshot(path=OUTPUT / f"{request.node.name}-{number}.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.call_report = report
    return report
