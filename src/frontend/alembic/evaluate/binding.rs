//! What binds names: assignment, unpacking, functions and classes.

use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::source::Span;

use super::super::render::types;
use super::super::value::{Argument, Arguments, Class, Code, Function, FunctionKind, Instance, Value};
use super::{Evaluator, Scope};

impl Evaluator<'_> {
    /// Binds a target, unpacking as it says.
    pub(super) fn assign(&mut self, target: &Expr, value: Value, scope: &Rc<Scope>) {
        match target {
            Expr::Name(name) => scope.set(&name.id, value),
            Expr::Starred(starred) => self.assign(&starred.value, value, scope),
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, value, scope),
            Expr::List(list) => self.unpack(&list.elts, value, scope),
            Expr::Attribute(attribute) => {
                let object = self.expression(&attribute.value, scope);
                if matches!(object, Value::Unknown(_)) {
                    self.changes_unknown(self.span_of(attribute));
                }
                match self.with_argument(&object, &attribute.attr, &value) {
                    Some(changed) => self.rebind(&attribute.value, &object, &changed, scope),
                    None => self.set_attribute(&object, &attribute.attr, value),
                }
            }
            Expr::Subscript(subscript) => {
                let container = self.expression(&subscript.value, scope);
                let key = self.expression(&subscript.slice, scope);
                let changed = self.with_item(&container, key, value);
                self.rebind(&subscript.value, &container, &changed, scope);
            }
            _ => {}
        }
    }

    pub(super) fn unpack(&mut self, targets: &[Expr], value: Value, scope: &Rc<Scope>) {
        let starred = targets.iter().position(|target| matches!(target, Expr::Starred(_)));
        let items = self.items(&value).filter(|items| match starred {
            Some(_) => items.len() + 1 >= targets.len(),
            None => items.len() == targets.len(),
        });
        let Some(items) = items else {
            let unknown = match value {
                Value::Unknown(_) => value,
                _ => Value::unknown("its parts cannot be told apart"),
            };
            for target in targets {
                self.assign(target, unknown.clone(), scope);
            }
            return;
        };
        let Some(at) = starred else {
            for (target, item) in targets.iter().zip(items) {
                self.assign(target, item, scope);
            }
            return;
        };
        let after = targets.len() - at - 1;
        let (head, rest) = items.split_at(at);
        let (middle, tail) = rest.split_at(rest.len() - after);
        for (target, item) in targets[..at].iter().zip(head).chain(targets[at + 1..].iter().zip(tail)) {
            self.assign(target, item.clone(), scope);
        }
        self.assign(&targets[at], Value::list(middle.to_vec()), scope);
    }

    pub(super) fn define(&mut self, definition: &ast::StmtFunctionDef, scope: &Rc<Scope>) -> Value {
        let defaults = self.defaults(&definition.parameters, scope);
        let mut kind = FunctionKind::Plain;
        let mut decorators = Vec::new();
        for decorator in &definition.decorator_list {
            let value = self.expression(&decorator.expression, scope);
            kind = match value.as_path() {
                Some("builtins.staticmethod") => FunctionKind::Static,
                Some("builtins.classmethod") => FunctionKind::Class,
                Some("builtins.property" | "functools.cached_property") => FunctionKind::Property,
                Some("contextlib.contextmanager") => FunctionKind::Context,
                _ => kind,
            };
            decorators.push(value);
        }
        let function = self.function(Code::Def(Rc::new(definition.clone())), defaults, kind, scope);
        decorators.into_iter().rev().fold(function, |function, decorator| self.decorated(decorator, function))
    }

    pub(super) fn function(
        &mut self,
        code: Code,
        defaults: HashMap<String, Value>,
        kind: FunctionKind,
        scope: &Rc<Scope>,
    ) -> Value {
        self.closures.add(scope);
        let (module, scope) = (Rc::clone(&self.module), Rc::clone(scope));
        Value::Function(Rc::new(Function { code, module, scope, defaults, kind }))
    }

    /// What a decorator of the files at hand makes of a function; a library's changes nothing that is sent.
    fn decorated(&mut self, decorator: Value, function: Value) -> Value {
        if !matches!(decorator, Value::Function(_) | Value::Method(_) | Value::Class(_)) {
            return function;
        }
        let span = Span::new(self.module.source, 0..0);
        let argument = Argument { value: function.clone(), span };
        let arguments = Arguments { positional: vec![argument], named: Vec::new() };
        match self.call(decorator, arguments, span) {
            decorated @ (Value::Function(_) | Value::Method(_) | Value::Instance(_)) => decorated,
            _ => function,
        }
    }

    /// Keeps what `load_dialect_impl` of a type gives for PostgreSQL, if that depends on nothing else.
    fn choose_impl(&mut self, class: &Rc<Class>, function: &Rc<Function>) {
        let span = Span::new(self.module.source, 0..0);
        let object = Value::Instance(Rc::new(Instance {
            class: Rc::clone(class),
            attributes: std::cell::RefCell::default(),
        }));
        let dialect = Argument { value: Value::path(super::effect::DIALECT), span };
        let arguments = Arguments { positional: vec![dialect], named: Vec::new() };
        let muted = self.output.mute();
        let chosen = self.call_function(function, Some(object), arguments, span);
        self.output.unmute(muted);
        if types::resolve(&chosen).is_ok() {
            class.members.borrow_mut().push((types::CHOSEN.to_owned(), chosen));
        }
    }

    pub(super) fn define_class(&mut self, definition: &ast::StmtClassDef, scope: &Rc<Scope>) -> Value {
        let module = self.module.path.with_extension("");
        let parts = module.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>();
        if let Some(configured) = self.library.configured(&format!("{}.{}", parts.join("."), definition.name))
        {
            return configured;
        }
        let mut bases: Vec<Value> = Vec::new();
        for base in definition.bases() {
            // `TypeDecorator[str]`: what it is generic over is nothing to a migration.
            let named = match base {
                Expr::Subscript(generic) => &generic.value,
                other => other,
            };
            bases.push(self.expression(named, scope));
        }
        let inner = Scope::within(scope);
        self.block(&definition.body, &inner);
        let names = inner.names();
        let chosen = names.get("load_dialect_impl").cloned();
        let mut members: Vec<(String, Value)> = Vec::new();
        let annotated = definition.body.iter().filter_map(|statement| statement.as_ann_assign_stmt());
        let fields =
            annotated.filter_map(|field| Some(field.target.as_name_expr()?.id.to_string())).collect();
        for statement in &definition.body {
            let name = match statement {
                Stmt::Assign(assign) => assign.targets.first().and_then(|target| target.as_name_expr()),
                Stmt::AnnAssign(assign) => assign.target.as_name_expr(),
                _ => None,
            };
            if let Some(name) = name
                && let Some(value) = names.get(name.id.as_str())
            {
                members.push((name.id.to_string(), value.clone()));
            }
        }
        for (name, value) in names {
            if !members.iter().any(|(known, _)| *known == name) {
                members.push((name, value));
            }
        }
        let enumeration = bases.iter().any(|base| match base {
            Value::Class(class) => class.enumeration,
            _ => base.as_path().is_some_and(|path| path.starts_with("enum.")),
        });
        let class = Rc::new(Class {
            name: definition.name.to_string(),
            bases,
            members: std::cell::RefCell::new(members),
            fields,
            enumeration,
        });
        if enumeration {
            self.make_members(&class);
        }
        if let Some(Value::Function(function)) = chosen {
            self.choose_impl(&class, &function);
        }
        Value::Class(class)
    }
}
