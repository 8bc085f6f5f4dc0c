"""An organisation's own SMS texts

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "own_text",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("organisation_id", IDENTIFIER, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("wording", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("version", IDENTIFIER, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", IDENTIFIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_own_text_organisation_id")
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["staff_account.id"], name=op.f("fk_own_text_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_text")),
        sa.UniqueConstraint(
            *("organisation_id", "purpose", "wording", "language"),
            name=op.f("uq_own_text_organisation_id_purpose_wording_language"),
        ),
    )


def downgrade() -> None:
    op.drop_table("own_text")
