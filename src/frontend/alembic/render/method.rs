//! Methods of SQL expressions: comparisons, order, casts, and what PostgreSQL has for arrays and JSON.

use super::super::value::{Arguments, Value};
use super::element::{ATOM, Element, Renderer};
use super::types::{Family, resolve};
use super::{Cause, flag, given, literal, quote, text};

/// The method that says the opposite; empty if it has none of its own.
pub(super) fn opposite(method: &str) -> &'static str {
    match method {
        "in_" => "not_in",
        "like" => "not_like",
        "ilike" => "not_ilike",
        "is_" => "is_not",
        "is_not" | "isnot" => "is_",
        "is_distinct_from" | "isnot_distinct_from" => "is_not_distinct_from",
        "is_not_distinct_from" => "is_distinct_from",
        "between" => "not_between",
        "contains" => "not_contains",
        "startswith" => "not_startswith",
        "endswith" => "not_endswith",
        "icontains" => "not_icontains",
        "istartswith" => "not_istartswith",
        "iendswith" => "not_iendswith",
        "regexp_match" => "not_regexp_match",
        _ => "",
    }
}

/// PostgreSQL's operators on arrays, JSON and ranges.
fn containment(method: &str) -> Option<&'static str> {
    Some(match method {
        "contains" => "@>",
        "contained_by" => "<@",
        "overlap" | "overlaps" => "&&",
        "has_key" => "?",
        "has_any" => "?|",
        "has_all" => "?&",
        "path_exists" => "@?",
        "path_match" => "@@",
        _ => return None,
    })
}

fn is_container(family: &Family) -> bool {
    matches!(family, Family::Array(_) | Family::Json | Family::Jsonb)
}

impl Renderer {
    /// A method of an expression.
    pub(super) fn method(
        &mut self,
        base: &Value,
        name: &str,
        arguments: &Arguments,
    ) -> Result<Element, Cause> {
        if matches!(name, "bindparams" | "params") {
            self.bind_more(arguments);
            return self.element(base, &Family::Null);
        }
        if let Some(cast) = self.json_cast(base, name, arguments)? {
            return Ok(cast);
        }
        let first = arguments.positional.first().map(|argument| argument.value.clone());
        let of = self.element(base, &Family::Null)?;
        if let Some(compared) = self.comparison(&of, name, first.as_ref(), arguments)? {
            return Ok(compared);
        }
        let family = of.family.clone();
        match (name, first) {
            ("desc" | "asc", _) => {
                let word = name.to_uppercase();
                let key = of.key.clone();
                Ok(Element { key, ..Element::composed(format!("{} {word}", of.bound(3)), 3, family) })
            }
            ("nullsfirst" | "nulls_first", _) => {
                Ok(Element::composed(format!("{} NULLS FIRST", of.sql), 3, family))
            }
            ("nullslast" | "nulls_last", _) => {
                Ok(Element::composed(format!("{} NULLS LAST", of.sql), 3, family))
            }
            ("cast", Some(kind)) => Ok(of.cast(resolve(&kind)?)),
            ("collate", Some(with)) => {
                let with = quote::value(&with)?;
                Ok(Element::composed(format!("{} COLLATE {with}", of.grouped(4)), 4, Family::Text))
            }
            ("concat", Some(with)) => {
                let with = self.element(&with, &Family::Text)?;
                let sql = format!("{} || {}", of.grouped(5), with.grouped(5));
                Ok(Element::composed(sql, 5, Family::Text))
            }
            ("regexp_replace", Some(pattern)) => {
                let pattern = self.element(&pattern, &Family::Text)?.sql;
                let with =
                    self.element(arguments.value(1, "replacement").unwrap_or(&Value::None), &family)?;
                let flags = given(arguments.value(2, "flags")).map(text).transpose()?;
                let flags = flags.map_or_else(String::new, |flags| format!(", {}", literal::string(&flags)));
                let sql = format!("REGEXP_REPLACE({}, {pattern}, {}{flags})", of.sql, with.sql);
                Ok(Element::atom(sql, Family::Text))
            }
            ("distinct", None) => Ok(Element::composed(format!("DISTINCT {}", of.sql), 5, family)),
            ("label", _) | ("scalar_subquery" | "as_scalar" | "self_group", None) => Ok(of),
            ("next_value", None) => Ok(Element::atom(format!("nextval('{}')", of.sql), Family::Integer)),
            ("over", _) => self.over(of, arguments, 0),
            ("filter", Some(_)) => self.filter(of, &super::function::values(arguments)),
            ("within_group", Some(_)) => self.within_group(of, &super::function::values(arguments)),
            _ => Err(Cause::new(format!("`.{name}` is no SQL expression that is followed"))),
        }
    }

