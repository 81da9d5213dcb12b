"""Browsers that take pushes: what they say of themselves, and which of it may be believed.

Rules
-----
1. An endpoint is an address that a client sends and that our server calls. So it is one of a push service
   that the server's admin knows (`PushHost`), by https, and nothing else; what its name leads to is
   looked at again when something is sent.
2. What goes out says which notification it is about, and nothing of what it says: a push service, and
   whoever sits at the browser, learn no more than that there is something.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

import msgspec

from .errors import BadRequest

MAX_ENDPOINT_CHARACTERS = 2000
MAX_LABEL_CHARACTERS = 100
MAX_HOST_CHARACTERS = 253
HTTPS_PORT = 443

_NAME = r"(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}"
_HOST = re.compile(rf"(?P<any>\*\.)?(?P<name>{_NAME})(?::(?P<port>\d{{1,5}}))?")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")

# The curve P-256 (FIPS 186-4): a key of a browser is a point on it, written as 0x04, x and y.
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_POINT_BYTES = 65
_SECRET_BYTES = 16

# Addresses that carry one of the other family; it is that one that is reached.
_NAT64 = IPv6Network("64:ff9b::/96")


class PushKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser can decrypt: its public key and a secret, in base64url."""

    p256dh: str
    auth: str


class PushSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """What `PushSubscription.toJSON()` gives in a browser; what browsers may add is left out."""

    endpoint: str
    keys: PushKeys


@dataclass(frozen=True)
class PushHost:
    """A push service: a name, `*.` and a name for all below it, and a port where it isn't that of https."""

    name: str
    below: bool = False
    port: int = HTTPS_PORT

    @classmethod
    def parse(cls, text: str) -> PushHost:
        """Read one.

        Raises
        ------
        ValueError
        """
        found = _HOST.fullmatch(text)
        if found is None or int(found["port"] or HTTPS_PORT) > 65535:
            raise ValueError(
                f"{text!r} is no host; write one like push.example.org or *.example.org."
            )
        return cls(found["name"], bool(found["any"]), int(found["port"] or HTTPS_PORT))

    def has(self, host: str, port: int) -> bool:
        """Tell whether a host is this one, or below it."""
        is_it = host.endswith(f".{self.name}") if self.below else host == self.name
        return is_it and port == self.port


def origin_of(endpoint: str) -> str:
    """Write the origin of an endpoint that was checked, for whom a signature is made."""
    return f"https://{urlsplit(endpoint).netloc}"


def service_of(endpoint: str) -> str:
    """Name the push service of an endpoint."""
    return urlsplit(endpoint).hostname or ""


def check_endpoint(endpoint: str, hosts: Iterable[PushHost]) -> None:
    """Refuse what is no address of a push service that is known here.

    Raises
    ------
    BadRequest
    """
    parts = _split(endpoint)
    is_plain = parts.scheme == "https" and "@" not in parts.netloc and not parts.fragment
    host = parts.hostname or ""
    if not is_plain or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise BadRequest("endpoint is an https address.")
    is_name = re.fullmatch(_NAME, host) is not None and len(host) <= MAX_HOST_CHARACTERS
    if not is_name or not any(one.has(host, parts.port or HTTPS_PORT) for one in hosts):
        raise BadRequest(
            f"{host[:80]!r} is no push service that this server knows; see RealtimeConfig.push_hosts."
        )


def _split(endpoint: str) -> SplitResult:
    try:
        if len(endpoint) > MAX_ENDPOINT_CHARACTERS:
            raise ValueError
        parts = urlsplit(endpoint)
        _ = parts.port  # Read now, since only then it is known whether it is a number.
    except ValueError:
        raise BadRequest(
            f"endpoint is an https address of at most {MAX_ENDPOINT_CHARACTERS} characters."
        ) from None
    return parts


def check_keys(keys: PushKeys) -> None:
    """Refuse keys with which nothing can be encrypted.

    Raises
    ------
    BadRequest
    """
    if not _is_on_curve(unbase64(keys.p256dh)):
        raise BadRequest("keys.p256dh is no point on the curve P-256.")
    if len(unbase64(keys.auth)) != _SECRET_BYTES:
        raise BadRequest(f"keys.auth has {_SECRET_BYTES} bytes.")


def unbase64(text: str) -> bytes:
    """Read base64url, with padding or without.

    Raises
    ------
    BadRequest
    """
    try:
        if len(text) > 200 or not _BASE64URL.fullmatch(text):
            raise ValueError
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (ValueError, binascii.Error):
        raise BadRequest("keys are base64url.") from None


def _is_on_curve(point: bytes) -> bool:
    if len(point) != _POINT_BYTES or point[0] != 4:
        return False
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return max(x, y) < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the internet, and neither to this machine nor to its network."""
    reached = really_reached(address)
    return reached.is_global and not reached.is_multicast


def really_reached(address: str) -> IPv4Address | IPv6Address:
    """Find the address that is reached, where it stands inside one of the other family."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv4Address):
        return found
    inner = found.ipv4_mapped or found.sixtofour
    if inner is None and found in _NAT64:
        inner = IPv4Address(int(found) & 0xFFFFFFFF)
    return inner or found


# What a browser says of itself, the most telling word first: others' names stand in there, too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def label_of(user_agent: str) -> str:
    """Name a browser for people, like "Firefox on Linux", by its `User-Agent`."""
    browser = next((name for word, name in _BROWSERS if word in user_agent), "A browser")
    system = next((name for word, name in _SYSTEMS if word in user_agent), None)
    return browser if system is None else f"{browser} on {system}"
