"""Give every price a currency."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("books", sa.Column("currency", sa.String(3), nullable=False))


def downgrade():
    op.drop_column("books", "currency")
