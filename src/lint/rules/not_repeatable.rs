//! A statement outside a transaction that cannot be run twice.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "not-repeatable",
        summary: "A statement runs outside a transaction, and cannot be run again when a later one fails",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("not-repeatable"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let what = once(context.operation)?;
    let changes = |operation: &Operation| {
        !matches!(operation, Operation::Set { .. } | Operation::Transaction(_) | Operation::Query { .. })
    };
    let later = context.later().find(|(_, operation)| changes(operation))?.0;
    if context.statement.transaction.is_some() {
        return None;
    }
    Some(
        Draft::new(format!(
            "When a later statement fails, {what} fails in the next try, because it is done already"
        ))
        .label("committed at once")
        .related(later.span, "may fail")
        .fix(fix::repeatable(context))
        .help("Write IF EXISTS or IF NOT EXISTS, or give each statement a migration of its own", ""),
    )
}

/// Statements that fail the second time.
fn once(operation: &Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::CreateTable(create) if !create.if_not_exists => "CREATE TABLE",
        Operation::CreateIndex(create) if !create.if_not_exists => "CREATE INDEX",
        Operation::AddColumn { if_not_exists: false, .. } => "ADD COLUMN",
        Operation::AddConstraint { .. } => "ADD CONSTRAINT",
        Operation::AddEnumValue { if_not_exists: false, .. } => "ADD VALUE",
        Operation::CreateEnum { .. } => "CREATE TYPE",
        Operation::CreateSequence { if_not_exists: false, .. } => "CREATE SEQUENCE",
        Operation::CreateSchema { if_not_exists: false, .. } => "CREATE SCHEMA",
        Operation::RenameTable { .. } | Operation::RenameColumn { .. } => "RENAME",
        Operation::DropTable { if_exists: false, .. } => "DROP TABLE",
        Operation::DropIndex { if_exists: false, .. } => "DROP INDEX",
        Operation::DropColumn { if_exists: false, .. } => "DROP COLUMN",
        Operation::DropConstraint { if_exists: false, .. } => "DROP CONSTRAINT",
        Operation::DropType { if_exists: false, .. } => "DROP TYPE",
        Operation::DropView { if_exists: false, .. } => "DROP VIEW",
        _ => return None,
    })
}
