//! What needs a column of its table by name, so that PostgreSQL refuses to change the column. Refuses to guess: a
//! policy that looks into other tables is taken to need none.

use std::rc::Rc;

use super::{Schema, Table};
use crate::operation::{Name, Operation, Policy, quote};

/// A trigger or a policy of a table.
#[derive(Clone, Debug)]
pub struct Dependent {
    /// `trigger` or `policy`.
    pub what: &'static str,
    /// Its name as SQL writes it.
    pub name: String,
    /// The columns that it names.
    pub columns: Vec<String>,
    /// The function that a trigger calls, with schema.
    pub function: Option<Name>,
    /// The statement that made it.
    pub sql: Rc<str>,
}

impl Schema {
    /// What follows from a statement about triggers and policies, or about a function that triggers call.
    pub(super) fn depend(&mut self, operation: &Operation, sql: &str) {
        match operation {
            Operation::CreateTrigger { name, table, columns, function, .. } => {
                let trigger = Dependent {
                    what: "trigger",
                    name: quote(name),
                    columns: columns.clone(),
                    function: Some(self.qualify(function)),
                    sql: sql.into(),
                };
                let known = self.table_mut(table);
                known.dependents.retain(|other| other.name != trigger.name || other.what != trigger.what);
                known.dependents.push(trigger);
            }
            Operation::DropTrigger { name, table, .. } => {
                let name = quote(name);
                self.table_mut(table).dependents.retain(|it| it.what != "trigger" || it.name != name);
            }
            Operation::CreatePolicy(policy) => {
                let dependent = Dependent {
                    what: "policy",
                    name: quote(&policy.name),
                    columns: policy_columns(policy),
                    function: None,
                    sql: sql.into(),
                };
                self.table_mut(&policy.table).dependents.push(dependent);
            }
            Operation::DropPolicy { name, table, .. } => {
                let name = quote(name);
                self.table_mut(table).dependents.retain(|it| it.what != "policy" || it.name != name);
            }
            Operation::Other { kind, objects, .. } => self.lose_dependents(kind, objects),
            _ => {}
        }
    }

    fn lose_dependents(&mut self, kind: &str, objects: &[Name]) {
        let Some(object) = objects.first() else { return };
        match kind {
            // What is no longer known is not said.
            "ALTER POLICY" => {
                self.table_mut(object).dependents.retain(|it| it.what != "policy");
            }
            "ALTER TRIGGER" => self.table_mut(object).dependents.retain(|it| it.what != "trigger"),
            "DROP FUNCTION" | "DROP ROUTINE" => {
                let gone: Vec<Name> = objects.iter().map(|name| self.qualify(name)).collect();
                let calls = |table: &Table| {
                    table.dependents.iter().any(|it| it.function.as_ref().is_some_and(|of| gone.contains(of)))
                };
                let callers =
                    self.tables.iter().filter(|(_, table)| calls(table)).map(|(name, _)| name.clone());
                for caller in callers.collect::<Vec<_>>() {
                    let kept = |it: &Dependent| !it.function.as_ref().is_some_and(|of| gone.contains(of));
                    self.table_mut(&caller).dependents.retain(kept);
                }
            }
            _ => {}
        }
    }

    /// The first trigger that calls a function, and its table.
    pub fn trigger_calling(&self, function: &Name) -> Option<(&Name, &Dependent)> {
        let function = self.qualify(function);
        self.tables.iter().find_map(|(table, known)| {
            let calls = known.dependents.iter().find(|it| it.function.as_ref() == Some(&function))?;
            Some((table, calls))
        })
    }
}

/// The columns of its conditions. One that holds a query names columns of other tables.
fn policy_columns(policy: &Policy) -> Vec<String> {
    let conditions = [&policy.using, &policy.check].into_iter().flatten();
    let own = conditions.filter(|condition| !condition.text.to_lowercase().contains("select"));
    own.flat_map(|condition| condition.columns.clone()).collect()
}
