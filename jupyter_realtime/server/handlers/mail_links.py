"""`unsubscribe/<token>` and `confirm/<token>`: where links in mails lead, for people who need not log in.

Rules
-----
1. GET looks and asks, POST acts: mail scanners follow links, and press no buttons.
2. The token is all that says who it is. So no cookie counts, none is asked for against foreign pages, and
   the token stands in no log, in no other page's referrer, and in no cache.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jupyter_server.auth.decorator import allow_unauthenticated

from ...core.errors import RealtimeError
from ...core.letters import TITLES
from ...ports.deliveries import Link
from .base import RealtimeHandler

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_PAGES = Environment(
    loader=PackageLoader("jupyter_realtime.server.handlers", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class _PageHandler(RealtimeHandler):
    """A page that stands alone: it loads nothing and needs no script."""

    async def prepare(self) -> None:  # type: ignore[override]  # as JupyterHandler's own
        """Keep the token out of the log."""
        path, slash, _token = self.request.path.rpartition("/")
        self.request.uri = f"{path}{slash}…"
        await super().prepare()
        self.services = await self.runtime.services()

    def check_xsrf_cookie(self) -> None:
        """Ask for none: mail providers have no cookie, and no cookie says here who it is."""

    def page(self, name: str, **values: Any) -> None:
        """Send a page."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.finish(_PAGES.get_template(f"{name}.html.j2").render(**values))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what is wrong on a page, too."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        words = "Something went wrong; try again later."
        if isinstance(error, RealtimeError):
            status_code, words = error.status, error.message
        self.set_status(status_code)
        self.page("said", title="That did not work", words=words)


class UnsubscribeHandler(_PageHandler):
    """`unsubscribe/<token>`."""

    @allow_unauthenticated
    async def get(self, token: str) -> None:
        """Ask whether no more mails are wanted."""
        link = await self.services.addresses.look(token, "unsubscribe")
        self.page("unsubscribe", category=_title(link))

    @allow_unauthenticated
    async def post(self, token: str) -> None:
        """Send no more, at once; a mail program posts `List-Unsubscribe=One-Click` (RFC 8058)."""
        link = await self.services.addresses.look(token, "unsubscribe")
        only = self.get_body_argument("what", "all") == "category" and link.category is not None
        locked = await self.services.addresses.unsubscribe(link, only_category=only)
        what = f"mails under “{_title(link)}”" if only else "mails about notifications"
        words = f"You get no more {what} from this Jupyter server."
        if locked:
            still = ", ".join(f"“{TITLES[category]}”" for category in locked)
            words += f" An admin has settled that mails under {still} still come."
        self.page("said", title="Done", words=words)


class ConfirmHandler(_PageHandler):
    """`confirm/<token>`."""

    @allow_unauthenticated
    async def get(self, token: str) -> None:
        """Ask whether the address is theirs."""
        await self.services.addresses.look(token, "confirm")
        self.page("confirm")

    @allow_unauthenticated
    async def post(self, token: str) -> None:
        """Confirm it."""
        address = await self.services.addresses.confirm(token)
        self.page("said", title="Done", words=f"Notifications come to {address} from now on.")


def _title(link: Link) -> str | None:
    return None if link.category is None else TITLES[link.category]
