//! What migrations ask an inspector before they change something: how the question reads in "runs only if …". Refuses
//! to guess the answer, which only the database has.

use std::rc::Rc;

use ruff_python_ast::{self as ast, CmpOp, Expr};

use super::super::hole::is_holed;
use super::super::value::{Arguments, Look, Value};
use super::{Evaluator, Scope};

/// What an inspector's method gives, if it looks for objects.
pub(super) fn asked(method: &str, arguments: &Arguments) -> Option<Value> {
    let named = |position: usize, name: &str| arguments.value(position, name).and_then(plain);
    let table = named(0, "table_name");
    let all = |kind| Look::Objects { kind, table: None };
    let within = |kind| Look::Objects { kind, table: table.map(Rc::from) };
    Some(Value::look(match method {
        "get_table_names" => all("table"),
        "get_view_names" | "get_materialized_view_names" => all("view"),
        "get_schema_names" => all("schema"),
        "get_sequence_names" => all("sequence"),
        "get_enums" => all("type"),
        "get_columns" => within("column"),
        "get_indexes" => within("index"),
        "get_unique_constraints" | "get_check_constraints" | "get_foreign_keys" => within("constraint"),
        "has_table" => exists("table", table?, None),
        "has_schema" => exists("schema", named(0, "schema_name")?, None),
        "has_sequence" => exists("sequence", named(0, "sequence_name")?, None),
        "has_index" => exists("index", named(1, "index_name")?, table),
        _ => return None,
    }))
}

/// Whether a name is among the objects that an inspector lists.
pub(super) fn among(name: &Value, objects: &Value) -> Option<Value> {
    match objects.as_look()? {
        Look::Objects { kind, table } => Some(Value::look(exists(kind, plain(name)?, table.as_deref()))),
        _ => None,
    }
}

fn exists(kind: &str, name: &str, table: Option<&str>) -> Look {
    let of = table.map(|table| format!(" of table `{table}`")).unwrap_or_default();
    Look::Exists { object: format!("{kind} `{name}`{of}").into(), present: true }
}

fn plain(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !is_holed(text))
}

impl Evaluator<'_> {
    /// What must hold for a branch on the unknown to be taken, and for the other.
    pub(super) fn conditions(&self, value: &Value, test: &Expr) -> (String, String) {
        let Some(Look::Exists { object, present }) = value.as_look() else {
            let words = self.words(test);
            return (format!("{words} is true"), format!("{words} is false"));
        };
        let (there, missing) = (format!("{object} exists"), format!("{object} does not exist yet"));
        if *present { (there, missing) } else { (missing, there) }
    }

    /// What a comprehension over the objects of an inspector gives: their names, or whether one is there.
    pub(super) fn gathered(
        &mut self,
        unknown: Value,
        generators: &[ast::Comprehension],
        element: &Expr,
        scope: &Rc<Scope>,
    ) -> Value {
        let [ast::Comprehension { target: Expr::Name(target), ifs, .. }] = generators else {
            return unknown.without_look();
        };
        let found = match &ifs[..] {
            [] if is_name(element, &target.id) => Some(unknown.clone()),
            [] => self.named_in(element, &target.id, &unknown, scope),
            [test] => self.named_in(test, &target.id, &unknown, scope),
            _ => None,
        };
        found.unwrap_or_else(|| unknown.without_look())
    }

    /// `object["name"] == "…"`.
    fn named_in(&mut self, test: &Expr, target: &str, objects: &Value, scope: &Rc<Scope>) -> Option<Value> {
        let Expr::Compare(compare) = test else { return None };
        let ([CmpOp::Eq], [right]) = (&compare.ops[..], &compare.comparators[..]) else { return None };
        let name = match (is_name(&compare.left, target), is_name(right, target)) {
            (true, false) => self.expression(right, scope),
            (false, true) => self.expression(&compare.left, scope),
            _ => return None,
        };
        among(&name, objects)
    }
}

/// `object`, `object["name"]`, `object.get("name")`, `object.name`.
fn is_name(expression: &Expr, target: &str) -> bool {
    let is_target = |of: &Expr| matches!(of, Expr::Name(name) if name.id == target);
    let says_name = |key: &Expr| matches!(key, Expr::StringLiteral(key) if key.value.to_str() == "name");
    match expression {
        Expr::Subscript(item) => is_target(&item.value) && says_name(&item.slice),
        Expr::Attribute(attribute) => is_target(&attribute.value) && attribute.attr.as_str() == "name",
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(get) => {
                is_target(&get.value)
                    && get.attr.as_str() == "get"
                    && call.arguments.args.first().is_some_and(says_name)
            }
            _ => false,
        },
        name => is_target(name),
    }
}
