"""What the nightly proof of the routes found beside the gaps' number: ties, and one gap of each reason

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    identifier = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("routing_proof", sa.Column("ties", identifier, server_default="0", nullable=False))
    op.add_column("routing_proof", sa.Column("first_gaps", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("routing_proof", "first_gaps")
    op.drop_column("routing_proof", "ties")
