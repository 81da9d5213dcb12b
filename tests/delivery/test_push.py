"""Pushes to a push service: what arrives, what becomes of what does not, and what is never reached."""

from __future__ import annotations

import base64
import json
import logging
import socket
from ipaddress import ip_network
from typing import Any

import pytest

from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.push import PushHost, PushSubscription
from jupyter_realtime.delivery import push as adapter
from jupyter_realtime.delivery.push import MAX_IDS, WebPush
from jupyter_realtime.delivery.vapid import VapidKey, make_key
from jupyter_realtime.ports import Gone, Push, Refused, Undelivered
from tests.delivery.conftest import MakePushService
from tests.delivery.push_service import FakeBrowser, PushService, rfc_browser

HERE = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
PUSH = Push("parcel", ["n2", "n1"])


def pusher(service: PushService, **options: Any) -> WebPush:
    key = VapidKey(make_key(), "mailto:admin@example.org")
    return WebPush(key, **{"hosts": [service.host], "networks": HERE, **options})


def test_U5_the_browser_of_these_tests_decrypts_what_the_standard_encrypts() -> None:
    # RFC 8291, section 5.
    body = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWA"
        "mS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxs"
        "j_Qulcy4a-fN"
    )
    plain = rfc_browser().decrypt(base64.urlsafe_b64decode(body))
    assert plain == b"When I grow up, I want to be a watermelon"


async def test_U5_a_browser_is_told_ids_and_nothing_else(push_service: MakePushService) -> None:
    service, browser = push_service(), FakeBrowser()
    sender = pusher(service)
    await sender.send(PUSH, service.subscribe(browser))
    [taken] = service.taken
    assert json.loads(browser.decrypt(taken.body)) == {"notifications": ["n2", "n1"], "count": 2}
    with pytest.raises(Exception, match=r"[Tt]ag|[Dd]ecrypt"):
        FakeBrowser().decrypt(taken.body)
    assert b"n1" not in taken.body
    assert taken.headers["Content-Encoding"] == "aes128gcm"
    assert int(taken.headers["Ttl"]) > 0
    assert taken.claims["sub"] == "mailto:admin@example.org"
    assert taken.public_key == sender.public_key
    await sender.close()


async def test_U5_what_is_sent_again_takes_the_place_of_what_waits(
    push_service: MakePushService,
) -> None:
    service, browser = push_service(), FakeBrowser()
    sender = pusher(service)
    for one in (PUSH, PUSH, Push("another", ["n1"])):
        await sender.send(one, service.subscribe(browser))
    first, again, other = [taken.headers["Topic"] for taken in service.taken]
    # RFC 8030: at most 32 characters of base64url.
    assert first == again != other and len(first) == 32 == len(other)
    # Nothing of the encryption is used twice.
    assert len({taken.body for taken in service.taken}) == 3
    await sender.close()


async def test_U5_of_many_only_the_newest_are_named(push_service: MakePushService) -> None:
    service, browser = push_service(), FakeBrowser()
    sender = pusher(service)
    ids = [f"{n:022}" for n in range(5000)]
    await sender.send(Push("p", ids), service.subscribe(browser))
    [taken] = service.taken
    # RFC 8030: a service takes 4096 bytes.
    assert len(taken.body) <= 4096
    told = json.loads(browser.decrypt(taken.body))
    assert told == {"notifications": ids[:MAX_IDS], "count": 5000}
    await sender.close()


@pytest.mark.parametrize("status", [404, 410])
async def test_U6_a_browser_that_is_gone_is_said_to_be(
    push_service: MakePushService, status: int
) -> None:
    service = push_service()
    service.answers["/ana"] = (status, {})
    sender = pusher(service)
    with pytest.raises(Gone, match=str(status)):
        await sender.send(PUSH, service.subscribe(FakeBrowser()))
    await sender.close()


@pytest.mark.parametrize("status", [400, 401, 403, 413])
async def test_U6_what_is_refused_is_not_tried_again(
    push_service: MakePushService, status: int
) -> None:
    service = push_service()
    service.answers["/ana"] = (status, {})
    sender = pusher(service)
    with pytest.raises(Refused, match=str(status)) as refused:
        await sender.send(PUSH, service.subscribe(FakeBrowser()))
    assert not isinstance(refused.value, Gone)
    await sender.close()


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("120", 120.0), ("", 0.0), ("Fri, 27 Nov 2026 10:00:00 GMT", 0.0), ("9" * 30, 3600.0)],
)
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_U6_a_service_that_can_t_is_asked_again_when_it_likes(
    push_service: MakePushService, status: int, asked: str, seconds: float
) -> None:
    service = push_service()
    service.answers["/ana"] = (status, {"Retry-After": asked} if asked else {})
    sender = pusher(service)
    with pytest.raises(Undelivered, match=str(status)) as failed:
        await sender.send(PUSH, service.subscribe(FakeBrowser()))
    assert not isinstance(failed.value, Refused)
    assert failed.value.retry_after == seconds
    await sender.close()


