"""The tables, once for every database; `migrations/` brings a file from one shape to the next.

Only integers and text: times are Unix milliseconds, structures are JSON that `core.codec` encoded.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text

from .dialects import partial

metadata = MetaData()

# `epoch` is one row: it changes when the database was lost or restored.
meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

room = Table(
    "room",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    # The last event's id stays when the event itself is pruned: who missed nothing can always resume.
    Column("head_id", Text),
    Column("pruned", BigInteger, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("room", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("time_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Lives as long as the event that it led to. `digest` tells a repetition from a different request.
idempotency = Table(
    "idempotency",
    metadata,
    Column("room", Text, primary_key=True),
    Column("principal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

project = Table(
    "project",
    metadata,
    Column("id", Text, primary_key=True),
    Column("root", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    # 0 where an owner has turned everything off for the project.
    Column("enabled", Integer, nullable=False, server_default="1"),
)

# Who may what in a project beyond what the server grants to everybody; `kind` is user or group.
member = Table(
    "member",
    metadata,
    Column("project", Text, ForeignKey("project.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Minted JWTs by their `jti`; never the token itself. A revoked one stays until it would have expired:
# these rows are the deny-list.
token = Table(
    "token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Index("token_by_owner", "owner", "created_ms"),
)

# Single-use tickets for sockets, by their SHA-256: who reads the database can't redeem one.
ticket = Table(
    "ticket",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("principal", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

document = Table(
    "document",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, ForeignKey("project.id"), nullable=False),
    Column("path", Text, nullable=False),
    Index("document_by_path", "project", "path", unique=True),
)

analysis = Table(
    "analysis",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, ForeignKey("project.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("finished", Integer, nullable=False),
    Column("outside", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    # 1 when whom it concerns was told how it ended.
    Column("told", Integer, nullable=False, server_default="0"),
    # 1 when its end is news only if it failed.
    Column("quiet", Integer, nullable=False, server_default="0"),
    Index("analysis_by_project", "project", "created_ms"),
    Index("analysis_unfinished", "finished", "lease_until_ms"),
    Index("analysis_untold", "project", **partial("finished = 1 AND told = 0")),
)

issue = Table(
    "issue",
    metadata,
    Column("analysis", Text, ForeignKey("analysis.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

# How each issue of a project stands after the runs so far; `body` is the issue as it was found last.
standing_issue = Table(
    "standing_issue",
    metadata,
    Column("project", Text, ForeignKey("project.id"), primary_key=True),
    Column("detector", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("open", Integer, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

dismissal = Table(
    "dismissal",
    metadata,
    Column("project", Text, ForeignKey("project.id"), primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("detector", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# A run's issues under a name. The run itself may be pruned; what it found stays here.
baseline = Table(
    "baseline",
    metadata,
    Column("project", Text, ForeignKey("project.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("analysis", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

baseline_issue = Table(
    "baseline_issue",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# A report of an outside runner that was taken already.
report = Table(
    "report",
    metadata,
    Column("analysis", Text, ForeignKey("analysis.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    sqlite_with_rowid=False,
)

timing = Table(
    "timing",
    metadata,
    Column("project", Text, ForeignKey("project.id"), primary_key=True),
    Column("detector", Text, primary_key=True),
    Column("kilobytes", Integer, nullable=False),
    Column("milliseconds", Integer, nullable=False),
)

# Who has come by, as others see them: whom a team has, and whom an announcement reaches. `seen_ms` is kept
# to the minute.
person = Table(
    "person",
    metadata,
    Column("name", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("groups", Text, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What a person was told: a row for each group. `counts` is 1 where the badge counts it: unread, in the
# inbox, neither archived nor snoozed. `listed` is 0 where it only goes out by mail or push, `withdrawn` is
# 1 where the person may no longer see it.
notification = Table(
    "notification",
    metadata,
    Column("id", Text, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("action_url", Text),
    Column("project", Text),
    Column("document", Text),
    Column("thread", Text),
    Column("actors", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("last_event_seq", BigInteger, nullable=False),
    Column("read_up_to", BigInteger, nullable=False),
    Column("seen_up_to", BigInteger, nullable=False),
    Column("archived", Integer, nullable=False),
    Column("snoozed_until_ms", BigInteger),
    Column("listed", Integer, nullable=False),
    Column("withdrawn", Integer, nullable=False),
    Column("counts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Index("notification_by_group", "recipient", "group_key", unique=True),
    Index("notification_by_time", "recipient", "updated_ms", "id"),
    Index("notification_counted", "recipient", "counts", **partial("counts = 1")),
    Index(
        "notification_snoozed",
        "snoozed_until_ms",
        **partial("snoozed_until_ms IS NOT NULL"),
    ),
    Index("notification_by_project", "project", "recipient"),
    Index("notification_by_age", "updated_ms"),
    sqlite_with_rowid=False,
)

# How many rows of a recipient have `counts = 1`: what the badge shows.
unread = Table(
    "unread",
    metadata,
    Column("recipient", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What a recipient was told already, whoever tells it again; as old as its notification at most.
notification_cause = Table(
    "notification_cause",
    metadata,
    Column("recipient", Text, primary_key=True),
    Column("dedupe", Text, primary_key=True),
    Column("notification", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("notification_cause_by_age", "created_ms"),
    Index("notification_cause_by_dedupe", "dedupe"),
    sqlite_with_rowid=False,
)

# What is to go out by mail or push: `state` is pending, sent, skipped or dead. Whoever sends it holds a
# lease, so that two servers send it once. `rule` says which preference decided so.
delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("notification", Text, nullable=False),
    Column("event_seq", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", Text),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("outcome", Text),
    Column("created_ms", BigInteger, nullable=False),
    Column("done_ms", BigInteger),
    Index("delivery_due", "due_ms", **partial("state = 'pending'")),
    Index("delivery_by_notification", "notification"),
    Index("delivery_by_recipient", "recipient", "created_ms"),
    Index("delivery_by_state", "state", "created_ms"),
    sqlite_with_rowid=False,
)

# `body` is a `core.preferences.Preferences`, only what differs from the defaults.
preference = Table(
    "preference",
    metadata,
    Column("person", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Where mails go; `confirmed` is 0 until the person has followed the link in the first one. Until then they
# go to `in_use`, the address before, where that was confirmed.
mail_address = Table(
    "mail_address",
    metadata,
    Column("person", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("in_use", Text),
    sqlite_with_rowid=False,
)

# Links in mails, by the SHA-256 of their token: what one does, and for whom.
mail_link = Table(
    "mail_link",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("category", Text),
    Column("created_ms", BigInteger, nullable=False),
    Index("mail_link_by_person", "person"),
    Index("mail_link_by_age", "created_ms"),
    sqlite_with_rowid=False,
)

# Browsers that take pushes, by the SHA-256 of their endpoint.
push_subscription = Table(
    "push_subscription",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("push_by_person", "person"),
    sqlite_with_rowid=False,
)

# Told to everybody who comes by before it expires.
announcement = Table(
    "announcement",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),
    Index("announcement_by_time", "created_ms"),
    sqlite_with_rowid=False,
)

# Threads of comments. `anchor` is a `core.threads.Anchor` as it was resolved last, `placed` its status,
# `source` what is needed to find its code again (`core.anchors`). `resolved` says by whom and when, null
# while it is open.
thread = Table(
    "thread",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, ForeignKey("project.id"), nullable=False),
    Column("document", Text, ForeignKey("document.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("anchor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("issue", Text),
    Column("resolved", Text),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("placed", Text, nullable=False, server_default="exact"),
    Index("thread_by_document", "document", "created_ms", "id"),
    Index("thread_by_project", "project", "updated_ms", "id"),
    Index("thread_by_issue", "project", "issue", **partial("issue IS NOT NULL")),
    sqlite_with_rowid=False,
)

# `ordinal` counts within the thread, without a hole: a deleted comment stays, without its body. The same
# `key` of the same author is the same comment, however often it is sent. `seqs` are the places in the
# project's log of the events that tell its text; `withheld` is what a deleted one gets back if its author
# thinks better of it soon.
comment = Table(
    "comment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("thread", Text, ForeignKey("thread.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("key", Text),
    Column("created_ms", BigInteger, nullable=False),
    Column("edited_ms", BigInteger),
    Column("deleted", Integer, nullable=False),
    Column("seqs", Text, nullable=False, server_default="[]"),
    Column("withheld", Text),
    Column("deleted_ms", BigInteger),
    Index("comment_withheld", "deleted_ms", **partial("withheld IS NOT NULL")),
    Index("comment_by_thread", "thread", "ordinal", unique=True),
    Index("comment_by_key", "author", "key", unique=True, **partial("key IS NOT NULL")),
    sqlite_with_rowid=False,
)

comment_mention = Table(
    "comment_mention",
    metadata,
    Column("comment", Text, ForeignKey("comment.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("thread", Text, nullable=False),
    Index("comment_mention_by_person", "person", "thread"),
    sqlite_with_rowid=False,
)

reaction = Table(
    "reaction",
    metadata,
    Column("comment", Text, ForeignKey("comment.id"), primary_key=True),
    Column("emoji", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("reaction_by_person", "person"),
    sqlite_with_rowid=False,
)

# How far somebody has read a thread (`read_up_to`: an ordinal), and what they want to be told of it.
thread_reader = Table(
    "thread_reader",
    metadata,
    Column("thread", Text, ForeignKey("thread.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("read_up_to", Integer, nullable=False),
    Column("subscription", Text, nullable=False),
    Index("thread_reader_by_person", "person"),
    sqlite_with_rowid=False,
)

# What somebody wants to be told of a document's threads, where it isn't "participating".
document_subscription = Table(
    "document_subscription",
    metadata,
    Column("document", Text, ForeignKey("document.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("subscription", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Which cells came from which: split, merge, paste, move, duplicate, as a page has seen it.
cell_lineage = Table(
    "cell_lineage",
    metadata,
    Column("document", Text, ForeignKey("document.id"), primary_key=True),
    Column("child", Text, primary_key=True),
    Column("parent", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What a document looked like when its threads were resolved last: a file that was renamed behind
# Jupyter's back is known by its content.
document_content = Table(
    "document_content",
    metadata,
    Column("document", Text, ForeignKey("document.id"), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
    Column("missing", Integer, nullable=False),
    Index("document_content_by_digest", "digest"),
    sqlite_with_rowid=False,
)

# When somebody was last seen in a project, to the minute.
sighting = Table(
    "sighting",
    metadata,
    Column("project", Text, ForeignKey("project.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    Index("sighting_by_person", "person"),
    sqlite_with_rowid=False,
)

# When somebody was at a document: last, and before the visit that `seen_ms` is of.
document_visit = Table(
    "document_visit",
    metadata,
    Column("document", Text, ForeignKey("document.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    Column("before_ms", BigInteger),
    Index("document_visit_by_person", "person"),
    sqlite_with_rowid=False,
)