    /// `text(…).bindparams(…)`, `text(…).params({…})`.
    fn bind_more(&mut self, arguments: &Arguments) {
        for argument in &arguments.positional {
            if let Value::Dict(items) = &argument.value {
                let named =
                    items.iter().filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value.clone())));
                self.bound.extend(named);
            }
        }
        let named = arguments.named.iter().map(|(name, given)| (name.to_string(), given.value.clone()));
        // One without a value only says of which type the value is that `execute` brings.
        let given = arguments.positional.iter().filter_map(|argument| {
            let call = argument.value.as_call()?;
            let name = call.arguments.value(0, "key").and_then(Value::as_str)?;
            Some((name.to_owned(), call.arguments.value(1, "value")?.clone()))
        });
        self.bound.extend(named.chain(given));
    }

    /// A comparison; `None` if the method is none.
    fn comparison(
        &mut self,
        of: &Element,
        name: &str,
        first: Option<&Value>,
        arguments: &Arguments,
    ) -> Result<Option<Element>, Cause> {
        let of = of.clone();
        let family = of.family.clone();
        let plain = name.strip_prefix("not_").or_else(|| name.strip_prefix("not")).unwrap_or(name);
        let not = if plain == name { "" } else { "NOT " };
        let compared = |sql: String| Ok(Some(Element::composed(sql, 5, Family::Boolean)));
        if let Some(first) = first.filter(|_| plain != "contains" || is_container(&family))
            && let Some(operator) = containment(plain)
        {
            let beside =
                if matches!(plain, "contains" | "contained_by" | "overlap") { family } else { Family::Text };
            let with = self.element(first, &beside)?;
            let sql = format!("{} {operator} {}", of.grouped(0), with.grouped(0));
            return Ok(Some(match not {
                // SQLAlchemy binds this one of them more tightly.
                "" if operator == "&&" => Element::composed(sql, super::json::ITEM, Family::Boolean),
                "" => Element::composed(sql, 0, Family::Boolean),
                _ => Element::composed(format!("NOT ({sql})"), 5, Family::Boolean),
            }));
        }
        match (plain, first) {
            ("is_" | "is_not" | "isnot", with) => {
                let word = if name == "is_" { "IS" } else { "IS NOT" };
                let with = match with {
                    None | Some(Value::None) => "NULL".to_owned(),
                    Some(with) => self.element(with, &family)?.sql,
                };
                compared(format!("{} {word} {with}", of.grouped(5)))
            }
            ("is_distinct_from" | "is_not_distinct_from" | "isnot_distinct_from", Some(with)) => {
                let word = if name == "is_distinct_from" { "IS DISTINCT" } else { "IS NOT DISTINCT" };
                let with = self.element(with, &family)?;
                compared(format!("{} {word} FROM {}", of.grouped(5), with.sql))
            }
            ("in_" | "in", Some(among)) => {
                let inside = self.among(among, &family)?;
                let of = of.grouped(5);
                match not {
                    "" => compared(format!("{of} IN {inside}")),
                    _ => Ok(Some(Element::atom(format!("({of} NOT IN {inside})"), Family::Boolean))),
                }
            }
            ("like" | "ilike", Some(pattern)) => {
                let pattern = self.element(pattern, &Family::Text)?;
                let escape = escape(arguments, false)?;
                let word = plain.to_uppercase();
                compared(format!("{} {not}{word} {}{escape}", of.bound(5), pattern.bound(5)))
            }
            (
                "startswith" | "endswith" | "contains" | "istartswith" | "iendswith" | "icontains",
                Some(part),
            ) => {
                let automatic = flag(arguments.named("autoescape"))?;
                let part = match part {
                    Value::Str(words) if automatic => {
                        let escaped = words.text.replace('/', "//").replace('%', "/%").replace('_', "/_");
                        literal::string(&escaped)
                    }
                    part => self.element(part, &Family::Text)?.sql,
                };
                let (word, kind) = match plain.strip_prefix('i') {
                    Some(kind) => ("ILIKE", kind),
                    None => ("LIKE", plain),
                };
                let pattern = match kind {
                    "startswith" => format!("{part} || '%'"),
                    "endswith" => format!("'%' || {part}"),
                    _ => format!("'%' || {part} || '%'"),
                };
                let escape = escape(arguments, automatic)?;
                let sql = format!("({} {not}{word} {pattern}{escape})", of.bound(5));
                Ok(Some(Element::composed(sql, ATOM, Family::Boolean)))
            }
            ("between", Some(low)) => {
                let low = self.element(low, &family)?;
                let high = self.element(arguments.value(1, "cright").unwrap_or(&Value::None), &family)?;
                let symmetric = if flag(arguments.value(2, "symmetric"))? { "SYMMETRIC " } else { "" };
                let (low, high) = (low.bound(5), high.bound(5));
                compared(format!("{} {not}BETWEEN {symmetric}{low} AND {high}", of.grouped(5)))
            }
            ("regexp_match", Some(pattern)) => {
                let flags = given(arguments.value(1, "flags")).map(text).transpose()?;
                let flags = flags.unwrap_or_default();
                let star = match flags.as_str() {
                    "" => "",
                    "i" => "*",
                    _ => return Err(Cause::new("a pattern has flags that are no operator's")),
                };
                let bang = if not.is_empty() { "" } else { "!" };
                let pattern = self.element(pattern, &Family::Text)?;
                compared(format!("{} {bang}~{star} {}", of.grouped(5), pattern.grouped(5)))
            }
            ("any" | "all", Some(value)) => {
                let Family::Array(item) = &family else { return Ok(None) };
                if given(arguments.value(1, "operator")).is_some() {
                    return Err(Cause::new("items are compared by an operator that is not followed"));
                }
                let value = self.element(value, &item.family)?;
                compared(format!("{} = {} ({})", value.grouped(5), plain.to_uppercase(), of.sql))
            }
            _ => Ok(None),
        }
    }

    /// `sa.between(…)`, as the method that says the same.
    pub(super) fn between(&mut self, arguments: &Arguments, method: &str) -> Result<Element, Cause> {
        let Some((of, bounds)) = arguments.positional.split_first() else {
            return Err(Cause::new("nothing stands between the bounds"));
        };
        let bounds = Arguments { positional: bounds.to_vec(), named: arguments.named.clone() };
        self.method(&of.value, method, &bounds)
    }

    /// What `in_` looks among.
    fn among(&mut self, among: &Value, family: &Family) -> Result<String, Cause> {
        if let Value::List(items) | Value::Tuple(items) | Value::Set(items) = among {
            let mut parts = Vec::with_capacity(items.len());
            for item in items.iter() {
                parts.push(match (item, family) {
                    (Value::Tuple(row) | Value::List(row), Family::Row) => self.row(row)?.sql,
                    _ => self.element(item, family)?.sql,
                });
            }
            if parts.is_empty() {
                return Err(Cause::new("a list of values is empty"));
            }
            return Ok(format!("({})", parts.join(", ")));
        }
        let inside = match self.relation(among)? {
            Some(table) => self.all_of(&table),
            None => self.element(among, family)?.sql,
        };
        Ok(if inside.starts_with('(') { inside } else { format!("({inside})") })
    }

    /// `tuple_(…)`.
    pub(super) fn row(&mut self, values: &[Value]) -> Result<Element, Cause> {
        let parts = values
            .iter()
            .map(|value| self.element(value, &Family::Null).map(|element| element.sql))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Element::atom(format!("({})", parts.join(", ")), Family::Row))
    }
}

/// `ESCAPE '…'`, which SQLAlchemy adds where it escapes by itself.
fn escape(arguments: &Arguments, automatic: bool) -> Result<String, Cause> {
    let said = given(arguments.named("escape")).map(text).transpose()?;
    let escape = said.or_else(|| automatic.then(|| "/".to_owned()));
    Ok(escape.map_or_else(String::new, |escape| format!(" ESCAPE {}", literal::string(&escape))))
}