async def test_U6_a_service_that_is_down_is_asked_again(push_service: MakePushService) -> None:
    service = push_service()
    sender = pusher(service)
    service.close()
    with pytest.raises(Undelivered) as failed:
        await sender.send(PUSH, service.subscribe(FakeBrowser()))
    assert not isinstance(failed.value, Refused) and not failed.value.may_have_arrived
    await sender.close()


async def test_U6_a_service_that_is_silent_may_have_taken_it(
    push_service: MakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(adapter, "ANSWER_SECONDS", 0.2)
    service = push_service()
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    sender = pusher(service, hosts=[PushHost("localhost", port=port)])
    subscription = PushSubscription(endpoint=f"https://localhost:{port}/x", keys=FakeBrowser().keys)
    with pytest.raises(Undelivered) as failed:
        await sender.send(PUSH, subscription)
    assert failed.value.may_have_arrived and not isinstance(failed.value, Refused)
    silent.close()
    await sender.close()


async def test_U4_a_name_that_leads_here_is_not_reached(push_service: MakePushService) -> None:
    service = push_service()
    sender = pusher(service, networks=[])
    with pytest.raises(Refused, match="private address"):
        await sender.send(PUSH, service.subscribe(FakeBrowser()))
    assert service.connections == 0
    await sender.close()


async def test_U4_of_a_names_addresses_only_the_internets_are_reached(
    push_service: MakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = push_service()
    sender = pusher(service, networks=[ip_network("127.0.0.1/32")])
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, port: int, *more: Any, **options: Any) -> Any:
        """Lead to a private address first, as a name does whose owner wants to see what is there."""
        asked.append(host)
        [mine, *_] = real("127.0.0.1", port, *more, **options)
        private = (*mine[:4], ("10.255.255.1", port))
        return [private, mine]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    await sender.send(PUSH, service.subscribe(FakeBrowser()))
    # Asked once: what was looked at is what is connected to.
    assert asked == ["localhost"] and len(service.taken) == 1
    await sender.close()


async def test_U4_no_redirect_is_followed(push_service: MakePushService) -> None:
    service = push_service()
    service.answers["/ana"] = (307, {"Location": f"{service.origin}/elsewhere"})
    sender = pusher(service)
    with pytest.raises(Refused, match="307"):
        await sender.send(PUSH, service.subscribe(FakeBrowser()))
    assert service.taken == [] and service.connections == 1
    await sender.close()


async def test_U4_a_service_that_nobody_vouches_for_is_not_told(
    push_service: MakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = push_service()
    monkeypatch.delenv("SSL_CERT_FILE")
    sender = pusher(service)
    with pytest.raises(Undelivered, match="certificate"):
        await sender.send(PUSH, service.subscribe(FakeBrowser()))
    assert service.taken == []
    await sender.close()


async def test_U3_a_service_that_is_known_no_more_loses_its_browsers(
    push_service: MakePushService,
) -> None:
    service = push_service()
    subscription = service.subscribe(FakeBrowser())
    sender = pusher(service, hosts=[PushHost.parse("fcm.googleapis.com")])
    with pytest.raises(BadRequest):
        sender.check(subscription)
    with pytest.raises(Gone):
        await sender.send(PUSH, subscription)
    assert service.connections == 0
    await sender.close()


async def test_O6_no_endpoint_is_in_words_or_in_a_log(
    push_service: MakePushService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service = push_service()
    sender = pusher(service)
    for status in (404, 403, 500, 307, 201):
        service.answers["/a-secret-path"] = (status, {})
        try:
            await sender.send(PUSH, service.subscribe(FakeBrowser(), "/a-secret-path"))
        except Undelivered as failed:
            assert "a-secret" not in failed.message
    ours = [record.getMessage() for record in caplog.records if record.name != "tornado.access"]
    assert not any("a-secret" in line for line in ours)
    await sender.close()
