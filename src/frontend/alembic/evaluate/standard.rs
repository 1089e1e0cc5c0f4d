//! Functions of Python's library that migrations compute with. Refuses those that need the clock or chance.

use std::rc::Rc;

use crate::source::Span;

use super::super::hole::is_holed;
use super::super::value::{Arguments, Value};
use super::Evaluator;
use super::expression::unknown_like;
use super::file::path_of;
use super::format::repr;

impl Evaluator<'_> {
    /// Calls a function of Python's library that only computes; `None` for any other.
    pub(super) fn standard(&mut self, path: &str, arguments: &Arguments, span: Span) -> Option<Value> {
        let first = arguments.positional.first().map(|argument| &argument.value);
        if let Some(file) = self.file_function(path, arguments) {
            return Some(file);
        }
        Some(match path {
            "textwrap.dedent" | "inspect.cleandoc" => match first? {
                Value::Str(text) => Value::text(dedent(&text.text)),
                other => unknown_like(other.clone(), "text that is dedented".to_owned()),
            },
            "textwrap.indent" => match (first?, arguments.value(1, "prefix")?) {
                (Value::Str(text), Value::Str(prefix)) if arguments.named("predicate").is_none() => {
                    Value::text(indent(&text.text, &prefix.text))
                }
                (other, _) => unknown_like(other.clone(), "text that is indented".to_owned()),
            },
            "json.dumps" => match first.and_then(json) {
                Some(text) if arguments.named.is_empty() => Value::text(text),
                _ => Value::unknown("JSON is computed"),
            },
            "copy.copy" | "copy.deepcopy" => match first? {
                Value::List(items) => Value::list(items.to_vec()),
                Value::Set(items) => Value::Set(Rc::new(items.to_vec())),
                Value::Dict(items) => Value::Dict(Rc::new(items.to_vec())),
                other => other.clone(),
            },
            "typing.cast" => arguments.positional.last()?.value.clone(),
            "itertools.chain" => {
                let parts: Option<Vec<Vec<Value>>> =
                    arguments.positional.iter().map(|argument| self.items(&argument.value)).collect();
                Value::list(parts?.into_iter().flatten().collect())
            }
            "itertools.chain.from_iterable" => {
                let parts = self.items(first?)?;
                let parts: Option<Vec<Vec<Value>>> = parts.iter().map(|part| self.items(part)).collect();
                Value::list(parts?.into_iter().flatten().collect())
            }
            "itertools.product" => {
                let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
                for argument in &arguments.positional {
                    let items = self.items(&argument.value)?;
                    rows = rows
                        .iter()
                        .flat_map(|row| {
                            items.iter().map(move |item| row.iter().cloned().chain([item.clone()]).collect())
                        })
                        .collect();
                    if rows.len() > 100_000 {
                        return None;
                    }
                }
                Value::list(rows.into_iter().map(Value::tuple).collect())
            }
            "collections.OrderedDict" | "types.MappingProxyType" => self.builtin("dict", arguments, span),
            "collections.defaultdict" => Value::Dict(Rc::new(Vec::new())),
            "types.SimpleNamespace" => {
                let class = super::super::value::Class {
                    name: "SimpleNamespace".to_owned(),
                    bases: Vec::new(),
                    members: std::cell::RefCell::new(
                        arguments
                            .named
                            .iter()
                            .map(|(name, given)| (name.to_string(), given.value.clone()))
                            .collect(),
                    ),
                    fields: Vec::new(),
                    enumeration: false,
                };
                Value::Class(Rc::new(class))
            }
            "os.getenv" | "os.environ.get" => {
                let name = first.and_then(Value::as_str).unwrap_or("…");
                let reason =
                    format!("the environment variable `{name}` is only known when the migration runs");
                Value::settable(&reason, arguments.value(1, "default").cloned().unwrap_or(Value::None))
            }
            "urllib.parse.quote" | "urllib.parse.quote_plus" if arguments.named.is_empty() => {
                let text = first?.as_str().filter(|text| !is_holed(text))?;
                Value::text(percent_encoded(text, path.ends_with("_plus")))
            }
            "uuid.UUID" => Value::text(first?.as_str()?),
            "os.path.join" => {
                let parts: Option<Vec<&str>> = arguments.values().map(path_of).collect();
                Value::text(parts?.iter().collect::<std::path::PathBuf>().to_string_lossy().as_ref())
            }
            "os.path.dirname" => {
                let path = std::path::Path::new(path_of(first?)?).parent()?;
                Value::text(path.to_string_lossy().as_ref())
            }
            "os.path.abspath" | "os.path.realpath" => first?.clone(),
            _ => return None,
        })
    }
}

/// Text as a part of a URL, as `urllib.parse.quote` and `quote_plus` write it.
fn percent_encoded(text: &str, plus: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' if plus => encoded.push('+'),
            b'/' if !plus => encoded.push('/'),
            b'_' | b'.' | b'-' | b'~' => encoded.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Text with a prefix before each line that holds something, as `textwrap.indent` does it.
fn indent(text: &str, prefix: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines
        .map(|line| if line.trim().is_empty() { line.to_owned() } else { format!("{prefix}{line}") })
        .collect()
}

/// Text without the white space that all its lines begin with, as `textwrap.dedent` does it.
pub(super) fn dedent(text: &str) -> String {
    let margin = text
        .split('\n')
        .filter(|line| !line.trim().is_empty())
        .map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()])
        .reduce(|margin, indent| {
            let common = margin.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
            &margin[..common]
        })
        .unwrap_or("");
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| if line.trim().is_empty() { "" } else { line.strip_prefix(margin).unwrap_or(line) })
        .collect();
    lines.join("\n")
}

/// JSON as Python's `json.dumps` writes it by default.
pub fn json(value: &Value) -> Option<String> {
    Some(match value {
        Value::None => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(_) => repr(value)?,
        Value::Str(text) => json_text(&text.text),
        Value::List(items) | Value::Tuple(items) => {
            format!("[{}]", items.iter().map(json).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Value::Dict(items) => {
            let items = items
                .iter()
                .map(|(key, value)| {
                    let key = match key {
                        Value::Str(text) => json_text(&text.text),
                        Value::Int(int) => format!("\"{int}\""),
                        _ => return None,
                    };
                    Some(format!("{key}: {}", json(value)?))
                })
                .collect::<Option<Vec<_>>>()?;
            format!("{{{}}}", items.join(", "))
        }
        _ => return None,
    })
}

pub(super) fn json_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_ascii() && !c.is_ascii_control() => quoted.push(c),
            c => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| quoted.push_str(&format!("\\u{unit:04x}")))
            }
        }
    }
    quoted.push('"');
    quoted
}
