//! What Python expressions of a migration evaluate to. Knows plain data, functions and classes of the files at hand;
//! everything of a library stays a [`Symbol`], a tree of what was written, which rendering reads. Refuses to know SQL.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{ExprLambda, StmtFunctionDef};

use crate::source::Span;

use super::evaluate::{Module, Scope};
use super::hole;

/// A Python value. Containers are immutable; mutation rebinds the name that holds them.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
    /// `True`, `False`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Str(Text),
    /// `b"…"`.
    Bytes(Rc<[u8]>),
    /// A list.
    List(Rc<Vec<Value>>),
    /// A tuple.
    Tuple(Rc<Vec<Value>>),
    /// A set, in the order in which its members were written.
    Set(Rc<Vec<Value>>),
    /// A dictionary.
    Dict(Rc<Vec<(Value, Value)>>),
    /// A function or lambda of a file at hand.
    Function(Rc<Function>),
    /// A class of a file at hand.
    Class(Rc<Class>),
    /// An object of such a class, or a member of an enumeration.
    Instance(Rc<Instance>),
    /// A method with its object.
    Method(Rc<(Value, Rc<Function>)>),
    /// A module of the same repository.
    Module(Rc<Module>),
    /// Something of a library: a name, or what was built from it.
    Symbol(Rc<Symbol>),
    /// Something that only running would tell.
    Unknown(Rc<Unknown>),
}

/// Text, with its place if the file holds it byte for byte.
#[derive(Clone, Debug)]
pub struct Text {
    /// The characters.
    pub text: Rc<str>,
    /// Where they stand, if nothing was escaped or computed.
    pub origin: Option<Span>,
    /// `op.f("…")`: a name that no naming convention may change.
    pub settled: bool,
}

/// A tree of what was written about a library.
#[derive(Debug)]
pub enum Symbol {
    /// An imported name with its full path: `sqlalchemy.Column`.
    Path(Rc<str>),
    /// An attribute of something.
    Attribute(Value, Rc<str>),
    /// `value[key]`.
    Item(Value, Value),
    /// A call.
    Call(Call),
    /// An operator with its operands: `==`, `&`, `~`, `neg`.
    Operator(&'static str, Vec<Value>),
}

/// A call with its arguments and places.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called.
    pub callee: Value,
    /// With what.
    pub arguments: Arguments,
    /// The whole call.
    pub span: Span,
}

/// Arguments of a call after `*` and `**` are spread.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// By position.
    pub positional: Vec<Argument>,
    /// By name.
    pub named: Vec<(Rc<str>, Argument)>,
}

/// One argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its value.
    pub value: Value,
    /// Where it is written; a named one with its name.
    pub span: Span,
}

/// Why something cannot be known.
#[derive(Debug)]
pub struct Unknown {
    /// Completes "cannot be read because …".
    pub reason: Rc<str>,
    /// What it is where nobody has set it otherwise.
    pub likely: Option<Value>,
    /// What it says of the database's objects.
    pub look: Option<Look>,
}

/// What an inspector is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// An inspector.
    Inspector,
    /// What a query gave: whatever is asked of it runs nothing.
    Rows,
    /// The objects of a kind, all or those of a table.
    Objects {
        /// `table`, `column`, …
        kind: &'static str,
        /// The table.
        table: Option<Rc<str>>,
    },
    /// Whether an object is there.
    Exists {
        /// Its kind and name, for a message.
        object: Rc<str>,
        /// Whether the value is true where it is there, or where it is missing.
        present: bool,
    },
}

/// Code of a function.
#[derive(Debug)]
pub enum Code {
    /// `def`.
    Def(Rc<StmtFunctionDef>),
    /// `lambda`.
    Lambda(Rc<ExprLambda>),
}

/// A function of a file at hand.
#[derive(Debug)]
pub struct Function {
    /// Its code.
    pub code: Code,
    /// The file.
    pub module: Rc<Module>,
    /// The names that it sees.
    pub scope: Rc<Scope>,
    /// Values of the defaults, in the order of the parameters that have one.
    pub defaults: HashMap<String, Value>,
    /// How it is decorated.
    pub kind: FunctionKind,
}

/// What a decorator makes of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// Nothing.
    Plain,
    /// `@staticmethod`.
    Static,
    /// `@classmethod`.
    Class,
    /// `@property`.
    Property,
    /// `@contextmanager`.
    Context,
}

/// A class of a file at hand.
#[derive(Debug)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// What it inherits from.
    pub bases: Vec<Value>,
    /// Its members, in the order in which they were written.
    pub members: RefCell<Vec<(String, Value)>>,
    /// Names that it annotates, in their order: the fields of a dataclass.
    pub fields: Vec<String>,
    /// Whether it is an `enum.Enum`.
    pub enumeration: bool,
}

/// An object.
#[derive(Debug)]
pub struct Instance {
    /// Its class.
    pub class: Rc<Class>,
    /// Its attributes.
    pub attributes: RefCell<HashMap<String, Value>>,
}

