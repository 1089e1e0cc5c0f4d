"""Remember when a book was published."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("books", sa.Column("published_on", sa.Date()))


def downgrade():
    op.drop_column("books", "published_on")
