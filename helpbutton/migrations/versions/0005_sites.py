"""Sites, their looks and use; feedback on accessibility

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("topics", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("colour", sa.String(7), nullable=True),
        sa.Column("position", sa.String(20), server_default="floating", nullable=False),
        sa.Column("promise_texts", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("version", IDENTIFIER, server_default="1", nullable=False),
    ):
        op.add_column("site", column)
    op.create_table(
        "site_seen",
        sa.Column("site_id", IDENTIFIER, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_seen_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_seen")),
    )
    op.execute("INSERT INTO site_seen (site_id) SELECT id FROM site")
    op.create_table(
        "feedback",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("sent_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("site_id", IDENTIFIER, nullable=True),
        sa.Column("organisation_id", IDENTIFIER, nullable=True),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("respond_by", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", IDENTIFIER, nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_feedback_answered_by_somebody")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_feedback_site_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_feedback_organisation_id")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["staff_account.id"], name=op.f("fk_feedback_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("sent_digest", name=op.f("uq_feedback_sent_digest")),
    )
    op.create_index(op.f("ix_feedback_organisation_id"), "feedback", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("feedback")
    op.drop_table("site_seen")
    for column in ("version", "active", "promise_texts", "position", "colour", "topics"):
        op.drop_column("site", column)
