"""What is unread is a number that is looked up; what is snoozed is found without looking at the rest."""

import sqlalchemy as sa
from alembic import op

from jupyter_realtime.stores.dialects import partial

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "unread",
        sa.Column("recipient", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO unread (recipient, count) "
        "SELECT recipient, count(*) FROM notification WHERE counts = 1 GROUP BY recipient"
    )
    op.drop_index("notification_counted", "notification")
    op.create_index(
        "notification_counted",
        "notification",
        ["recipient", "counts"],
        **partial("counts = 1"),
    )
    op.create_index(
        "notification_snoozed",
        "notification",
        ["snoozed_until_ms"],
        **partial("snoozed_until_ms IS NOT NULL"),
    )
