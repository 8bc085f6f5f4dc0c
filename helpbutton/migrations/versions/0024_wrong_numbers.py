"""A help line whose number is wrong is not shown to families until it has another

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "help_line_check", sa.Column("is_right", sa.Boolean(), server_default=sa.true(), nullable=False)
    )


def downgrade() -> None:
    """A wrong number cannot be told from a right one in the older shape: it goes back to unchecked."""
    is_right: sa.ColumnClause[bool] = sa.column("is_right")
    op.execute(sa.delete(sa.table("help_line_check", is_right)).where(is_right.is_(sa.false())))
    op.drop_column("help_line_check", "is_right")
