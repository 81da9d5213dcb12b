"""Mails by SMTP.

Rules
-----
1. Nothing goes over the network in the clear, unless the admin has asked for just that (`smtp+plain://`);
   certificates are checked. A password stands in a file, is read when a mail is sent, and is never logged.
2. Of what a server says of this mail, a 4xx is worth another try, and a 5xx is not. Where it vanished after
   it was given the mail, nobody knows whether it has it; the next try has the same `Message-ID`.
3. The mail says that a program sends it (RFC 3834), and how its reader ends such mails with one click
   (RFC 8058).
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from pathlib import Path

import aiosmtplib

from ..core.letters import Confirmation, Letter
from ..core.mail import SmtpServer
from ..ports import Refused, Undelivered
from .rendering import as_html, as_text

# Of each step; a server that is slower may have a queue that it can't keep up with.
STEP_SECONDS = 15.0
# A carrier returns within a minute.
MAX_SECONDS = 50.0


@dataclass(frozen=True)
class Sender:
    """From whom mails come: the address, and the name beside it."""

    address: str
    name: str = "Jupyter"

    @property
    def domain(self) -> str:
        """Behind the @."""
        return self.address.rpartition("@")[2]


class SmtpMailer:
    """The port `Mailer`.

    Parameters
    ----------
    password_file
        Where the password stands, for a server that wants one.
    trust
        Which certificates are good; else those that the machine trusts.
    """

    def __init__(
        self,
        server: SmtpServer,
        sender: Sender,
        password_file: Path | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._sender = sender
        self._password_file = password_file
        self._trust = trust

    async def send(self, letter: Letter | Confirmation) -> None:
        """Send a letter.

        Raises
        ------
        Undelivered, Refused
        """
        attempt = _Attempt(await self._client())
        password = await self._password()
        try:
            await asyncio.wait_for(
                attempt.send(message_of(letter, self._sender), self._server.user, password),
                MAX_SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError, asyncio.TimeoutError) as error:
            raise attempt.failed(error) from error
        finally:
            attempt.close()

    async def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        if self._trust is None and server.security != "none":
            # Reads hundreds of certificates: once, and not on the loop.
            self._trust = await asyncio.to_thread(ssl.create_default_context)
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=STEP_SECONDS,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._trust,
        )

    async def _password(self) -> str | None:
        if self._server.user is None or self._password_file is None:
            return None
        try:
            text = await asyncio.to_thread(self._password_file.read_text, "utf-8")
        except OSError as error:
            raise Undelivered(f"smtp_password_file can't be read: {error.strerror}.") from None
        return text.strip()


class _Attempt:
    """One connection for one mail, and how far it has come."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client
        self._is_handed_over = False

    async def send(self, message: EmailMessage, user: str | None, password: str | None) -> None:
        """Connect, log in, hand over."""
        await self._client.connect()
        if user is not None and password is not None:
            await self._client.login(user, password)
        sender, recipient = _addresses(message)
        await self._client.mail(sender)
        await self._client.rcpt(recipient)
        self._is_handed_over = True
        await self._client.data(message.as_bytes())

    def failed(self, error: Exception) -> Undelivered:
        """Say what went wrong: worth another try, or not."""
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            return Undelivered(f"The mail server does not let us log in ({error.code}).")
        if isinstance(error, aiosmtplib.SMTPResponseException):
            words = f"The mail server answered {error.code}."
            # What else it refuses is no matter of this mail: an admin mends it, and then all goes out.
            is_about_it = isinstance(
                error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError
            )
            return Refused(words) if is_about_it and error.code >= 500 else Undelivered(words)
        words = f"The mail server could not be reached: {type(error).__name__}."
        if self._is_handed_over:
            words = f"The mail server did not answer at the end: {type(error).__name__}."
        return Undelivered(words, may_have_arrived=self._is_handed_over)

    def close(self) -> None:
        """Let go of the connection; a server that took the mail needs no goodbye."""
        self._client.close()


def _addresses(message: EmailMessage) -> tuple[str, str]:
    [sender], [recipient] = message["From"].addresses, message["To"].addresses
    return sender.addr_spec, recipient.addr_spec


def message_of(letter: Letter | Confirmation, sender: Sender) -> EmailMessage:
    """Write a letter as a mail: text, and HTML beside it."""
    envelope = letter.envelope
    local, _, domain = envelope.address.rpartition("@")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = Address(_header_text(envelope.name), local, domain)
    message["Subject"] = _header_text(letter.subject)
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = f"<{envelope.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if isinstance(letter, Letter):
        message["List-ID"] = f"Jupyter notifications <notifications.jupyter.{sender.domain}>"
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(as_text(letter), cte="quoted-printable")
    message.add_alternative(as_html(letter), subtype="html", cte="quoted-printable")
    return message


def _header_text(text: str) -> str:
    """Leave out what no header may have: a line break would begin another one."""
    return "".join(char if char.isprintable() else " " for char in text)
