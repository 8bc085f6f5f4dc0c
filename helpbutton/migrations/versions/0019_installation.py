"""Versions of desks and organisations, leaving, earlier states of the directory

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("organisation", "service"):
        op.add_column(table, sa.Column("version", IDENTIFIER, server_default="1", nullable=False))
    for name in ("exported_at", "erased_at"):
        op.add_column("organisation", sa.Column(name, MOMENT, nullable=True))
    op.create_table(
        "directory_version",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("organisation_id", IDENTIFIER, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_directory_version_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_version")),
    )
    op.create_index(op.f("ix_directory_version_organisation_id"), "directory_version", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("directory_version")
    for name in ("erased_at", "exported_at", "version"):
        op.drop_column("organisation", name)
    op.drop_column("service", "version")
