//! What needs a column of its table by name, so that PostgreSQL refuses to change the column. Refuses to guess: a
//! policy that looks into other tables is taken to need none.

use std::rc::Rc;

use super::{Schema, Table};
use crate::operation::{Name, Operation, Policy, quote};

/// A trigger or a policy of a table.
#[derive(Clone, Debug)]
pub struct Dependent {
    /// Which of them.
    pub kind: DependentKind,
    /// Its name as SQL writes it.
    pub name: String,
    /// The columns that it names, as far as they are known.
    pub columns: Vec<String>,
    /// The statement that made it.
    pub sql: Rc<str>,
}

/// What a dependent is.
#[derive(Clone, Debug)]
pub enum DependentKind {
    /// A trigger that calls a function, which is named with its schema.
    Trigger(Name),
    /// A policy, as it was created.
    Policy(Rc<Policy>),
}

impl Dependent {
    /// `trigger` or `policy`.
    pub fn what(&self) -> &'static str {
        match self.kind {
            DependentKind::Trigger(_) => "trigger",
            DependentKind::Policy(_) => "policy",
        }
    }

    fn is_trigger(&self) -> bool {
        matches!(self.kind, DependentKind::Trigger(_))
    }

    /// The function that a trigger calls.
    fn function(&self) -> Option<&Name> {
        match &self.kind {
            DependentKind::Trigger(function) => Some(function),
            DependentKind::Policy(_) => None,
        }
    }
}

impl Table {
    /// The policies that the history gave it for row-level security.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.dependents.iter().filter_map(|it| match &it.kind {
            DependentKind::Policy(policy) => Some(&**policy),
            DependentKind::Trigger(_) => None,
        })
    }

    /// What needs a column that is gone goes with it; of a policy, that it names the column.
    pub(super) fn lose_dependents_on(&mut self, column: &str) {
        let names = |it: &Dependent| it.columns.iter().any(|name| name == column);
        self.dependents.retain(|it| !it.is_trigger() || !names(it));
        self.dependents.iter_mut().filter(|it| names(it)).for_each(|it| it.columns.clear());
    }
}

impl Schema {
    /// What follows from a statement about triggers and policies, or about a function that triggers call.
    pub(super) fn depend(&mut self, operation: &Operation, sql: &str) {
        match operation {
            Operation::CreateTrigger(made) => {
                let trigger = Dependent {
                    kind: DependentKind::Trigger(self.qualify(&made.function)),
                    name: quote(&made.name),
                    columns: made.columns.clone(),
                    sql: sql.into(),
                };
                let known = self.table_mut(&made.table);
                known.dependents.retain(|other| other.name != trigger.name || !other.is_trigger());
                known.dependents.push(trigger);
            }
            Operation::DropTrigger { name, table, .. } => {
                let name = quote(name);
                self.table_mut(table).dependents.retain(|it| !it.is_trigger() || it.name != name);
            }
            Operation::CreatePolicy(policy) => {
                let dependent = Dependent {
                    kind: DependentKind::Policy(policy.as_ref().clone().into()),
                    name: quote(&policy.name),
                    columns: policy_columns(policy),
                    sql: sql.into(),
                };
                self.table_mut(&policy.table).dependents.push(dependent);
            }
            Operation::DropPolicy { name, table, .. } => {
                let name = quote(name);
                self.table_mut(table).dependents.retain(|it| it.is_trigger() || it.name != name);
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
                let known = self.table_mut(object).dependents.iter_mut();
                known.filter(|it| !it.is_trigger()).for_each(|it| it.columns.clear());
            }
            "ALTER TRIGGER" => self.table_mut(object).dependents.retain(|it| !it.is_trigger()),
            "DROP FUNCTION" | "DROP ROUTINE" => {
                let gone: Vec<Name> = objects.iter().map(|name| self.qualify(name)).collect();
                let calls = |it: &Dependent| it.function().is_some_and(|of| gone.contains(of));
                let callers = self.tables.iter().filter(|(_, table)| table.dependents.iter().any(calls));
                let callers: Vec<Name> = callers.map(|(name, _)| name.clone()).collect();
                for caller in callers {
                    self.table_mut(&caller).dependents.retain(|it| !calls(it));
                }
            }
            _ => {}
        }
    }

    /// The first trigger that calls a function, and its table.
    pub fn trigger_calling(&self, function: &Name) -> Option<(&Name, &Dependent)> {
        let function = self.qualify(function);
        self.tables.iter().find_map(|(table, known)| {
            let calls = known.dependents.iter().find(|it| it.function() == Some(&function))?;
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
