"""Transfers, referrals and linked cases

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("status = 'offered'")


def upgrade() -> None:
    _create_transfer()
    op.create_table(
        "referral",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("how", sa.LargeBinary(), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("removed_by", IDENTIFIER, nullable=True),
        _reference("referral", "case_id", "case_"),
        _reference("referral", "account_id", "staff_account"),
        _reference("referral", "removed_by", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("token", name=op.f("uq_referral_token")),
    )
    op.create_index(op.f("ix_referral_case_id"), "referral", ["case_id"])
    op.create_table(
        "case_link",
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("other_id", IDENTIFIER, nullable=False),
        sa.Column("duplicate_id", IDENTIFIER, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.CheckConstraint("case_id < other_id", name=op.f("ck_case_link_in_order")),
        sa.CheckConstraint(
            "duplicate_id IN (case_id, other_id)", name=op.f("ck_case_link_duplicate_is_one_of_them")
        ),
        _reference("case_link", "case_id", "case_"),
        _reference("case_link", "other_id", "case_"),
        _reference("case_link", "duplicate_id", "case_"),
        _reference("case_link", "account_id", "staff_account"),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_case_link")),
    )
    op.create_index(op.f("ix_case_link_other_id"), "case_link", ["other_id"])


def _create_transfer() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("from_service_id", IDENTIFIER, nullable=False),
        sa.Column("to_service_id", IDENTIFIER, nullable=False),
        sa.Column("ground", sa.String(40), nullable=True),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("offered_by", IDENTIFIER, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", IDENTIFIER, nullable=True),
        sa.Column("return_reason", sa.String(40), nullable=True),
        sa.Column("return_words", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "status IN ('offered', 'accepted', 'returned', 'expired', 'taken_back')",
            name=op.f("ck_transfer_status"),
        ),
        sa.CheckConstraint(
            "(status = 'offered') = (decided_at IS NULL)", name=op.f("ck_transfer_decided_has_date")
        ),
        sa.CheckConstraint(
            "(status = 'returned') = (return_reason IS NOT NULL)",
            name=op.f("ck_transfer_returned_has_reason"),
        ),
        sa.CheckConstraint("from_service_id <> to_service_id", name=op.f("ck_transfer_another_desk")),
        _reference("transfer", "case_id", "case_"),
        _reference("transfer", "from_service_id", "service"),
        _reference("transfer", "to_service_id", "service"),
        _reference("transfer", "offered_by", "staff_account"),
        _reference("transfer", "decided_by", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("token", name=op.f("uq_transfer_token")),
    )
    op.create_index(op.f("ix_transfer_case_id"), "transfer", ["case_id"])
    op.create_index(
        "ix_transfer_open", "transfer", ["case_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    for name, column in (("ix_transfer_to", "to_service_id"), ("ix_transfer_from", "from_service_id")):
        op.create_index(name, "transfer", [column], sqlite_where=OPEN, postgresql_where=OPEN)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    op.drop_table("case_link")
    op.drop_table("referral")
    op.drop_table("transfer")
