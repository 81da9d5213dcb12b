"""The key with which a server shows push services who it is (RFC 8292)."""

from __future__ import annotations

import base64
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

# RFC 8292: at most a day.
SIGNATURE_SECONDS = 12 * 3600
# A signature is good for a while, and making one costs more than all the rest: it is kept for half of that.
KEPT_SECONDS = SIGNATURE_SECONDS / 2


def make_key() -> bytes:
    """Make a key, as it stands in its file (PEM)."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def base64url(raw: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class VapidKey:
    """Signs pushes.

    Parameters
    ----------
    pem
        What is in the key's file.
    contact
        Whom the people of a push service may write to: a `mailto:` or https address, or empty.

    Raises
    ------
    ValueError
        If the file holds no such key.
    """

    def __init__(self, pem: bytes, contact: str = "") -> None:
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ValueError("A VAPID key is a private key on the curve P-256, in PEM.")
        self._key = key
        self._contact = contact
        self._signed: dict[str, tuple[str, float]] = {}
        point = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.public_key = base64url(point)

    def authorization(self, origin: str) -> str:
        """Write the header that shows a push service who asks."""
        token, until = self._signed.get(origin, ("", 0.0))
        now = time.time()
        if now >= until:
            token = self._sign(origin, now)
            self._signed[origin] = token, now + KEPT_SECONDS
        return f"vapid t={token}, k={self.public_key}"

    def _sign(self, origin: str, now: float) -> str:
        claims = {"aud": origin, "exp": int(now) + SIGNATURE_SECONDS}
        contact = {"sub": self._contact} if self._contact else {}
        return jwt.encode({**claims, **contact}, self._key, "ES256")
