"""The mail that somebody would get, from what stands in the database."""

from __future__ import annotations

from datetime import datetime, timezone

from ..core.letters import (
    MAX_TOLD,
    Envelope,
    Letter,
    Told,
    sections_of,
    subject_of,
    told_of,
    wall,
)
from ..core.notifications import Category, Notification, NotificationType
from ..core.preferences import Policy, Preferences, all_rules, in_words, zone_of
from ..delivery.rendering import as_html, as_text
from ..ports import Search, Store
from ..stores.sqlite import SqliteStore
from .database import settings

# What leads anywhere in a preview leads nowhere: it carries nobody's token.
_NOWHERE = "#"


async def preview(store_url: str | None, person: str) -> Letter | None:
    """Write somebody's letter about what is unread; None where nothing is, or nobody has a database."""
    config = settings(store_url)
    if not config.store_path.is_file():
        return None
    store = await SqliteStore.open(config.store_path)
    try:
        return await _letter(store, person, config.notification_policy)
    finally:
        await store.close()


async def _letter(store: Store, person: str, policy: Policy) -> Letter | None:
    page = await store.inbox.page(person, Search(box="unread"), None, MAX_TOLD)
    if not page.items:
        return None
    settled = (await store.preferences.of([person])).get(person, Preferences())
    told = [await _told(store, one, settled, policy) for one in page.items]
    known = (await store.directory.find([person])).get(person)
    name = person if known is None else known.actor.display_name
    when = wall(datetime.now(timezone.utc), zone_of(settled))
    return _written(person, name, told, page.unread - len(told), when)


async def _told(store: Store, one: Notification, settled: Preferences, policy: Policy) -> Told:
    project = None if one.project is None else await store.projects.get(one.project)
    return told_of(
        one,
        rule=_rule(one.category, settled, policy),
        url=one.action_url or _NOWHERE,
        project=None if project is None else project.name,
        zone=zone_of(settled),
    )


def _rule(category: Category, settled: Preferences, policy: Policy) -> str:
    [mode] = [
        rule.mode
        for rule in all_rules(settled, policy)
        if (rule.category, rule.channel) == (category, "email")
    ]
    return f"You get {in_words(category, 'email', mode)}."


def _written(person: str, name: str, told: list[Told], more: int, when: str) -> Letter:
    return Letter(
        envelope=Envelope("preview", f"{person}@localhost", name),
        subject=subject_of(told, more),
        when=when,
        sections=sections_of(told),
        more=more,
        inbox_url=_NOWHERE,
        unsubscribe_url=_NOWHERE,
    )


def written(letter: Letter, *, is_text: bool) -> str:
    """Write a letter as a mail has it."""
    return as_text(letter) if is_text else as_html(letter)


def sample(person: str) -> Letter:
    """Write a letter with an example of each kind."""
    told = [_example(*one) for one in _EXAMPLES]
    return _written(person, person, told, 0, _WHEN)


def _example(
    category: Category, type_: NotificationType, title: str, message: str, by: str
) -> Told:
    return Told(
        category=category,
        type=type_,
        title=title,
        message=message,
        url=_NOWHERE,
        by=by,
        when=_WHEN,
        project="bikeshare",
        rule=f"You chose: {in_words(category, 'email', 'digest')}.",
    )


_WHEN = "Mon 23 Nov, 08:00"
_EXAMPLES: list[tuple[Category, NotificationType, str, str, str]] = [
    (
        "mention",
        "info",
        "Ben Okafor mentioned you in 04-forecast.ipynb",
        "@ana Is the holdout taken before the lags are made? Otherwise demand leaks into its own features.",
        "Ben Okafor",
    ),
    (
        "reply",
        "info",
        "Chiara Rossi and 2 others replied to your comment",
        "Agreed, the station audit has duplicates since March.",
        "Chiara Rossi and 2 others",
    ),
    (
        "issues",
        "error",
        "2 critical issues found in bikeshare",
        "warehouse.py:12 has a password in the source.\n04-forecast.ipynb fits a scaler before the split.",
        "Ana Ruiz",
    ),
    (
        "analysis",
        "success",
        "Analysis finished: 41 files, 3 new issues",
        "12 detectors, 18 s.",
        "Ana Ruiz",
    ),
    ("quota", "warning", "Your home folder is 91 % full", "8.2 GB of 9 GB are used.", "Jupyter"),
    (
        "system",
        "info",
        "The server will restart on Friday at 18:00",
        "Kernels are stopped; notebooks stay as they are.",
        "Olga Admin",
    ),
]
