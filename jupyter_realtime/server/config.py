"""Every setting, in one place."""

from __future__ import annotations

import getpass
import re
from ipaddress import ip_network
from pathlib import Path

import msgspec
from jupyter_core.paths import jupyter_data_dir
from traitlets import Bool, Bunch, Dict, Enum, Float, Integer, List, TraitError, Unicode, validate
from traitlets.config import Configurable

from ..core.mail import SmtpServer, is_address, is_domain
from ..core.messages import Limits
from ..core.preferences import Policy, Rule
from ..core.push import PushHost
from ..core.quotas import Thresholds
from ..service.retention import Retention
from ..stores.sqlite import DEFAULT_FILE_NAME
from .origins import ORIGIN

POSTGRES = re.compile(r"postgres(ql)?://")


class RealtimeConfig(Configurable):
    """Settings of jupyter_realtime, for example in `jupyter_server_config.py`."""

    enabled = Bool(True, config=True, help="Turn everything off with False.")

    identity = Enum(
        ["auto", "jupyter", "local"],
        default_value="auto",
        config=True,
        help="""Who a request is.

        `jupyter`: whom Jupyter's identity provider names. `local`: always the user who runs the
        server. `auto`: like `local` with Jupyter's stock provider, which gives the same person a new
        random name in each browser, and like `jupyter` with any other.""",
    )

    kernel_owner = Unicode(
        config=True,
        help="""For whom code in kernels and terminals acts, by user name; the default is the user who
        runs the server. This person owns the server's projects.""",
    )

    admins = List(
        Unicode(),
        config=True,
        help="""Who makes announcements and looks after people's data, by user name; the default is the
        person for whom code in kernels acts.""",
    )

    allowed_origins = List(
        Unicode(),
        config=True,
        help="""Origins beside the server's own whose pages may call and connect, each exactly as a
        browser sends it, with scheme and port, like `https://hub.example.org`. Calls need a token:
        cookies count for the server's own pages only.""",
    )

    @validate("allowed_origins")
    def _check_origins(self, proposal: Bunch) -> list[str]:
        origins: list[str] = proposal["value"]
        for origin in origins:
            if not ORIGIN.fullmatch(origin):
                raise TraitError(
                    f"RealtimeConfig.allowed_origins has {origin!r}, which no browser sends; write "
                    "scheme, host and port, in lower case and without a slash at the end."
                )
        return origins

    store_url = Unicode(
        config=True,
        help="""Where everything is kept: `sqlite:///` and an absolute path, or for several servers
        `postgresql://user:password@host/database`. The default is a file in Jupyter's data directory.""",
    )

    jwt_key_file = Unicode(
        config=True,
        help="""The file with the key that signs tokens; it is made, readable by its owner only, if it
        does not exist. The default lies beside the database.

        To change the key, rename the file to `<file>.1` (a former `<file>.1` to `<file>.2`, and so on)
        and start the server again: a new key is made, and tokens that the old ones signed stay valid as
        long as those files are there.""",
    )

    public_url = Unicode(
        config=True,
        help="""The address of this Jupyter server as people reach it, for links in mails; the default is
        what the server says when it starts.""",
    )

    smtp_url = Unicode(
        config=True,
        help="""Who takes our mails: `smtps://user@host` (TLS), `smtp://user@host` (STARTTLS, except on this
        machine), or `smtp+plain://host` (neither, for a network that is trusted). Without it none is sent.
        The password stands in `smtp_password_file`.""",
    )

    smtp_password_file = Unicode(
        config=True,
        help="""The file with the password for `smtp_url`; it is read for each mail, so that a new one
        counts at once.""",
    )

    mail_from = Unicode(
        config=True,
        help="""From which address mails come; the default is the user of `smtp_url`, where that is an
        address, or else `jupyter` at `mail_domain`.""",
    )

    mail_domain = Unicode(
        config=True,
        help="""Where everybody has an address with their user name: with `example.org`, mails to ana go to
        ana@example.org. Without it, mails go to those who have confirmed an address of their own.""",
    )

    @validate("smtp_url")
    def _check_smtp(self, proposal: Bunch) -> str:
        url: str = proposal["value"]
        try:
            if url:
                SmtpServer.parse(url)
        except ValueError as error:
            raise TraitError(f"RealtimeConfig.smtp_url names no mail server: {error}.") from None
        return url

    @validate("mail_from")
    def _check_sender(self, proposal: Bunch) -> str:
        address: str = proposal["value"]
        if address and not is_address(address):
            raise TraitError(f"RealtimeConfig.mail_from is {address!r}, which is no address.")
        return address

    @validate("mail_domain")
    def _check_domain(self, proposal: Bunch) -> str:
        domain: str = proposal["value"]
        if domain and not is_domain(domain):
            raise TraitError(f"RealtimeConfig.mail_domain is {domain!r}, which is no domain.")
        return domain

    vapid_key_file = Unicode(
        config=True,
        help="""The file with the key that signs pushes to browsers; it is made, readable by its owner only,
        if it does not exist. The default lies beside the database. With another key, browsers have to turn
        pushes on again, which they do by themselves when somebody opens a page.""",
    )

    push_contact = Unicode(
        config=True,
        help="""Whom the people of a push service may write to about our pushes: `mailto:` and an address,
        or an https address. Apple's service asks for it.""",
    )

    push_hosts = List(
        Unicode(),
        [
            "fcm.googleapis.com",
            "updates.push.services.mozilla.com",
            "*.push.services.mozilla.com",
            "web.push.apple.com",
            "*.push.apple.com",
            "*.notify.windows.com",
        ],
        config=True,
        help="""Push services to which this server sends, each as a name, as `*.` and a name for all below
        it, and with `:port` where it isn't 443. The default has those of Chrome, Edge, Firefox and Safari;
        with an empty list nothing is pushed.""",
    )

    push_networks = List(
        Unicode(),
        config=True,
        help="""Networks in which push services may lie beside the internet, like `10.1.0.0/16`: for one of
        your own. Without it no push reaches a private address, whatever its name says.""",
    )

    @validate("push_hosts")
    def _check_push_hosts(self, proposal: Bunch) -> list[str]:
        hosts: list[str] = proposal["value"]
        try:
            _ = [PushHost.parse(host) for host in hosts]
        except ValueError as error:
            raise TraitError(f"RealtimeConfig.push_hosts: {error}") from None
        return hosts

    @validate("push_networks")
    def _check_push_networks(self, proposal: Bunch) -> list[str]:
        networks: list[str] = proposal["value"]
        try:
            _ = [ip_network(network) for network in networks]
        except ValueError as error:
            raise TraitError(f"RealtimeConfig.push_networks: {error}.") from None
        return networks

    @validate("push_contact")
    def _check_push_contact(self, proposal: Bunch) -> str:
        contact: str = proposal["value"]
        if contact and not contact.startswith(("mailto:", "https://")):
            raise TraitError(
                f"RealtimeConfig.push_contact is {contact!r}; write mailto:, or an https address."
            )
        return contact

    log_format = Enum(
        ["text", "json"],
        default_value="text",
        config=True,
        help="""How our log lines look: `text` like Jupyter's own, or `json`, one object a line.""",
    )

    heartbeat_seconds = Float(
        15.0,
        min=0.1,
        config=True,
        help="How often a client is shown that the server is alive; below any proxy's timeout.",
    )
    auth_seconds = Float(
        10.0, min=0.1, config=True, help="How long a connection may stay without credentials."
    )
    connections_per_user = Integer(20, min=1, config=True, help="Connections of one person.")
    rooms_per_connection = Integer(128, min=1, config=True, help="Rooms of one connection.")
    requests_per_second = Integer(
        100, min=1, config=True, help="Requests a second of one connection; twice that at once."
    )
    message_bytes = Integer(64 * 1024, min=1024, config=True, help="Bytes of one message.")
    queue_bytes = Integer(
        1024 * 1024,
        min=64 * 1024,
        config=True,
        help="Bytes that may wait for one slow connection before it has to read the log instead.",
    )

    events_days = Float(
        30.0, min=0.0, config=True, help="Days for which events are kept, and can be replayed."
    )
    events_per_room = Integer(
        100_000, min=1, config=True, help="Events that are kept of one room, the newest."
    )
    notifications_days = Float(
        30.0, min=0.0, config=True, help="Days for which notifications are kept."
    )

    memory_limit_bytes = Integer(
        0,
        min=0,
        config=True,
        help="""Memory that the server and all that it has started may use; whoever looks after the server
        is told when it runs short. 0: what the environment's MEM_LIMIT says, if it says something.""",
    )
    kernels_limit = Integer(
        0,
        min=0,
        config=True,
        help="""How many kernels may run; whoever looks after the server is told when nearly as many do.
        0: any number. Nothing is refused or ended because of it.""",
    )
    quota_percent = Float(
        90.0,
        min=1.0,
        max=100.0,
        config=True,
        help="From which part on a disk, memory or kernels run short, so that somebody is told.",
    )
    quota_full_percent = Float(
        97.0, min=1.0, max=100.0, config=True, help="From which part on they are all but used up."
    )

    notification_defaults = List(
        Dict(),
        config=True,
        help="""How people are told who have not said otherwise: a list of rules like
        `{"category": "issues", "channel": "email", "mode": "off"}`.""",
    )
    notification_locks = List(
        Dict(), config=True, help="Rules of the same form that nobody can change."
    )

    @validate("notification_defaults", "notification_locks")
    def _check_rules(self, proposal: Bunch) -> list[dict[str, str]]:
        rules: list[dict[str, str]] = proposal["value"]
        try:
            msgspec.convert(rules, list[Rule])
        except msgspec.ValidationError as error:
            name = proposal["trait"].name
            raise TraitError(f"RealtimeConfig.{name} has a rule that is none: {error}") from error
        return rules

    @property
    def notification_policy(self) -> Policy:
        """How people are told who have not said otherwise, and what they can't change."""
        return Policy(
            defaults=msgspec.convert(self.notification_defaults, list[Rule]),
            locks=msgspec.convert(self.notification_locks, list[Rule]),
        )

    @property
    def site(self) -> str:
        """The address of this Jupyter server, with a slash at its end."""
        return (self.public_url or "http://localhost:8888").rstrip("/") + "/"

    @property
    def postgres_url(self) -> str | None:
        """The PostgreSQL database; None where everything is in a file."""
        return self.store_url if POSTGRES.match(self.store_url) else None

    @property
    def store_path(self) -> Path:
        """The SQLite file.

        Raises
        ------
        ValueError
            If `store_url` names something else. It may have a password, and is not repeated.
        """
        if not self.store_url:
            return self._default_folder / DEFAULT_FILE_NAME
        scheme, _, path = self.store_url.partition(":///")
        if self.postgres_url:
            raise ValueError(
                "RealtimeConfig.store_url names a PostgreSQL database, and no file: use its own tools "
                "(pg_dump, pg_restore)."
            )
        if scheme != "sqlite" or not path:
            raise ValueError(
                "RealtimeConfig.store_url names neither a file nor a PostgreSQL database; write sqlite:/// "
                "and an absolute path, or postgresql://user:password@host/database."
            )
        return Path("/" + path.lstrip("/") if not Path(path).is_absolute() else path)

    @property
    def _default_folder(self) -> Path:
        return Path(jupyter_data_dir()) / "realtime"

    @property
    def _folder(self) -> Path:
        """Where what is no part of the database lies, unless it is said."""
        return self._default_folder if self.postgres_url else self.store_path.parent

    @property
    def key_path(self) -> Path:
        """The file of the signing key."""
        if self.jwt_key_file:
            return Path(self.jwt_key_file)
        return self._folder / "realtime-jwt.key"

    @property
    def vapid_path(self) -> Path:
        """The file of the key that signs pushes."""
        if self.vapid_key_file:
            return Path(self.vapid_key_file)
        return self._folder / "realtime-vapid.pem"

    @property
    def owner(self) -> str:
        """For whom kernels act."""
        return self.kernel_owner or getpass.getuser()

    @property
    def caretakers(self) -> set[str]:
        """Who is told when something of the server runs short."""
        return {self.owner, *self.admins}

    @property
    def thresholds(self) -> Thresholds:
        """When something runs short, and when it is all but used up."""
        short, used_up = self.quota_percent / 100, self.quota_full_percent / 100
        return Thresholds(short=min(short, used_up), used_up=used_up)

    def is_admin(self, name: str) -> bool:
        """Whether announcements and people's data are theirs."""
        return name in self.admins if self.admins else name == self.owner

    @property
    def retention(self) -> Retention:
        """How long events are kept."""
        return Retention(events_days=self.events_days, events_per_room=self.events_per_room)

    @property
    def limits(self) -> Limits:
        """What `welcome` announces."""
        return Limits(
            message_bytes=self.message_bytes,
            rooms_per_connection=self.rooms_per_connection,
            requests_per_second=self.requests_per_second,
            connections_per_user=self.connections_per_user,
            queue_bytes=self.queue_bytes,
            auth_seconds=self.auth_seconds,
        )
