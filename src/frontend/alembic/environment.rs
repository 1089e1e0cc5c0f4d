//! `env.py`, read for what decides how revisions run and are made: the transaction rule, the version table, the naming
//! convention, the schemas that are compared. Refuses to judge it, and to guess what only running it would tell.

use std::collections::BTreeMap;
use std::rc::Rc;

use ruff_python_ast::Stmt;

use crate::history::SessionSetting;
use crate::operation::Name;
use crate::source::Sources;

use super::discover::Found;
use super::evaluate::{Evaluator, Library};
use super::naming::Naming;
use super::output::Output;
use super::render::last;
use super::session;
use super::value::{Call, Symbol, Value};

/// What `env.py` says.
#[derive(Debug)]
pub struct Environment {
    /// `transaction_per_migration=True`.
    pub per_migration: bool,
    /// `version_table` with `version_table_schema`.
    pub version_table: Name,
    /// The naming convention of the target metadata, where it is one that can be read.
    pub naming: Option<Naming>,
    /// `include_schemas=True`: autogenerate compares all schemas, not only the default one.
    pub every_schema: bool,
    /// The timeouts of its sessions.
    pub session: Vec<SessionSetting>,
}

impl Environment {
    /// What differs from what Alembic does by itself, in words.
    pub fn told(&self) -> Vec<String> {
        let default = Self::default().version_table;
        let mut told = Vec::new();
        if self.per_migration {
            told.push("one transaction per migration".to_owned());
        }
        if self.version_table != default {
            told.push(format!("version table {}", self.version_table));
        }
        if self.every_schema {
            told.push("autogenerate compares all schemas".to_owned());
        }
        let known = self.session.iter().filter(|setting| !setting.value.is_empty());
        told.extend(known.map(|setting| format!("{} = {}", setting.name, setting.value)));
        told
    }
}

impl Default for Environment {
    fn default() -> Self {
        let version_table = Name::unqualified(super::FRAMEWORK.version_table);
        Self { per_migration: false, version_table, naming: None, every_schema: false, session: Vec::new() }
    }
}

/// Reads the `env.py` of a project; what is not there or not plain keeps Alembic's defaults.
pub fn read(found: &Found, library: &mut Library, sources: &mut Sources) -> Environment {
    let mut environment = Environment::default();
    let Some(module) = library.find_at(&found.scripts.join("env"), sources) else { return environment };
    environment.session = session::settings(&module.body);
    let output = Output::new(Rc::new(Naming::default()));
    let mut evaluator = Evaluator::new(sources, library, Rc::clone(&module), output);
    evaluator.output.mute();
    evaluator.run_module();
    if evaluator.configured.is_empty() {
        // It is called back by something that is not followed, such as `connection.run_sync(…)`.
        for statement in &module.body {
            if let Stmt::FunctionDef(function) = statement {
                evaluator.run_function(function.name.as_str());
            }
        }
    }
    let configured = std::mem::take(&mut evaluator.configured);
    let said = |key: &'static str| {
        configured.iter().rev().filter(move |(known, _)| known == key).map(|(_, value)| value)
    };
    let is_set = |key| said(key).any(|value| matches!(value, Value::Bool(true)));
    environment.per_migration = is_set("transaction_per_migration");
    environment.every_schema = is_set("include_schemas");
    if let Some(table) = said("version_table").find_map(text) {
        environment.version_table.name = table;
    }
    environment.version_table.schema = said("version_table_schema").find_map(text);
    let default = evaluator.evaluate_path("target_metadata");
    let targets = said("target_metadata").chain([&default]);
    environment.naming = targets.cloned().find_map(|target| convention(&mut evaluator, &target, 0));
    evaluator.keep_closures();
    environment
}

/// Text, also as a member of an enumeration.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Instance(member) => text(member.attributes.borrow().get("value")?),
        value => value.as_str().filter(|text| !text.is_empty()).map(str::to_owned),
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
