"""Which path leads to which handler."""

from __future__ import annotations

import functools
from typing import Any

from jupyter_server.utils import url_path_join

from . import (
    activity,
    analyses,
    announcements,
    credentials,
    deliveries,
    fallback,
    mail_links,
    notifications,
    people,
    preferences,
    presence,
    probes,
    projects,
    push,
    rest,
    threads,
    triage,
)
from .describing import document
from .openapi import OpenApiHandler
from .socket import SocketHandler

_DOCUMENT = r"openapi\.json"
_WORKER = r"sw\.js"
_ID = r"([A-Za-z0-9_-]+)"

_PROBES: list[tuple[str, type]] = [
    ("health", probes.HealthHandler),
    ("ready", probes.ReadyHandler),
]
# Pages for people who come from a mail; no program calls them.
_PAGES: list[tuple[str, type]] = [
    (f"unsubscribe/{_ID}", mail_links.UnsubscribeHandler),
    (f"confirm/{_ID}", mail_links.ConfirmHandler),
]
_API: list[tuple[str, type]] = [
    *_PROBES,
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
    (f"projects/{_ID}/dismissals", triage.DismissalsHandler),
    (f"projects/{_ID}/dismissals/{_ID}", triage.DismissalHandler),
    (f"projects/{_ID}/baselines", triage.BaselinesHandler),
    (f"projects/{_ID}/baselines/([^/]+)", triage.BaselineHandler),
    ("documents", rest.DocumentsHandler),
    (f"documents/{_ID}/mentionable", threads.MentionableHandler),
    (f"documents/{_ID}/subscription", threads.DocumentSubscriptionHandler),
    (f"documents/{_ID}/read", threads.DocumentReadHandler),
    (f"documents/{_ID}/lineage", threads.LineageHandler),
    ("threads", threads.ThreadsHandler),
    ("threads/preview", threads.PreviewHandler),
    (f"threads/{_ID}", threads.ThreadHandler),
    (f"threads/{_ID}/anchor", threads.AnchorHandler),
    (f"threads/{_ID}/candidates", threads.CandidatesHandler),
    (f"threads/{_ID}/comments", threads.CommentsHandler),
    (f"threads/{_ID}/comments/{_ID}", threads.CommentHandler),
    (f"threads/{_ID}/comments/{_ID}/undelete", threads.UndeleteHandler),
    (f"threads/{_ID}/resolve", threads.ResolveHandler),
    (f"threads/{_ID}/reopen", threads.ReopenHandler),
    (f"threads/{_ID}/reactions", threads.ReactionsHandler),
    (f"threads/{_ID}/read", threads.ReadHandler),
    (f"threads/{_ID}/subscription", threads.SubscriptionHandler),
    (f"documents/{_ID}", rest.DocumentHandler),
    ("publish", rest.PublishHandler),
    ("poll", fallback.PollHandler),
    ("states", fallback.StatesHandler),
    (r"rooms/([^/]+)/events", rest.EventsHandler),
    ("notifications", notifications.NotificationsHandler),
    ("notifications/read-all", notifications.ReadAllHandler),
    (f"notifications/{_ID}", notifications.NotificationHandler),
    (f"notifications/{_ID}/deliveries", deliveries.NotificationDeliveriesHandler),
    ("deliveries", deliveries.DeliveriesHandler),
    (f"deliveries/{_ID}/retry", deliveries.RetryHandler),
    ("preferences", preferences.PreferencesHandler),
    ("presence", presence.PresenceHandler),
    (f"projects/{_ID}/open-documents", presence.OpenDocumentsHandler),
    ("push", push.PushHandler),
    ("push/subscribe", push.SubscribeHandler),
    ("push/unsubscribe", push.UnsubscribeHandler),
    ("push/test", push.TryOutHandler),
    ("announcements", announcements.AnnouncementsHandler),
    (f"announcements/{_ID}", announcements.AnnouncementHandler),
    ("activity", activity.ActivityHandler),
    ("activity/away", activity.AwayHandler),
    ("export/comments", threads.ExportHandler),
    ("import/comments", threads.ImportHandler),
    ("export/activity", activity.ExportHandler),
    ("detectors", rest.DetectorsHandler),
    (f"detectors/{_ID}/rules/([A-Za-z0-9_/-]+)", rest.RuleHandler),
    ("analyses", analyses.AnalysesHandler),
    (f"analyses/{_ID}", analyses.AnalysisHandler),
    (f"analyses/{_ID}/issues", analyses.IssuesHandler),
    (f"analyses/{_ID}/sarif", analyses.SarifHandler),
    (f"analyses/{_ID}/reports", analyses.ReportsHandler),
]


@functools.cache
def api_document() -> dict[str, Any]:
    """Make the OpenAPI document of all routes."""
    return document([*_API, (_DOCUMENT, OpenApiHandler)])


def routes(prefix: str) -> list[tuple[Any, ...]]:
    """All routes below a prefix like `/realtime`."""
    api = url_path_join(prefix, "api/v1")
    return [
        (url_path_join(prefix, "ws"), SocketHandler),
        (url_path_join(prefix, _WORKER), push.WorkerHandler),
        # Probes don't care for versions of the API.
        *((url_path_join(prefix, path), handler) for path, handler in (*_PROBES, *_PAGES)),
        *((url_path_join(api, path), handler) for path, handler in (*_API, *_PAGES)),
        (url_path_join(api, _DOCUMENT), OpenApiHandler, {"document": api_document}),
        (url_path_join(api, "(.*)"), rest.UnknownHandler),
    ]
