"""The widgets of what a person is told: their inbox, and how they want to be told.

Theory of operation
-------------------
The page asks its own server, over the connection that all views of it share: the badge in a widget is that
of the sidebar. Where the page has none, everything it shows comes over the comm (`bridge`). Nothing of it
is a trait: what people are told is nobody's business who gets the saved notebook.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import anywidget
import traitlets as t

from .._version import __version__
from . import bundles, starting
from .bridge import INBOX, Bridge, Scope


class InboxWidget(anywidget.AnyWidget):
    """What the widgets of notifications have in common."""

    prefix = t.Unicode("", help="The path of jupyter_realtime on the server.").tag(sync=True)
    version = t.Unicode(__version__, help="Of this side; the page compares.").tag(sync=True)
    mode = t.Enum(["page", "comm"], "comm", help="Set by the page; see above.").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        connection = starting.realtime()
        if connection is not None:
            traits.setdefault("prefix", urlsplit(connection.server.url).path)
        self._bridge = Bridge(starting.realtime, self.send, self._scope(traits))
        super().__init__(**traits)
        self.on_msg(self._on_message)

    @classmethod
    def _scope(cls, traits: dict[str, Any]) -> Scope:
        """Say what the page may ask the kernel for."""
        return INBOX

    def _on_message(self, widget: Any, content: Any, buffers: Any) -> None:
        self._bridge.take(content)

    def close(self) -> None:
        """Take the widget off the page, and let go of the server."""
        self._bridge.close()
        super().close()


class NotificationCenter(InboxWidget):
    """One's inbox in a notebook: filtered, searched, read, archived and snoozed, live.

    Examples
    --------
    >>> from jupyter_realtime.widgets import NotificationCenter
    >>> NotificationCenter()
    """

    _esm = bundles.script("notification-center")
    _css = bundles.style("notification-center")


class NotificationPreferences(InboxWidget):
    """How one wants to be told: by which way, when, and of what not.

    Examples
    --------
    >>> from jupyter_realtime.widgets import NotificationPreferences
    >>> NotificationPreferences()
    """

    _esm = bundles.script("notification-preferences")
    _css = bundles.style("notification-preferences")
