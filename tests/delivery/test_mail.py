"""Mails by SMTP, against a real server."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import trustme

from jupyter_realtime.core.letters import Confirmation, Envelope
from jupyter_realtime.core.mail import SmtpServer
from jupyter_realtime.delivery import mail as module
from jupyter_realtime.delivery.mail import Sender, SmtpMailer
from jupyter_realtime.ports import Refused, Undelivered
from tests.delivery.letters import letter, told
from tests.delivery.postbox import Postbox, part, postbox

SENDER = Sender("jupyter@example.org", "Jupyter of example.org")


def mailer(box: Postbox) -> SmtpMailer:
    return SmtpMailer(SmtpServer.parse(f"smtp://127.0.0.1:{box.port}"), SENDER)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_D8_a_mail_has_text_and_html_and_says_that_a_program_sends_it() -> None:
    async with postbox() as box:
        await mailer(box).send(letter())
        [mail] = box.mails
        assert mail["From"] == '"Jupyter of example.org" <jupyter@example.org>'
        assert mail["To"] == "Ana Ruiz <ana@example.org>"
        assert mail["Subject"] == "Ben replied"
        assert mail["Message-ID"] == "<letter-1@example.org>"
        assert mail["Auto-Submitted"] == "auto-generated"
        for text in (part(mail, "plain"), part(mail, "html")):
            for words in (
                "Ben replied",
                "Have a look at line 3.",
                "bikeshare",
                "You chose: replies",
            ):
                assert words in text
        assert "Open: https://jupyter.example.org/lab/tree/a.ipynb" in part(mail, "plain")
        assert part(mail, "html").count('href="https://jupyter.example.org/lab/tree/a.ipynb"') == 2
        assert mail.get_content_type() == "multipart/alternative"


async def test_D9_a_mail_says_how_to_end_such_mails_with_one_click() -> None:
    async with postbox() as box:
        await mailer(box).send(letter())
        [mail] = box.mails
        url = "https://jupyter.example.org/realtime/unsubscribe/SECRET"
        assert mail["List-Unsubscribe"] == f"<{url}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert url in part(mail, "plain")
        assert url in part(mail, "html")


async def test_D8_nothing_that_people_write_becomes_markup_or_a_header() -> None:
    async with postbox() as box:
        evil = "<script>alert(1)</script>\r\nBcc: eve@example.org"
        name = 'Ana"\r\nBcc: eve@example.org'
        what = told(evil, message='<img src="https://eve/">', by="<b>", project="<i>", rule="<u>")
        sent = letter(what, subject=evil, envelope=Envelope("letter-1", "ana@example.org", name))
        await mailer(box).send(sent)
        [mail] = box.mails
        html = part(mail, "html")
        assert mail["Bcc"] is None
        assert [one.addr_spec for one in mail["To"].addresses] == ["ana@example.org"]
        for tag in ("<script", "<img", "<b>", "<i>", "<u>", "<style"):
            assert tag not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "<script>alert(1)</script>" in part(mail, "plain")


async def test_D8_text_of_the_whole_world_arrives() -> None:
    async with postbox() as box:
        what = told("Löschen? 削除 🗑", message="مرحبا")
        await mailer(box).send(letter(what, envelope=Envelope("1", "ana@example.org", "Ána 山")))
        [mail] = box.mails
        assert mail["Subject"] == "Löschen? 削除 🗑"
        assert mail["To"].addresses[0].display_name == "Ána 山"
        assert "مرحبا" in part(mail, "html")


async def test_D10_a_mail_goes_by_starttls_with_a_password_from_a_file(
    certificate: ssl.SSLContext,
    trust: ssl.SSLContext,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    password = tmp_path / "password"
    password.write_text("secret\n")
    async with postbox(starttls=certificate, login=True) as box:
        server = SmtpServer("localhost", box.port, "ana", "starttls")
        await SmtpMailer(server, SENDER, password, trust).send(letter())
        assert box.logins == [("ana", "secret")]
        assert box.secured == [True]
    assert "secret" not in caplog.text


async def test_D10_a_mail_goes_by_tls(certificate: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    async with postbox(tls=certificate) as box:
        server = SmtpServer.parse(f"smtps://localhost:{box.port}")
        await SmtpMailer(server, SENDER, trust=trust).send(letter())
        assert len(box.mails) == 1


async def test_D10_nothing_goes_to_a_server_with_a_wrong_certificate_or_without_tls(
    certificate: ssl.SSLContext,
) -> None:
    def wrong() -> AbstractAsyncContextManager[Postbox]:
        return postbox(starttls=certificate)

    kinds: list[Callable[[], AbstractAsyncContextManager[Postbox]]] = [wrong, postbox]
    for kind in kinds:
        async with kind() as box:
            server = SmtpServer("localhost", box.port, None, "starttls")
            with pytest.raises(Undelivered) as refused:
                await SmtpMailer(server, SENDER).send(letter())
            assert not isinstance(refused.value, Refused)
            assert box.mails == []


async def test_D4_a_wrong_password_or_none_is_worth_another_try(
    certificate: ssl.SSLContext, trust: ssl.SSLContext, tmp_path: Path
) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("wrong")
    async with postbox(starttls=certificate, login=True) as box:
        server = SmtpServer("localhost", box.port, "ana", "starttls")
        for file in (wrong, tmp_path / "none"):
            with pytest.raises(Undelivered) as failed:
                await SmtpMailer(server, SENDER, file, trust).send(letter())
            assert not isinstance(failed.value, Refused)
            assert "wrong" not in failed.value.message
            assert str(tmp_path) not in failed.value.message


@pytest.mark.parametrize("where", ["at_recipient", "at_mail"])
async def test_D4_a_servers_no_for_now_is_worth_another_try_and_a_no_for_good_is_not(
    where: str,
) -> None:
    async with postbox() as box:
        for answer, is_final in (("451 Later", False), ("550 Never", True)):
            setattr(box, where, lambda _to, answer=answer: answer)
            with pytest.raises(Undelivered) as failed:
                await mailer(box).send(letter())
            assert isinstance(failed.value, Refused) == is_final
            assert not failed.value.may_have_arrived
            assert failed.value.message == f"The mail server answered {answer[:3]}."
        assert box.mails == []


async def test_D4_where_the_server_vanished_behind_a_mail_nobody_knows_whether_it_has_it() -> None:
    async with postbox() as box:
        box.at_mail = lambda _to: "vanish"
        with pytest.raises(Undelivered) as failed:
            await mailer(box).send(letter())
        assert failed.value.may_have_arrived
        box.at_mail = lambda _to: None
        await mailer(box).send(letter())
        one, two = box.mails
        assert one["Message-ID"] == two["Message-ID"]


async def test_D4_a_server_that_is_not_there_or_says_nothing_is_worth_another_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "STEP_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        server = SmtpServer.parse(f"smtp://127.0.0.1:{port}")
        with pytest.raises(Undelivered) as stalled:
            await SmtpMailer(server, SENDER).send(letter())
    with pytest.raises(Undelivered) as gone:
        await SmtpMailer(server, SENDER).send(letter())
    for failed in (stalled, gone):
        assert not isinstance(failed.value, Refused)
        assert not failed.value.may_have_arrived


async def test_D7_a_mail_asks_whether_an_address_is_somebodys() -> None:
    async with postbox() as box:
        url = "https://jupyter.example.org/realtime/confirm/TOKEN"
        envelope = Envelope("asking", "ana@example.org", "Ana")
        await mailer(box).send(Confirmation(envelope, url, "https://jupyter.example.org/"))
        [mail] = box.mails
        assert mail["List-Unsubscribe"] is None
        assert url in part(mail, "plain")
        assert f'href="{url}"' in part(mail, "html")
