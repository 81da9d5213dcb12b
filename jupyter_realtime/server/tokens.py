"""Tokens of our own: JWTs that say for whom a program acts.

Rules
-----
1. One algorithm (HS256), a key of at least 32 bytes that only its owner can read.
2. `iss aud sub exp iat jti` are required, and a `kid` that names the key.
3. A token turns into a program of its subject, never into the subject.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from pathlib import Path
from typing import Any

import jwt

from ..core.errors import Unauthenticated

ISSUER = "jupyter_realtime"
AUDIENCE = "jupyter_realtime"
ALGORITHM = "HS256"
KEY_BYTES = 32
# A kernel inherits its token once, and may live for weeks.
PROGRAM_TOKEN_SECONDS = 30 * 24 * 3600


def read_or_make_key(path: Path) -> bytes:
    """Read the signing key; make one if there is none, whoever comes first.

    Raises
    ------
    ValueError
        If the file's key is too short.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_bytes(new)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise ValueError(f"The key in {path} has less than {KEY_BYTES} bytes; remove the file.")
    return key


def looks_like_jwt(token: str) -> bool:
    """Tell a JWT from Jupyter's own tokens, which have no dots."""
    return token.count(".") == 2


class Tokens:
    """Mints and verifies."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._kid = hashlib.sha256(key).hexdigest()[:16]

    def mint_program(self, owner: str) -> str:
        """Make the token for kernels and terminals of `owner`."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": owner,
            "iat": now,
            "exp": now + PROGRAM_TOKEN_SECONDS,
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(claims, self._key, ALGORITHM, headers={"kid": self._kid})

    def verify(self, token: str) -> dict[str, Any]:
        """Give the claims of a token that is ours and valid.

        Raises
        ------
        Unauthenticated
            Says what is wrong, never the token.
        """
        try:
            if jwt.get_unverified_header(token).get("kid") != self._kid:
                raise Unauthenticated("This token was signed with another key; get a new one.")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                [ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["iss", "aud", "sub", "exp", "iat", "jti"]},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthenticated(f"This token is not valid: {error}.") from None
        return claims
