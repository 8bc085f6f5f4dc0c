"""Status of languages

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "language_choice",
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("reviewed", sa.Boolean(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("language", name=op.f("pk_language_choice")),
    )


def downgrade() -> None:
    op.drop_table("language_choice")
