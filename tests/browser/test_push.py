"""Pushes in Chromium: turned on by a person, encrypted by the server, shown by the real service worker.

A browser subscribes at its maker's push service, which no test may call. So `PushManager.subscribe` gives
the page what a push service of this machine made, with the keys of a browser of this test. What arrives
there is decrypted and handed to the service worker by the DevTools protocol, as the browser itself would.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenLab
from tests.browser.lab import eventually
from tests.delivery.push_service import FakeBrowser, PushService, Taken
from tests.jupyter import Jupyter

SUBSCRIBE = """subscription => {
  const key = options => new Uint8Array(options.applicationServerKey).slice().buffer;
  const own = { current: null };
  PushManager.prototype.getSubscription = async () => own.current;
  PushManager.prototype.subscribe = async options => {
    own.current ??= {
      endpoint: subscription.endpoint,
      options: { applicationServerKey: key(options) },
      toJSON: () => subscription,
      unsubscribe: async () => { own.current = null; return true; },
    };
    return own.current;
  };
}"""
SHOWN = """async wanted => {
  const [registration] = await navigator.serviceWorker.getRegistrations();
  const all = await registration.getNotifications();
  const shown = all.find(({ title }) => title === wanted);
  return shown && { body: shown.body, tag: shown.tag };
}"""
# What a click does; a browser without a screen has nothing to click on.
CLICK = """async tag => {
  const [shown] = await self.registration.getNotifications({ tag });
  self.dispatchEvent(new NotificationEvent('notificationclick', { notification: shown }));
}"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """A push service that the server knows, in a loop of its own."""
    service = PushService(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
    loop = asyncio.new_event_loop()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(service.serve)
        loop.run_forever()
        service.close()
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield service
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.fixture
def jupyter(tmp_path: Path, sample: Path, service: PushService) -> Iterator[Jupyter]:
    """JupyterLab whose server may push to this machine."""
    options = (
        "--LabApp.expose_app_in_browser=True",
        f"--RealtimeConfig.push_hosts=localhost:{service.port}",
        "--RealtimeConfig.push_networks=127.0.0.0/8",
    )
    with Jupyter(tmp_path / "home", sample, options=options) as server:
        yield server


class Pushes:
    """A page, its service worker, and the way of a push to it."""

    def __init__(self, page: Page, server: Jupyter, service: PushService) -> None:
        self.page, self.server, self.service = page, server, service
        self.browser = FakeBrowser()
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.registrations: list[dict[str, Any]] = []
        self.devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: self.registrations.extend(event["registrations"]),
        )
        self.devtools.send("ServiceWorker.enable")
        subscription = service.subscribe(self.browser)
        keys = {"p256dh": subscription.keys.p256dh, "auth": subscription.keys.auth}
        page.evaluate(SUBSCRIBE, {"endpoint": subscription.endpoint, "keys": keys})

    def open_preferences(self) -> None:
        self.page.evaluate(
            "() => window.jupyterapp.commands.execute('jupyter-realtime:show-preferences')"
        )

    @property
    def switch(self) -> Any:
        return self.page.get_by_role("checkbox", name="Push to this browser")

    def arrived(self, count: int) -> Taken:
        """Wait until so many pushes have come to the push service, and give the last."""
        assert self.service.wait_for(count, PATIENCE_MS / 1000), self.server.log[-3000:]
        return self.service.taken[count - 1]

    def deliver(self, taken: Taken) -> str:
        """Decrypt a push and give it to the service worker, as the browser does."""
        text = self.browser.decrypt(taken.body).decode()
        origin = self.server.url.rstrip("/")
        self.devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": origin,
                "registrationId": self.registrations[-1]["registrationId"],
                "data": text,
            },
        )
        return text

    def wait_shown(self, title: str) -> dict[str, str]:
        """Wait until the browser shows something with this title."""
        found: list[dict[str, str]] = []

        def is_shown() -> bool:
            shown = self.page.evaluate(SHOWN, title)
            if shown:
                found.append(shown)
            return bool(found)

        eventually(is_shown, self.page)
        return found[0]


@pytest.mark.browser
def test_U5_U7_U8_a_push_is_turned_on_arrives_and_leads_to_its_target(
    open_lab: OpenLab, context: BrowserContext, jupyter: Jupyter, service: PushService
) -> None:
    page = open_lab()
    pushes = Pushes(page, jupyter, service)
    pushes.open_preferences()
    # Nobody was asked for anything by then.
    expect(pushes.switch).to_be_enabled()
    expect(pushes.switch).not_to_be_checked()
    assert (
        page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    )

    context.grant_permissions(["notifications"], origin=jupyter.url.rstrip("/"))
    pushes.switch.click()
    expect(pushes.switch).to_be_checked()
    _, listed = jupyter.api("GET", "push")
    assert len(listed["items"]) == 1 and "Chrome" in listed["items"][0]["label"]
    [scope] = {one["scopeURL"] for one in pushes.registrations}
    assert scope == f"{jupyter.url}realtime/"

    page.get_by_role("button", name="Try it out").click()
    text = pushes.deliver(pushes.arrived(1))
    assert json.loads(text) == {"notifications": [], "count": 0}
    pushes.wait_shown("Notifications arrive here")

    rule = {"category": "system", "channel": "push", "mode": "instant"}
    assert jupyter.api("PATCH", "preferences", {"rules": [rule]})[0] == 200
    status, told = jupyter.api(
        "POST",
        "notifications",
        {
            "title": "Training done",
            "message": "In 3 minutes",
            "action_url": "/lab/tree/notebooks/02-explore-demand.ipynb",
        },
    )
    assert status == 201
    text = pushes.deliver(pushes.arrived(2))
    assert json.loads(text) == {"notifications": [told["id"]], "count": 1}
    shown = pushes.wait_shown("Training done")
    assert shown["body"] == "In 3 minutes"

    worker = context.service_workers[0]
    worker.evaluate(CLICK, shown["tag"])
    expect(page.locator(".jp-NotebookPanel").first).to_be_visible()
    expect(page.get_by_role("tab", name="02-explore-demand.ipynb").first).to_be_visible()

    pushes.open_preferences()
    pushes.switch.click()
    expect(pushes.switch).not_to_be_checked()
    assert jupyter.api("GET", "push")[1]["items"] == []
    assert (
        page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    )
