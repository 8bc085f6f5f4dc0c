"""Contact attempts, statutory steps, records onwards

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("case_") as batch:
        batch.add_column(sa.Column("channel", sa.String(10), server_default="button", nullable=False))
        batch.add_column(sa.Column("recorded_at", MOMENT, nullable=True))
        batch.create_check_constraint(op.f("ck_case__channel"), "channel IN ('button', 'call', 'visit')")
    op.create_table(
        "statutory_step",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("by", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('child_protection', 'contact_for_support', 'police')",
            name=op.f("ck_statutory_step_kind"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_statutory_step_case_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_statutory_step_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statutory_step")),
        sa.UniqueConstraint("token", name=op.f("uq_statutory_step_token")),
    )
    op.create_index("ix_statutory_step_case_id", "statutory_step", ["case_id"])
    op.create_table(
        "record_onward",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("system", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_record_onward_case_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_record_onward_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_onward")),
        sa.UniqueConstraint("token", name=op.f("uq_record_onward_token")),
    )
    op.create_index("ix_record_onward_case_id", "record_onward", ["case_id"])


def downgrade() -> None:
    op.drop_table("record_onward")
    op.drop_table("statutory_step")
    with op.batch_alter_table("case_") as batch:
        batch.drop_constraint(op.f("ck_case__channel"), type_="check")
        batch.drop_column("recorded_at")
        batch.drop_column("channel")
