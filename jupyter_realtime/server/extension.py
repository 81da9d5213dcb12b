"""The extension that Jupyter's server loads."""

from __future__ import annotations

import asyncio
import logging
import os
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join

from ..core.errors import RealtimeError
from .config import RealtimeConfig
from .handlers.routes import routes
from .happenings import JupyterHappenings
from .kernels import JupyterKernels
from .logs import logs
from .runtime import Runtime, Services
from .usage import ServerUsage

log = logging.getLogger(__name__)

PREFIX = "realtime"
URL_VARIABLE = "JUPYTER_REALTIME_URL"
TOKEN_VARIABLE = "JUPYTER_REALTIME_TOKEN"
ROOT_VARIABLE = "JUPYTER_REALTIME_ROOT"
# Where a Hub says that people reach the servers behind it.
HUB_URL_VARIABLE = "JUPYTERHUB_PUBLIC_URL"


class RealtimeExtension(ExtensionApp):
    """Adds our handlers to a server, and starts and stops what stands behind them."""

    name = "jupyter_realtime"
    load_other_extensions = True
    # RealtimeConfig is a class of its own, so that the same settings serve the Hub service.
    classes = [RealtimeConfig]  # noqa: RUF012  # ExtensionApp's own type

    runtime: Runtime | None = None
    # The token that kernels have, by its id; and the making of another one.
    _lent: str | None = None
    _lending: asyncio.Task[None] | None = None
    _happenings: JupyterHappenings | None = None

    @property
    def _server(self) -> ServerApp:
        if self.serverapp is None:
            raise RuntimeError("The extension was not linked to a server.")
        return self.serverapp

    def initialize_settings(self) -> None:
        """Make the runtime from the settings."""
        config = RealtimeConfig(parent=self)
        if config.enabled:
            logs.open(
                as_json=config.log_format == "json", level=self._server.log.getEffectiveLevel()
            )
            self.runtime = Runtime(config, Path(self._server.root_dir), self._prepare)
            self.settings["jupyter_realtime"] = self.runtime

    def initialize_handlers(self) -> None:
        """Add the routes, and start as soon as the server's loop runs."""
        if self.runtime is not None:
            self.handlers.extend(routes(f"/{PREFIX}"))
            self._server.io_loop.add_callback(self._start, self.runtime)

    def _start(self, runtime: Runtime) -> None:
        """Start, now that it is known where people reach the server."""
        runtime.config.public_url = runtime.config.public_url or self._public_url()
        runtime.start()

    def _public_url(self) -> str:
        """Say where people reach the server; without the token that Jupyter's own address has."""
        known = urlsplit(os.environ.get(HUB_URL_VARIABLE) or self._server.public_url)
        return urlunsplit((known.scheme, known.netloc, self._server.base_url, "", ""))

    async def _prepare(self, services: Services) -> None:
        services.credentials.on_revoked(partial(self._lend_again, services))
        await self._lend_token(services)
        self._watch_quotas(services)
        services.presences.still_running.watch(JupyterKernels(self._server))
        await self._listen(services)

    async def _listen(self, services: Services) -> None:
        """Begin to hear what Jupyter does to files and kernels, for these services and no others."""
        if self._happenings is not None:
            await self._happenings.stop()
        self._happenings = JupyterHappenings(
            self._server, services.identity.behind, services.updates.tell
        )
        self._happenings.open()

    def _watch_quotas(self, services: Services) -> None:
        """Begin to look at what the machine has left."""
        if self.runtime is None:
            return
        config, manager = self.runtime.config, self._server.kernel_manager
        services.quotas.open(
            ServerUsage(
                self.runtime.root,
                memory_limit=config.memory_limit_bytes,
                kernels_limit=config.kernels_limit,
                kernels=lambda: len(manager.list_kernel_ids()),
            )
        )

    async def _lend_token(self, services: Services) -> None:
        """Give kernels and terminals, which inherit the environment, a token of their owner's."""
        runtime = self.runtime
        if runtime is None:
            return
        token = await services.credentials.mint_program(runtime.config.owner)
        if self.runtime is not runtime:
            return  # It was stopped meanwhile, and what kernels inherit was taken back.
        os.environ[URL_VARIABLE] = self._url()
        os.environ[TOKEN_VARIABLE] = token.secret
        os.environ[ROOT_VARIABLE] = str(runtime.root)
        self._lent = token.id

    def _lend_again(self, services: Services, revoked: frozenset[str]) -> None:
        """Give kernels that start from now on a token that is good, in place of one that was revoked."""
        if self._lent in revoked:
            self._lending = asyncio.get_running_loop().create_task(self._try_to_lend(services))

    async def _try_to_lend(self, services: Services) -> None:
        try:
            await self._lend_token(services)
        except RealtimeError as error:
            log.warning("Kernels that start now can't reach the server: %s", error)

    def _url(self) -> str:
        scheme = "https" if self._server.certfile else "http"
        host = self._server.ip or "127.0.0.1"
        if host in ("0.0.0.0", "::", "*"):
            host = "127.0.0.1"
        base = f"{scheme}://{host}:{self._server.port}"
        return url_path_join(base, self._server.base_url, PREFIX) + "/"

    async def stop_extension(self) -> None:
        """Stop what was started."""
        for variable in (URL_VARIABLE, TOKEN_VARIABLE, ROOT_VARIABLE):
            os.environ.pop(variable, None)
        # A second signal, while the first is still obeyed, finds nothing to stop.
        runtime, self.runtime = self.runtime, None
        if self._happenings is not None:
            await self._happenings.stop()
        if runtime is not None:
            await runtime.stop()
            logs.close()


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "jupyter_realtime", "app": RealtimeExtension}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-realtime"}]
