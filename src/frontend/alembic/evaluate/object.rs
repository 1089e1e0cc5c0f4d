//! Classes, objects and attributes of the files at hand. What a library's class adds to them is a tree.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::source::Span;

use super::super::render::last;
use super::super::value::{Argument, Arguments, Class, Code, FunctionKind, Instance, Symbol, Value};
use super::{Evaluator, Scope};

impl Evaluator<'_> {
    pub(super) fn construct(&mut self, class: &Rc<Class>, arguments: Arguments, span: Span) -> Value {
        if class.enumeration {
            return self.member_of_value(class, &arguments);
        }
        let object = Value::Instance(Rc::new(Instance {
            class: Rc::clone(class),
            attributes: RefCell::new(HashMap::new()),
        }));
        // A type of one's own is one of SQLAlchemy's, whatever its `__init__` sets up for Python.
        let decorates = library_base(class).is_some_and(|base| {
            matches!(base.as_path().map(last), Some("TypeDecorator" | "UserDefinedType" | "TypeEngine"))
        });
        match class_member(class, "__init__").filter(|_| !decorates) {
            Some(Value::Function(function)) => {
                self.call_function(&function, Some(object.clone()), arguments, span);
            }
            _ if library_base(class).is_some_and(|base| base.as_path() != Some(NAMED_TUPLE)) => {
                return Value::Symbol(Rc::new(Symbol::Call(super::super::value::Call {
                    callee: Value::Class(Rc::clone(class)),
                    arguments,
                    span,
                })));
            }
            _ => self.fill_fields(&object, class, arguments),
        }
        object
    }

    /// A dataclass or a plain class without `__init__`: fields in the order in which they were written.
    pub(super) fn fill_fields(&mut self, object: &Value, class: &Rc<Class>, arguments: Arguments) {
        let fields = fields(class);
        for name in &fields {
            if let Some(made) = class_member(class, name).and_then(|default| self.made_default(&default)) {
                self.set_attribute(object, name, made);
            }
        }
        for (name, argument) in fields.iter().zip(arguments.positional) {
            self.set_attribute(object, name, argument.value);
        }
        for (name, argument) in arguments.named {
            self.set_attribute(object, &name, argument.value);
        }
    }

    /// What `field(default=…)` and `field(default_factory=…)` give; `None` for a plain default.
    fn made_default(&mut self, default: &Value) -> Option<Value> {
        let call =
            default.as_call().filter(|call| call.callee.as_path() == Some("dataclasses.field"))?.clone();
        if let Some(default) = call.arguments.named("default") {
            return Some(default.clone());
        }
        let factory = call.arguments.named("default_factory")?.clone();
        Some(self.call(factory, Arguments::default(), call.span))
    }

    pub(super) fn member_of_value(&self, class: &Rc<Class>, arguments: &Arguments) -> Value {
        let wanted = arguments.positional.first().map(|argument| &argument.value);
        let members = class.members.borrow();
        let found = members.iter().find(|(_, member)| match (member, wanted) {
            (Value::Instance(member), Some(wanted)) => member
                .attributes
                .borrow()
                .get("value")
                .is_some_and(|value| super::compare::same(value, wanted) == Some(true)),
            _ => false,
        });
        found.map_or_else(|| Value::unknown("an enumeration has no such value"), |(_, member)| member.clone())
    }

    /// Makes the members of an enumeration of its plain values.
    pub(super) fn make_members(&mut self, class: &Rc<Class>) {
        let mut members = class.members.borrow_mut();
        let mut automatic = 0;
        for (name, value) in members.iter_mut() {
            if name.starts_with('_') || matches!(value, Value::Function(_) | Value::Class(_)) {
                continue;
            }
            if value.as_call().is_some_and(|call| call.callee.as_path() == Some("enum.auto")) {
                automatic += 1;
                let lower = class.bases.iter().any(|base| base.as_path() == Some("enum.StrEnum"));
                *value = if lower { Value::text(name.to_lowercase()) } else { Value::Int(automatic) };
            }
            let attributes = HashMap::from([
                ("name".to_owned(), Value::text(name.as_str())),
                ("value".to_owned(), value.clone()),
            ]);
            *value = Value::Instance(Rc::new(Instance {
                class: Rc::clone(class),
                attributes: RefCell::new(attributes),
            }));
        }
    }

    pub(super) fn super_object(&self, scope: &Rc<Scope>) -> Value {
        match scope.get("self") {
            Some(Value::Instance(instance)) => {
                instance.class.bases.first().map_or(Value::None, |base| match base {
                    Value::Class(base) => Value::Instance(Rc::new(Instance {
                        class: Rc::clone(base),
                        attributes: RefCell::new(instance.attributes.borrow().clone()),
                    })),
                    _ => Value::unknown("a class inherits from one of a library"),
                })
            }
            _ => Value::unknown("`super` is used outside a method"),
        }
    }

    /// An attribute of a value.
    pub(super) fn attribute(&mut self, value: Value, name: &str) -> Value {
        match &value {
            Value::Module(module) => self.module_name(module, name),
            Value::Instance(instance) => {
                if let Some(value) = instance.attributes.borrow().get(name) {
                    return value.clone();
                }
                match class_member(&instance.class, name) {
                    Some(Value::Function(function)) => match function.kind {
                        FunctionKind::Property => {
                            let span = Span::new(self.module.source, 0..0);
                            self.call_function(&function, Some(value.clone()), Arguments::default(), span)
                        }
                        FunctionKind::Static | FunctionKind::Context => Value::Function(function),
                        FunctionKind::Class => {
                            Value::Method(Rc::new((Value::Class(Rc::clone(&instance.class)), function)))
                        }
                        FunctionKind::Plain => Value::Method(Rc::new((value.clone(), function))),
                    },
                    Some(member) => member,
                    None if name == "__class__" => Value::Class(Rc::clone(&instance.class)),
                    None => Value::unknown(format!("`{name}` is no attribute of `{}`", instance.class.name)),
                }
            }
            Value::Class(class) => match class_member(class, name) {
                Some(Value::Function(function)) if function.kind == FunctionKind::Class => {
                    Value::Method(Rc::new((value.clone(), function)))
                }
                // A column of a mapped class is known with its table.
                Some(member) if is_column(&member) && class_member(class, "__tablename__").is_some() => {
                    Value::Symbol(Rc::new(Symbol::Attribute(value.clone(), name.into())))
                }
                Some(member) => member,
                None if name == "__name__" => Value::text(class.name.as_str()),
                None if name == "__members__" => Value::Dict(Rc::new(
                    enumeration_members(class)
                        .into_iter()
                        .map(|member| (self.attribute(member.clone(), "name"), member))
                        .collect(),
                )),
                None => match library_base(class) {
                    Some(_) => Value::Symbol(Rc::new(Symbol::Attribute(value.clone(), name.into()))),
                    None => Value::unknown(format!("`{name}` is no attribute of `{}`", class.name)),
                },
            },
            Value::Symbol(symbol) => self.library_attribute(symbol, &value, name),
            Value::Unknown(_) => value,
            Value::Function(function) if name == "__name__" => match &function.code {
                Code::Def(definition) => Value::text(definition.name.as_str()),
                Code::Lambda(_) => Value::text("<lambda>"),
            },
            _ => Value::unknown(format!("`{name}` is no attribute that is followed")),
        }
    }

    /// What SQLAlchemy made with an argument of that name, as `kind.name = "other"` changes it; `None` if the object
    /// is something else.
    pub(super) fn with_argument(&self, object: &Value, name: &str, value: &Value) -> Option<Value> {
        let mut call = object.as_call().filter(|_| object.is_sql())?.clone();
        let value = self.sure(name, value.clone());
        let first = call.arguments.positional.first_mut();
        match first.filter(|first| name == "name" && first.value.as_str().is_some()) {
            Some(first) if !is_enumeration(&call.callee) => first.value = value,
            _ => {
                let argument = Argument { value, span: call.span };
                call.arguments.named.retain(|(known, _)| &**known != name);
                call.arguments.named.push((name.into(), argument));
            }
        }
        Some(Value::Symbol(Rc::new(Symbol::Call(call))))
    }

    fn sure(&self, name: &str, value: Value) -> Value {
        match self.uncertain() && !matches!(value, Value::Unknown(_)) {
            true => Value::unknown(format!("`{name}` is set only under a condition")),
            false => value,
        }
    }

    /// `object.name = value`.
    pub(super) fn set_attribute(&mut self, object: &Value, name: &str, value: Value) {
        let value = self.sure(name, value);
        match object {
            Value::Instance(instance) => {
                instance.attributes.borrow_mut().insert(name.to_owned(), value);
            }
            Value::Symbol(_) => {
                if let Some(path) = object.as_path() {
                    self.library.patched.insert(format!("{path}.{name}"), value);
                }
            }
            _ => {}
        }
    }
}

