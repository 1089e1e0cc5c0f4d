//! Reads any text as SQL, and holds what is said of it to what every caller relies on.
#![no_main]

use mig_check::sql;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut from = 0;
    for statement in sql::lower(text) {
        assert!(from <= statement.range.start, "statements do not overlap, and stand in order");
        from = statement.range.end;
        assert!(!text[statement.range.clone()].trim().is_empty(), "a statement has a text");
        assert!(!statement.steps.is_empty(), "a statement does something");
        for step in statement.steps {
            assert!(text.get(step.range.clone()).is_some(), "a step has a place in the text");
            assert!(statement.range.start <= step.range.start && step.range.end <= statement.range.end);
        }
    }
    assert!(sql::comments(text).into_iter().all(|range| text.get(range).is_some()));
    sql::expression(text);
    sql::data_type(text);
});
