"""Which browsers are believed: endpoints, keys, addresses."""

from __future__ import annotations

import base64

import pytest

from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.push import (
    PushHost,
    PushKeys,
    check_endpoint,
    check_keys,
    is_public,
    origin_of,
)

HOSTS = [
    PushHost.parse(text)
    for text in ("fcm.googleapis.com", "*.push.apple.com", "push.example.org:8443")
]
# RFC 8291, appendix A: a browser's public key and secret.
KEYS = PushKeys(
    p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth="BTBZMqHH6r4Tts7J_aSIgg",
)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://fcm.googleapis.com:443/x",
        "https://FCM.googleapis.com/x",
        "https://web.push.apple.com/x?y=z",
        "https://push.example.org:8443/x",
    ],
)
def test_U3_the_push_services_of_browsers_are_known(endpoint: str) -> None:
    check_endpoint(endpoint, HOSTS)
    assert endpoint.startswith(origin_of(endpoint) + "/")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com:port/x",
        "https://evil.org/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.org/x",
        "https://fcm.googleapis.com@evil.org/x",
        "https://evil.org@fcm.googleapis.com/x",
        "https://evil.org#@fcm.googleapis.com/x",
        "https://fcm.googleapis.com\\@evil.org/x",
        "https://push.apple.com/x",
        "https://evilpush.apple.com/x",
        "https://push.example.org/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::1/x",
        "https://localhost/x",
        "https://fcm.googleapis.com/\r\nHost: evil.org",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/ä",
        "https://fcm.googleapis.com./x",
        "https://..push.apple.com/x",
        f"https://{'x' * 64}.push.apple.com/x",
        f"https://{'x.' * 130}push.apple.com/x",
        "https://",
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
        "",
        "https://fcm.googleapis.com/" + "x" * 2000,
    ],
)
def test_U3_any_other_address_is_refused(endpoint: str) -> None:
    with pytest.raises(BadRequest):
        check_endpoint(endpoint, HOSTS)


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "https://a.org", "a.org/x", "A.org", "a.org:", "a.org:99999"]
)
def test_U3_what_is_no_host_is_no_push_service(text: str) -> None:
    with pytest.raises(ValueError, match="no host"):
        PushHost.parse(text)


def test_U3_keys_of_a_browser_are_taken() -> None:
    check_keys(KEYS)
    check_keys(PushKeys(p256dh=KEYS.p256dh + "=", auth=KEYS.auth + "=="))


def pointed_elsewhere() -> str:
    """A key of the right length that is no point of the curve."""
    point = bytearray(base64.urlsafe_b64decode(KEYS.p256dh + "="))
    point[-1] ^= 1
    return base64.urlsafe_b64encode(point).decode()


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        (pointed_elsewhere(), KEYS.auth),
        (KEYS.p256dh[:-4], KEYS.auth),
        (base64.urlsafe_b64encode(b"\4" + b"\xff" * 64).decode(), KEYS.auth),
        (KEYS.p256dh, KEYS.auth[:-2]),
        (KEYS.p256dh, ""),
        (KEYS.p256dh, "+/+/"),
        (KEYS.p256dh, "x" * 300),
        (KEYS.p256dh, "A"),
    ],
)
def test_U3_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(BadRequest):
        check_keys(PushKeys(p256dh=p256dh, auth=auth))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_U4_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
    ],
)
def test_U4_this_machine_and_its_network_are_not(address: str) -> None:
    assert not is_public(address)
