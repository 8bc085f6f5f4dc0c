"""Search and polling of worklists

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LANE = "(CASE WHEN urgency_rank = 0 THEN 0 ELSE 2 END) + (CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END)"
OPEN, CLOSED = "state <> 'closed'", "state = 'closed'"
IN_ORDER = (
    ("ix_case_open", ["service_id"], OPEN),
    ("ix_case_mine", ["service_id", "assigned_to"], OPEN),
    ("ix_case_unassigned", ["service_id"], f"{OPEN} AND assigned_to IS NULL"),
    ("ix_case_waiting", ["service_id"], f"{OPEN} AND state = 'waiting'"),
    ("ix_case_returned", ["service_id"], f"{OPEN} AND returned_at IS NOT NULL"),
    ("ix_case_review", ["service_id"], f"{OPEN} AND needs_review"),
    ("ix_case_quarantined", ["service_id"], f"{OPEN} AND quarantined"),
)
FLAGS = ("needs_review", "quarantined")


def _create_index(name: str, columns: list[str], where: str) -> None:
    on_sqlite = f"{where} = 1" if where.endswith(FLAGS) else where
    op.create_index(
        name, "case_", columns, sqlite_where=sa.text(on_sqlite), postgresql_where=sa.text(where)
    )


def upgrade() -> None:
    op.drop_index("ix_case_open", table_name="case_")
    op.drop_index("ix_case__assigned_to", table_name="case_")
    op.add_column("case_", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_", sa.Column("lane", sa.SmallInteger(), nullable=True))
    op.execute(f"UPDATE case_ SET lane = {LANE}")
    with op.batch_alter_table("case_") as batch:
        batch.alter_column("lane", existing_type=sa.SmallInteger(), nullable=False)
        batch.create_check_constraint(op.f("ck_case__lane"), f"lane = {LANE}")
    for name, first, where in IN_ORDER:
        _create_index(name, [*first, "lane", "respond_by", "id"], where)
    _create_index("ix_case_closed", ["service_id", "closed_at", "id"], CLOSED)
    op.create_table(
        "name_token",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("case_id", IDENTIFIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["contact.case_id"], name=op.f("fk_name_token_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", "case_id", name=op.f("pk_name_token")),
    )
    op.create_index(op.f("ix_name_token_case_id"), "name_token", ["case_id"])


def downgrade() -> None:
    op.drop_table("name_token")
    op.drop_index("ix_case_closed", table_name="case_")
    for name, _first, _where in IN_ORDER:
        op.drop_index(name, table_name="case_")
    with op.batch_alter_table("case_") as batch:
        batch.drop_constraint(op.f("ck_case__lane"), type_="check")
        batch.drop_column("lane")
        batch.drop_column("returned_at")
    op.create_index(
        "ix_case_open",
        "case_",
        ["service_id", "urgency_rank", "respond_by", "id"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_index("ix_case__assigned_to", "case_", ["assigned_to"])
