//! Lints any bytes as the only revision of an Alembic project.
#![no_main]

mod project;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    project::lint(&[
        ("alembic.ini", b"[alembic]\nscript_location = scripts\n"),
        ("scripts/env.py", b""),
        ("scripts/versions/a.py", bytes),
    ]);
});
