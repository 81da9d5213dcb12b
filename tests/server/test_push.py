"""`push…` and `sw.js` on a real server, which pushes to a push service of this machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.core.push import PushSubscription
from jupyter_realtime.delivery.vapid import VapidKey
from tests.builders import eventually
from tests.delivery.postbox import postbox
from tests.delivery.push_service import FakeBrowser, PushService
from tests.jupyter import free_port
from tests.server.every_call import SUBSCRIPTION, TOKEN, Api
from tests.server.test_every_route import Deny, log_in
from tests.server.test_notifications import told

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150 Safari/537.36"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """A push service that the server knows."""
    service = PushService(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
    yield service
    service.close()


@pytest.fixture
def smtp_port() -> int:
    """Where a mail server may be opened."""
    return free_port()


@pytest.fixture
def jp_server_config(
    jp_server_config: dict[str, Any], service: PushService, smtp_port: int
) -> dict[str, Any]:
    """A server that may push to this machine, and that sends mails."""
    jp_server_config["RealtimeConfig"] |= {
        "push_hosts": [f"localhost:{service.port}", "fcm.googleapis.com"],
        "push_networks": ["127.0.0.0/8", "::1/128"],
        "smtp_url": f"smtp://127.0.0.1:{smtp_port}",
        "mail_from": "jupyter@example.org",
        "mail_domain": "example.org",
    }
    return jp_server_config


def as_json(subscription: PushSubscription) -> dict[str, Any]:
    """What a browser's page sends, with what we have no use for."""
    keys = {"p256dh": subscription.keys.p256dh, "auth": subscription.keys.auth}
    return {"endpoint": subscription.endpoint, "expirationTime": None, "keys": keys}


async def subscribe(api: Api, subscription: PushSubscription) -> dict[str, Any]:
    status, item = await api(
        "POST", "push/subscribe", as_json(subscription), headers={"User-Agent": CHROME}
    )
    assert status == 201, item
    found: dict[str, Any] = item
    return found


async def rules(api: Api, **modes: str) -> None:
    """Say how one is told of what belongs to no thread."""
    wanted = [{"category": "system", "channel": name, "mode": mode} for name, mode in modes.items()]
    status, answer = await api("PATCH", "preferences", {"rules": wanted})
    assert status == 200, answer


async def test_U2_a_browser_is_listed_until_it_is_taken_out(api: Api, service: PushService) -> None:
    status, before = await api("GET", "push")
    assert (status, before["items"], len(before["public_key"])) == (200, [], 87)
    subscription = service.subscribe(FakeBrowser())
    item = await subscribe(api, subscription)
    assert item["label"] == "Chrome on Linux"
    assert item["id"] == hashlib.sha256(subscription.endpoint.encode()).hexdigest()
    assert await subscribe(api, subscription) | {"created_at": ""} == item | {"created_at": ""}
    _, listed = await api("GET", "push")
    assert [one["id"] for one in listed["items"]] == [item["id"]]
    # What lets somebody push to it is told to nobody.
    assert subscription.endpoint not in json.dumps(listed)
    endpoint = {"endpoint": subscription.endpoint}
    assert (await api("POST", "push/unsubscribe", endpoint))[0] == 204
    assert (await api("POST", "push/unsubscribe", endpoint))[0] == 404
    await subscribe(api, subscription)
    assert (await api("POST", "push/unsubscribe", {"id": item["id"]}))[0] == 204
    assert (await api("GET", "push"))[1] == before


@pytest.mark.parametrize("body", [{}, {"endpoint": "https://a.org/", "id": "x"}, {"id": 1}, []])
async def test_U2_whoever_takes_a_browser_out_names_it(api: Api, body: Any) -> None:
    status, error = await api("POST", "push/unsubscribe", body)
    assert (status, error["code"]) == (400, "bad_request")


async def test_U2_programs_see_and_add_no_browsers(api: Api, as_program: Any) -> None:
    _, token = await api("POST", "tokens", TOKEN)
    for method, path, body in (
        ("GET", "push", None),
        ("POST", "push/subscribe", SUBSCRIPTION),
        ("POST", "push/test", None),
    ):
        assert (await as_program(token["token"], method, path, body))[0] == 403
    assert (await api("GET", "push"))[1]["items"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://evil.org/x"},
        {"endpoint": "http://fcm.googleapis.com/x"},
        {"endpoint": "https://fcm.googleapis.com:8080/x"},
        {"endpoint": 1},
        {"keys": {"p256dh": "AA", "auth": "AA"}},
        {"keys": None},
    ],
)
async def test_U3_what_is_no_browser_is_refused(api: Api, change: dict[str, Any]) -> None:
    status, error = await api("POST", "push/subscribe", SUBSCRIPTION | change)
    assert (status, error["code"]) == (400, "bad_request")
    assert (await api("POST", "push/subscribe", SUBSCRIPTION))[0] == 201


