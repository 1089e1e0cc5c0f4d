"""Demand positive prices of new and changed books."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_check_constraint("ck_books_price_positive", "books", "price > 0", postgresql_not_valid=True)


def downgrade():
    op.drop_constraint("ck_books_price_positive", "books")
