"""Where a comment stands in the log, what a deleted one gets back, which threads lost their code."""

import sqlalchemy as sa
from alembic import op

from jupyter_realtime.stores.dialects import partial

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("thread", sa.Column("placed", sa.Text, nullable=False, server_default="exact"))
    op.add_column("comment", sa.Column("seqs", sa.Text, nullable=False, server_default="[]"))
    op.add_column("comment", sa.Column("withheld", sa.Text))
    op.add_column("comment", sa.Column("deleted_ms", sa.BigInteger))
    op.create_index(
        "comment_withheld", "comment", ["deleted_ms"], **partial("withheld IS NOT NULL")
    )
