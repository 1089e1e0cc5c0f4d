//! Calls: of functions and classes of the files at hand, and of everything else through [`super::effect`].

use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr};

use crate::source::Span;

use super::super::output::Until;
use super::super::value::{Argument, Arguments, Code, Function, FunctionKind, Look, Symbol, Value};
use super::object::class_member;
use super::{DEPTH, Evaluator, Flow, Frame, Scope, WithBody};

impl Evaluator<'_> {
    pub(super) fn call_expression(&mut self, call: &ast::ExprCall, scope: &Rc<Scope>) -> Value {
        let span = self.place(call);
        let receiver = match &*call.func {
            Expr::Attribute(attribute) => Some((self.expression(&attribute.value, scope), attribute)),
            _ => None,
        };
        let callee = match &receiver {
            None => self.expression(&call.func, scope),
            Some((value, attribute)) => match value {
                value if super::method::has_methods(value) => Value::None,
                value => self.attribute(value.clone(), &attribute.attr),
            },
        };
        if callee.as_path() == Some("alembic.context.configure") {
            return self.configure(&call.arguments, scope);
        }
        let arguments = match self.arguments(&call.arguments, scope) {
            Ok(arguments) => arguments,
            Err(unknown) => return self.call_unreadable(&callee, unknown, span),
        };
        if let (Some("builtins.next"), [place, ..], [iterator, ..]) =
            (callee.as_path(), &*call.arguments.args, &*arguments.positional)
            && let Some(first) = self.advance(place, &iterator.value, scope)
        {
            return first;
        }
        match receiver {
            Some((value, attribute))
                if super::file::is_file(&value) && attribute.attr.as_str() == "readline" =>
            {
                let line = self.advance(&attribute.value, &value, scope);
                return line.unwrap_or_else(|| Value::unknown("a file is read in parts"));
            }
            Some((value, attribute)) if super::method::has_methods(&value) => {
                return self.method(value, &attribute.attr, arguments, &attribute.value, scope);
            }
            Some((value @ Value::Unknown(_), attribute)) => {
                return self.call_unknown_method(&value, &attribute.attr, &arguments, span);
            }
            _ => {}
        }
        if callee.as_path() == Some("builtins.super") {
            return self.super_object(scope);
        }
        self.call(callee, arguments, span)
    }

    /// Calls a value.
    pub(super) fn call(&mut self, callee: Value, arguments: Arguments, span: Span) -> Value {
        match &callee {
            Value::Function(function) if function.kind == FunctionKind::Context => {
                Value::Symbol(Rc::new(Symbol::Call(super::super::value::Call {
                    callee: callee.clone(),
                    arguments,
                    span,
                })))
            }
            Value::Function(function) => self.call_function(function, None, arguments, span),
            Value::Method(method) => {
                let (object, function) = method.as_ref();
                self.call_function(function, Some(object.clone()), arguments, span)
            }
            Value::Class(class) => self.construct(class, arguments, span),
            Value::Instance(instance) => match class_member(&instance.class, "__call__") {
                Some(Value::Function(function)) => {
                    self.call_function(&function, Some(callee.clone()), arguments, span)
                }
                _ => Value::unknown("an object is called that is no function"),
            },
            Value::Symbol(symbol) => self.call_library(&Rc::clone(symbol), arguments, span),
            Value::Unknown(_) => self.call_unknown(&callee, &arguments, span),
            _ => Value::unknown("something is called that is no function"),
        }
    }

    pub(super) fn call_function(
        &mut self,
        function: &Rc<Function>,
        object: Option<Value>,
        mut arguments: Arguments,
        span: Span,
    ) -> Value {
        if self.frames.len() > DEPTH {
            return Value::unknown("calls nest too deep to follow");
        }
        if let Some(object) = object.filter(|_| function.kind != FunctionKind::Static) {
            arguments.positional.insert(0, Argument { value: object, span });
        }
        let scope = Scope::within(&function.scope);
        let parameters = match &function.code {
            Code::Def(definition) => Some(&*definition.parameters),
            Code::Lambda(lambda) => lambda.parameters.as_deref(),
        };
        if let Some(parameters) = parameters {
            bind(parameters, &function.defaults, arguments, &scope);
        }
        let height = self.output.conditions.len();
        let caller = std::mem::replace(&mut self.module, Rc::clone(&function.module));
        let anchored = self.output.enter_call(span, caller.source, function.module.source);
        let (names, conditions) = (Some(Rc::clone(&scope)), height);
        self.frames.push(Frame { scope: names, conditions, ..Frame::default() });
        let mut result = match &function.code {
            Code::Def(definition) => match self.block(&definition.body, &scope) {
                Flow::Return(value) => value,
                _ => Value::None,
            },
            Code::Lambda(lambda) => self.expression(&lambda.body, &scope),
        };
        let frame = self.frames.pop().unwrap_or_default();
        self.output.leave_call(anchored);
        self.module = caller;
        self.settle(height, Until::Call);
        if !frame.yielded.is_empty() {
            return Value::list(frame.yielded);
        }
        for other in frame.may_return {
            if super::compare::same(&result, &other) != Some(true) {
                let name = match &function.code {
                    Code::Def(definition) => format!("`{}`", definition.name),
                    Code::Lambda(_) => "a function".to_owned(),
                };
                result = match (&result, other) {
                    // `if table not in …: return False`, then whether its column is there.
                    (Value::Unknown(_), Value::Bool(false))
                        if matches!(result.as_look(), Some(Look::Exists { present: true, .. })) =>
                    {
                        result
                    }
                    (Value::Unknown(_), _) => result.without_look(),
                    (_, other @ Value::Unknown(_)) => other.without_look(),
                    _ => Value::unknown(format!("what {name} returns is only known when the migration runs")),
                };
            }
        }
        result
    }

    /// Runs a `@contextmanager` function of the file around the block of a `with`.
    pub(super) fn call_context(
        &mut self,
        function: &Rc<Function>,
        arguments: Arguments,
        body: WithBody,
        span: Span,
    ) {
        let Code::Def(definition) = &function.code else { return };
        let scope = Scope::within(&function.scope);
        bind(&definition.parameters, &function.defaults, arguments, &scope);
        let caller = std::mem::replace(&mut self.module, Rc::clone(&function.module));
        let anchored = self.output.enter_call(span, caller.source, function.module.source);
        let height = self.output.conditions.len();
        let (names, conditions) = (Some(Rc::clone(&scope)), height);
        self.frames.push(Frame { scope: names, conditions, body: Some(body), ..Frame::default() });
        self.block(&definition.body, &scope);
        self.settle(height, Until::Call);
        self.frames.pop();
        self.output.leave_call(anchored);
        self.module = caller;
    }

    /// `yield value`: one more item of a generator, or the block of a `with`.
    pub(super) fn yielded(&mut self, value: Value) {
        let Some(frame) = self.frames.last_mut() else { return };
        let Some(body) = frame.body.take() else {
            frame.yielded.push(value);
            return;
        };
        let inner = std::mem::replace(&mut self.module, Rc::clone(&body.module));
        let anchor = self.output.lift_anchor();
        if let Some(target) = &body.target {
            self.assign(target, value, &body.scope);
        }
        self.block(&body.statements, &body.scope);
        self.output.leave_call(anchor);
        self.module = inner;
    }

    /// The values of a function's defaults.
    pub(super) fn defaults(
        &mut self,
        parameters: &ast::Parameters,
        scope: &Rc<Scope>,
    ) -> HashMap<String, Value> {
        parameters
            .iter_non_variadic_params()
            .filter_map(|parameter| {
                let default = self.expression(parameter.default.as_deref()?, scope);
                Some((parameter.parameter.name.to_string(), default))
            })
            .collect()
    }
}