/// The base of classes whose objects are the tuples of their fields.
pub(super) const NAMED_TUPLE: &str = "typing.NamedTuple";

/// The fields of a class and of what it inherits from, in the order in which arguments are given to them.
pub(super) fn fields(class: &Class) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for base in class.bases.iter().rev() {
        if let Value::Class(base) = base {
            found.extend(fields(base));
        }
    }
    for name in &class.fields {
        if !found.contains(name) {
            found.push(name.clone());
        }
    }
    found
}

/// Whether a member of a mapped class is a column.
fn is_column(member: &Value) -> bool {
    let path = member.as_call().and_then(|call| call.callee.as_path());
    path.is_some_and(|path| {
        path.starts_with("sqlalchemy.") && matches!(last(path), "Column" | "mapped_column")
    })
}

/// Whether calling it makes a type whose texts are labels.
fn is_enumeration(callee: &Value) -> bool {
    callee.as_path().is_some_and(|path| path.ends_with(".Enum") || path.ends_with(".ENUM"))
}

/// Members of an enumeration in their order.
pub(super) fn enumeration_members(class: &Class) -> Vec<Value> {
    class
        .members
        .borrow()
        .iter()
        .filter(
            |(_, member)| matches!(member, Value::Instance(instance) if instance.class.name == class.name),
        )
        .map(|(_, member)| member.clone())
        .collect()
}

/// A member of a class or of what it inherits from.
pub(super) fn class_member(class: &Class, name: &str) -> Option<Value> {
    let own = class.members.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    own.or_else(|| {
        class.bases.iter().find_map(|base| match base {
            Value::Class(base) => class_member(base, name),
            _ => None,
        })
    })
}

/// The library class that a class of the file inherits from.
pub(super) fn library_base(class: &Class) -> Option<Value> {
    class.bases.iter().find_map(|base| match base {
        Value::Class(base) => library_base(base),
        Value::Symbol(_) | Value::Unknown(_) if base.as_path() != Some("builtins.object") => {
            Some(base.clone())
        }
        _ => None,
    })
}
