//! Types and expressions, as far as a migration checker must look into them. Refuses to know any parser.

use std::fmt;

/// A type by PostgreSQL's own name for it, so that `INT` and `integer` are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataType {
    /// As `format_type` writes it, without modifier: `character varying`, `timestamp with time zone`, `app.mood`.
    /// `serial`, `bigserial` and `smallserial` keep their names.
    pub name: String,
    /// `(10,2)` is `[10, 2]`.
    pub modifiers: Vec<i32>,
    /// How many `[]` follow.
    pub dimensions: u8,
    /// `COLLATE`, as written.
    pub collation: Option<String>,
}

impl DataType {
    /// A type without modifiers.
    pub fn plain(name: impl Into<String>) -> Self {
        Self { name: name.into(), modifiers: Vec::new(), dimensions: 0, collation: None }
    }

    /// Whether the type draws its values from a sequence that comes with it.
    pub fn is_serial(&self) -> bool {
        matches!(self.name.as_str(), "serial" | "bigserial" | "smallserial")
    }
}

/// The type as SQL.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifiers = match self.modifiers.as_slice() {
            [] => String::new(),
            list => {
                let list: Vec<String> = list.iter().map(ToString::to_string).collect();
                format!("({})", list.join(","))
            }
        };
        match self
            .name
            .strip_suffix(" with time zone")
            .or_else(|| self.name.strip_suffix(" without time zone"))
        {
            Some(stem) if !modifiers.is_empty() => {
                write!(f, "{stem}{modifiers}{}", &self.name[stem.len()..])?;
            }
            _ => write!(f, "{}{modifiers}", self.name)?,
        }
        for _ in 0..self.dimensions {
            f.write_str("[]")?;
        }
        if let Some(collation) = &self.collation {
            write!(f, " COLLATE {collation}")?;
        }
        Ok(())
    }
}

/// An expression: its text, and the facts that rules ask for.
#[derive(Clone, Debug, Default, Eq)]
pub struct Expression {
    /// As written, white space folded.
    pub text: String,
    /// Whether it was understood. If not, the lists below say nothing, and a rule must assume the worst.
    pub understood: bool,
    /// Whether it is `NULL`.
    pub is_null: bool,
    /// Functions it calls, lower case, with schema if written. `CURRENT_TIMESTAMP` and its kin are listed so too.
    pub functions: Vec<String>,
    /// Columns it reads.
    pub columns: Vec<String>,
    /// Whether it compares with `NULL` by `=` or `<>`, which gives NULL whatever stands on the other side.
    pub compares_with_null: bool,
    /// Whether it says `NOT IN (SELECT …)`.
    pub not_in_query: bool,
    /// Columns that cannot be NULL where it is true as a CHECK: `a IS NOT NULL AND …` names `a`.
    pub demands_not_null: Vec<String>,
    /// The type that it is cast to as a whole.
    pub cast_to: Option<DataType>,
}

/// Equal if they say the same: parentheses and letter case outside quotes do not count when both are understood.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl Expression {
    fn canonical(&self) -> String {
        let mut text = self.text.trim();
        while let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            if !balanced(inner) {
                break;
            }
            text = inner.trim();
        }
        let mut quoted = false;
        text.chars()
            .map(|c| {
                if c == '\'' || c == '"' {
                    quoted = !quoted;
                }
                if quoted { c } else { c.to_ascii_lowercase() }
            })
            .collect()
    }
}

/// Whether every parenthesis closes one that opened before it; quotes are respected.
fn balanced(text: &str) -> bool {
    let mut depth = 0usize;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_stand_where_postgresql_writes_them() {
        let mut stamp = DataType::plain("timestamp with time zone");
        stamp.modifiers = vec![3];
        assert_eq!(stamp.to_string(), "timestamp(3) with time zone");
        let array = DataType { modifiers: vec![10, 2], dimensions: 1, ..DataType::plain("numeric") };
        assert_eq!(array.to_string(), "numeric(10,2)[]");
    }

    #[test]
    fn outer_parentheses_and_case_do_not_make_expressions_differ() {
        let text = |text: &str| Expression { text: text.into(), understood: true, ..Expression::default() };
        assert_eq!(text("(NOW())"), text("now()"));
        assert_ne!(text("'A'"), text("'a'"));
        assert_ne!(text("(a) OR (b)"), text("a) OR (b"));
    }
}
