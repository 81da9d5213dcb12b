"""Which detectors there are: ours and other people's, by the entry point `jupyter_realtime.detectors`."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from ..core.issues import DetectorDescription
from .detector import Detector

log = logging.getLogger(__name__)

GROUP = "jupyter_realtime.detectors"


@cache
def discover() -> dict[str, type[Detector] | str]:
    """Find all detectors by name; one that can't be loaded is given by the reason instead."""
    found: dict[str, type[Detector] | str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        found[point.name] = _load(point)
    return found


def _load(point: EntryPoint) -> type[Detector] | str:
    try:
        loaded = point.load()
        if not (isinstance(loaded, type) and issubclass(loaded, Detector)):
            return f"{point.value} is no Detector."
        if loaded.name != point.name:
            return f"{point.value} calls itself {loaded.name!r}."
    except Exception as error:
        # Somebody else's package: whatever is wrong with it, ours go on.
        log.warning("The detector %s can't be loaded", point.name, exc_info=True)
        return f"{point.value} can't be loaded: {error}"
    return loaded


def describe() -> list[DetectorDescription]:
    """Describe all detectors, those that can't run here too."""
    return [
        _broken(name, found) if isinstance(found, str) else found.describe()
        for name, found in discover().items()
    ]


def _broken(name: str, reason: str) -> DetectorDescription:
    return DetectorDescription(
        name=name,
        title=name,
        description=reason,
        engine="",
        scope="file",
        available=False,
        install="Mend or remove the package that brings it.",
    )
