"""When people were at a document."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "document_visit",
        sa.Column("document", sa.Text, sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sa.Column("before_ms", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("document_visit_by_person", "document_visit", ["person"])
