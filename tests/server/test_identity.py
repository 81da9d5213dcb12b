"""Who a request is, by the setting `identity`."""

import getpass
from typing import Any

import pytest
from jupyter_server.auth.identity import (
    IdentityProvider,
    PasswordIdentityProvider,
    User,
)

from jupyter_realtime.core.errors import Unauthenticated
from jupyter_realtime.server.config import RealtimeConfig
from jupyter_realtime.server.identity import Identity
from jupyter_realtime.server.tokens import Tokens, read_or_make_key


class Company(IdentityProvider):
    """A provider that knows its people."""


class Request:
    """As much of a handler as identity looks at."""

    def __init__(
        self, provider: IdentityProvider, user: User | None, authorization: str = ""
    ) -> None:
        self.identity_provider = provider
        self.current_user = user
        self.headers = {"Authorization": authorization} if authorization else {}

    @property
    def request(self) -> Any:
        return self


ANA = User(username="ana", name="Ana Sol", display_name="Ana Sol")
TOKENS = Tokens(b"k" * 32)


def identity(mode: str) -> Identity:
    return Identity(RealtimeConfig(identity=mode), TOKENS)


@pytest.mark.parametrize(
    ("mode", "provider", "name"),
    [
        ("auto", IdentityProvider, getpass.getuser()),
        ("auto", PasswordIdentityProvider, getpass.getuser()),
        ("auto", Company, "ana"),
        ("jupyter", IdentityProvider, "ana"),
        ("local", Company, getpass.getuser()),
    ],
)
def test_P7_the_setting_says_whose_name_counts(
    mode: str, provider: type[IdentityProvider], name: str
) -> None:
    found = identity(mode).of_request(Request(provider(), ANA))  # type: ignore[arg-type]
    assert found is not None and found.name == name
    assert (found.actor.kind, found.actor.via) == ("human", "local")


def test_P7_nobody_is_nobody() -> None:
    assert identity("local").of_request(Request(Company(), None)) is None  # type: ignore[arg-type]


def test_P7_a_display_name_is_shown_and_is_no_identity() -> None:
    faked = User(username="eve", name="Ana Sol", display_name="Ana Sol")
    found = identity("jupyter").of_request(Request(Company(), faked))  # type: ignore[arg-type]
    assert found is not None
    assert (found.name, found.actor.display_name, found.actor.initials) == ("eve", "Ana Sol", "AS")


def test_P6_a_jwt_decides_whatever_cookie_came_with_it() -> None:
    token = TOKENS.mint_program("bo")
    request = Request(Company(), ANA, f"Bearer {token}")
    found = identity("auto").of_request(request)  # type: ignore[arg-type]
    assert found is not None
    assert (found.name, found.actor.kind) == ("bo", "program")
    other = Request(Company(), ANA, f"Bearer {Tokens(b'x' * 32).mint_program('bo')}")
    with pytest.raises(Unauthenticated, match="another key"):
        identity("auto").of_request(other)  # type: ignore[arg-type]


def test_P6_the_key_is_made_once_and_is_its_owners_only(tmp_path: Any) -> None:
    path = tmp_path / "data" / "key"
    key = read_or_make_key(path)
    assert len(key) >= 32 and read_or_make_key(path) == key
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in path.parent.iterdir()] == ["key"]
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="remove the file"):
        read_or_make_key(path)
