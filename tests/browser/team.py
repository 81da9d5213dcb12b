"""A Jupyter server of a team: everybody signs in at its page, with a password of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jupyter_server.auth.identity import PasswordIdentityProvider, User
from playwright.sync_api import Browser, BrowserContext, Page
from tornado.web import RequestHandler

from tests.browser.conftest import PATIENCE_MS, ROOT, copy_sample
from tests.delivery.postbox import Postbox, postbox
from tests.jupyter import Jupyter


class Passwords(PasswordIdentityProvider):
    """Knows people by their passwords: `ana-knows` is ana's."""

    def process_login_form(self, handler: RequestHandler) -> User | None:
        """Tell who has written this password."""
        name, _, knows = handler.get_argument("password", "").partition("-")
        return User(username=name, name=name.title()) if knows == "knows" else None


# For the server's process, which finds this module by PYTHONPATH.
OPTIONS = (
    "--LabApp.expose_app_in_browser=True",
    f"--ServerApp.identity_provider_class={Passwords.__module__}.{Passwords.__name__}",
)
PYTHONPATH = str(ROOT)


@dataclass
class Team:
    """People in front of their browsers, each with one of their own."""

    server: Jupyter
    browser: Browser
    windows: dict[str, BrowserContext] = field(default_factory=dict)

    def open_lab(self, name: str) -> Page:
        """Open JupyterLab in another tab of somebody's, who signs in with the first."""
        known = name in self.windows
        if not known:
            window = self.browser.new_context(viewport={"width": 1400, "height": 900})
            window.set_default_timeout(PATIENCE_MS)
            self.windows[name] = window
        page = self.windows[name].new_page()
        page.goto(f"{self.server.url}lab?reset")
        if not known:
            page.get_by_label("Password or token").fill(f"{name}-knows")
            page.get_by_role("button", name="Log in", exact=True).click()
        page.locator("#jp-main-dock-panel").wait_for()
        return page

    def close(self) -> None:
        """Close all windows."""
        for window in self.windows.values():
            window.close()

    def __enter__(self) -> Team:
        """Nobody has a window yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all windows."""
        self.close()


@contextmanager
def open_postbox() -> Iterator[Postbox]:
    """A mail server, in a loop of its own: Playwright has one in this thread."""
    opened: list[Postbox] = []
    is_open, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with postbox() as box:
            opened.append(box)
            is_open.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        is_open.wait()
        yield opened[0]
    finally:
        done.set()
        thread.join()


def serve(home: Path, root: Path, *options: str) -> Jupyter:
    """Make JupyterLab for a team."""
    return Jupyter(home, root, options=(*OPTIONS, *options))


@contextmanager
def team_server(home: Path, *options: str) -> Iterator[Jupyter]:
    """Run JupyterLab for a team, over a copy of the sample project."""
    project = home / "project"
    if not project.exists():
        copy_sample(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", PYTHONPATH)
        with serve(home / "home", project, *options) as server:
            yield server
