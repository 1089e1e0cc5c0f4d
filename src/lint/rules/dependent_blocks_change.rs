//! ALTER COLUMN TYPE and DROP COLUMN that PostgreSQL refuses because of a trigger, a policy, a generated column or
//! the partition key.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "dependent-blocks-change",
        summary: "A column is changed that a trigger, policy, generated column or partition key needs, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("dependent-blocks-change"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, column, drops) = match context.operation {
        Operation::AlterColumnType { table, column, .. } => (table, column, false),
        Operation::DropColumn { table, column, cascade: false, .. } => (table, column, true),
        _ => return None,
    };
    let known = context.schema.table(table)?;
    let what = if drops { "Dropping" } else { "Changing the type of" };
    let target = format!("{}.{}", shown(table), quote(column));
    if known.partition_columns.as_ref().is_some_and(|columns| columns.contains(column)) {
        return Some(
            Draft::new(format!("{what} {target} fails, because {} is partitioned by it", shown(table)))
                .label("is part of the partition key")
                .refused(locks::failure(Shape::PartitionKeyChanged)?)
                .help(
                    "Make a new partitioned table with the key that you want, and move the rows into it",
                    "",
                ),
        );
    }
    let goes_too = |name: &str| {
        context
            .siblings()
            .any(|other| matches!(other, Operation::DropColumn { column, .. } if column == name))
    };
    let computed = known.columns.iter().find(|other| other.computed_from.contains(column));
    if let Some(computed) = computed.filter(|computed| !goes_too(&computed.name)) {
        let name = quote(&computed.name);
        let shape = if drops { Shape::DropOfGenerated } else { Shape::TypeOfGenerated };
        let newest = *context.settings.versions.end();
        let note = match drops {
            true => "PostgreSQL 14 drops both without a word",
            false => "Before PostgreSQL 15 the SQLSTATE is 42601",
        };
        return Some(
            Draft::new(format!("{what} {target} fails, because column {name} is generated from it"))
                .label(format!("{name} is computed from it"))
                .refused(locks::failure_on(newest, shape)?)
                .note(note)
                .help(
                    format!("Drop {name} first and add it again afterwards: that writes the table anew, so mind its size"),
                    Advice::new(context)
                        .run(Code::both(
                            format!("ALTER TABLE {table} DROP COLUMN {name}"),
                            format!("op.drop_column({}, {})", advice::python_table(table).0, advice::python_string(&computed.name)),
                        ))
                        .run(advice::own_statement(context))
                        .finish(),
                ),
        );
    }
    let dependent = known.dependents.iter().find(|it| it.columns.contains(column))?;
    let (kind, name) = (dependent.what(), &dependent.name);
    let shape = if drops { Shape::DropOfDependent } else { Shape::TypeOfDependent };
    let code = Advice::new(context)
        .run(Code::sql(format!("DROP {} {name} ON {table}", kind.to_uppercase())))
        .run(advice::own_statement(context));
    let code = if drops { code } else { code.run(Code::sql(dependent.sql.trim_end_matches(';'))) };
    Some(
        Draft::new(format!("{what} {target} fails, because {kind} {name} names it"))
            .label(format!("{kind} {name} depends on it"))
            .refused(locks::failure(shape)?)
            .help(
                format!("Drop the {kind} first and create it again afterwards, in the same transaction"),
                code.finish(),
            ),
    )
}
