"""The server's REST interface: one error shape in, one exception tree out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import httpx
import msgspec

from ..core.errors import (
    ErrorBody,
    Forbidden,
    Internal,
    RealtimeError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    from_body,
)
from ..core.issues import Analysis, Issue
from .address import Server
from .backoff import Backoff

T = TypeVar("T")

TIMEOUT_SECONDS = 30.0
CONNECT_SECONDS = 5.0
PROBE_SECONDS = 1.0
PAGE = 1000
TRIES = 5


class Malformed(Internal):
    """The server's answer is not what the interface says; asking again won't help."""

    retryable = False


class Page(msgspec.Struct, frozen=True):
    """A piece of a list; `next` is the cursor of the following one."""

    items: list[Any]
    next: str | int | None = None


class Rest:
    """One server's `api/v1`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        token = server.token
        self._http = httpx.AsyncClient(
            base_url=server.url + "api/v1/",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
            trust_env=server.may_use_proxy,
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def get(self, path: str, /, **query: str | int) -> Any:
        """Read something; a short trouble of the network is waited out."""
        backoff = Backoff(random.random)
        for _ in range(TRIES - 1):
            body, error = await self._exchange("GET", path, params=query)
            if error is None:
                return body
            if not error.retryable:
                raise error
            await asyncio.sleep(backoff.next(error.retry_after))
        return await self._call("GET", path, params=query)

    async def text(self, path: str, /, **query: str | int) -> str:
        """Read something that is no JSON: a file, as it is."""
        try:
            response = await self._http.get(path, params=query)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None
        if not response.is_success:
            raise self._error(response)
        return response.text

    async def once(self, path: str) -> Any:
        """Read something, and don't wait for a network that is down."""
        return await self._call("GET", path)

    async def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """Do something once; it may be repeated after a lost answer only with the same `key`."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self._call("POST", path, json=body, headers=headers)

    async def delete(self, path: str) -> Any:
        """End or remove something."""
        return await self._call("DELETE", path)

    async def request(self, method: str, path: str, body: Any = None) -> Any:
        """Do what somebody else has put together."""
        return await self._call(method, path, **({} if body is None else {"json": body}))

    async def items(self, path: str, /, **query: str | int) -> AsyncIterator[Any]:
        """Go through a whole list, page by page."""
        cursor: dict[str, str | int] = {}
        while True:
            page = as_shape(await self.get(path, limit=PAGE, **query, **cursor), Page)
            for item in page.items:
                yield item
            if page.next is None or not page.items:
                return
            cursor = {"cursor": page.next}

    async def first(self, most: int, path: str, /, **query: str) -> AsyncIterator[Any]:
        """Go through the beginning of a list of which pages may be empty though there is more."""
        cursor: dict[str, str | int] = {}
        while most > 0:
            page = as_shape(await self.get(path, limit=min(most, PAGE), **query, **cursor), Page)
            for item in page.items:
                yield item
            if page.next is None:
                return
            most -= len(page.items)
            cursor = {"cursor": page.next}

    async def analysis(self, run: str) -> Analysis:
        """Read how a run stands."""
        return as_shape(await self.get(f"analyses/{run}"), Analysis)

    async def issues(self, run: str) -> list[Issue]:
        """Read all that a run has found so far, in the order found."""
        return [as_shape(item, Issue) async for item in self.items(f"analyses/{run}/issues")]

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        body, error = await self._exchange(method, path, **options)
        if error is not None:
            raise error
        return body

    async def _exchange(
        self, method: str, path: str, **options: Any
    ) -> tuple[Any, RealtimeError | None]:
        try:
            response = await self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            return None, self._unreachable(error)
        if response.is_success:
            return self._body(response)
        return None, self._error(response)

    def _unreachable(self, error: httpx.HTTPError) -> Unavailable:
        return Unavailable(
            f"The server at {self._server.url} can't be reached ({self._server.found}): "
            f"{error or type(error).__name__}"
        )

    def _body(self, response: httpx.Response) -> tuple[Any, RealtimeError | None]:
        if not response.content:
            return None, None
        try:
            return msgspec.json.decode(response.content), None
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None, Malformed(f"{self._server.url} gave an answer that is no JSON.")

    def _error(self, response: httpx.Response) -> RealtimeError:
        try:
            return from_body(msgspec.json.decode(response.content, type=ErrorBody))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return self._foreign_error(response.status_code)

    def _foreign_error(self, status: int) -> RealtimeError:
        # Not our error shape: something else answered, Jupyter itself or a proxy before it.
        if status in (404, 405):
            return self._server.without_extension()
        if status == 401 or 300 <= status < 400:
            return Unauthenticated(f"{self._server.url} wants a sign-in ({self._server.found}).")
        if status == 403:
            return Forbidden(f"{self._server.url} refuses this token ({self._server.found}).")
        if status == 413:
            return TooLarge(
                f"{self._server.url}, or a proxy before it, refuses a body of this size."
            )
        if status in (429, 502, 503, 504):
            return Unavailable(f"{self._server.url} is not available at the moment ({status}).")
        kind = Internal if status >= 500 else Malformed
        return kind(f"{self._server.url} answered with HTTP status {status}.")


def as_shape(value: Any, shape: type[T]) -> T:
    """Read an answer as what it should be."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise Malformed(f"The server gave an answer of another shape: {error}") from None


def is_there(server: Server) -> bool:
    """Ask, without showing the token, whether a server offers jupyter_realtime."""
    try:
        answer = httpx.get(
            server.url + "api/v1/health",
            timeout=PROBE_SECONDS,
            trust_env=server.may_use_proxy,
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.is_success
