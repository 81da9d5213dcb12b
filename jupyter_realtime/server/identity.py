"""Who it is: the one place in which a principal is made.

Rules
-----
1. Explicit credentials are looked at first: a JWT of ours in `Authorization` or in an `auth` frame
   decides, and a bad one is refused, whatever cookie came with it.
2. Else it is whom Jupyter's identity provider has authenticated, under the name that `identity` gives.
3. Code in a kernel has the extension's own token, and is the *program of* its owner.
"""

from __future__ import annotations

import getpass
import hmac

from jupyter_server.auth.identity import (
    IdentityProvider,
    LegacyIdentityProvider,
    PasswordIdentityProvider,
    User,
)
from jupyter_server.base.handlers import JupyterHandler

from ..core.actors import Actor, Principal, color_of, initials_of
from ..core.errors import Unauthenticated
from .config import RealtimeConfig
from .tokens import Tokens, looks_like_jwt

_STOCK = (IdentityProvider, PasswordIdentityProvider, LegacyIdentityProvider)


def bearer(handler: JupyterHandler) -> str | None:
    """Read the token of an `Authorization` header."""
    scheme, _, token = handler.request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in ("bearer", "token") else None


def has_jwt(handler: JupyterHandler) -> bool:
    """Whether the request carries a JWT; such a request needs no XSRF cookie."""
    token = bearer(handler)
    return token is not None and looks_like_jwt(token)


class Identity:
    """Makes principals.

    Parameters
    ----------
    tokens
        For JWTs of ours.
    """

    def __init__(self, config: RealtimeConfig, tokens: Tokens) -> None:
        self._config = config
        self._tokens = tokens

    def of_request(self, handler: JupyterHandler) -> Principal | None:
        """Tell who a request is, after Jupyter's own `prepare`; None for nobody.

        Raises
        ------
        Unauthenticated
            If the request carries a JWT that is not valid.
        """
        token = bearer(handler)
        if token is not None and looks_like_jwt(token):
            return self._program(token)
        user: User | None = handler.current_user
        return self._human(user, handler.identity_provider) if user else None

    def of_token(self, token: str, handler: JupyterHandler) -> Principal:
        """Tell who sent an `auth` frame.

        Raises
        ------
        Unauthenticated
            If the token is neither ours nor the server's.
        """
        if looks_like_jwt(token):
            return self._program(token)
        provider = handler.identity_provider
        if not provider.token or not hmac.compare_digest(token.encode(), provider.token.encode()):
            raise Unauthenticated("This token is not the server's; copy it from the server's log.")
        user = handler.current_user or provider.generate_anonymous_user(handler)
        return self._human(user, provider)

    def user(self, principal: Principal) -> User:
        """Write a principal as Jupyter's Authorizer wants it."""
        return User(username=principal.name, display_name=principal.actor.display_name)

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
            )
        )

    def _program(self, token: str) -> Principal:
        claims = self._tokens.verify(token)
        owner = str(claims["sub"])
        return Principal(
            actor=Actor(
                name=owner,
                display_name=owner,
                initials=initials_of(owner),
                color=color_of(owner),
                avatar_url=None,
                kind="program",
                via="local",
            ),
            expires=float(claims["exp"]),
            token_id=str(claims["jti"]),
        )
