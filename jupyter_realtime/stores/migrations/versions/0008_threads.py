"""Threads of comments, who reads them, and what helps to find their code again."""

import sqlalchemy as sa
from alembic import op

from jupyter_realtime.stores.dialects import partial

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "thread",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("project", sa.Text, sa.ForeignKey("project.id"), nullable=False),
        sa.Column("document", sa.Text, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("anchor", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("issue", sa.Text),
        sa.Column("resolved", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("thread_by_document", "thread", ["document", "created_ms", "id"])
    op.create_index("thread_by_project", "thread", ["project", "updated_ms", "id"])
    op.create_index(
        "thread_by_issue", "thread", ["project", "issue"], **partial("issue IS NOT NULL")
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, sa.ForeignKey("thread.id"), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("edited_ms", sa.BigInteger),
        sa.Column("deleted", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("comment_by_thread", "comment", ["thread", "ordinal"], unique=True)
    op.create_index(
        "comment_by_key",
        "comment",
        ["author", "key"],
        unique=True,
        **partial("key IS NOT NULL"),
    )
    op.create_table(
        "comment_mention",
        sa.Column("comment", sa.Text, sa.ForeignKey("comment.id"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("comment_mention_by_person", "comment_mention", ["person", "thread"])
    op.create_table(
        "reaction",
        sa.Column("comment", sa.Text, sa.ForeignKey("comment.id"), primary_key=True),
        sa.Column("emoji", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("reaction_by_person", "reaction", ["person"])
    op.create_table(
        "thread_reader",
        sa.Column("thread", sa.Text, sa.ForeignKey("thread.id"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("read_up_to", sa.Integer, nullable=False),
        sa.Column("subscription", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("thread_reader_by_person", "thread_reader", ["person"])
    op.create_table(
        "document_subscription",
        sa.Column("document", sa.Text, sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("subscription", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cell_lineage",
        sa.Column("document", sa.Text, sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("child", sa.Text, primary_key=True),
        sa.Column("parent", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "document_content",
        sa.Column("document", sa.Text, sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("modified_ms", sa.BigInteger, nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("document_content_by_digest", "document_content", ["digest"])
