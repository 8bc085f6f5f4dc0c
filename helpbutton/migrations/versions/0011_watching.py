"""Canary requests, the dead man's switch, checked help lines, owners of open help, indexes for figures and the record

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
UNSETTLED = "status NOT IN ('sent', 'delivered', 'dropped')"


def upgrade() -> None:
    op.add_column("case_", sa.Column("canary", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_case_canary",
        "case_",
        ["site_id"],
        sqlite_where=sa.text("canary = 1"),
        postgresql_where=sa.text("canary"),
    )
    op.create_index(
        "ix_notification_unsettled",
        "notification",
        ["status"],
        sqlite_where=sa.text(UNSETTLED),
        postgresql_where=sa.text(UNSETTLED),
    )
    op.create_index(
        "ix_todo_resting",
        "todo",
        ["changed_at"],
        sqlite_where=sa.text("state = 'resting'"),
        postgresql_where=sa.text("state = 'resting'"),
    )
    op.create_index("ix_notification_created", "notification", ["created_at"])
    op.create_index("ix_attempt_started", "attempt", ["started_at"])
    op.create_index("ix_audit_entry_read", "audit_entry", ["organisation_id", "at", "id"])
    op.create_index("ix_audit_entry_of_actor", "audit_entry", ["actor", "at", "id"])
    _create_watching()
    op.create_table(
        "help_line_check",
        sa.Column("help_line_id", sa.String(60), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_help_line_check_account_id")
        ),
        sa.PrimaryKeyConstraint("help_line_id", name=op.f("pk_help_line_check")),
    )
    with op.batch_alter_table("activity") as batch:
        batch.add_column(sa.Column("organisation_id", IDENTIFIER, nullable=True))
        batch.add_column(sa.Column("version", IDENTIFIER, server_default="1", nullable=False))
        batch.add_column(sa.Column("changed_at", MOMENT, nullable=True))
        batch.create_foreign_key(
            op.f("fk_activity_organisation_id"), "organisation", ["organisation_id"], ["id"]
        )
        batch.create_index(op.f("ix_activity_organisation_id"), ["organisation_id"])


def _create_watching() -> None:
    op.create_table(
        "canary",
        sa.Column("site_id", IDENTIFIER, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("out_at", MOMENT, nullable=True),
        sa.Column("took_s", IDENTIFIER, nullable=True),
        sa.Column("lost_at", MOMENT, nullable=True),
        sa.Column("stuck", sa.String(20), nullable=True),
        sa.CheckConstraint("(lost_at IS NULL) = (stuck IS NULL)", name=op.f("ck_canary_lost_somewhere")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_canary_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_canary")),
    )
    op.create_table(
        "dead_man",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("heard_at", MOMENT, nullable=True),
        sa.Column("failures", IDENTIFIER, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_dead_man_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_man")),
    )


def downgrade() -> None:
    with op.batch_alter_table("activity") as batch:
        batch.drop_index(op.f("ix_activity_organisation_id"))
        batch.drop_constraint(op.f("fk_activity_organisation_id"), type_="foreignkey")
        for column in ("changed_at", "version", "organisation_id"):
            batch.drop_column(column)
    for table in ("help_line_check", "dead_man", "canary"):
        op.drop_table(table)
    for index, table in (
        ("ix_audit_entry_of_actor", "audit_entry"),
        ("ix_audit_entry_read", "audit_entry"),
        ("ix_attempt_started", "attempt"),
        ("ix_notification_created", "notification"),
        ("ix_notification_unsettled", "notification"),
        ("ix_todo_resting", "todo"),
        ("ix_case_canary", "case_"),
    ):
        op.drop_index(index, table_name=table)
    op.drop_column("case_", "canary")
