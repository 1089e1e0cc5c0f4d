//! VACUUM FULL, CLUSTER, SET LOGGED and their kin.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "table-rewrite",
        summary: "A table is written anew by a maintenance command while everything waits",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("table-rewrite"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (what, table) = match context.operation {
        Operation::Other { kind: kind @ ("VACUUM FULL" | "CLUSTER"), objects, .. } => {
            (*kind, objects.first())
        }
        Operation::AlterTable {
            table,
            action: action @ ("SET LOGGED" | "SET UNLOGGED" | "SET TABLESPACE" | "SET ACCESS METHOD"),
            object,
            ..
        } if !stays(context, table, object.as_deref()) => (*action, Some(table)),
        Operation::AlterColumn { table, action: action @ "SET EXPRESSION", .. } => (*action, Some(table)),
        Operation::Other { kind, objects, options } if moves(kind, options) => {
            ("SET TABLESPACE", moved(context, kind, objects)?)
        }
        _ => return None,
    };
    if table.is_some_and(|table| context.is_new(table)) {
        return None;
    }
    // Without a name it is every table of the database, or every one that was clustered before.
    let all = if what == "SET TABLESPACE" { "what is there" } else { "every table" };
    let shown = table.map_or_else(|| all.to_owned(), ToString::to_string);
    let help = match what {
        "VACUUM FULL" | "CLUSTER" => {
            "Use pg_repack or pg_squeeze, which let queries go on, outside of migrations"
        }
        "SET EXPRESSION" => {
            "Add a column with the new expression as a plain one, fill it in batches, and swap the names"
        }
        _ => "Create a new table of the wanted kind, copy in batches, and swap the names",
    };
    let draft = Draft::new(format!("{what} writes all of {shown} anew while every query on it waits"))
        .label(format!("{shown} is locked and written anew"))
        .note(locks::sentence(Shape::Cluster, &[("t", &shown)]))
        .help(help, "");
    Some(match table {
        Some(table) => draft.stops(table),
        None => draft,
    })
}

/// Whether it moves an index, or all of a tablespace, to another one.
fn moves(kind: &str, options: &[Setting]) -> bool {
    let moves = kind == "ALTER INDEX" || kind.ends_with(ALL);
    moves && setting(options, "tablespace").is_some()
}

/// What follows the kind of objects that are moved together.
const ALL: &str = " ALL IN TABLESPACE";

/// The index that is moved, or nothing for all that a tablespace holds; `None` for an index that is new.
fn moved<'a>(context: &Context<'_>, kind: &str, objects: &'a [Name]) -> Option<Option<&'a Name>> {
    let index = objects.first().filter(|_| !kind.ends_with(ALL));
    let known = index.and_then(|index| context.schema.index(index));
    (!known.is_some_and(|known| context.is_new(&known.table))).then_some(index)
}

/// Whether a table that the history made goes to where every table is made.
fn stays(context: &Context<'_>, table: &Name, to: Option<&str>) -> bool {
    let made = context.schema.table(table).is_some_and(|known| known.created.is_some());
    made && matches!(to, Some("pg_default" | "heap"))
}
