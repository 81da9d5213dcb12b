"""Who a request is, by the setting `identity`."""

import getpass
import time
from typing import Any

import pytest
from jupyter_server.auth import AllowAllAuthorizer
from jupyter_server.auth.identity import (
    IdentityProvider,
    PasswordIdentityProvider,
    User,
)

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import Unauthenticated
from jupyter_realtime.ports import TokenRecord
from jupyter_realtime.server.config import RealtimeConfig
from jupyter_realtime.server.identity import Identity
from jupyter_realtime.server.tokens import Tokens


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
        self.authorizer = AllowAllAuthorizer()

    @property
    def request(self) -> Any:
        return self


ANA = User(username="ana", name="Ana Sol", display_name="Ana Sol")
TOKENS = Tokens(b"k" * 32)


class NothingRevoked:
    """As much of the credentials as identity looks at."""

    def check(self, principal: Principal) -> Principal:
        return principal


def identity(mode: str) -> Identity:
    return Identity(RealtimeConfig(identity=mode), TOKENS, NothingRevoked())  # type: ignore[arg-type]


async def who(mode: str, request: Request) -> Principal | None:
    return await identity(mode).of_request(request, "read")  # type: ignore[arg-type]


def token_of(owner: str, tokens: Tokens = TOKENS) -> str:
    now_ms = int(time.time() * 1000)
    return tokens.sign(
        TokenRecord(
            id="t",
            owner=owner,
            label="",
            scopes=None,
            created_ms=now_ms,
            expires_ms=now_ms + 60_000,
        )
    )


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
async def test_P7_the_setting_says_whose_name_counts(
    mode: str, provider: type[IdentityProvider], name: str
) -> None:
    found = await who(mode, Request(provider(), ANA))
    assert found is not None and found.name == name
    assert (found.actor.kind, found.actor.via) == ("human", "local")


async def test_P7_nobody_is_nobody() -> None:
    assert await who("local", Request(Company(), None)) is None


async def test_P7_a_display_name_is_shown_and_is_no_identity() -> None:
    faked = User(username="eve", name="Ana Sol", display_name="Ana Sol")
    found = await who("jupyter", Request(Company(), faked))
    assert found is not None
    assert (found.name, found.actor.display_name, found.actor.initials) == ("eve", "Ana Sol", "AS")


async def test_P6_a_jwt_decides_whatever_cookie_came_with_it() -> None:
    token = token_of("bo")
    request = Request(Company(), ANA, f"Bearer {token}")
    found = await who("auto", request)
    assert found is not None
    assert (found.name, found.actor.kind) == ("bo", "program")
    other = Request(Company(), ANA, f"Bearer {token_of('bo', Tokens(b'x' * 32))}")
    with pytest.raises(Unauthenticated, match="another key"):
        await who("auto", other)


async def test_T9_a_token_that_people_have_chosen_for_jupyter_may_have_dots() -> None:
    provider = IdentityProvider(token="our.team.2026")
    request = Request(provider, ANA, "Bearer our.team.2026")
    found = await who("jupyter", request)
    assert found is not None and (found.name, found.actor.kind) == ("ana", "human")
    shown = await identity("jupyter").of_token("our.team.2026", request)  # type: ignore[arg-type]
    assert shown.name == "ana"
    with pytest.raises(Unauthenticated):
        await who("jupyter", Request(provider, ANA, "Bearer our.team.2025"))
