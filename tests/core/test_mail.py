"""Addresses and mail servers, as people and admins write them."""

import pytest

from jupyter_realtime.core.mail import SmtpServer, is_address, is_domain


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer("mail.example.org", 587, None, "starttls")),
        ("smtp://ana@mail.example.org:25", SmtpServer("mail.example.org", 25, "ana", "starttls")),
        (
            "smtps://a%40b.org@mail.example.org/",
            SmtpServer("mail.example.org", 465, "a@b.org", "tls"),
        ),
        ("smtp+plain://relay", SmtpServer("relay", 25, None, "none")),
        ("smtp://127.0.0.1:2525", SmtpServer("127.0.0.1", 2525, None, "none")),
        ("smtp://localhost:2525", SmtpServer("localhost", 2525, None, "none")),
        ("smtp://[::1]:2525", SmtpServer("::1", 2525, None, "none")),
    ],
)
def test_D10_a_url_names_the_mail_server_and_how_it_is_spoken_to(
    url: str, server: SmtpServer
) -> None:
    assert SmtpServer.parse(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://ana:hunter2@mail.example.org",
        "smtp://mail.example.org/?password=hunter2",
        "smtp+plain://ana@relay",
        "smtp://mail.example.org:99999",
    ],
)
def test_D10_a_url_with_a_password_or_something_else_that_does_not_belong_there_is_refused(
    url: str,
) -> None:
    with pytest.raises(ValueError) as refused:
        SmtpServer.parse(url)
    assert "hunter2" not in str(refused.value)


def test_D7_an_address_is_one_that_no_header_can_misunderstand() -> None:
    for good in ("ana@example.org", "a.b+c@x-y.example.org", "ana@localhost"):
        assert is_address(good)
    for bad in (
        "ana",
        "@example.org",
        "ana@",
        "a b@example.org",
        "ana@example.org\nBcc: eve@example.org",
        "ana@example.org, eve@example.org",
        '"ana"@example.org',
        ".ana@example.org",
        "ana@-example.org",
        "ana@exa_mple.org",
        "änä@example.org",
        f"{'a' * 65}@example.org",
        f"ana@{'a.' * 130}org",
    ):
        assert not is_address(bad), bad
    assert is_domain("example.org")
    assert not is_domain("example.org>")
