//! What a user may say about migrations where their files do not. Refuses to know where it is said.

use std::collections::BTreeMap;

use crate::operation::Operation;
use crate::sql;

use super::alembic;

/// What the files do not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The DDL of Python types, by their name or dotted path.
    pub(super) types: BTreeMap<String, String>,
    /// SQLAlchemy's naming convention: templates by kind. Empty if nothing is said.
    pub(super) naming: BTreeMap<String, String>,
    /// Whether only the order of revisions is asked for, so that none is evaluated.
    pub(super) only_order: bool,
}

/// The kinds of names in a naming convention.
const KINDS: &[&str] = &["ix", "uq", "ck", "fk", "pk"];

impl Settings {
    /// The same, for whoever asks in which order revisions run, and not what they do.
    pub fn only_order(self) -> Self {
        Self { only_order: true, ..self }
    }

    /// Says the DDL of a Python type, such as `VARCHAR({length})`. A `{parameter}` is replaced by the argument of that
    /// name, or by the one in its place.
    ///
    /// # Errors
    /// When the name is none of Python, or the DDL is no type of PostgreSQL.
    pub fn set_type(&mut self, name: &str, ddl: &str) -> Result<(), String> {
        if !name.split('.').all(is_identifier) {
            return Err(format!("`{name}` is no name of a Python type, as in `Money` or `app.types.Money`"));
        }
        let example = example(ddl).ok_or_else(|| {
            format!("`{ddl}` has a brace that holds no name of a parameter, as in `VARCHAR({{length}})`")
        })?;
        let lowered = sql::lower(&format!("ALTER TABLE t ALTER COLUMN c TYPE {example}"));
        let mut steps = lowered.iter().flat_map(|statement| &statement.steps).map(|step| &step.operation);
        match (steps.next(), steps.next()) {
            (Some(Operation::AlterColumnType { using: None, .. }), None) => {}
            _ => return Err(format!("`{ddl}` is no type of PostgreSQL, as in `NUMERIC(12, 2)`")),
        }
        self.types.insert(name.to_owned(), ddl.to_owned());
        Ok(())
    }

    /// Says how SQLAlchemy names constraints or indexes of a kind that have no name, as in
    /// `uq_%(table_name)s_%(column_0_name)s`.
    ///
    /// # Errors
    /// When there is no such kind, or the template has a token that SQLAlchemy does not know.
    pub fn set_naming(&mut self, kind: &str, template: &str) -> Result<(), String> {
        if !KINDS.contains(&kind) {
            return Err(format!("unknown kind of constraint `{kind}` (kinds: {})", KINDS.join(", ")));
        }
        if !alembic::is_naming_template(template) {
            return Err(format!(
                "`{template}` has a token that SQLAlchemy does not know, as in `%(table_name)s` or `%(column_0_name)s`"
            ));
        }
        self.naming.insert(kind.to_owned(), template.to_owned());
        Ok(())
    }
}

/// DDL with 1 for each parameter; `None` if a brace holds no name.
fn example(ddl: &str) -> Option<String> {
    let mut example = String::new();
    let mut rest = ddl;
    while let Some((before, after)) = rest.split_once('{') {
        let (_, after) = after.split_once('}').filter(|(parameter, _)| is_identifier(parameter))?;
        example.push_str(before);
        example.push('1');
        rest = after;
    }
    Some(example + rest).filter(|example| !example.contains('}'))
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}
