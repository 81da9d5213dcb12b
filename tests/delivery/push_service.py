"""A push service of RFC 8030, as browsers' makers run them: checks who sends, and keeps what it gets."""

from __future__ import annotations

import base64
import secrets
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import http_ece
import jwt
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from jupyter_realtime.core.push import PushHost, PushKeys, PushSubscription, unbase64
from jupyter_realtime.delivery.vapid import base64url


@dataclass
class FakeBrowser:
    """What a browser keeps to itself: with this it decrypts."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def keys(self) -> PushKeys:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return PushKeys(p256dh=base64url(point), auth=base64url(self.secret))

    def decrypt(self, body: bytes) -> bytes:
        plain: bytes = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        return plain


@dataclass
class Taken:
    """A push that has arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    claims: dict[str, Any]
    public_key: str


class PushService:
    """Takes pushes on a port of this machine, by TLS.

    Attributes
    ----------
    answers
        By path: what is answered instead of 201, with headers.
    connections
        How many were made, whatever became of them.
    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.certificate = folder / "push-ca.pem"
        authority.cert_pem.write_to_path(str(self.certificate))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(context)
        self.taken: list[Taken] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.connections = 0
        self._arrival = threading.Condition()
        sockets = bind_sockets(0, "127.0.0.1")
        self.port: int = sockets[0].getsockname()[1]
        self._server = HTTPServer(
            Application([("/(.*)", _Handler, {"service": self})]), ssl_options=context
        )
        take = self._server.handle_stream

        def counted(stream: Any, address: Any) -> None:
            self.connections += 1
            take(stream, address)

        self._server.handle_stream = counted  # type: ignore[method-assign]
        self._sockets = sockets

    def serve(self) -> None:
        """Begin to answer, in the loop that runs."""
        self._server.add_sockets(self._sockets)

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def host(self) -> PushHost:
        return PushHost("localhost", port=self.port)

    def subscribe(self, browser: FakeBrowser, path: str = "/ana") -> PushSubscription:
        """What a browser's page is given when it subscribes."""
        return PushSubscription(endpoint=f"{self.origin}{path}", keys=browser.keys)

    def take(self, push: Taken) -> None:
        with self._arrival:
            self.taken.append(push)
            self._arrival.notify_all()

    def wait_for(self, count: int, within_seconds: float) -> bool:
        """Wait, in another thread, until so many pushes have come."""
        with self._arrival:
            return self._arrival.wait_for(lambda: len(self.taken) >= count, within_seconds)

    def close(self) -> None:
        self._server.stop()
        for one in self._sockets:
            one.close()


class _Handler(RequestHandler):
    def initialize(self, service: PushService) -> None:
        self.service = service

    def post(self, path: str) -> None:
        status, headers = self.service.answers.get(f"/{path}", (201, {}))
        self.set_status(status)
        for name, value in headers.items():
            self.set_header(name, value)
        if 200 <= status < 300:
            self.service.take(self._taken(f"/{path}"))

    def _taken(self, path: str) -> Taken:
        scheme, _, fields = self.request.headers["Authorization"].partition(" ")
        found = dict(one.split("=", 1) for one in fields.split(", "))
        assert scheme == "vapid"
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64(found["k"]))
        claims = jwt.decode(found["t"], key, ["ES256"], audience=self.service.origin)
        return Taken(path, dict(self.request.headers), self.request.body, claims, found["k"])


def rfc_browser() -> FakeBrowser:
    """The browser of RFC 8291, appendix A."""
    number = int.from_bytes(
        base64.urlsafe_b64decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94="), "big"
    )
    return FakeBrowser(
        ec.derive_private_key(number, ec.SECP256R1()), unbase64("BTBZMqHH6r4Tts7J_aSIgg")
    )
