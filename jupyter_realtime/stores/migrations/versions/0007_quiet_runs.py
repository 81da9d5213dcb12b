"""Whether a run is one of many, as on every save: then its end is news only if it failed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # With a default for servers that know nothing of it and write into the same file.
    op.add_column("analysis", sa.Column("quiet", sa.Integer, nullable=False, server_default="0"))