async def test_U5_what_happens_is_pushed_by_its_id(api: Api, service: PushService) -> None:
    service.serve()
    browser = FakeBrowser()
    await subscribe(api, service.subscribe(browser))
    await rules(api, push="instant")
    answer = await told(api, "A secret title", message="A secret message")
    await eventually(lambda: has_taken(service, 1))
    [taken] = service.taken
    assert json.loads(browser.decrypt(taken.body)) == {
        "notifications": [answer["id"]],
        "count": 1,
    }
    _, push = await api("GET", "push")
    assert taken.public_key == push["public_key"]


async def has_taken(service: PushService, count: int) -> bool:
    return len(service.taken) == count


async def test_U6_all_browsers_are_told_and_one_that_is_gone_is_forgotten(
    api: Api, service: PushService
) -> None:
    service.serve()
    paths = ["/laptop", "/phone", "/gone"]
    for path in paths:
        await subscribe(api, service.subscribe(FakeBrowser(), path))
    service.answers["/gone"] = (410, {})
    await rules(api, push="instant")
    await told(api, "Done")
    await eventually(lambda: has_taken(service, 2))
    assert {taken.path for taken in service.taken} == {"/laptop", "/phone"}

    async def is_forgotten() -> bool:
        return len((await api("GET", "push"))[1]["items"]) == 2

    await eventually(is_forgotten)


async def test_D5_a_mail_takes_over_where_no_browser_is_left(
    api: Api, service: PushService, smtp_port: int
) -> None:
    service.serve()
    async with postbox(smtp_port) as box:
        await subscribe(api, service.subscribe(FakeBrowser(), "/gone"))
        service.answers["/gone"] = (410, {})
        await rules(api, push="instant", email="digest")
        answer = await told(api, "Training done")

        async def has_come() -> bool:
            return len(box.mails) == 1

        await eventually(has_come)
    assert "Training done" in box.mails[0]["Subject"]
    _, out = await api("GET", f"notifications/{answer['id']}/deliveries")
    states = {one["channel"]: (one["state"], one["mode"]) for one in out["items"]}
    assert states == {"push": ("dead", "instant"), "email": ("sent", "instead")}
    assert service.taken == []


async def test_U7_pushes_can_be_tried_out(api: Api, service: PushService) -> None:
    service.serve()
    assert await api("POST", "push/test") == (200, {"sent": 0, "failed": []})
    browser = FakeBrowser()
    await subscribe(api, service.subscribe(browser))
    await subscribe(api, service.subscribe(FakeBrowser(), "/busy"))
    service.answers["/busy"] = (503, {})
    status, answer = await api("POST", "push/test")
    assert (status, answer) == (
        200,
        {"sent": 1, "failed": ["localhost can't take it now (503)."]},
    )
    [taken] = service.taken
    assert json.loads(browser.decrypt(taken.body)) == {"notifications": [], "count": 0}
    answers = [(await api("POST", "push/test"))[0] for _ in range(10)]
    assert answers[0] == 200 and answers[-1] == 429
    assert len(service.taken) <= 7


async def test_U1_browsers_subscribe_with_the_key_in_the_file(api: Api, jp_data_dir: Path) -> None:
    _, push = await api("GET", "push")
    file = jp_data_dir / "realtime-vapid.pem"
    assert file.stat().st_mode & 0o077 == 0
    assert VapidKey(file.read_bytes()).public_key == push["public_key"]


async def test_U8_the_worker_is_there_for_what_lies_below_our_prefix(
    jp_fetch: Callable[..., Any], jp_base_url: str
) -> None:
    answer = await jp_fetch("realtime/sw.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Service-Worker-Allowed"] == f"{jp_base_url}realtime/"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-cache"
    assert b"notificationclick" in answer.body
    again = await jp_fetch(
        "realtime/sw.js", headers={"If-None-Match": answer.headers["Etag"]}, raise_error=False
    )
    assert again.code == 304


async def test_P5_the_worker_is_refused_to_strangers(
    jp_fetch: Callable[..., Any], http_server: Any, jp_serverapp: Any
) -> None:
    stranger = await jp_fetch("realtime/sw.js", headers={"Authorization": ""}, raise_error=False)
    assert stranger.code == 401 and json.loads(stranger.body)["code"] == "unauthenticated"
    cookies = await log_in(jp_fetch)
    person = await jp_fetch("realtime/sw.js", headers={"Authorization": "", "Cookie": cookies})
    assert person.code == 200
    jp_serverapp.web_app.settings["authorizer"] = Deny(parent=jp_serverapp)
    refused = await jp_fetch("realtime/sw.js", raise_error=False)
    assert refused.code == 403 and json.loads(refused.body)["code"] == "forbidden"
