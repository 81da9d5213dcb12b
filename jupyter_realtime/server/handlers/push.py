"""`api/v1/push…`: browsers that take one's pushes; and `sw.js`, which takes them there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ...core.actors import Principal
from ...core.errors import BadRequest, NotFound
from ...core.push import PushSubscription, label_of
from ...core.times import rfc3339
from ...ports import Browser
from ...service.pushes import id_of
from . import push_shapes as shapes
from .base import RealtimeHandler, route

WORKER = Path(__file__).parents[1] / "static" / "sw.js"


class PushHandler(RealtimeHandler):
    """`push`."""

    @route("read", gives=shapes.PushAnswer)
    async def get(self, principal: Principal) -> None:
        """List the browsers that take one's pushes, and say with which key another one subscribes."""
        browsers = await self.services.pushes.read(principal)
        self.answer(
            shapes.PushAnswer(
                public_key=self.services.pushes.public_key,
                items=[_item(browser) for browser in browsers],
            )
        )


class SubscribeHandler(RealtimeHandler):
    """`push/subscribe`."""

    @route("write", takes=PushSubscription, gives=shapes.BrowserItem, status=201)
    async def post(self, principal: Principal) -> None:
        """Have one's pushes sent to a browser: what its `PushSubscription.toJSON()` gives.

        Whose it was before, it is no longer.
        """
        self.services.rates.take(principal)
        label = label_of(self.request.headers.get("User-Agent", ""))
        browser = await self.services.pushes.subscribe(
            principal, self.body(PushSubscription), label
        )
        self.answer(_item(browser), 201)


class UnsubscribeHandler(RealtimeHandler):
    """`push/unsubscribe`."""

    @route("write", takes=shapes.UnsubscribeRequest, status=204)
    async def post(self, principal: Principal) -> None:
        """Send no more pushes to a browser of one's own, by its endpoint or by its id."""
        wanted = self.body(shapes.UnsubscribeRequest)
        if (wanted.endpoint is None) == (wanted.id is None):
            raise BadRequest("Name a browser by its endpoint, or by its id.")
        browser = wanted.id if wanted.endpoint is None else id_of(wanted.endpoint)
        await self.services.pushes.unsubscribe(principal, browser or "")
        self.set_status(204)
        self.finish()


class TryOutHandler(RealtimeHandler):
    """`push/test`."""

    @route("write", gives=shapes.TryOutAnswer)
    async def post(self, principal: Principal) -> None:
        """Push something without a meaning to one's own browsers, to see whether it arrives."""
        sent, failed = await self.services.pushes.try_out(principal)
        self.answer(shapes.TryOutAnswer(sent=sent, failed=list(failed)))


class WorkerHandler(RealtimeHandler):
    """`sw.js`: the service worker, which is there for what lies below our prefix, and for nothing else."""

    @route("read")
    async def get(self, _principal: Principal) -> None:
        """Give the service worker's code."""
        try:
            code = WORKER.read_bytes()
        except FileNotFoundError:
            raise NotFound("The service worker was not built: `make js`.") from None
        path = urlsplit(self.request.uri or "").path
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        # Asked for each time it is registered; what it was is told by the ETag.
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Service-Worker-Allowed", path.removesuffix("sw.js"))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(code)

    @property
    def content_security_policy(self) -> str:
        """Let the worker call its own server, and load nothing."""
        return "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"


def _item(browser: Browser) -> shapes.BrowserItem:
    return shapes.BrowserItem(
        id=browser.id, created_at=rfc3339(browser.created_ms / 1000), label=browser.label
    )
