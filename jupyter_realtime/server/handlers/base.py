"""What every REST handler shares: the principal, the authorizer, JSON both ways, one error shape."""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from http.client import responses
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar, cast, get_args

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from msgspec import Meta
from tornado.web import HTTPError

from ...core.actors import Principal
from ...core.codec import MAX_INTEGER, convert, decode_json, encode
from ...core.errors import (
    BY_CODE,
    BadRequest,
    ErrorBody,
    Forbidden,
    Internal,
    RealtimeError,
    Unauthenticated,
    Unavailable,
)
from ...service.journal import Journal
from ..identity import Action, has_jwt
from ..origins import PREFLIGHT, answer_headers
from ..runtime import Runtime, Services
from .describing import Description, Parameter, describe

T = TypeVar("T")
P = ParamSpec("P")

journal = Journal(__name__)

MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
CURSOR = Parameter("cursor", str, "The `next` of the page before.")
LIMIT = Parameter(
    "limit", Annotated[int, Meta(ge=1, le=MAX_LIMIT)], f"How many at most; else {DEFAULT_LIMIT}."
)
_ZONE = re.compile(r"[Zz]$")
_BY_STATUS = {cls.status: cls for cls in reversed(BY_CODE.values())}


class RealtimeHandler(JupyterHandler):
    """A REST handler of ours."""

    services: Services

    @property
    def runtime(self) -> Runtime:
        """What runs in this server."""
        runtime: Runtime = self.settings["jupyter_realtime"]
        return runtime

    def set_default_headers(self) -> None:
        """Say for which pages an answer is; here, and not later, so that errors say it too."""
        super().set_default_headers()
        for name in ("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"):
            self.clear_header(name)
        for name, value in answer_headers(self._origin, self._allowed_origins).items():
            self.set_header(name, value)

    def set_cors_headers(self) -> None:
        """Leave out Jupyter's, which let any page read what was asked for with a token."""

    @property
    def _origin(self) -> str:
        return self.request.headers.get("Origin", "")

    @property
    def _allowed_origins(self) -> Sequence[str]:
        allowed: Sequence[str] = self.runtime.config.allowed_origins
        return allowed

    @allow_unauthenticated
    async def options(self, *_path: str) -> None:
        """Answer a browser that asks whether a page of another origin may call."""
        if self._origin not in self._allowed_origins:
            raise Forbidden(
                "Pages of this origin may not call; see RealtimeConfig.allowed_origins."
            )
        for name, value in PREFLIGHT.items():
            self.set_header(name, value)
        self.set_status(204)
        self.finish()

    def check_xsrf_cookie(self) -> None:
        """Ask for the XSRF cookie where a cookie says who it is: a foreign page can make it be sent.

        It can't send a token, and nobody's request needs no protection.
        """
        somebody = getattr(self, "_jupyter_current_user", None)
        if somebody is not None and not has_jwt(self):
            super().check_xsrf_cookie()

    async def authorize(self, action: Action) -> Principal:
        """Find out who it is and ask Jupyter's Authorizer.

        Raises
        ------
        Unauthenticated, Forbidden, Unavailable
        """
        try:
            self.services = await self.runtime.services()
        except Unavailable as error:
            raise error if self.current_user is not None else without_reason(error) from None
        principal = await self.identify(action)
        self.services.directory.seen(principal)
        return principal

    async def identify(self, action: Action) -> Principal:
        """Do it again, in the middle of a request that takes long: a token may have ended meanwhile.

        Raises
        ------
        Unauthenticated, Forbidden
        """
        principal = await self.services.identity.of_request(self, action)
        if principal is None:
            raise Unauthenticated("Log in to Jupyter, or send a token in the Authorization header.")
        return principal

    def body(self, shape: type[T]) -> T:
        """Read the request's JSON into a struct."""
        return self._body(shape, self.runtime.config.message_bytes * 16)

    def message(self, shape: type[T]) -> T:
        """Read a request that could have come as a frame, and is as large at most."""
        return self._body(shape, self.runtime.config.message_bytes)

    def _body(self, shape: type[T], limit: int) -> T:
        if len(self.request.body) > limit:
            raise BY_CODE["too_large"](f"A body has at most {limit} bytes.")
        return convert(decode_json(self.request.body), shape)

    def integer(self, name: str) -> int | None:
        """Read an integer from the query."""
        text = self.get_query_argument(name, None)
        if text is None:
            return None
        try:
            number = int(text)
        except ValueError:
            raise BadRequest(f"{name} is an integer.") from None
        if not 0 <= number <= MAX_INTEGER:
            raise BadRequest(f"{name} is between 0 and 2⁶³ - 1.")
        return number

    def choice(self, name: str, choices: Any) -> Any:
        """Read one of some words from the query."""
        text = self.get_query_argument(name, None)
        if text is not None and text not in get_args(choices):
            raise BadRequest(f"{name} is one of {', '.join(get_args(choices))}.")
        return text

    def limit(self) -> int:
        """Read `?limit=`."""
        wanted = self.integer("limit")
        if wanted is not None and not 1 <= wanted <= MAX_LIMIT:
            raise BadRequest(f"limit is between 1 and {MAX_LIMIT}.")
        return wanted or DEFAULT_LIMIT

    def time(self, name: str) -> float | None:
        """Read a time from the query, as RFC 3339 has it; gives Unix seconds."""
        text = self.get_query_argument(name, None)
        if text is None:
            return None
        try:
            # What a `+` becomes in a query that nobody has quoted.
            return datetime.fromisoformat(_ZONE.sub("+00:00", text).replace(" ", "+")).timestamp()
        except (ValueError, OverflowError):
            raise BadRequest(f"{name} is a time like 2026-11-23T09:30:00Z.") from None

    def moment(self) -> tuple[int, str] | None:
        """Read `?cursor=` of a list by time: `(created_ms, id)` of the last item before."""
        cursor = self.get_query_argument("cursor", None)
        if cursor is None:
            return None
        created_ms, _, item = cursor.partition(".")
        if not (created_ms.isascii() and created_ms.isdigit() and len(created_ms) <= 15):
            raise BadRequest("cursor is the `next` of the page before.")
        return int(created_ms), item

    def answer(self, value: Any, status: int = 200) -> None:
        """Send JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(encode(value))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send any error in the one shape."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        body = error.body if isinstance(error, RealtimeError) else _body_of(error, status_code)
        status = error.status if isinstance(error, RealtimeError) else status_code
        if body.retry_after is not None:
            self.set_header("Retry-After", str(max(1, round(body.retry_after))))
        self.answer(body, status)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Keep refusals out of the log, as they are answers and not accidents; but say who knocks."""
        if not isinstance(value, RealtimeError):
            super().log_exception(typ, value, tb)
        elif isinstance(value, Unauthenticated):
            note_stranger(self)


