"""JWTs: what is signed, and everything that is refused."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from jupyter_realtime.core.errors import Unauthenticated
from jupyter_realtime.ports import TokenRecord
from jupyter_realtime.server.tokens import Tokens, read_keys, read_or_make_key

KEY = b"k" * 32
TOKENS = Tokens(KEY)


def record(scopes: tuple[str, ...] | None = None) -> TokenRecord:
    now_ms = int(time.time() * 1000)
    return TokenRecord(
        id="jti",
        owner="ana",
        label="ci",
        scopes=scopes,
        created_ms=now_ms,
        expires_ms=now_ms + 60_000,
    )


def header_and_claims(tokens: Tokens = TOKENS) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a valid token says, for a test to change."""
    token = tokens.sign(record())
    header: dict[str, Any] = jwt.get_unverified_header(token)
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return header, claims


def forged(key: Any = KEY, algorithm: str = "HS256", *, kid: object = None, **changes: Any) -> str:
    """A token of which something is another; a claim of None is left out."""
    header, claims = header_and_claims()
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid or header["kid"]})


def unsigned(header: object, claims: object, signature: str = "") -> str:
    """A token put together by hand."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in (header, claims)
    ]
    return ".".join([*(part.decode() for part in parts), signature])


def test_T1_a_token_becomes_a_program_of_its_owner() -> None:
    kernel = TOKENS.verify(TOKENS.sign(record()))
    assert (kernel.name, kernel.actor.kind, kernel.actor.via) == ("ana", "program", "local")
    assert (kernel.scopes, kernel.token_id, kernel.admin) == (None, "jti", False)
    scoped = TOKENS.verify(TOKENS.sign(record(("read:system",))))
    assert (scoped.actor.via, scoped.scopes) == ("jwt", {"read:system"})
    assert scoped.expires is not None and 55 < scoped.expires - time.time() <= 60


def test_T1_a_clock_that_is_a_little_behind_helps_the_young_and_not_the_old() -> None:
    now = int(time.time())
    TOKENS.verify(forged(nbf=now + 3, iat=now + 3))
    refuse(forged(exp=now - 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_000_000_000},
        {"exp": 0},
        {"exp": -1},
        {"exp": "never"},
        {"exp": "9999999999"},
        {"exp": 1e400},
        {"exp": []},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"iat": "today"},
        {"iss": "somebody"},
        {"aud": "another"},
        {"sub": ""},
        {"sub": 7},
        {"jti": ""},
        {"jti": 7},
        {"scopes": []},
        {"scopes": "read:*"},
        {"scopes": [1]},
        {"scopes": ["do:anything"]},
        {"scopes": ["read:[a-z]"]},
        {"kid": "another"},
        *({name: None} for name in ("iss", "aud", "sub", "exp", "iat", "jti")),
    ],
    ids=str,
)
def test_T1_other_claims_are_refused(changes: dict[str, Any]) -> None:
    refuse(forged(**changes))


def refuse(token: str) -> str:
    """Have it refused, in words that don't give the token away."""
    with pytest.raises(Unauthenticated) as refused:
        TOKENS.verify(token)
    assert not any(part in str(refused.value) for part in token.split(".") if len(part) > 3)
    return str(refused.value)


def test_T1_another_key_or_algorithm_is_refused() -> None:
    refuse(forged(b"x" * 32))
    refuse(forged(b"k" * 64, "HS512"))
    refuse(Tokens(b"x" * 32).sign(record()))
    header, claims = header_and_claims()
    for algorithm in ("none", "None", "RS256", "", None, 5, ["HS256"]):
        refuse(unsigned({**header, "alg": algorithm}, claims))
        refuse(unsigned({**header, "alg": algorithm}, claims, TOKENS.sign(record()).split(".")[2]))


def test_T1_garbage_is_refused() -> None:
    token = TOKENS.sign(record())
    header, claims, signature = token.split(".")
    deep = base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")
    for garbage in (
        "",
        "..",
        "a.b.c",
        f"{header}.{claims}.",
        f"{header}.{claims}.{signature[::-1]}",
        f"{header}.{claims[:-4]}.{signature}",
        f"{deep}.{claims}.{signature}",
        f"{header}.{deep}.{signature}",
        "ü.é.ñ",
        "\0.\0.\0",
        unsigned([], {}),
        unsigned({"kid": ["x"], "alg": "HS256"}, {}),
    ):
        refuse(garbage)


def test_T6_the_newest_key_signs_and_older_ones_verify(tmp_path: Path) -> None:
    path = tmp_path / "jwt.key"
    before = Tokens(*read_keys(path))
    old = before.sign(record())
    path.rename(tmp_path / "jwt.key.1")
    after = Tokens(*read_keys(path))
    new = after.sign(record())
    assert after.verify(old).name == after.verify(new).name == "ana"
    with pytest.raises(Unauthenticated, match="another key"):
        before.verify(new)
    (tmp_path / "jwt.key.1").rename(tmp_path / "jwt.key.2")
    (tmp_path / "jwt.key").rename(tmp_path / "jwt.key.1")
    assert len(read_keys(path)) == 3
    Tokens(*read_keys(path)).verify(old)
    (tmp_path / "jwt.key.2").unlink()
    with pytest.raises(Unauthenticated, match="another key"):
        Tokens(*read_keys(path)).verify(old)


def test_T1_the_key_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "key"
    key = read_or_make_key(path)
    assert len(key) >= 32 and read_or_make_key(path) == key
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in path.parent.iterdir()] == ["key"]


@pytest.mark.parametrize("name", ["key", "key.1"])
def test_T1_a_short_key_is_refused_with_words(tmp_path: Path, name: str) -> None:
    read_or_make_key(tmp_path / "key")
    (tmp_path / name).write_bytes(b"short")
    with pytest.raises(ValueError, match="remove the file"):
        read_keys(tmp_path / "key")
