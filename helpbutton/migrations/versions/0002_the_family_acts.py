"""What a family may change and ask for

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("service_id", IDENTIFIER, nullable=True))
    op.add_column("case_", sa.Column("withdrawn_at", MOMENT, nullable=True))
    op.add_column("contact", sa.Column("private_phone", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "case_task",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", IDENTIFIER, nullable=True),
        sa.CheckConstraint("kind IN ('copy_request', 'erasure_request', 'withdrawn')", name=op.f("ck_case_task_kind")),
        sa.CheckConstraint("done_by IS NULL OR done_at IS NOT NULL", name=op.f("ck_case_task_done_has_date")),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_case_task_case_id")),
        sa.ForeignKeyConstraint(["done_by"], ["staff_account.id"], name=op.f("fk_case_task_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_task")),
    )
    op.create_index(op.f("ix_case_task_case_id"), "case_task", ["case_id"])
    still_open = sa.text("done_at IS NULL")
    op.create_index(
        "ix_case_task_open",
        "case_task",
        ["case_id", "kind"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "code_request",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("case_ids", sa.JSON(), nullable=False),
        sa.Column("tries", IDENTIFIER, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_request")),
        sa.UniqueConstraint("token", name=op.f("uq_code_request_token")),
    )
    op.create_index(op.f("ix_code_request_asked_at"), "code_request", ["asked_at"])
    op.create_index(op.f("ix_code_request_number_digest"), "code_request", ["number_digest"])
    _purposes("'confirmation', 'nudge', 'one_time_code'")


def downgrade() -> None:
    codes = "SELECT id FROM notification WHERE purpose = 'one_time_code'"
    op.execute(f"DELETE FROM attempt WHERE notification_id IN ({codes})")
    op.execute("DELETE FROM notification WHERE purpose = 'one_time_code'")
    _purposes("'confirmation', 'nudge'")
    op.drop_table("code_request")
    op.drop_table("case_task")
    op.drop_column("contact", "private_phone")
    op.drop_column("case_", "withdrawn_at")
    op.drop_column("audit_entry", "service_id")


def _purposes(to_sender: str) -> None:
    """What may be sent to whom."""
    rules = {
        "ck_notification_purpose": f"purpose IN ({to_sender}, 'duty_alert', 'desk_alert')",
        "ck_notification_sender_number_sealed": f"(purpose IN ({to_sender})) = (to_sealed IS NOT NULL)",
    }
    with op.batch_alter_table("notification") as batch:
        for name, rule in rules.items():
            batch.drop_constraint(op.f(name), type_="check")
            batch.create_check_constraint(op.f(name), sa.text(rule))
