"""Who was told of something is found by what it was: a comment that is deleted is taken back."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("notification_cause_by_dedupe", "notification_cause", ["dedupe"])
