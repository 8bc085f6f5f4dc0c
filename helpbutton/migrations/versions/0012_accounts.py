"""Accounts: invitations, second factors, throttling

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("staff_account", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("staff_account", sa.Column("totp_counter", IDENTIFIER, nullable=True))
    op.add_column(
        "staff_session", sa.Column("how", sa.String(20), server_default="password", nullable=False)
    )
    op.add_column("staff_session", sa.Column("browser", sa.String(60), server_default="", nullable=False))
    op.add_column("staff_session", sa.Column("verified_at", MOMENT, nullable=True))
    op.create_table(
        "staff_link",
        *_of_account("staff_link"),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_link_token_hash")),
        sa.CheckConstraint("purpose IN ('invitation', 'password')", name=op.f("ck_staff_link_purpose")),
    )
    op.create_table(
        "staff_passkey",
        *_of_account("staff_passkey"),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", IDENTIFIER, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.UniqueConstraint("credential_id", name=op.f("uq_staff_passkey_credential_id")),
    )
    op.create_table(
        "staff_recovery_code",
        *_of_account("staff_recovery_code"),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
    )
    op.create_table(
        "staff_identity",
        *_of_account("staff_identity"),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_staff_identity_issuer_subject")),
    )
    for table in ("staff_link", "staff_passkey", "staff_recovery_code", "staff_identity"):
        op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])
    op.create_table(
        "sign_in_throttle",
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("full_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_throttle")),
    )
    op.create_index(op.f("ix_sign_in_throttle_full_until"), "sign_in_throttle", ["full_until"])
    op.create_table(
        "used_challenge",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_challenge")),
    )
    op.create_index(op.f("ix_used_challenge_expires_at"), "used_challenge", ["expires_at"])


def downgrade() -> None:
    for table in (
        *("used_challenge", "sign_in_throttle", "staff_identity"),
        *("staff_recovery_code", "staff_passkey", "staff_link"),
    ):
        op.drop_table(table)
    with op.batch_alter_table("staff_session") as batch:
        for column in ("verified_at", "browser", "how"):
            batch.drop_column(column)
    with op.batch_alter_table("staff_account") as batch:
        batch.drop_column("totp_counter")
        batch.drop_column("totp_secret")


def _of_account(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What every table about one account begins with."""
    return (
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f(f"fk_{table}_account_id")
        ),
    )
