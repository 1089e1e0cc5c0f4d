//! Names that SQLAlchemy gives to constraints and indexes that have none. Refuses conventions that are functions.

use std::collections::BTreeMap;

/// A naming convention: templates by kind (`ix`, `uq`, `ck`, `fk`, `pk`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    templates: BTreeMap<String, String>,
}

/// What a template may speak of.
#[derive(Clone, Debug, Default)]
pub struct Named<'a> {
    /// The table.
    pub table: &'a str,
    /// Its schema.
    pub schema: Option<&'a str>,
    /// The columns.
    pub columns: &'a [String],
    /// The table that a foreign key refers to.
    pub referred: &'a str,
    /// The columns that a foreign key refers to.
    pub referred_columns: &'a [String],
    /// The name that was given.
    pub given: Option<&'a str>,
}

impl Default for Naming {
    fn default() -> Self {
        let index = ("ix".to_owned(), "ix_%(column_0_label)s".to_owned());
        Self { templates: BTreeMap::from([index]) }
    }
}

impl Naming {
    /// A convention of one's own; kinds that it leaves out have no names, as in SQLAlchemy.
    pub fn new(templates: BTreeMap<String, String>) -> Self {
        Self { templates }
    }

    /// The name of a constraint or index, and whether SQLAlchemy may cut it: the given one unless the convention
    /// speaks of it, the convention's if none is given.
    pub fn name(&self, kind: &str, named: &Named<'_>) -> Option<(String, bool)> {
        let given = named.given.map(|given| (given.to_owned(), false));
        let Some(template) = self.templates.get(kind) else { return given };
        if named.given.is_some() && !template.contains("constraint_name") {
            return given;
        }
        if named.given.is_none() && template.contains("constraint_name") {
            return None;
        }
        fill(template, named).map(|name| (name, true)).or(given)
    }
}

/// Whether SQLAlchemy knows every token of a template.
pub fn is_naming_template(template: &str) -> bool {
    let columns = ["column".to_owned()];
    let named = Named {
        table: "table",
        columns: &columns,
        referred: "other",
        referred_columns: &columns,
        given: Some("name"),
        ..Named::default()
    };
    fill(template, &named).is_some()
}

/// Fills `%(token)s`; `None` for a token that SQLAlchemy does not know either.
fn fill(template: &str, named: &Named<'_>) -> Option<String> {
    let mut name = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("%(") {
        name.push_str(&rest[..at]);
        let end = rest[at..].find(")s")? + at;
        name.push_str(&token(&rest[at + 2..end], named)?);
        rest = &rest[end + 2..];
    }
    name.push_str(rest);
    Some(name)
}

fn token(token: &str, named: &Named<'_>) -> Option<String> {
    match token {
        "table_name" => return Some(named.table.to_owned()),
        "referred_table_name" => return Some(named.referred.to_owned()),
        "constraint_name" => return named.given.map(str::to_owned),
        _ => {}
    }
    let (columns, rest) = match token.strip_prefix("referred_column_") {
        Some(rest) => (named.referred_columns, rest),
        None => (named.columns, token.strip_prefix("column_")?),
    };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let index: usize = rest[..digits].parse().ok()?;
    let label = |column: &String| match named.schema {
        Some(schema) => format!("{}_{}_{column}", schema.replace('.', "_"), named.table),
        None => format!("{}_{column}", named.table),
    };
    let shown = |what: &str, column: &String| match what {
        "name" | "key" => Some(column.clone()),
        "label" => Some(label(column)),
        _ => None,
    };
    match rest[digits..].split_once('_') {
        // column_0_name, column_0N_name, column_0_N_name
        Some(("", what)) => match what.strip_prefix("N_") {
            Some(what) => columns
                .iter()
                .map(|column| shown(what, column))
                .collect::<Option<Vec<_>>>()
                .map(|all| all.join("_")),
            None => columns.get(index).map_or(Some(String::new()), |column| shown(what, column)),
        },
        Some(("N", what)) => columns
            .iter()
            .map(|column| shown(what, column))
            .collect::<Option<Vec<_>>>()
            .map(|all| all.concat()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_sqlalchemy() {
        let templates = [
            ("ix", "ix_%(column_0_label)s"),
            ("uq", "uq_%(table_name)s_%(column_0_N_name)s"),
            ("ck", "ck_%(table_name)s_%(constraint_name)s"),
            ("fk", "fk_%(table_name)s_%(column_0N_name)s_%(referred_table_name)s"),
        ];
        let naming = Naming::new(templates.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
        let columns = ["a".to_owned(), "b".to_owned()];
        let named =
            Named { table: "t", schema: Some("s"), columns: &columns, referred: "r", ..Named::default() };
        assert_eq!(naming.name("ix", &named), Some(("ix_s_t_a".to_owned(), true)));
        assert_eq!(naming.name("uq", &named), Some(("uq_t_a_b".to_owned(), true)));
        assert_eq!(naming.name("fk", &named), Some(("fk_t_ab_r".to_owned(), true)));
        assert_eq!(naming.name("ck", &named), None);
        let given = Named { given: Some("x"), ..named };
        assert_eq!(naming.name("ck", &given), Some(("ck_t_x".to_owned(), true)));
        assert_eq!(naming.name("uq", &given), Some(("x".to_owned(), false)));
    }
}
