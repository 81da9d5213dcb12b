"""Where our log goes: to the server's standard error, as text like Jupyter's own or as JSON lines.

The loggers belong to the process. Of several servers in one (tests) the first says how it is done, and
the handler goes with the last.
"""

from __future__ import annotations

import json
import logging
import sys

from ..core.times import rfc3339
from ..service.journal import RECORD_ATTRIBUTE

LOGGER = "jupyter_realtime"

_TEXT = "[%(levelname).1s %(asctime)s.%(msecs)03d %(name)s] %(message)s"
_TIME = "%Y-%m-%d %H:%M:%S"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, and an event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: dict[str, object] = {
            "time": rfc3339(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, RECORD_ATTRIBUTE, {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Logs:
    """Our one handler, while any server runs."""

    def __init__(self) -> None:
        self._servers = 0
        self._handler: logging.Handler | None = None

    def open(self, *, as_json: bool, level: int) -> None:
        """Begin to write."""
        self._servers += 1
        if self._handler is None:
            self._handler = logging.StreamHandler(sys.stderr)
            text = logging.Formatter(_TEXT, _TIME)
            self._handler.setFormatter(JsonFormatter() if as_json else text)
            logger = logging.getLogger(LOGGER)
            logger.addHandler(self._handler)
            logger.setLevel(level)

    def close(self) -> None:
        """Stop writing, with the last server."""
        self._servers -= 1
        if not self._servers and self._handler is not None:
            logger = logging.getLogger(LOGGER)
            logger.removeHandler(self._handler)
            logger.setLevel(logging.NOTSET)
            self._handler = None


logs = Logs()
