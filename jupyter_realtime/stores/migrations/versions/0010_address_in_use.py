"""The address that counts until the one that took its place is confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("mail_address", sa.Column("in_use", sa.Text))
