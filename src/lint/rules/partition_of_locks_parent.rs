//! CREATE TABLE … PARTITION OF a table in use.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "partition-of-locks-parent",
        summary: "A table is created as a partition, which locks the whole partitioned table",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("partition-of-locks-parent"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateTable(create) = context.operation else { return None };
    let parent = create.partition_of.as_ref()?;
    if context.is_at_hand_table(parent) {
        return None;
    }
    let (part, of) = (create.table.to_string(), parent.to_string());
    let bound = bound(&context.statement.sql);
    let like = Code::sql(format!("CREATE TABLE {part} (LIKE {of} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"));
    let attach = Code::sql(format!("ALTER TABLE {of} ATTACH PARTITION {part} {bound}"));
    let code = Advice::new(context).run(like).run(attach).finish();
    Some(
        Draft::new(format!("Creating {part} as a partition makes every query on {of} wait behind it"))
            .label(format!("{of} is locked completely"))
            .note(match context.schema.default_partition(parent) {
                Some((default, _)) => locks::sentence(
                    Shape::CreatePartitionBesideDefault,
                    &[("pt", &of), ("ptd", &shown(default))],
                ),
                None => locks::sentence(Shape::CreatePartitionOf, &[("pt", &of)]),
            })
            .help("Create it as a plain table and attach it, which lets queries go on", code),
    )
}

/// The bound as the author wrote it.
fn bound(sql: &str) -> &str {
    let upper = sql.to_ascii_uppercase();
    let Some(start) = upper.find("FOR VALUES").or_else(|| upper.rfind("DEFAULT")) else {
        return "FOR VALUES …";
    };
    let ends = ["PARTITION BY", "USING ", "TABLESPACE ", "WITH (FILLFACTOR", ";"];
    let end = ends.iter().filter_map(|end| upper[start..].find(end)).min();
    sql[start..].get(..end.unwrap_or(sql.len() - start)).unwrap_or_default().trim_end()
}
