"""Web push: hands a push to a browser's push service, encrypted for that browser (RFC 8030, 8188, 8291).

Rules
-----
1. What is called is an address that a client has sent. So it has to be one of a push service that is known
   here, each time; and of what its name leads to, only the internet is reached, or a network that the
   admin named. The very address that was looked at is connected to: a name can't lead elsewhere meanwhile.
2. No redirect is followed, little of an answer is read, and nothing waits for ever.
3. What is sent are ids and a count. A push service, and whoever sits at the browser, learn no more.

Theory of operation
-------------------
`http_ece` encrypts. Tornado's client sends, because it takes a resolver: addresses are checked where they
are resolved, and nowhere else. Of pushes with the same `Topic` that wait at a service, a browser that was
off gets the last: so one that is sent again, since it was not known whether it had arrived, comes once.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from tornado.httpclient import HTTPError, HTTPRequest, HTTPResponse
from tornado.netutil import DefaultLoopResolver, Resolver
from tornado.simple_httpclient import (
    HTTPStreamClosedError,
    HTTPTimeoutError,
    SimpleAsyncHTTPClient,
)

from ..core.codec import encode
from ..core.errors import BadRequest
from ..core.push import (
    PushHost,
    PushSubscription,
    check_endpoint,
    check_keys,
    is_public,
    origin_of,
    really_reached,
    service_of,
    unbase64,
)
from ..ports import Gone, Push, Refused, Undelivered
from .vapid import VapidKey, base64url

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 20.0
MOST_AT_ONCE = 20
# How long a service keeps a push for a browser that is off; the inbox keeps what it is about for longer.
TTL_SECONDS = 24 * 3600
MAX_IDS = 20
MAX_PAUSE_SECONDS = 3600.0
MAX_ANSWER_BYTES = 64 * 1024

Network = IPv4Network | IPv6Network


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser gets: the newest notifications by id, and how many there are."""

    notifications: Sequence[str]
    count: int


class NotReached(OSError):
    """A name leads to nothing that may be reached."""


class CheckedResolver(Resolver):
    """Resolves names to addresses of the internet, and of networks that the admin named."""

    def initialize(self, networks: Sequence[Network]) -> None:
        """Take the networks beside the internet that may be reached."""
        self._networks = networks
        self._resolver = DefaultLoopResolver()

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        """Resolve a name; addresses that may not be reached are left out."""
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if self._may_reach(str(one[1][0]))]
        if not allowed:
            raise NotReached(
                f"{host} leads to a private address; see RealtimeConfig.push_networks."
            )
        return allowed

    def _may_reach(self, address: str) -> bool:
        return is_public(address) or any(
            really_reached(address) in network for network in self._networks
        )


class WebPush:
    """The port `Pusher`.

    Parameters
    ----------
    hosts
        Push services that are known.
    networks
        Where they may lie beside the internet.
    """

    def __init__(
        self, key: VapidKey, hosts: Sequence[PushHost], networks: Sequence[Network] = ()
    ) -> None:
        self._key = key
        self._hosts = hosts
        self._client = SimpleAsyncHTTPClient(
            force_instance=True,
            max_clients=MOST_AT_ONCE,
            resolver=CheckedResolver(networks=networks),
            max_body_size=MAX_ANSWER_BYTES,
        )
        self._trust = ssl.create_default_context()
        self.public_key = key.public_key

    def check(self, subscription: PushSubscription) -> None:
        """Refuse a browser to which nothing could be sent.

        Raises
        ------
        BadRequest
        """
        check_endpoint(subscription.endpoint, self._hosts)
        check_keys(subscription.keys)

    async def send(self, push: Push, subscription: PushSubscription) -> None:
        """Send one push to one browser.

        Raises
        ------
        Undelivered, Refused, Gone
        """
        service = service_of(subscription.endpoint)
        try:
            self.check(subscription)
        except BadRequest as error:
            # An admin has taken its service from the list.
            raise Gone(f"This browser can't be reached any more: {error.message}") from None
        body = await asyncio.to_thread(_encrypted, push, subscription)
        try:
            answer = await self._client.fetch(self._request(push, subscription, body), False)
        except (HTTPTimeoutError, HTTPStreamClosedError):
            raise Undelivered(f"{service} did not answer.", may_have_arrived=True) from None
        except NotReached as error:
            raise Refused(str(error)) from None
        except (HTTPError, OSError, ssl.CertificateError) as error:
            raise Undelivered(f"{service} can't be reached: {error}") from None
        _judge(service, answer)

    def _request(self, push: Push, subscription: PushSubscription, body: bytes) -> HTTPRequest:
        return HTTPRequest(
            subscription.endpoint,
            method="POST",
            headers={
                "Authorization": self._key.authorization(origin_of(subscription.endpoint)),
                "Content-Type": "application/octet-stream",
                "Content-Encoding": "aes128gcm",
                "TTL": str(TTL_SECONDS),
                "Urgency": "normal",
                "Topic": base64url(hashlib.sha256(push.id.encode()).digest()[:24]),
            },
            body=body,
            connect_timeout=CONNECT_SECONDS,
            request_timeout=CONNECT_SECONDS + ANSWER_SECONDS,
            follow_redirects=False,
            decompress_response=False,
            ssl_options=self._trust,
        )

    async def close(self) -> None:
        """End what is under way."""
        self._client.close()


def _encrypted(push: Push, subscription: PushSubscription) -> bytes:
    ids = push.notifications
    payload = encode(Payload(notifications=ids[:MAX_IDS], count=len(ids)))
    body: bytes = http_ece.encrypt(
        payload,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=unbase64(subscription.keys.p256dh),
        auth_secret=unbase64(subscription.keys.auth),
        version="aes128gcm",
    )
    return body


def _judge(service: str, answer: HTTPResponse) -> None:
    """Tell what has become of a push by its service's answer."""
    code = answer.code
    if code in (404, 410):
        raise Gone(f"{service} knows this browser no more ({code}).")
    if code == 429 or code >= 500:
        raise Undelivered(f"{service} can't take it now ({code}).", retry_after=_asked(answer))
    if not 200 <= code < 300:
        raise Refused(f"{service} refused it ({code}).")


def _asked(answer: HTTPResponse) -> float:
    """Read how long a service asks to be left alone, in seconds; a date says nothing here."""
    text = answer.headers.get("Retry-After", "")
    return min(float(text), MAX_PAUSE_SECONDS) if text.isdecimal() and text.isascii() else 0.0
