"""Delivery to people by more than one channel

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

OLD_PURPOSE = "purpose IN ('confirmation', 'nudge', 'one_time_code', 'duty_alert', 'desk_alert')"
PURPOSE = (
    "purpose IN ('confirmation', 'nudge', 'one_time_code', 'slipped', 'canary', 'duty_alert', 'desk_alert', "
    "'reminder_alert', 'digest')"
)
OLD_STATUS = "status IN ('planned', 'sending', 'unknown', 'sent', 'delivered', 'failed', 'held', 'dropped')"
STATUS = "status IN ('planned', 'sending', 'unknown', 'sent', 'delivered', 'failed', 'held', 'dead', 'dropped')"
OLD_SEALED = "(purpose IN ('confirmation', 'nudge', 'one_time_code')) = (to_sealed IS NOT NULL)"
SEALED = (
    "(purpose IN ('confirmation', 'nudge', 'one_time_code', 'slipped', 'canary')) = (to_sealed IS NOT NULL)"
)
CHECKS = (
    ("purpose", OLD_PURPOSE, PURPOSE),
    ("status", OLD_STATUS, STATUS),
    ("sender_number_sealed", OLD_SEALED, SEALED),
)


def upgrade() -> None:
    with op.batch_alter_table("notification") as batch:
        batch.add_column(sa.Column("account_id", IDENTIFIER, nullable=True))
        batch.create_foreign_key(op.f("fk_notification_account_id"), "staff_account", ["account_id"], ["id"])
        batch.add_column(sa.Column("channel", sa.String(10), server_default="sms", nullable=False))
        batch.add_column(sa.Column("segments", IDENTIFIER, server_default="1", nullable=False))
        batch.add_column(sa.Column("delivered_at", MOMENT, nullable=True))
        batch.create_check_constraint(op.f("ck_notification_channel"), "channel IN ('sms', 'email')")
        for name, _old, new in CHECKS:
            batch.drop_constraint(op.f(f"ck_notification_{name}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_notification_{name}"), new)
    op.add_column("attempt", sa.Column("error", sa.String(40), nullable=True))
    with op.batch_alter_table("phone_message") as batch:
        batch.alter_column("to", type_=sa.String(254), existing_type=sa.String(20), existing_nullable=False)
    op.create_table(
        "inbound_event",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("provider_sid", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('status', 'inbound')", name=op.f("ck_inbound_event_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_event")),
        sa.UniqueConstraint(
            "provider_sid", "kind", "status", name=op.f("uq_inbound_event_provider_sid_kind_status")
        ),
    )
    op.create_table(
        "opt_out",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("number_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out")),
        sa.UniqueConstraint("number_digest", name=op.f("uq_opt_out_number_digest")),
    )
    op.create_table(
        "channel_stop",
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("error", sa.String(40), nullable=False),
        sa.Column("probe_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_stop")),
    )


def downgrade() -> None:
    op.drop_table("channel_stop")
    op.drop_table("opt_out")
    op.drop_table("inbound_event")
    op.execute("DELETE FROM phone_message WHERE length(\"to\") > 20")
    with op.batch_alter_table("phone_message") as batch:
        batch.alter_column("to", type_=sa.String(20), existing_type=sa.String(254), existing_nullable=False)
    op.drop_column("attempt", "error")
    op.execute(
        "UPDATE notification SET status = 'dropped' WHERE status = 'planned' AND "
        "(channel <> 'sms' OR account_id IS NOT NULL OR purpose IN ('slipped', 'canary', 'reminder_alert', 'digest'))"
    )
    op.execute("UPDATE notification SET status = 'held' WHERE status = 'dead'")
    op.execute("UPDATE notification SET purpose = 'nudge' WHERE purpose IN ('slipped', 'canary')")
    op.execute("UPDATE notification SET purpose = 'desk_alert' WHERE purpose IN ('reminder_alert', 'digest')")
    with op.batch_alter_table("notification") as batch:
        for name, old, _new in CHECKS:
            batch.drop_constraint(op.f(f"ck_notification_{name}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_notification_{name}"), old)
        batch.drop_constraint(op.f("ck_notification_channel"), type_="check")
        batch.drop_column("delivered_at")
        batch.drop_column("segments")
        batch.drop_column("channel")
        batch.drop_constraint(op.f("fk_notification_account_id"), type_="foreignkey")
        batch.drop_column("account_id")
