//! A change that PostgreSQL refuses because a view needs what is changed.

use crate::lint::prelude::*;
use crate::lint::schema::View;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "view-blocks-change",
        summary: "A column or table is changed while a view that reads it is there, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("view-blocks-change"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, column, shape, what) = match context.operation {
        Operation::AlterColumnType { table, column, .. } => {
            (table, Some(column), Shape::TypeOfViewColumn, "Changing the type of")
        }
        Operation::DropColumn { table, column, cascade: false, .. } => {
            (table, Some(column), Shape::DropColumnOfView, "Dropping")
        }
        Operation::DropTable { table, cascade: false, .. } => {
            (table, None, Shape::DropColumnOfView, "Dropping")
        }
        _ => return None,
    };
    let reads = |view: &View| match column {
        // A name in a view of several tables may be a column of another one.
        Some(column) => {
            view.reads.len() == 1
                && context.schema.column(table, column).is_some_and(|known| view.names(known))
        }
        None => true,
    };
    let (view, known) = context.schema.views_of(table).find(|(_, view)| reads(view))?;
    let state = locks::failure(shape)?;
    let target = match column {
        Some(column) => format!("{table}.{}", quote(column)),
        None => table.to_string(),
    };
    let view = shown(view);
    let kind = if known.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
    let code = Advice::new(context)
        .run(Code::sql(format!("DROP {kind} {view}")))
        .run(Code::both(
            context.statement.sql.clone(),
            advice::dedented(context.sources.text(context.statement.span)),
        ))
        .run(Code::sql(known.sql.to_string()))
        .finish();
    Some(
        Draft::new(format!("{what} {target} fails, because view {view} reads it"))
            .label(format!("{view} depends on it"))
            .refused(state)
            .help("Drop the view first and create it again afterwards, in the same transaction", code),
    )
}
