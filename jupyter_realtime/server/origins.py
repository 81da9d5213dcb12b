"""Which pages may call: this server's own, and those of `allowed_origins`, to the letter.

A browser sends a page's origin (scheme, host, port) with a socket's handshake and with a call to another
origin. It shows a page the answer only if the answer names that very origin, and asks beforehand
(`OPTIONS`) whether a call with a token may be made at all.

Never allowed are credentials that a browser adds by itself: under a Hub with subdomains every person's
server is an allowed origin, and what its page may do must not depend on whose cookies the visitor has.
Such pages send a token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

# As browsers write it: no path, no slash at the end, lower case; no pattern, and not "null".
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@*\sA-Z]+")

# How long a browser may remember the answer to a preflight.
PREFLIGHT_SECONDS = 600
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, X-XSRFToken",
    "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
}


def may_connect(origin: str, host: str, allowed: Sequence[str]) -> bool:
    """Whether a socket may be opened from a page of an origin.

    The scheme of the server's own pages isn't compared: behind a proxy that ends TLS it differs. A
    client that is no browser sends no origin.
    """
    return not origin or origin in allowed or urlsplit(origin).netloc.lower() == host.lower()


def answer_headers(origin: str, allowed: Sequence[str]) -> dict[str, str]:
    """Tell the headers of every answer to a page of an origin, errors too."""
    if origin not in allowed:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
    }
