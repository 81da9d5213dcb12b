"""`openapi.json`: what this very server takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.actors import Principal
from .base import RealtimeHandler, route


class OpenApiHandler(RealtimeHandler):
    """`openapi.json`."""

    def initialize(self, document: Callable[[], dict[str, Any]]) -> None:
        """Take the document, which is made from the table in which this handler stands."""
        self._document = document

    @route("read", gives=dict[str, Any])
    async def get(self, principal: Principal) -> None:
        """Describe every route, as an OpenAPI document."""
        self.answer(self._document())
