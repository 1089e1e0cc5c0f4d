//! What `env.py` tells Alembic: the keywords of `context.configure`, and what it takes for them from Alembic's own
//! configuration. Refuses to know what the keywords mean.

use std::rc::Rc;

use ruff_python_ast as ast;

use super::super::value::{Arguments, Value};
use super::{Evaluator, Scope};

impl Evaluator<'_> {
    /// `context.configure(…)`. A spread of something unknown, as Flask-Migrate has it, hides no other keyword.
    pub(super) fn configure(&mut self, arguments: &ast::Arguments, scope: &Rc<Scope>) -> Value {
        for keyword in &arguments.keywords {
            let value = self.expression(&keyword.value, scope);
            match (&keyword.arg, value) {
                (Some(name), value) => self.configured.push((name.to_string(), value)),
                (None, Value::Dict(items)) => {
                    let named =
                        |(key, value): &(Value, Value)| Some((key.as_str()?.to_owned(), value.clone()));
                    self.configured.extend(items.iter().filter_map(named));
                }
                (None, _) => {}
            }
        }
        Value::None
    }

    /// `context.run_migrations(…)`: every revision's functions get the keywords as their arguments.
    pub(super) fn hand(&mut self, arguments: &Arguments) -> Value {
        for (name, argument) in &arguments.named {
            let value = match &argument.value {
                // The tables of the models, which are not written as tables; each is known by its name.
                Value::Unknown(_) | Value::Instance(_) if &**name == "tables" => {
                    Value::path("sqlalchemy.MetaData.tables")
                }
                value => value.clone(),
            };
            self.library.handed.retain(|(known, _)| **known != **name);
            self.library.handed.push((name.to_string(), value));
        }
        Value::None
    }

    /// `context.config.get_main_option("key", default)`.
    pub(super) fn main_option(&self, arguments: &Arguments) -> Value {
        let key = arguments.value(0, "name").and_then(Value::as_str);
        match key.and_then(|key| self.library.option(key)) {
            Some(value) => Value::text(value),
            None => arguments
                .value(1, "default")
                .cloned()
                .unwrap_or_else(|| Value::unknown("Alembic's configuration is only known when it runs")),
        }
    }
}
