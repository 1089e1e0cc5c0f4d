//! What is done partition by partition, and what the bound of a partition says as a check. Refuses to judge.

use super::advice::{self, Advice, Code};
use super::context::Context;
use super::text;
use crate::history::Language;
use crate::operation::{CreateIndex, Name, quote};

/// Partitions that are written out; of more, the first.
const MANY: usize = 6;

/// An index on a partitioned table without a lock that anybody notices, in deploy order.
pub fn index(context: &Context<'_>, create: &CreateIndex) -> String {
    let parent = context.schema.qualify(&create.table);
    let of_parent = context.schema.tables().filter(|(_, known)| known.partition_of.as_ref() == Some(&parent));
    let partitions: Vec<(&Name, bool)> = of_parent.map(|(name, known)| (name, known.partitioned)).collect();
    let keys = create.keys.iter().map(|key| if key.is_column { key.text.as_str() } else { "expr" });
    let suffix = format!("{}_idx", keys.collect::<Vec<_>>().join("_"));
    let name = create.name.clone().unwrap_or_else(|| format!("{}_{suffix}", create.table.name));
    let on_parent =
        CreateIndex { name: Some(name.clone()), concurrently: false, only: true, ..create.clone() };
    let mut code = Advice::new(context)
        .say("1. in this migration: brief, for nothing is built yet")
        .run(Code::sql(advice::render_index(&on_parent)));
    let whole = Name { name, ..create.table.clone() };
    // Partitions of partitions are done in the same way, from the leaves up.
    if partitions.is_empty() || partitions.iter().any(|(_, partitioned)| *partitioned) {
        return code
            .say("2. the same index CONCURRENTLY on each partition, outside a transaction")
            .say(&format!("3. for each of them: ALTER INDEX {whole} ATTACH PARTITION, and its name"))
            .finish();
    }
    let written: Vec<CreateIndex> = partitions
        .iter()
        .take(MANY)
        .map(|(partition, _)| CreateIndex {
            name: Some(format!("{}_{suffix}", partition.name)),
            table: as_shown(partition),
            only: false,
            ..create.clone()
        })
        .collect();
    let build = |create: &CreateIndex| Code::both(advice::concurrent_sql(create), advice::call_index(create));
    if context.project.framework.language == Language::Python {
        code = code.say("2. in the next migration: each partition").outside(written.iter().map(build));
    } else {
        for create in &written {
            let text = format!("2. {}, in a migration of its own", create.table);
            code = code.say(&text).outside([build(create)]);
        }
    }
    if let Some(more) = partitions.len().checked_sub(MANY).filter(|more| *more > 0) {
        code = code.say(&format!("and so on for the other {more} partitions"));
    }
    code = code.say("3. in the last migration: brief; the index is valid when it has them all");
    for create in &written {
        let part = Name { name: create.name.clone().unwrap_or_default(), ..create.table.clone() };
        code = code.run(Code::sql(format!("ALTER INDEX {whole} ATTACH PARTITION {part}")));
    }
    code.finish()
}

fn as_shown(name: &Name) -> Name {
    if name.schema.as_deref() == Some("public") { Name::unqualified(&name.name) } else { name.clone() }
}

/// The rows that the bound of `ATTACH PARTITION` lets in, by one column.
pub struct Bound {
    column: String,
    rows: Rows,
}

enum Rows {
    /// From the first, up to before the second.
    Range(Option<String>, Option<String>),
    List(String),
}

impl Bound {
    /// What the statement says, where the history tells the column by which the table is partitioned.
    pub fn read(context: &Context<'_>, table: &Name) -> Option<Self> {
        let [column] = context.schema.table(table)?.partition_columns.as_deref()? else { return None };
        let after = |word: &str, sql: &'_ str| Some(text::find(sql, word)? + word.len());
        let sql = &context.statement.sql[after("FOR VALUES", &context.statement.sql)?..];
        let inside = |word: &str| text::parenthesised(sql[after(word, sql)?..].trim_start());
        let end = |value: &str| {
            (!["minvalue", "maxvalue"].contains(&value.to_lowercase().as_str())).then(|| value.to_owned())
        };
        let rows = match (inside("IN"), inside("FROM"), inside("TO")) {
            (Some(list), ..) if text::find(list, "NULL").is_none() => Rows::List(list.to_owned()),
            (_, Some(from), Some(to)) => Rows::Range(end(from.trim()), end(to.trim())),
            _ => return None,
        };
        Some(Self { column: quote(column), rows })
    }

    /// As a check that proves a partition to hold no other rows. Measured on 12 to 18: ATTACH then reads nothing.
    pub fn holds(&self) -> String {
        let column = &self.column;
        let mut parts = vec![format!("{column} IS NOT NULL")];
        match &self.rows {
            Rows::List(list) => parts.push(format!("{column} IN ({list})")),
            Rows::Range(from, to) => {
                parts.extend(from.iter().map(|from| format!("{column} >= {from}")));
                parts.extend(to.iter().map(|to| format!("{column} < {to}")));
            }
        }
        parts.join(" AND ")
    }

    /// As a check that proves the default partition to hold none of these rows. Measured likewise.
    pub fn excludes(&self) -> String {
        let column = &self.column;
        let mut parts = vec![format!("{column} IS NULL")];
        match &self.rows {
            Rows::List(list) => parts.push(format!("{column} NOT IN ({list})")),
            Rows::Range(from, to) => {
                parts.extend(from.iter().map(|from| format!("{column} < {from}")));
                parts.extend(to.iter().map(|to| format!("{column} >= {to}")));
            }
        }
        parts.join(" OR ")
    }
}

/// The check, or what stands for it where the bound is not one column's.
pub fn check(bound: Option<&Bound>, of: impl Fn(&Bound) -> String) -> String {
    bound.map_or_else(|| "…".to_owned(), of)
}
