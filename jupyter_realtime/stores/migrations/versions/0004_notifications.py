"""People, what they were told and how they want it, what goes out by mail and push, announcements."""

import sqlalchemy as sa
from alembic import op

from jupyter_realtime.stores.dialects import partial

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("groups", sa.Text, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("group_key", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("action_url", sa.Text),
        sa.Column("project", sa.Text),
        sa.Column("document", sa.Text),
        sa.Column("thread", sa.Text),
        sa.Column("actors", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("last_event_seq", sa.BigInteger, nullable=False),
        sa.Column("read_up_to", sa.BigInteger, nullable=False),
        sa.Column("seen_up_to", sa.BigInteger, nullable=False),
        sa.Column("archived", sa.Integer, nullable=False),
        sa.Column("snoozed_until_ms", sa.BigInteger),
        sa.Column("listed", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Integer, nullable=False),
        sa.Column("counts", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "notification_by_group", "notification", ["recipient", "group_key"], unique=True
    )
    op.create_index("notification_by_time", "notification", ["recipient", "updated_ms", "id"])
    op.create_index("notification_counted", "notification", ["recipient"], **partial("counts = 1"))
    op.create_index("notification_by_project", "notification", ["project", "recipient"])
    op.create_index("notification_by_age", "notification", ["updated_ms"])
    op.create_table(
        "notification_cause",
        sa.Column("recipient", sa.Text, primary_key=True),
        sa.Column("dedupe", sa.Text, primary_key=True),
        sa.Column("notification", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("notification_cause_by_age", "notification_cause", ["created_ms"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("notification", sa.Text, nullable=False),
        sa.Column("event_seq", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease", sa.Text),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("done_ms", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("delivery_due", "delivery", ["due_ms"], **partial("state = 'pending'"))
    op.create_index("delivery_by_notification", "delivery", ["notification"])
    op.create_index("delivery_by_recipient", "delivery", ["recipient", "created_ms"])
    op.create_index("delivery_by_state", "delivery", ["state", "created_ms"])
    op.create_table(
        "preference",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mail_address",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("confirmed", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mail_link",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("mail_link_by_person", "mail_link", ["person"])
    op.create_index("mail_link_by_age", "mail_link", ["created_ms"])
    op.create_table(
        "push_subscription",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("push_by_person", "push_subscription", ["person"])
    op.create_table(
        "announcement",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("announcement_by_time", "announcement", ["created_ms"])
