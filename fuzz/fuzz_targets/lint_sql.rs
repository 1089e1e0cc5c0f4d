//! Lints and fixes any bytes as the newest of two SQL migrations.
#![no_main]

mod project;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    project::run(&[
        ("0001_first.up.sql", b"CREATE TABLE t (a int, b text); CREATE TABLE u (c int);\n"),
        ("0002_second.up.sql", bytes),
    ]);
});
