"""Which path leads to which handler."""

from __future__ import annotations

from typing import Any

from jupyter_server.utils import url_path_join

from . import analyses, credentials, fallback, people, probes, projects, rest
from .socket import SocketHandler

_ID = r"([A-Za-z0-9_-]+)"

_API: list[tuple[str, type]] = [
    ("health", probes.HealthHandler),
    ("ready", probes.ReadyHandler),
    ("me", rest.MeHandler),
    ("me/data", people.MyDataHandler),
    (r"people/([^/]+)/data", people.PersonsDataHandler),
    ("tokens", credentials.TokensHandler),
    (f"tokens/{_ID}", credentials.TokenHandler),
    ("tickets", credentials.TicketsHandler),
    ("projects", projects.ProjectsHandler),
    (f"projects/{_ID}", projects.ProjectHandler),
    (f"projects/{_ID}/members", projects.MembersHandler),
    (f"projects/{_ID}/members/(user|group)/(.+)", projects.MemberHandler),
    ("documents", rest.DocumentsHandler),
    ("publish", rest.PublishHandler),
    ("poll", fallback.PollHandler),
    ("states", fallback.StatesHandler),
    (r"rooms/([^/]+)/events", rest.EventsHandler),
    ("detectors", rest.DetectorsHandler),
    ("analyses", analyses.AnalysesHandler),
    (f"analyses/{_ID}", analyses.AnalysisHandler),
    (f"analyses/{_ID}/issues", analyses.IssuesHandler),
    (f"analyses/{_ID}/reports", analyses.ReportsHandler),
    ("(.*)", rest.UnknownHandler),
]


def routes(prefix: str) -> list[tuple[str, Any]]:
    """All routes below a prefix like `/realtime`."""
    socket = (url_path_join(prefix, "ws"), SocketHandler)
    return [socket, *((url_path_join(prefix, "api/v1", path), handler) for path, handler in _API)]
