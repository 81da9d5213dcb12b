"""The widgets of a team: who is in a project, and what happened there.

The page asks its own server; see `notifications`. Nobody's whereabouts are a trait: they are not saved with
the notebook.
"""

from __future__ import annotations

from typing import Any

import traitlets as t

from ..core.errors import RealtimeError
from ..core.rooms import RoomName
from . import bundles, starting
from .bridge import Scope, team
from .notifications import InboxWidget


class TeamWidget(InboxWidget):
    """What the widgets of a team have in common.

    Parameters
    ----------
    room
        As `project:<id>`; None: the project that the current folder belongs to.
    """

    project = t.Unicode("", help="Its id; empty: this kernel knows of none.").tag(sync=True)

    def __init__(self, room: str | None = None, **traits: Any) -> None:
        traits.setdefault("project", _current() if room is None else RoomName.parse(room).id)
        super().__init__(**traits)

    @classmethod
    def _scope(cls, traits: dict[str, Any]) -> Scope:
        return team(traits["project"])


def _current() -> str:
    connection = starting.realtime()
    try:
        return "" if connection is None else str(connection.project()["id"])
    except RealtimeError:
        return ""  # The page says so.


class PresenceBar(TeamWidget):
    """Who is in the project: a row of faces, each of which leads to where that person is, live.

    Examples
    --------
    >>> from jupyter_realtime.widgets import PresenceBar
    >>> PresenceBar()
    """

    _esm = bundles.script("presence-bar")
    _css = bundles.style("presence-bar")


class ActivityFeed(TeamWidget):
    """What happened in the project: saves, comments, analyses and members, by person and kind, live.

    Parameters
    ----------
    user, kind
        To begin with: of this person, and of this kind (`file`, `kernel`, `comment`, `analysis`, `issue`,
        `member` or `announcement`).

    Examples
    --------
    >>> from jupyter_realtime.widgets import ActivityFeed
    >>> ActivityFeed(kind="comment")
    """

    user = t.Unicode("", help="Whose, to begin with; empty: everybody's.").tag(sync=True)
    kind = t.Unicode("", help="Of what kind, to begin with; empty: of all.").tag(sync=True)

    _esm = bundles.script("activity-feed")
    _css = bundles.style("activity-feed")
