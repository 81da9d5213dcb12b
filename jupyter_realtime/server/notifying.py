"""Puts together what tells people something: how they want it, how it goes out, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.deliveries import Way
from ..ports import Carrier, Mailer, Pusher, Store
from ..service.addresses import Addresses
from ..service.announcements import Announcements
from ..service.directory import Directory
from ..service.dispatch import Dispatcher
from ..service.inboxes import Inboxes
from ..service.mailing import Mailing
from ..service.notifier import Notifier
from ..service.preferences import PreferenceBook
from ..service.projects import Projects
from ..service.pushes import Pushes
from ..service.quotas import Quotas
from ..service.run_news import RunNews
from ..service.telling import Telling
from ..service.withdrawal import Withdrawal
from .config import RealtimeConfig


@dataclass(frozen=True)
class Notifying:
    """The services by which people are told something."""

    directory: Directory
    preferences: PreferenceBook
    addresses: Addresses
    pushes: Pushes
    dispatcher: Dispatcher
    notifier: Notifier
    telling: Telling
    inboxes: Inboxes
    withdrawal: Withdrawal
    run_news: RunNews
    announcements: Announcements
    quotas: Quotas

    @classmethod
    def on(
        cls,
        config: RealtimeConfig,
        store: Store,
        projects: Projects,
        mailer: Mailer | None,
        pusher: Pusher | None,
    ) -> Notifying:
        """Put them on their adapters; nothing goes out by one that there is not."""
        directory = Directory(store, projects)
        preferences = PreferenceBook(store, projects, config.notification_policy)
        addresses = Addresses(
            store, preferences, mailer, domain=config.mail_domain, site=f"{config.site}realtime/"
        )
        pushes = Pushes(store, projects, pusher)
        carriers: dict[Way, Carrier] = {}
        if mailer is not None:
            carriers["email"] = Mailing(store, preferences, addresses, mailer, site=config.site)
        if pusher is not None:
            carriers["push"] = pushes
        dispatcher = Dispatcher(store, preferences, directory, carriers)
        notifier = Notifier(store, directory, preferences, dispatcher.reach)
        days = config.notifications_days
        return Notifying(
            directory=directory,
            preferences=preferences,
            addresses=addresses,
            pushes=pushes,
            dispatcher=dispatcher,
            notifier=notifier,
            telling=Telling(projects, directory, notifier),
            inboxes=Inboxes(store, projects, days=days),
            withdrawal=Withdrawal(store, directory),
            run_news=RunNews(store, projects, notifier),
            announcements=Announcements(store, projects, directory, notifier, days=days),
            quotas=Quotas(notifier, projects.root, config.caretakers, config.thresholds),
        )