/// Binds the arguments of a call to the parameters of a function; what is missing is unknown.
fn bind(
    parameters: &ast::Parameters,
    defaults: &HashMap<String, Value>,
    arguments: Arguments,
    scope: &Rc<Scope>,
) {
    let mut positional = arguments.positional.into_iter().map(|argument| argument.value);
    let mut named: Vec<(Rc<str>, Value)> =
        arguments.named.into_iter().map(|(name, argument)| (name, argument.value)).collect();
    let mut take = |name: &str, given: Option<Value>| {
        let at = named.iter().position(|(known, _)| &**known == name);
        let value = given
            .or_else(|| at.map(|at| named.remove(at).1))
            .or_else(|| defaults.get(name).cloned())
            .unwrap_or_else(|| Value::unknown(format!("the parameter `{name}` is not given")));
        scope.set(name, value);
    };
    for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
        let given = positional.next();
        take(&parameter.parameter.name, given);
    }
    for parameter in &parameters.kwonlyargs {
        take(&parameter.parameter.name, None);
    }
    if let Some(rest) = &parameters.vararg {
        scope.set(&rest.name, Value::tuple(positional.collect()));
    }
    if let Some(rest) = &parameters.kwarg {
        let items = named.into_iter().map(|(name, value)| (Value::text(name), value)).collect();
        scope.set(&rest.name, Value::Dict(Rc::new(items)));
    }
}
