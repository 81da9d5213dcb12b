"""Every call that the server takes, by route and method, as somebody would make it.

A route that isn't listed here fails a test; see `test_every_route`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jupyter_realtime.server.handlers.base import RealtimeHandler
from jupyter_realtime.server.handlers.routes import routes

Answer = tuple[int, Any]
Api = Callable[..., Awaitable[Answer]]
Names = dict[str, str]
Make = Callable[[], Awaitable[Names]]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Nobody has to be known for these; `OPTIONS` says to browsers which pages may call, and no more.
OPEN = frozenset({("GET", "health"), ("GET", "ready")})
ID = "([A-Za-z0-9_-]+)"
# No JSON, but code for browsers; see `test_push`.
WORKER = frozenset({("GET", r"sw\.js")})
# Where links in mails lead: who has the token is whoever got the mail. See `test_mail_links`.
LINKS = frozenset(
    {(way, f"{page}/{ID}") for way in ("GET", "POST") for page in ("unsubscribe", "confirm")}
)


@dataclass(frozen=True)
class Call:
    """A call that a member of a project may make.

    Parameters
    ----------
    path
        With `{project}`, `{run}` and `{token}` for what a test has made.
    unscoped
        The status for a token whose scopes name nothing here: 403, 404 where it must not learn that
        there is something, and 200 or 201 where the answer tells nothing, as `unscoped_answer` says.
    """

    method: str
    route: str
    path: str
    body: Any = None
    unscoped: int = 403
    unscoped_answer: dict[str, Any] | None = None


ROOM = "project:{project}"
EVENT = {"room": ROOM, "event": "custom:x", "data": 1}
STATE = {"room": ROOM, "event": "progress:x", "data": 1, "key": "k", "session": "s" * 22}
TOKEN = {"label": "ci", "scopes": ["read:system"], "ttl_seconds": 60}
NOTHING = {"items": [], "next": None}
FOLLOW = {"subscription": "all"}
COMMENT = "threads/{thread}/comments/{comment}"
# The browser of RFC 8291, appendix A.
SUBSCRIPTION = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/x",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}

CALLS = [
    Call("GET", "me", "me", unscoped=200, unscoped_answer={"scopes": ["read:system"]}),
    Call("GET", "tokens", "tokens"),
    Call("POST", "tokens", "tokens", TOKEN),
    Call("DELETE", f"tokens/{ID}", "tokens/{token}"),
    # It stands for the very token that asked for it.
    Call("POST", "tickets", "tickets", unscoped=201, unscoped_answer={}),
    Call("GET", "projects", "projects", unscoped=200, unscoped_answer=NOTHING),
    Call("GET", f"projects/{ID}", "projects/{project}", unscoped=404),
    Call("PATCH", f"projects/{ID}", "projects/{project}", {"enabled": True}, unscoped=404),
    Call("GET", f"projects/{ID}/members", "projects/{project}/members", unscoped=404),
    *(
        Call(
            method,
            f"projects/{ID}/members",
            "projects/{project}/members",
            {"user": "bo", "role": "viewer"},
            unscoped=404,
        )
        for method in ("PUT", "POST")
    ),
    Call(
        "DELETE",
        f"projects/{ID}/members/(user|group)/(.+)",
        "projects/{project}/members/user/bo",
        unscoped=404,
    ),
    Call("GET", f"projects/{ID}/dismissals", "projects/{project}/dismissals", unscoped=404),
    Call(
        "PUT",
        f"projects/{ID}/dismissals",
        "projects/{project}/dismissals",
        {"fingerprint": "f", "path": "a.py", "reason": "fine"},
        unscoped=404,
    ),
    Call(
        "DELETE",
        f"projects/{ID}/dismissals/{ID}",
        "projects/{project}/dismissals/f",
        unscoped=404,
    ),
    Call("GET", f"projects/{ID}/baselines", "projects/{project}/baselines", unscoped=404),
    Call(
        "PUT",
        f"projects/{ID}/baselines/([^/]+)",
        "projects/{project}/baselines/first",
        {"analysis": "{done}"},
        unscoped=404,
    ),
    Call(
        "GET",
        f"projects/{ID}/baselines/([^/]+)",
        "projects/{project}/baselines/first",
        unscoped=404,
    ),
    Call(
        "DELETE",
        f"projects/{ID}/baselines/([^/]+)",
        "projects/{project}/baselines/first",
        unscoped=404,
    ),
    Call("PUT", "documents", "documents", {"path": "a.py"}),
    Call("GET", f"documents/{ID}/mentionable", "documents/{document}/mentionable"),
    Call("GET", f"documents/{ID}/subscription", "documents/{document}/subscription"),
    Call("PUT", f"documents/{ID}/subscription", "documents/{document}/subscription", FOLLOW),
    Call("POST", f"documents/{ID}/read", "documents/{document}/read", {}),
    Call("GET", "threads", "threads?document={document}"),
    Call("POST", "threads", "threads", {"document": "{document}", "body": "Why?", "source": "x"}),
    # It is one's own text.
    Call(
        "POST",
        "threads/preview",
        "threads/preview",
        {"body": "Why?"},
        unscoped=200,
        unscoped_answer={"html": "<p>Why?</p>"},
    ),
    Call("GET", f"threads/{ID}", "threads/{thread}"),
    Call("PUT", f"threads/{ID}/anchor", "threads/{thread}/anchor", {"source": "x"}),
    Call("GET", f"threads/{ID}/candidates", "threads/{thread}/candidates"),
    Call(
        "POST",
        f"documents/{ID}/lineage",
        "documents/{document}/lineage",
        {"changes": [{"kind": "split", "parents": ["a"], "children": ["b"]}]},
    ),
    Call("POST", f"threads/{ID}/comments", "threads/{thread}/comments", {"body": "So."}),
    Call("PATCH", f"threads/{ID}/comments/{ID}", COMMENT, {"body": "Why not?"}),
    Call("DELETE", f"threads/{ID}/comments/{ID}", COMMENT),
    Call("PUT", f"threads/{ID}/comments/{ID}/undelete", f"{COMMENT}/undelete"),
    Call("POST", f"threads/{ID}/resolve", "threads/{thread}/resolve"),
    Call("POST", f"threads/{ID}/reopen", "threads/{thread}/reopen"),
    Call(
        "POST",
        f"threads/{ID}/reactions",
        "threads/{thread}/reactions",
        {"comment": "{comment}", "emoji": "👍"},
    ),
    Call("POST", f"threads/{ID}/read", "threads/{thread}/read", {}),
    Call("PUT", f"threads/{ID}/subscription", "threads/{thread}/subscription", FOLLOW),
    Call("GET", f"documents/{ID}", "documents/{document}"),
    Call("POST", "publish", "publish", EVENT),
    Call("POST", "states", "states", STATE),
    # Each room has its own refusal in its place.
    Call(
        "POST", "poll", "poll", {"rooms": {ROOM: None}, "wait": 0}, unscoped=200, unscoped_answer={}
    ),
    Call("GET", "rooms/([^/]+)/events", f"rooms/{ROOM}/events"),
    # What this server could run is no project's secret.
    Call("GET", "detectors", "detectors", unscoped=200, unscoped_answer={"next": None}),
    Call(
        "GET",
        f"detectors/{ID}/rules/([A-Za-z0-9_/-]+)",
        "detectors/secrets/rules/password",
        unscoped=200,
        unscoped_answer={"rule": "password"},
    ),
    Call("GET", "analyses", "analyses", unscoped=200, unscoped_answer=NOTHING),
    Call("POST", "analyses", "analyses", {"paths": ["a.py"], "external": True}),
    Call("GET", f"analyses/{ID}", "analyses/{run}"),
    Call("GET", f"analyses/{ID}/issues", "analyses/{run}/issues"),
    Call("GET", f"analyses/{ID}/sarif", "analyses/{run}/sarif"),
    Call("POST", f"analyses/{ID}/reports", "analyses/{run}/reports", []),
    Call("DELETE", f"analyses/{ID}", "analyses/{run}"),
    Call("GET", "notifications", "notifications"),
    Call("POST", "notifications", "notifications", {"title": "Hello"}),
    Call("PATCH", "notifications", "notifications", {"ids": ["{told}"], "seen": True}),
    Call("POST", "notifications/read-all", "notifications/read-all", {}),
    Call("GET", f"notifications/{ID}", "notifications/{told}"),
    Call("PATCH", f"notifications/{ID}", "notifications/{told}", {"archived": True}),
    Call("GET", f"notifications/{ID}/deliveries", "notifications/{told}/deliveries"),
    Call("GET", "deliveries", "deliveries"),
    Call("POST", f"deliveries/{ID}/retry", "deliveries/{failed}/retry"),
    Call("GET", "preferences", "preferences"),
    Call("PUT", "preferences", "preferences", {}),
    Call("PATCH", "preferences", "preferences", {}),
    Call("DELETE", "preferences", "preferences"),
    Call("GET", "presence", "presence", unscoped=200, unscoped_answer=NOTHING),
    Call("GET", f"projects/{ID}/open-documents", "projects/{project}/open-documents"),
    Call("GET", "push", "push"),
    # Before there is a browser: no test calls the internet.
    Call("POST", "push/test", "push/test"),
    Call("POST", "push/subscribe", "push/subscribe", SUBSCRIPTION),
    Call("POST", "push/unsubscribe", "push/unsubscribe", {"endpoint": SUBSCRIPTION["endpoint"]}),
    Call("GET", "announcements", "announcements"),
    Call("POST", "announcements", "announcements", {"title": "Hello"}),
    Call("DELETE", f"announcements/{ID}", "announcements/{announced}"),
    Call("GET", "activity", "activity?project={project}&limit=1000"),
    Call("GET", "activity/away", "activity/away?document={document}"),
    Call("GET", "export/comments", "export/comments?document={document}"),
    Call(
        "POST",
        "import/comments",
        "import/comments",
        {"project": "{project}", "annotations": [{"body": "Why?", "target": "a.py"}]},
    ),
    Call("GET", "export/activity", "export/activity?project={project}"),
    # What can be called is no secret.
    Call("GET", r"openapi\.json", "openapi.json", unscoped=200, unscoped_answer={}),
    *(Call(method, "(.*)", "no/such/route", unscoped=404) for method in METHODS),
    Call("GET", "people/([^/]+)/data", "people/bo/data"),
    Call("DELETE", "people/([^/]+)/data", "people/bo/data"),
    Call("GET", "me/data", "me/data"),
    Call("DELETE", "me/data", "me/data"),
]


def served() -> Iterator[tuple[str, str]]:
    """Every method of every REST route, from the table of routes itself; probes are there twice."""
    for path, handler, *_ in routes("/"):
        if issubclass(handler, RealtimeHandler):
            for method in METHODS:
                if getattr(handler, method.lower()) is not getattr(RealtimeHandler, method.lower()):
                    yield method, path.removeprefix("/api/v1").removeprefix("/")


def filled(template: Any, names: Names) -> Any:
    """Put what was made into a path or a body."""
    text = json.dumps(template)
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return json.loads(text)
