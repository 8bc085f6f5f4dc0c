"""Areas, what a desk takes and who is on duty at night, corrections of triage, proofs of routing

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
PLACE_OF_TWO = "county_code IS NULL OR municipality_code IS NULL"
PLACE_OF_THREE = (
    "(CASE WHEN county_code IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN municipality_code IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN area_key IS NULL THEN 0 ELSE 1 END) <= 1"
)


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("municipalities", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_area")),
    )
    with op.batch_alter_table("route") as batch:
        batch.add_column(sa.Column("area_key", sa.String(60), nullable=True))
        batch.create_foreign_key(op.f("fk_route_area_key"), "area", ["area_key"], ["key"])
        batch.drop_constraint(op.f("ck_route_one_place"), type_="check")
        batch.create_check_constraint(op.f("ck_route_one_place"), PLACE_OF_THREE)
    op.add_column("service", sa.Column("kinds", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("service", sa.Column("night_duty", sa.String(60), nullable=True))
    op.add_column("case_", sa.Column("triage_topic", sa.String(60), nullable=True))
    op.add_column("case_", sa.Column("triage_urgency", sa.String(10), nullable=True))
    op.create_table(
        "correction",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("subject", sa.String(10), nullable=False),
        sa.Column("old", sa.String(60), nullable=True),
        sa.Column("new", sa.String(60), nullable=False),
        sa.Column("triage_version", sa.String(40), nullable=True),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.CheckConstraint("subject IN ('topic', 'urgency')", name=op.f("ck_correction_subject")),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_correction_case_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_correction_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_case_id"), "correction", ["case_id"])
    op.create_table(
        "routing_proof",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("combinations", IDENTIFIER, nullable=False),
        sa.Column("without_desk", IDENTIFIER, nullable=False),
        sa.Column("gaps", IDENTIFIER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_proof")),
    )


def downgrade() -> None:
    op.drop_table("routing_proof")
    op.drop_table("correction")
    op.drop_column("case_", "triage_urgency")
    op.drop_column("case_", "triage_topic")
    op.drop_column("service", "night_duty")
    op.drop_column("service", "kinds")
    op.execute("DELETE FROM route WHERE area_key IS NOT NULL")
    with op.batch_alter_table("route") as batch:
        batch.drop_constraint(op.f("ck_route_one_place"), type_="check")
        batch.create_check_constraint(op.f("ck_route_one_place"), PLACE_OF_TWO)
        batch.drop_constraint(op.f("fk_route_area_key"), type_="foreignkey")
        batch.drop_column("area_key")
    op.drop_table("area")
