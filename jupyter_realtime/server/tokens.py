"""Tokens of our own: JWTs that say for whom a program acts.

Rules
-----
1. One algorithm (HS256), keys of at least 32 bytes that only their owner can read.
2. `iss aud sub exp iat jti` are required, and a `kid` that names the key; `nbf` is honoured.
3. A token turns into a program of its subject, never into the subject. With `scopes` it may what they
   name; without (a server's own kernels) what its subject may in projects.
4. The newest key signs, all of them verify. So a key is changed without ending a token: the file becomes
   `<file>.1` (a former `<file>.1` becomes `<file>.2`, and so on), a new one is made at the next start,
   and `<file>.1` may go when the last token that it signed has expired.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt

from ..core.actors import Actor, Principal, color_of, initials_of
from ..core.errors import BadRequest, Unauthenticated
from ..core.scopes import parse_scopes
from ..ports import TokenRecord
from .key_files import read_or_make

ISSUER = "jupyter_realtime"
AUDIENCE = "jupyter_realtime"
ALGORITHM = "HS256"
REQUIRED = ["iss", "aud", "sub", "exp", "iat", "jti"]
KEY_BYTES = 32
# Clocks of servers that share a key differ a little. It helps a token that is young, not one that is old.
LEEWAY_SECONDS = 5


def read_or_make_key(path: Path) -> bytes:
    """Read the signing key; make one if there is none, whoever comes first.

    Raises
    ------
    ValueError
        If the file's key is too short.
    """
    read_or_make(path, lambda: secrets.token_bytes(KEY_BYTES))
    return _read_key(path)


def read_keys(path: Path) -> list[bytes]:
    """Read all keys, the one that signs first; make that one if there is none."""
    return [read_or_make_key(path), *map(_read_key, _older(path))]


def _older(path: Path) -> Iterator[Path]:
    number = 1
    while (older := path.with_name(f"{path.name}.{number}")).exists():
        yield older
        number += 1


def _read_key(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise ValueError(f"The key in {path} has less than {KEY_BYTES} bytes; remove the file.")
    return key


def looks_like_jwt(token: str) -> bool:
    """Tell a JWT from the tokens that Jupyter makes, which have no dots."""
    return token.count(".") == 2


class Tokens:
    """Signs and verifies; the port `TokenSigner`.

    Parameters
    ----------
    key
        Signs.
    older
        Verify what was signed before `key` was made.
    """

    def __init__(self, key: bytes, *older: bytes) -> None:
        self._keys = {_kid(each): each for each in (key, *older)}
        self._kid = _kid(key)

    def sign(self, record: TokenRecord) -> str:
        """Write a record as a JWT."""
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": record.owner,
            "iat": record.created_ms // 1000,
            # To the millisecond: what lives for two seconds can't lose one of them.
            "exp": record.expires_ms / 1000,
            "jti": record.id,
        }
        if record.scopes is not None:
            claims["scopes"] = list(record.scopes)
        return jwt.encode(claims, self._keys[self._kid], ALGORITHM, headers={"kid": self._kid})

    def verify(self, token: str) -> Principal:
        """Give the program for which a token stands, if the token is ours and valid.

        Raises
        ------
        Unauthenticated
            Says what is wrong, never the token.
        """
        try:
            return _program(self._claims(token))
        except (jwt.PyJWTError, BadRequest) as error:
            raise Unauthenticated(f"This token is not valid: {str(error).rstrip('.')}.") from None
        except (RecursionError, ValueError, TypeError, OverflowError):
            # A header of a thousand brackets, a time that is no number.
            raise Unauthenticated("This token is not valid: it is no JWT of ours.") from None

    def _claims(self, token: str) -> dict[str, Any]:
        key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise Unauthenticated("This token was signed with another key; get a new one.")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            [ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
        if claims["exp"] <= time.time():
            raise jwt.ExpiredSignatureError("Signature has expired")
        return claims


def _kid(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:16]


def _program(claims: dict[str, Any]) -> Principal:
    owner, token_id = claims["sub"], claims["jti"]
    if not all(isinstance(text, str) and text for text in (owner, token_id)):
        raise jwt.InvalidTokenError("sub and jti are names")
    scopes = _scopes(claims["scopes"]) if "scopes" in claims else None
    return Principal(
        actor=Actor(
            name=owner,
            display_name=owner,
            initials=initials_of(owner),
            color=color_of(owner),
            avatar_url=None,
            kind="program",
            via="local" if scopes is None else "jwt",
        ),
        scopes=scopes,
        expires=float(claims["exp"]),
        token_id=token_id,
    )


def _scopes(claimed: object) -> frozenset[str]:
    if not isinstance(claimed, list) or not all(isinstance(scope, str) for scope in claimed):
        raise BadRequest("scopes is a list of strings")
    return parse_scopes(claimed)
