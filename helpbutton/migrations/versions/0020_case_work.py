"""Contact attempts, reminders, who looks at a case

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("done_at IS NULL")
NEVER_PAUSED = "'first_contact', 'statutory'"


def upgrade() -> None:
    _never_pause(f"{NEVER_PAUSED}, 'acceptance', 'hand_over'")
    op.create_table(
        "contact_attempt",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("next_try", MOMENT, nullable=True),
        sa.Column("token", sa.String(40), nullable=False),
        sa.CheckConstraint(
            "how IN ('phone', 'text_message', 'email', 'meeting')", name=op.f("ck_contact_attempt_how")
        ),
        sa.CheckConstraint(
            "result IN ('reached', 'no_answer', 'left_message', 'asked_later', 'wrong_number')",
            name=op.f("ck_contact_attempt_result"),
        ),
        sa.CheckConstraint(
            "result <> 'reached' OR next_try IS NULL", name=op.f("ck_contact_attempt_reached_needs_no_try")
        ),
        _reference("contact_attempt", "case_id", "case_"),
        _reference("contact_attempt", "account_id", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
        sa.UniqueConstraint("token", name=op.f("uq_contact_attempt_token")),
    )
    op.create_index(op.f("ix_contact_attempt_case_id"), "contact_attempt", ["case_id"])
    _create_reminder()
    op.create_table(
        "case_viewer",
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        _reference("case_viewer", "case_id", "case_"),
        _reference("case_viewer", "account_id", "staff_account"),
        sa.PrimaryKeyConstraint("case_id", "account_id", name=op.f("pk_case_viewer")),
    )
    op.create_index(op.f("ix_case_viewer_seen_at"), "case_viewer", ["seen_at"])


def _create_reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("attempt_id", IDENTIFIER, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", IDENTIFIER, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", IDENTIFIER, nullable=True),
        sa.Column("token", sa.String(40), nullable=False),
        sa.CheckConstraint("(done_by IS NULL) = (done_at IS NULL)", name=op.f("ck_reminder_done_has_date")),
        sa.CheckConstraint("(words IS NULL) <> (attempt_id IS NULL)", name=op.f("ck_reminder_words_or_try")),
        _reference("reminder", "case_id", "case_"),
        _reference("reminder", "account_id", "staff_account"),
        _reference("reminder", "attempt_id", "contact_attempt"),
        _reference("reminder", "created_by", "staff_account"),
        _reference("reminder", "done_by", "staff_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("token", name=op.f("uq_reminder_token")),
    )
    op.create_index(op.f("ix_reminder_case_id"), "reminder", ["case_id"])
    op.create_index("ix_reminder_open", "reminder", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)


def _never_pause(kinds: str) -> None:
    with op.batch_alter_table("clock") as batch:
        batch.drop_constraint(op.f("ck_clock_never_paused"), type_="check")
        batch.create_check_constraint(
            op.f("ck_clock_never_paused"), f"paused_at IS NULL OR kind NOT IN ({kinds})"
        )


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    _never_pause(NEVER_PAUSED)
    op.drop_table("case_viewer")
    op.drop_table("reminder")
    op.drop_table("contact_attempt")
