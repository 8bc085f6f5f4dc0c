"""Until when the family waits, in worklists in place of the promise alone

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

LANE = "(CASE WHEN urgency_rank = 0 THEN 0 ELSE 2 END) + (CASE WHEN waits_until IS NULL THEN 1 ELSE 0 END)"
EARLIER_LANE = (
    "(CASE WHEN urgency_rank = 0 THEN 0 ELSE 2 END) + (CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END)"
)
WAITING = (
    "UPDATE case_ SET waits_until = (SELECT MIN(due_at) FROM clock WHERE clock.case_id = case_.id "
    "AND clock.kind IN ('first_contact', 'next_answer') AND clock.stopped_at IS NULL AND clock.paused_at IS NULL) "
    "WHERE state <> 'closed'"
)
OPEN = "state <> 'closed'"
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


def upgrade() -> None:
    _drop_indexes()
    with op.batch_alter_table("case_") as batch:
        batch.drop_constraint(op.f("ck_case__lane"), type_="check")
        batch.add_column(sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True))
    op.execute(WAITING)
    _put_in_lanes(LANE, by="waits_until")


def downgrade() -> None:
    _drop_indexes()
    with op.batch_alter_table("case_") as batch:
        batch.drop_constraint(op.f("ck_case__lane"), type_="check")
        batch.drop_column("waits_until")
    _put_in_lanes(EARLIER_LANE, by="respond_by")


def _drop_indexes() -> None:
    for name, _first, _where in IN_ORDER:
        op.drop_index(name, table_name="case_")


def _put_in_lanes(lane: str, *, by: str) -> None:
    stored: sa.ColumnClause[int] = sa.column("lane")
    right: sa.ColumnClause[int] = sa.literal_column(f"({lane})")
    op.execute(sa.update(sa.table("case_", stored)).values(lane=right).where(stored != right))
    with op.batch_alter_table("case_") as batch:
        batch.create_check_constraint(op.f("ck_case__lane"), f"lane = {lane}")
    for name, first, where in IN_ORDER:
        on_sqlite = f"{where} = 1" if where.endswith(FLAGS) else where
        op.create_index(
            name,
            "case_",
            [*first, "lane", by, "id"],
            sqlite_where=sa.text(on_sqlite),
            postgresql_where=sa.text(where),
        )
