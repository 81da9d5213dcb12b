"""Several people on one server, each in a browser of their own: what they are told, and how."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import Lab, eventually
from tests.browser.team import Team, open_postbox, team_server
from tests.browser.test_notifications import (
    EQUAL_WITHIN_MS,
    be_at_rest,
    centre,
    expect_unread,
    open_centre,
    row,
    rows,
    toasts,
)
from tests.browser.test_preferences import open_preferences
from tests.delivery.postbox import Postbox, part
from tests.jupyter import Jupyter

LOCK = {"category": "system", "channel": "push", "mode": "off"}
# As a page of theirs asks for it: with their cookie.
ASK = """async ([method, path, body]) => {
    const xsrf = document.cookie.match(/_xsrf=([^;]+)/)[1];
    const answer = await fetch(`/realtime/api/v1/${path}`, {
        method,
        headers: { 'X-XSRFToken': decodeURIComponent(xsrf), 'Content-Type': 'application/json' },
        body: body === null ? undefined : JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
}"""


@pytest.fixture(scope="module")
def mails() -> Iterator[Postbox]:
    """Where the server's mails arrive."""
    with open_postbox() as box:
        yield box


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory, mails: Postbox) -> Iterator[Jupyter]:
    """One server for all tests; each has people of its own."""
    home = tmp_path_factory.mktemp("team")
    # A list of rules has no room on a command line.
    config = home / "home" / "config"
    config.mkdir(parents=True)
    settings = {"RealtimeConfig": {"notification_locks": [LOCK]}}
    (config / "jupyter_server_config.json").write_text(json.dumps(settings))
    options = (
        f"--RealtimeConfig.smtp_url=smtp+plain://127.0.0.1:{mails.port}",
        "--RealtimeConfig.mail_from=jupyter@example.org",
    )
    with team_server(home, *options) as server:
        yield server


def ask(page: Page, method: str, path: str, body: Any = None) -> Any:
    """Ask the server as whoever uses this page; gives status and answer."""
    return page.evaluate(ASK, [method, path, body])


def tell(page: Page, to: str, title: str) -> None:
    """Have whoever uses this page tell somebody something."""
    status, answer = ask(page, "POST", "notifications", {"to": to, "title": title})
    assert (status, answer["recipients"]) == (201, [to])


def test_what_one_is_told_reaches_nobody_else_and_counts_the_same_in_both_tabs(
    team: Team, jupyter: Jupyter
) -> None:
    ana, beside, ben = team.open_lab("ana"), team.open_lab("ana"), team.open_lab("ben")
    for page in (ana, beside, ben):
        expect_unread(page, 0)
        be_at_rest(page)
    tell(ben, "ana", "For Ana")
    for page in (ana, beside):
        expect_unread(page, 1, within_ms=EQUAL_WITHIN_MS)
    # What comes behind it has come: nothing else is on its way to ben.
    tell(ana, "ben", "For Ben")
    expect_unread(ben, 1, within_ms=EQUAL_WITHIN_MS)
    tell(ben, "ana", "Also for Ana")
    for page in (ana, beside):
        expect_unread(page, 2, within_ms=EQUAL_WITHIN_MS)
    for page, count, name, other in ((ana, 2, "For Ana", "Ben"), (ben, 1, "For Ben", "Ana")):
        page.bring_to_front()
        open_centre(Lab(page, jupyter))
        expect(rows(page)).to_have_count(count)
        expect(row(page, name)).to_contain_text(other)
    _, hers = ask(ana, "GET", "notifications")
    assert ask(ben, "GET", f"notifications/{hers['items'][0]['id']}")[0] == 404
    # All was read by looking, in the one tab; the other knows it.
    for page in (ana, beside):
        expect_unread(page, 0)
    ana.bring_to_front()
    row(ana, "For Ana").focus()
    for key, count in (("u", 1), ("e", 0), ("z", 1)):
        ana.keyboard.press(key)
        for page in (ana, beside):
            expect_unread(page, count, within_ms=EQUAL_WITHIN_MS)
    # Without the centre, in which it would be in sight.
    beside.goto(f"{jupyter.url}lab?reset")
    expect_unread(beside, 1)
    assert ask(ben, "GET", "notifications")[1]["items"][0]["title"] == "For Ben"


def test_what_an_admin_has_locked_says_so_and_nobody_changes_it(
    team: Team, jupyter: Jupyter
) -> None:
    page = team.open_lab("cleo")
    panel = open_preferences(page, jupyter)
    locked = panel.get_by_label("System: Push")
    expect(locked).to_be_disabled()
    expect(locked).to_have_value("off")
    expect(locked).to_have_accessible_description("An administrator has settled this")
    expect(panel.get_by_text("What has a lock was settled by an administrator")).to_be_visible()
    beside = panel.get_by_label("System: Inbox")
    beside.uncheck()
    expect(panel.get_by_text("Saved", exact=True)).to_be_visible()
    status, answer = ask(page, "PATCH", "preferences", {"rules": [LOCK | {"mode": "instant"}]})
    assert (status, answer["code"]) == (400, "bad_request")
    panel.get_by_role("button", name="Back to the defaults").click()
    expect(beside).to_be_checked()
    expect(locked).to_have_value("off")
    assert LOCK in ask(page, "GET", "preferences")[1]["rules"]


def test_H3_quiet_hours_are_kept_and_nothing_pops_up_in_them(team: Team, jupyter: Jupyter) -> None:
    page = team.open_lab("dora")
    panel = open_preferences(page, jupyter)
    now = datetime.now(timezone.utc)
    begin, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-2, 2))
    panel.get_by_label("Let nothing ring at night").check()
    for label, at in (("Quiet hours begin", begin), ("Quiet hours end", end)):
        panel.get_by_label(label).fill(at)
        panel.get_by_label(label).press("Tab")
    panel.get_by_label("Time zone", exact=True).select_option("UTC")
    quiet = {"from": begin, "to": end, "zone": "UTC"}
    eventually(lambda: bool(ask(page, "GET", "preferences")[1]["quiet_hours"] == quiet), page)
    page.reload()
    panel = open_preferences(page, jupyter)
    expect(panel.get_by_label("Let nothing ring at night")).to_be_checked()
    expect(panel.get_by_label("Quiet hours begin")).to_have_value(begin)
    expect(panel.get_by_label("Quiet hours end")).to_have_value(end)
    page.bring_to_front()
    tell(page, "dora", "Hush")
    expect_unread(page, 1)
    panel.get_by_label("Let nothing ring at night").uncheck()
    eventually(lambda: ask(page, "GET", "preferences")[1]["quiet_hours"] is None, page)
    jupyter.api("POST", "notifications", {"to": "dora", "title": "Loud"})
    # Told together if both popped up; the first does not.
    expect(toasts(page)).to_have_count(1)
    expect(toasts(page)).to_contain_text("Loud")
    expect_unread(page, 2)
    open_centre(Lab(page, jupyter))
    expect(rows(page)).to_have_count(2)
    expect(centre(page)).to_contain_text("Hush")


