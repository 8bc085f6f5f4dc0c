"""Duty hand-over

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("shift") as shift:
        shift.add_column(sa.Column("instead_of", IDENTIFIER, nullable=True))
        shift.add_column(sa.Column("version", IDENTIFIER, nullable=False, server_default="1"))
        shift.create_foreign_key(op.f("fk_shift_instead_of"), "staff_account", ["instead_of"], ["id"])
    op.create_table(
        "absence",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", IDENTIFIER, nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_absence_in_order")),
        _reference("absence", "account_id", "staff_account"),
        _reference("absence", "created_by", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_of_account", "absence", ["account_id", "ends_on"])
    op.create_table(
        "duty_note",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("service_id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("epoch", IDENTIFIER, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _reference("duty_note", "service_id", "service"),
        _reference("duty_note", "account_id", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_note")),
        sa.UniqueConstraint("token", name=op.f("uq_duty_note_token")),
    )
    op.create_index(op.f("ix_duty_note_account_id"), "duty_note", ["account_id"])
    op.create_index("ix_duty_note_of_desk", "duty_note", ["service_id", "at"])
    op.create_table(
        "duty_feed",
        sa.Column("service_id", IDENTIFIER, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", IDENTIFIER, nullable=False),
        _reference("duty_feed", "service_id", "service"),
        _reference("duty_feed", "created_by", "staff_account"),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_duty_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_duty_feed_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("duty_feed")
    op.drop_table("duty_note")
    op.drop_table("absence")
    with op.batch_alter_table("shift") as shift:
        shift.drop_constraint(op.f("fk_shift_instead_of"), type_="foreignkey")
        shift.drop_column("version")
        shift.drop_column("instead_of")


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
