"""Escalation, duty shifts and notification choices

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
LIVE = "ended IS NULL OR ended = 'list'"


def upgrade() -> None:
    op.add_column("staff_account", sa.Column("phone", sa.String(20), nullable=True))
    op.create_table(
        "notification_choice",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("service_id", IDENTIFIER, nullable=True),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("digest", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('urgent', 'reminders', 'news')", name=op.f("ck_notification_choice_purpose")
        ),
        sa.CheckConstraint(
            "channel IN ('sms', 'email', 'none')", name=op.f("ck_notification_choice_channel")
        ),
        _reference("notification_choice", "account_id", "staff_account"),
        _reference("notification_choice", "service_id", "service"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_choice")),
        sa.UniqueConstraint(
            "account_id",
            "service_id",
            "purpose",
            name=op.f("uq_notification_choice_account_id_service_id_purpose"),
        ),
    )
    op.create_index(
        "ix_notification_choice_for_all_desks",
        "notification_choice",
        ["account_id", "purpose"],
        unique=True,
        sqlite_where=sa.text("service_id IS NULL"),
        postgresql_where=sa.text("service_id IS NULL"),
    )
    op.create_index(op.f("ix_notification_choice_service_id"), "notification_choice", ["service_id"])
    op.create_table(
        "shift",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("service_id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shift_has_length")),
        _reference("shift", "service_id", "service"),
        _reference("shift", "account_id", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index("ix_shift_of_desk", "shift", ["service_id", "ends_at"])
    op.create_index(op.f("ix_shift_account_id"), "shift", ["account_id"])
    op.create_table(
        "ladder",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("service_id", IDENTIFIER, nullable=True),
        sa.Column("organisation_id", IDENTIFIER, nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", IDENTIFIER, nullable=False),
        sa.CheckConstraint(
            "(service_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_ladder_one_scope")
        ),
        _reference("ladder", "service_id", "service"),
        _reference("ladder", "organisation_id", "organisation"),
        _reference("ladder", "changed_by", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder")),
        sa.UniqueConstraint("subject", "service_id", name=op.f("uq_ladder_subject_service_id")),
        sa.UniqueConstraint("subject", "organisation_id", name=op.f("uq_ladder_subject_organisation_id")),
    )
    _create_climb()


def _create_climb() -> None:
    op.create_table(
        "climb",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("clock_id", IDENTIFIER, nullable=True),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("service_id", IDENTIFIER, nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("step", IDENTIFIER, nullable=False),
        sa.Column("nags", IDENTIFIER, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("accepted_by", IDENTIFIER, nullable=True),
        sa.Column("ended", sa.String(10), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "subject IN ('urgent', 'first_contact', 'next_answer', 'acceptance', 'hand_over', 'statutory')",
            name=op.f("ck_climb_subject"),
        ),
        sa.CheckConstraint("ended IN ('accepted', 'moot', 'list')", name=op.f("ck_climb_ended")),
        sa.CheckConstraint("(ended IS NULL) = (ended_at IS NULL)", name=op.f("ck_climb_ended_has_date")),
        sa.CheckConstraint(
            "(accepted_at IS NOT NULL) = (ended IS NOT NULL AND ended = 'accepted')",
            name=op.f("ck_climb_accepted"),
        ),
        _reference("climb", "case_id", "case_"),
        _reference("climb", "clock_id", "clock"),
        _reference("climb", "service_id", "service"),
        _reference("climb", "accepted_by", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_climb")),
    )
    op.create_index(
        "ix_climb_live",
        "climb",
        ["case_id", "subject"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )
    op.create_index(op.f("ix_climb_case_id"), "climb", ["case_id"])
    op.create_index(op.f("ix_climb_clock_id"), "climb", ["clock_id"])
    op.create_index("ix_climb_of_desk", "climb", ["service_id", "ended"])


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    op.drop_table("climb")
    op.drop_table("ladder")
    op.drop_table("shift")
    op.drop_table("notification_choice")
    op.drop_column("staff_account", "phone")
