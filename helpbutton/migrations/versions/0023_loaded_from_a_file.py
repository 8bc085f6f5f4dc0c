"""What a file brought was written by no account: saved replies, texts, ladders and checks of help lines

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WRITTEN_BY = {
    "saved_reply": "changed_by",
    "own_text": "changed_by",
    "ladder": "changed_by",
    "help_line_check": "account_id",
}
CHANGES = ("insert", "update", "delete")
TRIGGER = (
    "CREATE TRIGGER directory_changed_help_line_check_CHANGE AFTER CHANGE ON help_line_check"
    " BEGIN UPDATE directory_edition SET edition = hex(randomblob(16)); END"
)


def upgrade() -> None:
    for table, column in WRITTEN_BY.items():
        _set_nullable(table, column, nullable=True)
    _renew_triggers()


def downgrade() -> None:
    """What no account wrote goes: the older shape cannot hold it."""
    for table, column in WRITTEN_BY.items():
        written_by: sa.ColumnClause[int] = sa.column(column)
        op.execute(sa.delete(sa.table(table, written_by)).where(written_by.is_(None)))
        _set_nullable(table, column, nullable=False)
    _renew_triggers()


def _set_nullable(table: str, column: str, *, nullable: bool) -> None:
    with op.batch_alter_table(table) as batch:
        batch.alter_column(
            column, existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable
        )


def _renew_triggers() -> None:
    """SQLite dropped them with the old table."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for change in CHANGES:
        op.execute(TRIGGER.replace("CHANGE", change))
