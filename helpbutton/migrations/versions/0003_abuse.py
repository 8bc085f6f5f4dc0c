"""Quarantine and budgets

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("case_", sa.Column("quarantined", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_case_of_site", "case_", ["site_id", "received_at"])
    op.add_column("site", sa.Column("sms_per_day", IDENTIFIER, server_default="200", nullable=False))
    op.create_table(
        "daily_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("count", IDENTIFIER, nullable=False),
        sa.PrimaryKeyConstraint("day", "scope", name=op.f("pk_daily_count")),
    )


def downgrade() -> None:
    op.drop_table("daily_count")
    op.drop_column("site", "sms_per_day")
    op.drop_index("ix_case_of_site", "case_")
    op.drop_column("case_", "quarantined")
