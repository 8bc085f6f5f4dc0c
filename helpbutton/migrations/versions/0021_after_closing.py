"""What families answer after closing

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "after_closing",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("told_again", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_after_closing_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_after_closing")),
    )
    op.create_index("ix_case_received", "case_", ["service_id", "received_at"])


def downgrade() -> None:
    op.drop_index("ix_case_received", table_name="case_")
    op.drop_table("after_closing")
