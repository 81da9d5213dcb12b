"""Widgets for notebooks. The names load on first use: ipywidgets is not imported before it is needed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analysis import AnalysisProgress, DetectorStatus, LiveIssueList
    from .comments import CodeComments
    from .notifications import NotificationCenter, NotificationPreferences
    from .team import ActivityFeed, PresenceBar

__all__ = [
    "ActivityFeed",
    "AnalysisProgress",
    "CodeComments",
    "DetectorStatus",
    "LiveIssueList",
    "NotificationCenter",
    "NotificationPreferences",
    "PresenceBar",
]

_LAZY = {
    **dict.fromkeys(("AnalysisProgress", "DetectorStatus", "LiveIssueList"), "analysis"),
    "CodeComments": "comments",
    **dict.fromkeys(("NotificationCenter", "NotificationPreferences"), "notifications"),
    **dict.fromkeys(("ActivityFeed", "PresenceBar"), "team"),
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return __all__
