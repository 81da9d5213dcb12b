"""Addresses and mail servers, as people and admins write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from .errors import BadRequest

MAX_ADDRESS_CHARACTERS = 254
# What mail servers agree on, and no more: nothing that could be quoted, or begin another header.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)*{_LABEL}"
_ADDRESS = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>{_DOMAIN})")

Security = Literal["tls", "starttls", "none"]
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def is_address(text: str) -> bool:
    """Tell whether mail can be sent there, as far as the text says."""
    found = _ADDRESS.fullmatch(text) if len(text) <= MAX_ADDRESS_CHARACTERS else None
    return found is not None and len(found["local"]) <= 64


def is_domain(text: str) -> bool:
    """Tell whether a text can stand behind the @ of an address."""
    return re.fullmatch(_DOMAIN, text) is not None


def check_address(text: str) -> None:
    """Refuse what is no address.

    Raises
    ------
    BadRequest
    """
    if not is_address(text):
        raise BadRequest(f"{text[:80]!r} is no e-mail address; write one like ana@example.org.")


@dataclass(frozen=True)
class SmtpServer:
    """Who takes our mails.

    Parameters
    ----------
    security
        `starttls`: the connection begins in the clear, and has to become a secret one.
    """

    host: str
    port: int
    user: str | None
    security: Security

    @classmethod
    def parse(cls, url: str) -> SmtpServer:
        """Read a URL like `smtps://ana@mail.example.org`.

        `smtps` is TLS from the start, `smtp` STARTTLS (nothing on this very machine), `smtp+plain` neither.

        Raises
        ------
        ValueError
            Says what is wrong, and quotes nothing that could be a password.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname:
            raise ValueError("write smtp://, smtps:// or smtp+plain://, and a host")
        if parts.password is not None:
            raise ValueError("a password stands in a file of its own; see smtp_password_file")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("nothing stands behind the port")
        security = _security(parts.scheme, parts.hostname)
        user = unquote(parts.username) if parts.username else None
        if parts.scheme == "smtp+plain" and user is not None:
            raise ValueError("nobody logs in without TLS")
        return cls(parts.hostname, parts.port or _PORTS[security], user, security)


def _security(scheme: str, host: str) -> Security:
    if scheme == "smtps":
        return "tls"
    if scheme == "smtp+plain" or host in ("localhost", "::1") or host.startswith("127."):
        return "none"
    return "starttls"
