"""Drop the ISBN, which the catalogue service keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_column("books", "isbn")


def downgrade():
    op.add_column("books", sa.Column("isbn", sa.String(13)))
