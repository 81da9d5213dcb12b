"""What happens, for the log: one line an event, with a name and fields.

Rules
-----
1. A line names people, connections, rooms, codes and counts. It never holds a token, a cookie, a ticket,
   or the data of an event or a state; so nothing here takes a request, a frame or a header.
2. Where a stranger can cause a line, `Journal.warn` writes at most `WARNINGS_A_MINUTE` of its name, and
   says with the next one how many were left out.

Programs read the fields (`log_format = "json"`, see `server.logs`), people the text.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

Field = str | int | float | bool | None

WARNINGS_A_MINUTE = 20
_MINUTE_SECONDS = 60.0

# Where the name and the fields hang on a `logging.LogRecord`.
RECORD_ATTRIBUTE = "realtime"


class Journal:
    """Writes events to a logger.

    Parameters
    ----------
    name
        The logger's.
    clock
        A monotonic clock's seconds.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = logging.getLogger(name)
        self._clock = clock
        self._warned: dict[str, tuple[float, int]] = {}

    def note(self, event: str, level: int = logging.INFO, **fields: Field) -> None:
        """Write an event, like `connection.closed`."""
        if self._log.isEnabledFor(level):
            text = " ".join(f"{name}={_written(value)}" for name, value in fields.items())
            self._log.log(
                level,
                "%s %s" if text else "%s%s",
                event,
                text,
                extra={RECORD_ATTRIBUTE: {"event": event, **fields}},
            )

    def warn(self, event: str, **fields: Field) -> None:
        """Write a warning that somebody outside can cause as often as they like."""
        now = self._clock()
        began, count = self._warned.get(event, (now, 0))
        if now - began >= _MINUTE_SECONDS:
            left_out = max(0, count - WARNINGS_A_MINUTE)
            began, count = now, 0
            if left_out:
                fields["left_out"] = left_out
        self._warned[event] = began, count + 1
        if count < WARNINGS_A_MINUTE:
            self.note(event, logging.WARNING, **fields)


def _written(value: Field) -> str:
    # A name with a line break in it must not look like a line of ours.
    is_plain = not isinstance(value, str) or (value.isprintable() and value and " " not in value)
    return str(value) if is_plain else repr(value)
