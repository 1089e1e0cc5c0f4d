//! The timeouts that `env.py` gives every session, wherever it writes them: in `connect_args`, in a listener, in a
//! statement of its own. Reads what is written, not what runs, and refuses to follow values that are put together.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Stmt};

use crate::history::SessionSetting;

const NAMES: &[&str] = &["lock_timeout", "statement_timeout"];

/// Stands for what an f-string puts in.
const HOLE: char = '\u{fffc}';

/// The timeouts that a module writes down.
pub fn settings(module: &[Stmt]) -> Vec<SessionSetting> {
    let mut reader = Reader::default();
    module.iter().for_each(|statement| reader.visit_stmt(statement));
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Vec<SessionSetting>,
}

impl Visitor<'_> for Reader {
    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Dict(dict) => {
                for item in &dict.items {
                    let key = item.key.as_ref().and_then(text).unwrap_or_default();
                    if NAMES.contains(&key.as_str()) {
                        self.add(&key, &text(&item.value).unwrap_or_default(), false);
                    }
                }
                walk_expr(self, expression);
            }
            _ => match text(expression) {
                Some(text) => self.read(&text),
                None => walk_expr(self, expression),
            },
        }
    }
}

impl Reader {
    fn add(&mut self, name: &str, value: &str, local: bool) {
        let value = if value.contains(HOLE) { "" } else { value };
        self.found.push(SessionSetting { name: name.to_owned(), value: value.to_owned(), local });
    }

    /// `SET lock_timeout = '5s'`, `-c lock_timeout=5000`, `set_config('lock_timeout', '5s', false)`.
    fn read(&mut self, text: &str) {
        for name in NAMES {
            for (at, _) in text.match_indices(name) {
                if let Some(value) = assigned(&text[at + name.len()..]) {
                    let before = text[..at].trim_end().to_ascii_lowercase();
                    self.add(name, &value, before.ends_with("local"));
                }
            }
        }
    }
}

/// The value that follows the name of a setting.
fn assigned(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches(['\'', ' ']);
    let to = |rest: &str| {
        let word = rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("to "));
        word.then(|| rest[3..].to_owned())
    };
    let rest = rest.strip_prefix(['=', ',']).map(str::to_owned).or_else(|| to(rest))?;
    let rest = rest.trim_start();
    let value = match rest.strip_prefix(['\'', '"']) {
        Some(quoted) => quoted.split(['\'', '"']).next(),
        None => rest.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == HOLE)).next(),
    };
    value.filter(|value| !value.is_empty()).map(str::to_owned)
}

/// What a literal says, with a hole for each value that an f-string puts in.
fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        Expr::NumberLiteral(number) => match &number.value {
            ruff_python_ast::Number::Int(value) => Some(value.to_string()),
            _ => None,
        },
        Expr::FString(string) => Some(
            string
                .value
                .elements()
                .map(|element| match element.as_literal() {
                    Some(literal) => literal.value.to_string(),
                    None => HOLE.to_string(),
                })
                .collect(),
        ),
        _ => None,
    }
}
