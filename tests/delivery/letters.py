"""Letters as tests send them."""

from __future__ import annotations

from typing import Any

from jupyter_realtime.core.letters import Envelope, Letter, Told, sections_of, subject_of


def told(title: str = "Ben replied", **fields: Any) -> Told:
    """Something that a letter tells."""
    known: dict[str, Any] = {
        "category": "reply",
        "type": "info",
        "message": "Have a look at line 3.",
        "url": "https://jupyter.example.org/lab/tree/a.ipynb",
        "by": "Ben",
        "when": "Mon 23 Nov, 08:00",
        "project": "bikeshare",
        "rule": "You chose: replies by mail in a digest.",
    }
    return Told(title=title, **{**known, **fields})


def letter(*what: Told, **fields: Any) -> Letter:
    """A letter that tells something."""
    some = what or (told(),)
    known: dict[str, Any] = {
        "envelope": Envelope("letter-1", "ana@example.org", "Ana Ruiz"),
        "subject": subject_of(some, 0),
        "when": "Mon 23 Nov, 08:00",
        "sections": sections_of(some),
        "more": 0,
        "inbox_url": "https://jupyter.example.org/",
        "unsubscribe_url": "https://jupyter.example.org/realtime/unsubscribe/SECRET",
    }
    return Letter(**{**known, **fields})
