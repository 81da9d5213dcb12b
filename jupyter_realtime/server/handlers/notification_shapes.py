"""REST bodies about notifications and preferences: what is asked, and what is answered."""

from __future__ import annotations

from typing import Literal

import msgspec

from ...core.announcements import Announcement
from ...core.notifications import Category, Notification, NotificationType
from ...core.preferences import DigestEvery, Preferences, QuietHours, Rule


class NotificationListing(msgspec.Struct, frozen=True, kw_only=True):
    """A page of one's notifications; `unread` is what the badge shows, whatever is listed."""

    items: list[Notification]
    unread: int
    next: str | None


class NotificationChange(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What becomes of a notification; what is left out stays as it is.

    With `read`, `up_to` says which event was seen last (its `seq`): what came behind it stays unread.
    `snoozed_until` is a time (RFC 3339), or null to bring it back.
    """

    read: bool | None = None
    up_to: int | None = None
    seen: bool | None = None
    archived: bool | None = None
    snoozed_until: str | msgspec.UnsetType | None = msgspec.UNSET


class NotificationsChange(NotificationChange, frozen=True, kw_only=True):
    """What becomes of some notifications."""

    ids: list[str]


class NotificationsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The notifications as they are now, and what is unread."""

    items: list[Notification]
    unread: int


class ReadAllRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to which event of the inbox all are read, and of which; without anything, all."""

    up_to: int | None = None
    category: Category | None = None
    project: str | None = None


class UnreadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is unread now."""

    unread: int


class TellRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to tell people: members of a project, which is that of the server's root by default.

    `to` is a name, several names, `@me` or `@team` (all members). The same `dedupe` is told once.
    """

    title: str
    to: str | list[str] = "@me"
    type: NotificationType = "info"
    category: Category = "system"
    message: str = ""
    action_url: str | None = None
    dedupe: str | None = None
    project: str | None = None


class TellAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who was told, how many of them for the first time; `id` is one's own notification among them."""

    id: str | None
    recipients: list[str]
    new: int


class AnnounceRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What everybody is to be told who comes by before it `expires` (RFC 3339)."""

    title: str
    message: str = ""
    type: NotificationType = "info"
    expires: str | None = None


class AnnounceAnswer(Announcement, frozen=True, kw_only=True):
    """The announcement, and how many people it has reached so far."""

    told: int


class EmailAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where one's mails go, as soon as it is `confirmed`; until then they go where they went (`in_use`)."""

    address: str
    confirmed: bool
    in_use: str | None


class ReachableBy(msgspec.Struct, frozen=True, kw_only=True):
    """By which of the channels that leave the page this server can reach people."""

    email: bool
    push: bool


class PreferencesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How one is told: `rules` is the whole table, `locks` those that an admin has settled.

    `email` is where mails go, or null where there is no address; `channels` is what this server can do.
    """

    rules: list[Rule]
    quiet_hours: QuietHours | None
    digest: DigestEvery
    digest_at: str
    zone: str
    mutes: list[str]
    presence: Literal["visible", "invisible"]
    locks: list[Rule]
    email: EmailAddress | None
    channels: ReachableBy


class PreferencesRequest(Preferences, frozen=True, kw_only=True):
    """All of how one wants to be told; what is left out is as by default.

    `email` is where mails are to go, and stays as it is where it is left out; null forgets it.
    """

    email: str | msgspec.UnsetType | None = msgspec.UNSET

    @property
    def settled(self) -> Preferences:
        """Without the address, which is kept elsewhere."""
        said = {name: getattr(self, name) for name in Preferences.__struct_fields__}
        return Preferences(**said)


class PreferencesChange(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What is to change; rules that are named take the place of those for the same category and channel.

    A mail goes to a new `email`, with the link that confirms it; null forgets the address.
    """

    rules: list[Rule] | None = None
    quiet_hours: QuietHours | msgspec.UnsetType | None = msgspec.UNSET
    digest: DigestEvery | None = None
    digest_at: str | None = None
    zone: str | None = None
    mutes: list[str] | None = None
    presence: Literal["visible", "invisible"] | None = None
    email: str | msgspec.UnsetType | None = msgspec.UNSET

    def of(self, before: Preferences) -> Preferences:
        """Make it of what was settled before."""
        said = {
            name: value
            for name in ("digest", "digest_at", "zone", "mutes", "presence")
            if (value := getattr(self, name)) is not None
        }
        if self.quiet_hours is not msgspec.UNSET:
            said["quiet_hours"] = self.quiet_hours
        if self.rules is not None:
            rules = {(rule.category, rule.channel): rule for rule in [*before.rules, *self.rules]}
            said["rules"] = list(rules.values())
        return msgspec.structs.replace(before, **said)
