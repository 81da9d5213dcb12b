"""What pushes to browsers, where the settings and what is installed allow it."""

from __future__ import annotations

import asyncio
import logging
from ipaddress import ip_network

from ..core.push import PushHost
from ..ports import Pusher
from .config import RealtimeConfig
from .key_files import read_or_make

log = logging.getLogger(__name__)


async def make_pusher(config: RealtimeConfig) -> Pusher | None:
    """Make it; None where nothing is to be pushed, or nothing can be."""
    if not config.push_hosts:
        return None
    try:
        return await _make(config)
    except ImportError as error:
        # An extra: most servers do without.
        log.info("Nothing is pushed to browsers, since %s is not installed.", error.name)
    except (OSError, ValueError) as error:
        log.error("Nothing is pushed to browsers: %s: %s", config.vapid_path, error)
    return None


async def _make(config: RealtimeConfig) -> Pusher:
    # Beside the loop, which has others to serve: the libraries are large, and the key is a file.
    await asyncio.to_thread(_import)
    from ..delivery.push import WebPush
    from ..delivery.vapid import VapidKey, make_key

    pem = await asyncio.to_thread(read_or_make, config.vapid_path, make_key)
    hosts = [PushHost.parse(host) for host in config.push_hosts]
    networks = [ip_network(network) for network in config.push_networks]
    return WebPush(VapidKey(pem, config.push_contact), hosts, networks)


def _import() -> None:
    from ..delivery import push  # noqa: F401
