"""Who it is: the one place in which a principal is made, and Jupyter's Authorizer asked about it.

Rules
-----
1. Explicit credentials are looked at first: a ticket in a socket's sub-protocols, a JWT of ours in
   `Authorization` or in an `auth` frame decides, and a bad one is refused, whatever cookie came with it.
2. Else it is whom Jupyter's identity provider has authenticated, under the name that `identity` gives.
3. Code in a kernel has the extension's own token, and is the *program of* its owner.
4. Then the Authorizer is asked about that very user: never about whom a cookie names beside a token.
"""

from __future__ import annotations

import getpass
import hmac
from collections.abc import Awaitable
from typing import Literal

import msgspec
from jupyter_server.auth.identity import (
    IdentityProvider,
    LegacyIdentityProvider,
    PasswordIdentityProvider,
    User,
)
from jupyter_server.base.handlers import JupyterHandler

from ..core.actors import Actor, Principal, color_of, initials_of
from ..core.errors import Forbidden, Unauthenticated
from ..core.messages import TICKET_SUBPROTOCOL_PREFIX
from ..service.credentials import Credentials
from .config import RealtimeConfig
from .tokens import Tokens, looks_like_jwt

_STOCK = (IdentityProvider, PasswordIdentityProvider, LegacyIdentityProvider)
# Jupyter's name for what its Authorizer decides about.
AUTH_RESOURCE = "realtime"
Action = Literal["read", "write", "execute"]


def bearer(handler: JupyterHandler) -> str | None:
    """Read the token of an `Authorization` header."""
    scheme, _, token = handler.request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in ("bearer", "token") else None


def is_jupyters(token: str, provider: IdentityProvider) -> bool:
    """Whether a token is the server's own, which people may choose as they like, also with dots."""
    own = provider.token
    return bool(own) and hmac.compare_digest(token.encode(), own.encode())


def jwt_of(handler: JupyterHandler) -> str | None:
    """Read the JWT of an `Authorization` header, if it holds one."""
    token = bearer(handler)
    if token is None or not looks_like_jwt(token):
        return None
    return None if is_jupyters(token, handler.identity_provider) else token


def has_jwt(handler: JupyterHandler) -> bool:
    """Whether the request carries a JWT; such a request needs no XSRF cookie."""
    return jwt_of(handler) is not None


def tickets(handler: JupyterHandler) -> list[str]:
    """Read the tickets among the sub-protocols that a socket asks for."""
    asked = handler.request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    names = (name.strip() for name in asked)
    prefix = TICKET_SUBPROTOCOL_PREFIX
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


class Identity:
    """Makes principals.

    Parameters
    ----------
    tokens
        For JWTs of ours.
    credentials
        Knows what was revoked, and redeems tickets.
    """

    def __init__(self, config: RealtimeConfig, tokens: Tokens, credentials: Credentials) -> None:
        self._config = config
        self._tokens = tokens
        self._credentials = credentials

    async def of_request(self, handler: JupyterHandler, action: Action) -> Principal | None:
        """Tell who a request is, after Jupyter's own `prepare`; None for nobody.

        Raises
        ------
        Unauthenticated
            If the request carries a JWT that is not valid.
        Forbidden
            If the Authorizer does not let them do `action`.
        """
        principal, user = self._resolve(handler)
        if principal is None:
            return None
        return await self._admit(handler, principal, user, action)

    def _resolve(self, handler: JupyterHandler) -> tuple[Principal | None, User | None]:
        token = jwt_of(handler)
        if token is not None:
            return self._program(token), None
        user: User | None = handler.current_user
        if user is None:
            return None, None
        return self._human(user, handler.identity_provider), user

    def behind(self, handler: JupyterHandler) -> Actor | None:
        """Tell who is behind a request that Jupyter itself answers; None for nobody."""
        user: User | None = handler.current_user
        return None if user is None else self._human(user, handler.identity_provider).actor

    async def of_handshake(self, handler: JupyterHandler) -> Principal | None:
        """Tell who opens a socket; None for somebody who has yet to send `auth`.

        Raises
        ------
        Unauthenticated, Forbidden
        """
        shown = tickets(handler)
        if len(shown) > 1:
            raise Unauthenticated("Show one ticket, not several.")
        if shown:
            return await self._listener(handler, await self._credentials.redeem(shown[0]), None)
        principal, user = self._resolve(handler)
        if principal is not None:
            return await self._listener(handler, principal, user)
        if bearer(handler) is not None:
            raise Unauthenticated("The token in the Authorization header is not valid.")
        return None

    async def of_token(self, token: str, handler: JupyterHandler) -> Principal:
        """Tell who sent an `auth` frame.

        Raises
        ------
        Unauthenticated
            If the token is neither ours nor the server's.
        Forbidden
            If the Authorizer does not let them in.
        """
        provider = handler.identity_provider
        if looks_like_jwt(token) and not is_jupyters(token, provider):
            return await self._listener(handler, self._program(token), None)
        if not is_jupyters(token, provider):
            raise Unauthenticated("This token is not the server's; copy it from the server's log.")
        user = handler.current_user or provider.generate_anonymous_user(handler)
        return await self._listener(handler, self._human(user, provider), user)

    async def _listener(
        self, handler: JupyterHandler, principal: Principal, user: User | None
    ) -> Principal:
        """Let somebody in on a socket, who may then only listen if the Authorizer lets them only read."""
        await self._admit(handler, principal, user, "read")
        try:
            return await self._admit(handler, principal, user, "write")
        except Forbidden:
            return msgspec.structs.replace(principal, read_only=True)

    async def _admit(
        self, handler: JupyterHandler, principal: Principal, user: User | None, action: Action
    ) -> Principal:
        if user is None:
            user = User(username=principal.name, display_name=principal.actor.display_name)
        allowed = handler.authorizer.is_authorized(handler, user, action, AUTH_RESOURCE)
        if isinstance(allowed, Awaitable):
            allowed = await allowed
        if not allowed:
            raise Forbidden(f"This server's Authorizer does not let you {action} here.")
        return principal

    def _program(self, token: str) -> Principal:
        return self._credentials.check(self._tokens.verify(token))

    def _is_local(self, provider: IdentityProvider) -> bool:
        if self._config.identity == "auto":
            return type(provider) in _STOCK
        return bool(self._config.identity == "local")

    def _human(self, user: User, provider: IdentityProvider) -> Principal:
        if self._is_local(provider):
            user = User(username=getpass.getuser())
        display_name = user.display_name or user.name or user.username
        return Principal(
            actor=Actor(
                name=user.username,
                display_name=display_name,
                initials=user.initials or initials_of(display_name),
                color=color_of(user.username),
                avatar_url=user.avatar_url,
                kind="human",
                via="local",
            ),
            admin=self._config.is_admin(user.username),
        )
