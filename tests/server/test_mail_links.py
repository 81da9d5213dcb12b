"""Where links in mails lead, and what REST says about mails, with a real mail server."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from tornado.httpclient import HTTPClientError

from jupyter_realtime.core.notifications import CATEGORIES
from jupyter_realtime.core.preferences import Policy, Rule
from tests.builders import eventually
from tests.delivery.postbox import Postbox, part, postbox
from tests.server.every_call import Api
from tests.server.test_notifications import ME

LINK = re.compile(r"http://\S+/realtime/((?:unsubscribe|confirm)/[A-Za-z0-9_-]+)")
Page = Callable[..., Awaitable[tuple[int, str, Any]]]


@pytest.fixture
def page(jp_fetch: Any) -> Page:
    """Open one of our pages as somebody who is not logged in."""

    async def open_(path: str, method: str = "GET", body: str = "") -> tuple[int, str, Any]:
        posted = {"body": body, "allow_nonstandard_methods": True} if method == "POST" else {}
        try:
            answer = await jp_fetch(
                "realtime",
                path,
                method=method,
                headers={"Authorization": "", "Cookie": ""},
                **posted,
            )
        except HTTPClientError as error:
            assert error.response is not None
            answer = error.response
        return answer.code, answer.body.decode(), answer.headers

    return open_


@pytest.fixture
def smtp_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
def domain() -> str:
    """Where everybody has an address with their name; empty for nowhere."""
    return ""


@pytest.fixture
def mail_settings(smtp_port: int, domain: str) -> dict[str, str]:
    """A server whose mails go to a postbox on that port."""
    return {
        "smtp_url": f"smtp://127.0.0.1:{smtp_port}",
        "mail_from": "jupyter@example.org",
        "mail_domain": domain,
    }


@pytest.fixture
def jp_server_config(
    jp_server_config: dict[str, Any], mail_settings: dict[str, str]
) -> dict[str, Any]:
    """The server of all tests here, with these settings too."""
    ours = {**jp_server_config["RealtimeConfig"], **mail_settings}
    return {**jp_server_config, "RealtimeConfig": ours}


async def arrived(box: Postbox, count: int = 1) -> None:
    async def has() -> bool:
        return len(box.mails) >= count

    await eventually(has)


def link_in(box: Postbox) -> str:
    found = LINK.search(part(box.mails[-1], "plain"))
    assert found is not None
    return found[1]


async def confirmed(api: Api, page: Page, box: Postbox) -> None:
    """Settle an address and follow the link in the mail that asks whether it is ours."""
    status, settled = await api("PATCH", "preferences", {"email": "ana@example.org"})
    assert status == 200, settled
    assert settled["email"] == {"address": "ana@example.org", "confirmed": False, "in_use": None}
    await arrived(box)
    assert (await page(link_in(box), "POST"))[0] == 200


INSTANT = {
    "rules": [{"category": "system", "channel": "email", "mode": "instant"}],
    "zone": "Europe/Berlin",
}


async def test_D7_an_address_is_confirmed_by_the_link_that_was_sent_there(
    api: Api, page: Page, smtp_port: int
) -> None:
    async with postbox(smtp_port) as box:
        await api("PATCH", "preferences", {"email": "ana@example.org"})
        link = link_in(box)
        status, text, headers = await page(link)
        assert status == 200
        assert "<form" in text
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert (await api("GET", "preferences"))[1]["email"]["confirmed"] is False
        for _ in range(2):
            status, text, _headers = await page(link, "POST")
            assert status == 200
            assert "ana@example.org" in text
        assert (await api("GET", "preferences"))[1]["email"] == {
            "address": "ana@example.org",
            "confirmed": True,
            "in_use": "ana@example.org",
        }
        await api("PATCH", "preferences", {"email": "ana@example.org"})
        assert len(box.mails) == 1, "what is confirmed is asked for again"
        await api("PATCH", "preferences", {"email": None})
        assert (await api("GET", "preferences"))[1]["email"] is None
        assert (await page(link, "POST"))[0] == 404


async def test_D7_mails_go_to_the_confirmed_address_until_the_new_one_is_confirmed(
    api: Api, page: Page, smtp_port: int
) -> None:
    old, new = "ana@example.org", "ana@example.com"
    async with postbox(smtp_port) as box:
        await confirmed(api, page, box)
        _, settled = await api("PATCH", "preferences", {**INSTANT, "email": new})
        assert settled["email"] == {"address": new, "confirmed": False, "in_use": old}
        link = link_in(box)
        await api("POST", "notifications", {"title": "The disk is full", "to": "@me"})
        await arrived(box, 3)
        assert [mail["To"].addresses[0].addr_spec for mail in box.mails] == [old, new, old]
        # Who settles the old one again has called the new one off.
        _, settled = await api("PATCH", "preferences", {"email": old})
        assert settled["email"] == {"address": old, "confirmed": True, "in_use": old}
        assert (await page(link, "POST"))[0] == 404
        await api("PATCH", "preferences", {"email": new})
        assert (await page(link_in(box), "POST"))[0] == 200
        _, settled = await api("GET", "preferences")
        assert settled["email"] == {"address": new, "confirmed": True, "in_use": new}


@pytest.mark.parametrize("domain", ["example.net"])
async def test_D7_mails_go_to_a_name_at_the_domain_until_an_own_address_is_confirmed(
    api: Api, page: Page, mail_settings: dict[str, str], smtp_port: int
) -> None:
    at_domain, own = f"{ME}@{mail_settings['mail_domain']}", "ana@example.org"
    async with postbox(smtp_port) as box:
        _, settled = await api("PATCH", "preferences", {"email": own})
        assert settled["email"] == {"address": own, "confirmed": False, "in_use": at_domain}
        _, settled = await api("PATCH", "preferences", {"email": at_domain})
        assert settled["email"] == {"address": at_domain, "confirmed": True, "in_use": at_domain}
        assert (await page(link_in(box), "POST"))[0] == 404
        assert len(box.mails) == 1


async def test_D9_looking_at_a_link_does_nothing_and_a_post_acts_at_once(
    api: Api, page: Page, smtp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with postbox(smtp_port) as box:
        await confirmed(api, page, box)
        await api("PATCH", "preferences", INSTANT)
        _, told = await api("POST", "notifications", {"title": "The disk is full", "to": "@me"})
        await arrived(box, 2)
        assert box.mails[-1]["Subject"] == "The disk is full"
        link = link_in(box)
        assert (await page(link))[0] == 200
        assert by_mail(await api("GET", "preferences"))["system"] == "instant"
        status, text, _ = await page(link, "POST", "List-Unsubscribe=One-Click")
        assert status == 200
        assert "no more mails about notifications" in text
        assert set(by_mail(await api("GET", "preferences")).values()) == {"off"}
        await api("POST", "notifications", {"title": "And another", "to": "@me"})
        _, went_out = await api("GET", f"notifications/{told['id']}/deliveries")
        [delivery] = went_out["items"]
        assert (delivery["channel"], delivery["state"]) == ("email", "sent")
        assert delivery["rule"] == "You chose: messages of the system by mail at once."
        assert len(box.mails) == 2
    # All but what the mail server of this test says, which reads the mail.
    logged = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    assert any("unsubscribe/…" in line for line in logged)
    assert not any(link.rpartition("/")[2] in line for line in logged)


def by_mail(answer: tuple[int, Any]) -> dict[str, str]:
    rules = answer[1]["rules"]
    found = {rule["category"]: rule["mode"] for rule in rules if rule["channel"] == "email"}
    assert found.keys() == set(CATEGORIES)
    return found


async def test_D9_a_mail_about_one_category_can_end_just_those(
    api: Api, page: Page, smtp_port: int
) -> None:
    async with postbox(smtp_port) as box:
        await confirmed(api, page, box)
        await api("PATCH", "preferences", INSTANT)
        await api("POST", "notifications", {"title": "The disk is full", "to": "@me"})
        await arrived(box, 2)
        before = by_mail(await api("GET", "preferences"))
        _, text, _ = await page(link_in(box), "POST", "what=category")
        assert "Messages" in text
        after = by_mail(await api("GET", "preferences"))
        assert after == {**before, "system": "off"}


async def test_D9_what_an_admin_has_locked_still_comes_and_the_page_says_so(
    api: Api, page: Page, smtp_port: int, jp_web_app: Any
) -> None:
    runtime = jp_web_app.settings["jupyter_realtime"]
    async with postbox(smtp_port) as box:
        await confirmed(api, page, box)
        services = await runtime.services()
        # What somebody chose before the lock was there is no reason to refuse them.
        await api("PATCH", "preferences", {"rules": [{**INSTANT["rules"][0], "mode": "digest"}]})
        services.preferences.policy = _locked(services.preferences.policy)
        await api("POST", "notifications", {"title": "The disk is full", "to": "@me"})
        await arrived(box, 2)
        status, text, _ = await page(link_in(box), "POST", "List-Unsubscribe=One-Click")
        assert status == 200
        assert "An admin has settled" in text
        modes = by_mail(await api("GET", "preferences"))
        assert modes.pop("system") == "instant"
        assert set(modes.values()) == {"off"}


def _locked(policy: Policy) -> Policy:
    lock = Rule(category="system", channel="email", mode="instant")
    return msgspec.structs.replace(policy, locks=[lock])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("where", ["unsubscribe", "confirm", "api/v1/unsubscribe"])
async def test_D9_a_token_that_is_none_is_told_on_a_page(
    page: Page, where: str, method: str
) -> None:
    status, text, headers = await page(f"{where}/nothing", method)
    assert status == 404
    assert "not good any more" in text
    assert headers["Content-Type"].startswith("text/html")


async def test_D7_a_link_that_confirms_ends_no_mails(api: Api, page: Page, smtp_port: int) -> None:
    async with postbox(smtp_port) as box:
        await api("PATCH", "preferences", {"email": "ana@example.org"})
        token = link_in(box).rpartition("/")[2]
        assert (await page(f"unsubscribe/{token}", "POST"))[0] == 404


@pytest.mark.parametrize("mail_settings", [{}])
async def test_D7_a_server_that_sends_no_mail_says_so(api: Api) -> None:
    _, settled = await api("GET", "preferences")
    assert settled["channels"] == {"email": False, "push": settled["channels"]["push"]}
    assert settled["email"] is None
    status, error = await api("PATCH", "preferences", {"email": "ana@example.org"})
    assert (status, error["code"]) == (503, "unavailable")
    assert "smtp_url" in error["message"]
    status, error = await api("PATCH", "preferences", {"email": "ana@example.org, eve@example.org"})
    assert (status, error["code"]) == (400, "bad_request")


async def test_D7_few_mails_ask_whether_an_address_is_somebodys(api: Api, smtp_port: int) -> None:
    async with postbox(smtp_port) as box:
        answers = [
            (await api("PATCH", "preferences", {"email": f"a{n}@example.org"}))[0] for n in range(7)
        ]
        assert answers == [200] * 5 + [429] * 2
        assert len(box.mails) == 5


async def test_D4_an_admin_sees_what_was_given_up_and_tries_it_again(
    api: Api, page: Page, smtp_port: int
) -> None:
    async with postbox(smtp_port) as box:
        await confirmed(api, page, box)
        await api("PATCH", "preferences", INSTANT)
        box.at_recipient = lambda _to: "550 No such user"
        await api("POST", "notifications", {"title": "The disk is full", "to": "@me"})

        async def given_up() -> bool:
            return bool((await api("GET", "deliveries"))[1]["items"])

        await eventually(given_up)
        _, listed = await api("GET", "deliveries", params={"state": "dead", "limit": 1})
        [dead] = listed["items"]
        assert dead["outcome"] == "The mail server answered 550."
        assert "disk" not in str(dead)
        _, rest = await api("GET", "deliveries", params={"cursor": listed["next"]})
        assert rest == {"items": [], "next": None}
        box.at_recipient = lambda _to: None
        assert (await api("POST", f"deliveries/{dead['id']}/retry"))[0] == 204
        await arrived(box, 2)
        assert (await api("POST", f"deliveries/{dead['id']}/retry"))[0] == 404
        assert (await api("GET", "deliveries", params={"state": "broken"}))[0] == 400
