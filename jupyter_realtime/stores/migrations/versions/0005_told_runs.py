"""Whether somebody was told how a run ended; of those that ended before, nobody has to be told any more."""

import sqlalchemy as sa
from alembic import op

from jupyter_realtime.stores.dialects import partial

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # With a default for servers that know nothing of it and write into the same file.
    op.add_column("analysis", sa.Column("told", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE analysis SET told = 1 WHERE finished = 1")
    op.create_index(
        "analysis_untold",
        "analysis",
        ["project"],
        **partial("finished = 1 AND told = 0"),
    )
