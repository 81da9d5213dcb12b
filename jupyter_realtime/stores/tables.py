"""The tables, once for every database; `migrations/` brings a file from one shape to the next.

Only integers and text: times are Unix milliseconds, structures are JSON that `core.codec` encoded.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text

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
    Index("analysis_by_project", "project", "created_ms"),
    Index("analysis_unfinished", "finished", "lease_until_ms"),
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
