"""The key that signs pushes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from jupyter_realtime.core.push import unbase64
from jupyter_realtime.delivery import vapid
from jupyter_realtime.delivery.vapid import SIGNATURE_SECONDS, VapidKey, make_key
from jupyter_realtime.server.key_files import read_or_make

ORIGIN = "https://push.example.org"


def claims_of(header: str) -> dict[str, object]:
    """Check a signature as a push service does, with the key that stands beside it."""
    scheme, _, fields = header.partition(" ")
    found = dict(field.split("=", 1) for field in fields.split(", "))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64(found["k"]))
    assert scheme == "vapid"
    claims: dict[str, object] = jwt.decode(found["t"], key, ["ES256"], audience=ORIGIN)
    return claims


def test_U1_the_key_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "realtime-vapid.pem"
    with ThreadPoolExecutor(8) as several:
        keys = set(several.map(lambda _: read_or_make(path, make_key), range(16)))
    assert keys == {path.read_bytes()}
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_U1_browsers_see_the_same_key_as_long_as_there_is_the_file() -> None:
    pem = make_key()
    assert VapidKey(pem).public_key == VapidKey(pem).public_key != VapidKey(make_key()).public_key
    assert len(unbase64(VapidKey(pem).public_key)) == 65


def other_curve() -> bytes:
    return ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize("pem", [b"", b"no key", other_curve()])
def test_U1_what_is_no_such_key_is_refused(pem: bytes) -> None:
    with pytest.raises(ValueError, match=r"key|PEM|data"):
        VapidKey(pem)


@pytest.mark.parametrize("contact", ["", "mailto:admin@example.org"])
def test_U5_a_push_is_signed_for_its_service_only(
    contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = VapidKey(make_key(), contact)
    header = key.authorization(ORIGIN)
    claims = claims_of(header)
    assert claims.get("sub", "") == contact
    with pytest.raises(jwt.InvalidAudienceError):
        claims_of(key.authorization("https://other.example.org"))
    # Signed once for many pushes, and again long before it ends.
    assert key.authorization(ORIGIN) == header
    now = vapid.time.time()
    monkeypatch.setattr(vapid.time, "time", lambda: now + SIGNATURE_SECONDS * 0.9)
    assert key.authorization(ORIGIN) != header