def test_a_mail_address_is_entered_and_confirmed_by_the_link_in_a_mail(
    team: Team, jupyter: Jupyter, mails: Postbox
) -> None:
    page = team.open_lab("emil")
    panel = open_preferences(page, jupyter)
    expect(panel.get_by_text("Without an address no mail is sent to you.")).to_be_visible()
    panel.get_by_label("Your mail address").fill("emil@example.org")
    panel.get_by_label("Your mail address").press("Enter")
    expect(panel.get_by_text("Not confirmed yet.")).to_contain_text("emil@example.org")
    eventually(lambda: len(mails.to("emil@example.org")) == 1, page)
    [mail] = mails.to("emil@example.org")
    [link] = re.findall(r"http://\S+/confirm/\S+", part(mail, "plain"))
    confirming = page.context.new_page()
    confirming.goto(link)
    # A mail scanner that follows the link has confirmed nothing.
    assert ask(page, "GET", "preferences")[1]["email"]["confirmed"] is False
    confirming.get_by_role("button").click()
    expect(confirming.get_by_text("emil@example.org")).to_be_visible()
    confirming.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(panel.get_by_text("Confirmed: mail is sent there.")).to_be_visible()
    page.reload()
    panel = open_preferences(page, jupyter)
    expect(panel.get_by_label("Your mail address")).to_have_value("emil@example.org")
    expect(panel.get_by_text("Confirmed: mail is sent there.")).to_be_visible()
    panel.get_by_label("Your mail address").fill("new@example.org")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Not confirmed yet.")).to_contain_text(
        "Until then mail goes to emil@example.org."
    )
