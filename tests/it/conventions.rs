//! What a project asks of its own schema is minded once the configuration says it.

use std::path::Path;
use std::process::Command;

const MIGRATION: &str = "\
CREATE TABLE shop.orders (id bigint PRIMARY KEY, note text);
COMMENT ON TABLE shop.orders IS 'What customers buy';
CREATE TABLE \"Parcels\" (id bigint PRIMARY KEY, created_at timestamptz NOT NULL, weight integer);
CREATE INDEX weight_of_parcels ON \"Parcels\" (weight);
";

/// Messages and rules that lint gives with `[conventions]`, in their order; or what it says of the configuration.
fn found(conventions: &str, folder: &Path) -> Result<Vec<(String, String)>, String> {
    let write =
        |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file can be written");
    let rules = ["against-convention", "name-against-convention", "discouraged-type"];
    let rules: String = rules.iter().map(|rule| format!("{rule} = 'warning'\n")).collect();
    write("mig-check.toml", &format!("[rules]\n{rules}[conventions]\n{conventions}"));
    write("0001_create_orders.up.sql", MIGRATION);
    write("0001_create_orders.down.sql", "DROP TABLE \"Parcels\";\nDROP TABLE shop.orders;\n");
    let output = Command::new(env!("CARGO_BIN_EXE_mig-check"))
        .current_dir(folder)
        .args(["lint", "--format", "json"])
        .output()
        .expect("it starts");
    if output.stdout.is_empty() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let findings = report["findings"].as_array().expect("a list");
    let convention = |rule: &str| rule.ends_with("convention") || rule == "discouraged-type";
    let ours = findings.iter().map(|finding| (text(&finding["rule"]), text(&finding["message"])));
    Ok(ours.filter(|(rule, _)| convention(rule)).collect())
}

fn messages(conventions: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let found = found(conventions, folder.path()).expect("a report");
    found.into_iter().map(|(_, message)| message).collect()
}

#[test]
fn nothing_is_asked_unless_the_configuration_asks_it() {
    assert_eq!(messages(""), Vec::<String>::new());
}

#[test]
fn tables_columns_schemas_and_settings_are_held_to_what_is_asked() {
    assert_eq!(messages("required-columns = ['created_at']"), ["shop.orders has no column created_at"]);
    assert_eq!(messages("table-comments = true"), ["\"Parcels\" has no comment"]);
    assert_eq!(
        messages("every-column = 'not null'"),
        ["shop.orders.note has no NOT NULL", "\"Parcels\".weight has no NOT NULL"]
    );
    assert_eq!(
        messages("require-schema = true"),
        ["\"Parcels\" is made without a schema in its name, wherever the search_path says"]
    );
    assert_eq!(messages("forbidden-schemas = ['shop']"), ["shop.orders is made in the schema shop"]);
    assert_eq!(messages("required-settings = ['Role']"), ["This migration does not set role"]);
}

#[test]
fn names_are_held_to_patterns_by_their_kind() {
    assert_eq!(
        messages("[conventions.names]\ntable = '[a-z_]+'\nindex = 'ix_.*'"),
        [
            "The name of table \"Parcels\" does not fit [a-z_]+",
            "The name of index weight_of_parcels does not fit ix_.*",
        ]
    );
    assert_eq!(
        messages("[conventions.names]\nfile = '[a-z_]+'"),
        ["The name of file 0001_create_orders.up does not fit [a-z_]+"]
    );
}

#[test]
fn types_of_the_project_take_the_place_of_the_known_ones() {
    assert_eq!(
        messages("discouraged-types = ['integer']"),
        ["\"Parcels\".weight is integer: the conventions of the project leave it out"]
    );
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_can() {
    let folder = tempfile::tempdir().expect("a folder");
    for (conventions, said) in [
        ("every-column = 'nullable'", "not null"),
        ("[conventions.names]\ntabel = 'x'", "table"),
        ("[conventions.names]\ntable = '('", "mig-check.toml"),
        ("required = true", "required-columns"),
    ] {
        let error = found(conventions, folder.path()).expect_err(conventions);
        assert!(error.contains(said), "{conventions}: {error}");
    }
}
