"""Find open orders."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_orders_open",
            "orders",
            ["ordered_at"],
            postgresql_concurrently=True,
            postgresql_where=sa.text("status = 'pending'"),
        )


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_orders_open", table_name="orders", postgresql_concurrently=True)
