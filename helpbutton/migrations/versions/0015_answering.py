"""Saved replies and drafts

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("message", sa.Column("interpretation", sa.LargeBinary(), nullable=True))
    op.create_table(
        "draft",
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("version", IDENTIFIER, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_draft_case_id")),
        sa.ForeignKeyConstraint(["account_id"], ["staff_account.id"], name=op.f("fk_draft_account_id")),
        sa.PrimaryKeyConstraint("case_id", "account_id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_account_id"), "draft", ["account_id"])
    op.create_table(
        "saved_reply",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("service_id", IDENTIFIER, nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", IDENTIFIER, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", IDENTIFIER, nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_saved_reply_service_id")),
        sa.ForeignKeyConstraint(["topic"], ["topic.id"], name=op.f("fk_saved_reply_topic")),
        sa.ForeignKeyConstraint(["changed_by"], ["staff_account.id"], name=op.f("fk_saved_reply_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reply")),
        sa.UniqueConstraint(
            "service_id", "language", "title", name=op.f("uq_saved_reply_service_id_language_title")
        ),
    )


def downgrade() -> None:
    op.drop_table("saved_reply")
    op.drop_index(op.f("ix_draft_account_id"), table_name="draft")
    op.drop_table("draft")
    with op.batch_alter_table("message") as message:
        message.drop_column("interpretation")
