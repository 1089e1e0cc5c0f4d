"""Prove that every price is positive."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("ALTER TABLE books VALIDATE CONSTRAINT ck_books_price_positive")


def downgrade():
    op.drop_constraint("ck_books_price_positive", "books")
    op.create_check_constraint("ck_books_price_positive", "books", "price > 0", postgresql_not_valid=True)
