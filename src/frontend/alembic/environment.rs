//! `env.py`, read for what decides how revisions run: the transaction rule and the naming convention. Refuses to
//! follow the rest of it.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall};

use crate::source::Sources;

use super::discover::Found;
use super::evaluate::{Evaluator, Library};
use super::naming::Naming;
use super::output::Output;
use super::render::last;
use super::value::{Call, Symbol, Value};

/// What `env.py` says.
#[derive(Debug, Default)]
pub struct Environment {
    /// `transaction_per_migration=True`.
    pub per_migration: bool,
    /// The naming convention of the target metadata.
    pub naming: Naming,
}

/// Reads the `env.py` of a project; what is not there or not plain keeps Alembic's defaults.
pub fn read(found: &Found, library: &mut Library, sources: &mut Sources) -> Environment {
    let mut environment = Environment::default();
    let Some(module) = library.find_at(&found.scripts.join("env"), sources) else { return environment };
    let mut calls = Configurations::default();
    calls.visit_body(&module.body);
    environment.per_migration = calls.per_migration;
    let output = Output::new(std::rc::Rc::new(Naming::default()));
    let mut evaluator = Evaluator::new(sources, library, std::rc::Rc::clone(&module), output);
    evaluator.output.mute();
    evaluator.run_module();
    let targets = calls.targets.iter().map(String::as_str).chain(["target_metadata"]);
    for target in targets {
        let value = evaluator.evaluate_path(target);
        if let Some(naming) = convention(&mut evaluator, &value, 0) {
            environment.naming = naming;
            break;
        }
    }
    environment
}

/// What the calls of `context.configure` say.
#[derive(Default)]
struct Configurations {
    per_migration: bool,
    targets: Vec<String>,
}

impl<'a> Visitor<'a> for Configurations {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && is_configure(call)
        {
            for keyword in &call.arguments.keywords {
                match keyword.arg.as_ref().map(|name| name.as_str()) {
                    Some("transaction_per_migration") => {
                        self.per_migration |=
                            matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value);
                    }
                    Some("target_metadata") => self.targets.extend(dotted(&keyword.value)),
                    _ => {}
                }
            }
        }
        visitor::walk_expr(self, expression);
    }
}

fn is_configure(call: &ExprCall) -> bool {
    matches!(&*call.func, Expr::Attribute(attribute) if attribute.attr.as_str() == "configure")
}

fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr)),
        _ => None,
    }
}

/// The naming convention of a metadata object, a declarative base, a Flask-SQLAlchemy extension.
fn convention(evaluator: &mut Evaluator<'_>, value: &Value, depth: usize) -> Option<Naming> {
    if depth > 4 {
        return None;
    }
    match value {
        Value::Symbol(symbol) => match symbol.as_ref() {
            Symbol::Call(call) => of_call(evaluator, call, depth),
            Symbol::Attribute(base, name) if matches!(&**name, "metadata" | "MetaData") => {
                convention(evaluator, base, depth + 1)
            }
            _ => None,
        },
        Value::Class(_) => {
            let metadata = evaluator.attribute_of(value, "metadata");
            convention(evaluator, &metadata, depth + 1)
        }
        _ => None,
    }
}

fn of_call(evaluator: &mut Evaluator<'_>, call: &Call, depth: usize) -> Option<Naming> {
    match call.callee.as_path().map(last) {
        Some("MetaData") => match call.arguments.named("naming_convention") {
            Some(Value::Dict(items)) => templates(items),
            _ => None,
        },
        _ => {
            let metadata = call.arguments.named("metadata")?.clone();
            convention(evaluator, &metadata, depth + 1)
        }
    }
}

fn templates(items: &[(Value, Value)]) -> Option<Naming> {
    let templates: BTreeMap<String, String> = items
        .iter()
        .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned())))
        .collect();
    Some(Naming::new(templates))
}
