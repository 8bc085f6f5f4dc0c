"""Clocks of a case

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
KINDS = "kind IN ('first_contact', 'next_answer', 'hand_over', 'acceptance', 'statutory')"
RUNNING = sa.text("stopped_at IS NULL")
OPEN_PROMISES = (
    "INSERT INTO clock (case_id, kind, service_id, started_at, due_at) "
    "SELECT id, 'first_contact', service_id, received_at, respond_by FROM case_ "
    "WHERE answered_at IS NULL AND state <> 'closed'"
)
"""Cases that wait for their first answer have been promised it: their clocks run too."""
TO_DOS = (
    "INSERT INTO todo (kind, ref, priority, state, due_at, fence, attempts, changed_at) "
    "SELECT 'watch_clock', id, 10, 'open', due_at, 0, 0, started_at FROM clock WHERE slipped_at IS NULL"
)
SLIPPED_BEFORE = "UPDATE clock SET slipped_at = due_at WHERE due_at <= CURRENT_TIMESTAMP"
"""What slipped before there were clocks is on the worklist already; nobody is woken for it now."""


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("service_id", IDENTIFIER, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("warn_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("pause_reason", sa.String(40), nullable=True),
        sa.Column("paused_s", IDENTIFIER, server_default="0", nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.Column("warned_at", MOMENT, nullable=True),
        sa.Column("slipped_at", MOMENT, nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_clock_kind")),
        sa.CheckConstraint(
            "(paused_at IS NULL) = (pause_reason IS NULL)", name=op.f("ck_clock_pause_has_reason")
        ),
        sa.CheckConstraint(
            "paused_at IS NULL OR kind NOT IN ('first_contact', 'statutory')",
            name=op.f("ck_clock_never_paused"),
        ),
        sa.CheckConstraint("kept IS NULL OR stopped_at IS NOT NULL", name=op.f("ck_clock_kept_when_stopped")),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_clock_case_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_clock_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_index(op.f("ix_clock_case_id"), "clock", ["case_id"])
    op.create_index(
        "ix_clock_running",
        "clock",
        ["case_id", "kind"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.execute(OPEN_PROMISES)
    op.execute(SLIPPED_BEFORE)
    op.execute(TO_DOS)


def downgrade() -> None:
    op.execute("DELETE FROM todo WHERE kind = 'watch_clock'")
    op.drop_table("clock")