def moment_cursor(last: tuple[int, str] | None) -> str | None:
    """Write the `next` of a list by time; None behind the last page."""
    return None if last is None else f"{last[0]}.{last[1]}"


def without_reason(error: Unavailable) -> Unavailable:
    """Say no more to strangers than that it does not work: a reason may name a path."""
    return Unavailable("The service is not available at the moment.", retry_after=error.retry_after)


def note_stranger(handler: JupyterHandler) -> None:
    """Write into the log that somebody came without valid credentials."""
    request = handler.request
    journal.warn("request.unauthenticated", path=request.path, ip=request.remote_ip)


def _body_of(error: BaseException | None, status: int) -> ErrorBody:
    message = responses.get(status, "Unknown error")
    if isinstance(error, HTTPError) and error.log_message:
        message = str(error.log_message)
    return _BY_STATUS.get(status, Internal if status >= 500 else BadRequest)(message).body


H = TypeVar("H", bound=RealtimeHandler)


def route(
    action: Action,
    *,
    takes: Any = None,
    gives: Any = None,
    status: int = 200,
    parameters: tuple[Parameter, ...] = (),
    parts: tuple[type, ...] = (),
    media: str = "application/json",
) -> Callable[
    [Callable[Concatenate[H, Principal, P], Awaitable[None]]],
    Callable[Concatenate[H, P], Coroutine[Any, Any, None]],
]:
    """Mark a method as a route: it gets the principal, who may do `action`.

    Towards Jupyter it is open, since JWTs are not Jupyter's; here it never is. What it takes and gives is
    for the OpenAPI document; see `Description`.
    """
    note = describe(Description(takes, gives, (status,), parameters, parts, media=media))

    def decorate(
        method: Callable[Concatenate[H, Principal, P], Awaitable[None]],
    ) -> Callable[Concatenate[H, P], Coroutine[Any, Any, None]]:
        @functools.wraps(method)
        async def wrapper(self: H, *args: P.args, **kwargs: P.kwargs) -> None:
            principal = await self.authorize(action)
            await method(self, principal, *args, **kwargs)

        # functools.wraps and Jupyter's decorator both keep the signature, but can't say so.
        return cast(
            "Callable[Concatenate[H, P], Coroutine[Any, Any, None]]",
            note(allow_unauthenticated(wrapper)),
        )

    return decorate
