"""Which mailer the settings ask for."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

from ..core.mail import SmtpServer, is_address
from ..ports import Mailer
from .config import RealtimeConfig

log = logging.getLogger(__name__)


def make_mailer(config: RealtimeConfig) -> Mailer | None:
    """Make it; None where no mail is to be sent, or none can be."""
    if not config.smtp_url:
        return None
    try:
        from ..delivery.mail import Sender, SmtpMailer
    except ImportError as error:
        log.error(
            "No mail is sent: RealtimeConfig.smtp_url is set, but %s is missing. "
            "Install it: pip install 'jupyter_realtime[mail]'",
            error.name,
        )
        return None
    server = SmtpServer.parse(config.smtp_url)
    file = Path(config.smtp_password_file) if config.smtp_password_file else None
    return SmtpMailer(server, Sender(config.mail_from or _from(server, config.mail_domain)), file)


def _from(server: SmtpServer, domain: str) -> str:
    """Find an address that mails can come from: that of the account, or one at the domain."""
    if server.user is not None and is_address(server.user):
        return server.user
    address = f"jupyter@{domain or socket.getfqdn()}"
    return address if is_address(address) else "jupyter@localhost"
