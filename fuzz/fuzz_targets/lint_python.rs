//! Lints and fixes any bytes as the newest of two revisions of an Alembic project.
#![no_main]

mod project;

const FIRST: &[u8] = b"\
from alembic import op
import sqlalchemy as sa
revision = 'a'
down_revision = None
def upgrade():
    op.create_table('t', sa.Column('a', sa.Integer()), sa.Column('b', sa.Text()))
def downgrade():
    op.drop_table('t')
";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    project::run(&[
        ("alembic.ini", b"[alembic]\nscript_location = scripts\n"),
        ("scripts/env.py", b""),
        ("scripts/versions/a.py", FIRST),
        ("scripts/versions/b.py", bytes),
    ]);
});
