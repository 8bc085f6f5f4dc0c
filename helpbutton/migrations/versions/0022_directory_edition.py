"""The directory has an edition, so that processes know whether what they keep of it still holds

Revision: 0022, after 0021

SQLite drops a table's triggers when a later migration makes that table anew: such a migration makes them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = (
    *("installation", "county", "municipality", "service_kind", "topic", "help_line", "help_line_check"),
    *("language_choice", "organisation", "service", "area", "route", "site"),
)
CHANGES = ("insert", "update", "delete")
FUNCTION = """
CREATE FUNCTION directory_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE directory_edition SET edition = gen_random_uuid()::text;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "directory_edition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("edition", sa.String(length=36), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_directory_edition_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_edition")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO directory_edition (id, edition) VALUES (1, hex(randomblob(16)))")
        for table in TABLES:
            for change in CHANGES:
                op.execute(
                    f"CREATE TRIGGER directory_changed_{table}_{change} AFTER {change} ON {table}"
                    " BEGIN UPDATE directory_edition SET edition = hex(randomblob(16)); END"
                )
        return
    op.execute("INSERT INTO directory_edition (id, edition) VALUES (1, gen_random_uuid()::text)")
    op.execute(FUNCTION)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER directory_changed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION directory_changed()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for change in CHANGES:
                op.execute(f"DROP TRIGGER directory_changed_{table}_{change}")
    else:
        for table in TABLES:
            op.execute(f"DROP TRIGGER directory_changed ON {table}")
        op.execute("DROP FUNCTION directory_changed()")
    op.drop_table("directory_edition")