impl Value {
    /// Text without a place.
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Str(Text { text: text.into(), origin: None, settled: false })
    }

    /// A library's name.
    pub fn path(path: impl Into<Rc<str>>) -> Self {
        Self::Symbol(Rc::new(Symbol::Path(path.into())))
    }

    /// A call of something of a library.
    pub fn called(callee: Value, arguments: Arguments, span: Span) -> Self {
        Self::Symbol(Rc::new(Symbol::Call(Call { callee, arguments, span })))
    }

    /// Something that cannot be known; the reason completes "cannot be read because …".
    pub fn unknown(reason: impl Into<Rc<str>>) -> Self {
        Self::Unknown(Rc::new(Unknown { reason: reason.into(), likely: None, look: None }))
    }

    /// What a query gave.
    pub fn rows() -> Self {
        let reason = "rows are only known when the query runs".into();
        Self::Unknown(Rc::new(Unknown { reason, likely: None, look: Some(Look::Rows) }))
    }

    /// Something that an inspector is asked or says.
    pub fn look(look: Look) -> Self {
        let reason = "it depends on what the database holds when it runs".into();
        Self::Unknown(Rc::new(Unknown { reason, likely: None, look: Some(look) }))
    }

    /// What [`Value::look`] was made of.
    pub fn as_look(&self) -> Option<&Look> {
        match self {
            Self::Unknown(unknown) => unknown.look.as_ref(),
            _ => None,
        }
    }

    /// `not value`, of something unknown.
    pub fn negated(self) -> Self {
        match self.as_look() {
            Some(Look::Exists { object, present }) => {
                Self::look(Look::Exists { object: Rc::clone(object), present: !present })
            }
            _ => self.without_look(),
        }
    }

    /// Something computed from what an inspector says, which no longer tells what it looked for.
    pub fn without_look(self) -> Self {
        match &self {
            Self::Unknown(unknown) if unknown.look.is_some() => Self::unknown(Rc::clone(&unknown.reason)),
            _ => self,
        }
    }

    /// Something that whoever runs the migration may set, with what it is otherwise.
    pub fn settable(reason: &str, likely: Self) -> Self {
        match likely {
            Self::Str(text) => Self::text(hole::settable(reason, &text.text)),
            Self::Unknown(_) => Self::unknown(reason),
            likely => {
                Self::Unknown(Rc::new(Unknown { reason: reason.into(), likely: Some(likely), look: None }))
            }
        }
    }

    /// What [`Value::settable`] was made of.
    pub fn as_settable(&self) -> Option<(Rc<str>, Self)> {
        match self {
            Self::Str(text) => {
                let (text, reasons) = hole::unset(&text.text);
                let reason = reasons.first()?.as_str().into();
                (!hole::is_holed(&text)).then(|| (reason, Self::text(text)))
            }
            Self::Unknown(unknown) => Some((Rc::clone(&unknown.reason), unknown.likely.clone()?)),
            _ => None,
        }
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(items))
    }

    /// A tuple.
    pub fn tuple(items: Vec<Value>) -> Self {
        Self::Tuple(Rc::new(items))
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(&text.text),
            _ => None,
        }
    }

    /// The library's name, if it is one.
    pub fn as_path(&self) -> Option<&str> {
        match self {
            Self::Symbol(symbol) => match symbol.as_ref() {
                Symbol::Path(path) => Some(path),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether SQLAlchemy or Alembic gives it: its operators make SQL and compute nothing.
    pub fn is_sql(&self) -> bool {
        let Self::Symbol(symbol) = self else { return false };
        match symbol.as_ref() {
            Symbol::Path(path) => path.starts_with("sqlalchemy") || path.starts_with("alembic"),
            Symbol::Attribute(of, _) | Symbol::Item(of, _) => of.is_sql(),
            Symbol::Call(call) => call.callee.is_sql(),
            Symbol::Operator(_, operands) => operands.iter().any(Self::is_sql),
        }
    }

    /// The call, if it is one.
    pub fn as_call(&self) -> Option<&Call> {
        match self {
            Self::Symbol(symbol) => match symbol.as_ref() {
                Symbol::Call(call) => Some(call),
                _ => None,
            },
            _ => None,
        }
    }

    /// Why it cannot be known, if it cannot.
    pub fn why_unknown(&self) -> Option<&Rc<str>> {
        match self {
            Self::Unknown(unknown) => Some(&unknown.reason),
            _ => None,
        }
    }
}

impl Function {
    /// Whether it has a parameter of a name.
    pub fn takes(&self, name: &str) -> bool {
        match &self.code {
            Code::Def(definition) => definition.parameters.includes(name),
            Code::Lambda(lambda) => {
                lambda.parameters.as_ref().is_some_and(|parameters| parameters.includes(name))
            }
        }
    }
}

impl Arguments {
    /// The argument of a name.
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.named.iter().rev().find(|(known, _)| &**known == name).map(|(_, argument)| &argument.value)
    }

    /// The argument at a position or, failing that, of a name.
    pub fn at(&self, position: usize, name: &str) -> Option<&Argument> {
        self.positional.get(position).or_else(|| self.argument(name))
    }

    /// The argument of a name, with its place.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.named.iter().rev().find(|(known, _)| &**known == name).map(|(_, argument)| argument)
    }

    /// The value at a position or, failing that, of a name.
    pub fn value(&self, position: usize, name: &str) -> Option<&Value> {
        self.at(position, name).map(|argument| &argument.value)
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.positional
            .iter()
            .chain(self.named.iter().map(|(_, argument)| argument))
            .map(|argument| &argument.value)
    }
}
