"""When people were last seen in a project."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sighting",
        sa.Column("project", sa.Text, sa.ForeignKey("project.id"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("sighting_by_person", "sighting", ["person"])
