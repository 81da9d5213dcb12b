"""A mail server for tests: takes mails by SMTP, and refuses, stalls or vanishes when it is told to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# What it answers to a recipient, or to a mail: an answer, `vanish` behind the mail, or None to take it.
Mood = Callable[[str], str | None]


@dataclass
class Postbox:
    """What has arrived, and how the server behaves."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    # For each recipient before the mail, and for each mail when it has come.
    at_recipient: Mood = lambda _to: None
    at_mail: Mood = lambda _to: None
    logins: list[tuple[str, str]] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        answer = self.at_recipient(to)
        if answer is None:
            envelope.rcpt_tos.append(to)
        return answer or "250 OK"

    async def handle_DATA(  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or not."""
        [to] = envelope.rcpt_tos
        answer = self.at_mail(to)
        if answer is None or answer == "vanish":
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
            self.secured.append(session.ssl is not None)
        if answer == "vanish":
            assert server.transport is not None
            server.transport.abort()
        return answer or "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        """Let in whoever knows the password."""
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"secret", handled=False)

    def to(self, address: str) -> list[EmailMessage]:
        """What has arrived for somebody."""
        return [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == address]


class _Connection(SMTP):
    """One that is known while it is open."""

    def __init__(self, open_: set[_Connection], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._open = open_
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note that it is open."""
        super().connection_made(transport)
        self._open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Note that it is closed."""
        super().connection_lost(error)
        self._open.discard(self)
        self.closed.set()

    def abort(self) -> None:
        """End it."""
        if self.transport is not None:
            self.transport.abort()


@asynccontextmanager
async def postbox(
    port: int = 0,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
) -> AsyncIterator[Postbox]:
    """Open one, on a port of its own unless it is to be a certain one."""
    box = Postbox()
    loop = asyncio.get_running_loop()
    open_: set[_Connection] = set()

    def connection() -> SMTP:
        return _Connection(
            open_,
            box,
            loop=loop,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=box.authenticate if login else None,
            auth_required=login,
            auth_require_tls=starttls is not None,
        )

    server = await loop.create_server(connection, "127.0.0.1", port, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        for left in open_:
            left.abort()
        await asyncio.gather(*(left.closed.wait() for left in open_))
        await server.wait_closed()


def part(mail: EmailMessage, subtype: str) -> str:
    """Read the text or the HTML of a mail."""
    body = mail.get_body((subtype,))
    assert body is not None
    text: str = body.get_content()
    return text.replace("\r\n", "\n")
