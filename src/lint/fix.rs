//! Turns a safe form into edits of the author's own text, for those rewrites that a program can do alone. Refuses to
//! know which hazard it is for; where the text is not plain enough to be edited, there is no fix.

mod downgrade;
mod repeatable;
mod site;

pub use downgrade::{at_the_end_of_the_downgrade, whole_downgrade};
pub use repeatable::repeatable;

use super::advice::{self, python_string};
use super::context::Context;
use crate::finding::Fix;
use crate::operation::{Name, quote};
use site::Site;

/// The statement with CONCURRENTLY, outside its transaction. `call` is the Alembic call that renders such statements.
pub fn concurrently(context: &Context<'_>, call: Option<&str>) -> Option<Fix> {
    let site = Site::of(context).filter(|_| context.statement.steps.len() == 1)?;
    let argued = call.and_then(|call| advice::add_argument(site.text, call, "postgresql_concurrently=True"));
    site.outside(argued.or_else(|| site::after_kind(site.text, "CONCURRENTLY"))?)
}

/// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`, outside its transaction.
pub fn detach_concurrently(context: &Context<'_>) -> Option<Fix> {
    let site = Site::of(context).filter(|site| site.is_sql() && context.statement.steps.len() == 1)?;
    site.outside(format!("{} CONCURRENTLY", site.text))
}

/// The statement with another word for the kind of thing that it is about: `ALTER INDEX` for `ALTER TABLE`.
pub fn of_another_kind(context: &Context<'_>, kind: &str, another: &str) -> Option<Fix> {
    let site = Site::of(context).filter(|_| context.statement.steps.len() == 1)?;
    let (at, word) = site::words(site.text).into_iter().find(|(_, word)| word.eq_ignore_ascii_case(kind))?;
    Some(site.instead(format!("{}{another}{}", &site.text[..at], &site.text[at + word.len()..])))
}

/// The statement as it is, outside its transaction.
pub fn outside_transaction(context: &Context<'_>) -> Option<Fix> {
    let site = Site::of(context)?;
    site.outside(site.text.to_owned())
}

/// A setting for the rest of the transaction, above the statement; none where a transaction would not end it.
pub fn set_local(context: &Context<'_>, setting: &str) -> Option<Fix> {
    let site = Site::of(context).filter(|site| site.indent.trim().is_empty())?;
    context.statement.transaction?;
    Some(site.above(&format!("SET LOCAL {setting}")))
}

/// The constraint NOT VALID, and validated after that: at once where each statement commits by itself or Alembic can
/// be told so, in a later migration elsewhere.
pub fn not_valid(context: &Context<'_>, call: &str, table: &Name, constraint: &str) -> Option<Fix> {
    let site = Site::of(context)?;
    let validate = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", quote(constraint));
    if let Some(argued) = advice::add_argument(site.text, call, "postgresql_not_valid=True") {
        let then = site.executed_outside(&validate);
        return Some(site.instead_and_then(argued, &then));
    }
    let mut edits = vec![site.added_to_action(context.span, " NOT VALID")?];
    if site.commits_each() && context.statement.steps.len() == 1 {
        edits.push(site.after(&format!("{validate};")));
        return Some(Fix { edits, ..Fix::default() });
    }
    Some(Fix { edits, later: format!("{validate};"), ..Fix::default() })
}

/// A unique constraint by way of an index that is built CONCURRENTLY.
pub fn unique_by_index(context: &Context<'_>, table: &Name, name: &str, columns: &[String]) -> Option<Fix> {
    let site = Site::of(context).filter(|_| context.statement.steps.len() == 1)?;
    let quoted = quote(name);
    let attach = format!("ALTER TABLE {table} ADD CONSTRAINT {quoted} UNIQUE USING INDEX {quoted}");
    if site.calls("op.create_unique_constraint") {
        let (table, schema) = advice::python_table(table);
        let build = format!(
            "op.create_index({}, {table}, {}{schema}, unique=True, postgresql_concurrently=True)",
            python_string(name),
            advice::python_list(columns)
        );
        let attach = format!("op.execute({})", python_string(&attach));
        return Some(site.instead(format!("{}\n{}{attach}", site.block(&build), site.indent)));
    }
    site.commits_each().then(|| {
        let build =
            format!("CREATE UNIQUE INDEX CONCURRENTLY {quoted} ON {table} ({})", advice::quoted(columns));
        site.instead(format!("{build};\n\n{attach}"))
    })
}

/// NOT NULL that is proven first without stopping anybody: by a check, and since 18 by itself.
pub fn not_null_stepwise(context: &Context<'_>, table: &Name, column: &str) -> Option<Fix> {
    let site = Site::of(context)?;
    let check = advice::not_null_name(table, column);
    let condition = format!("{} IS NOT NULL", quote(column));
    let quoted = quote(&check);
    let validate = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {quoted}");
    let by_itself = (!context.meets_before(18)).then(|| advice::not_null_not_valid(table, column));
    let commits = site.commits_each() && context.statement.steps.len() == 1;
    if site.calls("op.alter_column") {
        let (name, schema) = advice::python_table(table);
        let validated = site.executed_outside(&validate);
        let stepwise = |first: String| {
            format!("{first}\n{indent}{validated}\n{indent}{}", site.text, indent = site.indent)
        };
        // The call may say more than NOT NULL, which then reads nothing.
        if let Some(demand) = by_itself {
            return Some(site.instead(stepwise(format!("op.execute({})", python_string(&demand)))));
        }
        let (check, condition) = (python_string(&check), python_string(&condition));
        let add = format!(
            "op.create_check_constraint({check}, {name}, {condition}{schema}, postgresql_not_valid=True)"
        );
        let drop = format!("op.drop_constraint({check}, {name}{schema}, type_=\"check\")");
        return Some(site.instead_and_then(stepwise(add), &drop));
    }
    commits.then(|| match by_itself {
        Some(demand) => site.instead(format!("{demand};\n\n{validate}")),
        None => {
            let prove = format!("ALTER TABLE {table} ADD CONSTRAINT {quoted} CHECK ({condition}) NOT VALID");
            let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {quoted}");
            site.instead(format!("{prove};\n\n{validate};\n\n{};\n\n{drop}", site.text))
        }
    })
}
