//! Expressions. What cannot be computed becomes [`Value::Unknown`] with its reason, and stays it through everything.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use crate::source::Span;

use super::super::value::{Argument, Arguments, Code, FunctionKind, Symbol, Text, Value};
use super::compare;
use super::{Evaluator, Scope};

impl Evaluator<'_> {
    /// The value of an expression.
    pub(super) fn expression(&mut self, expression: &Expr, scope: &Rc<Scope>) -> Value {
        if !self.step() {
            return Value::unknown("the script takes too many steps to follow");
        }
        let value = self.evaluated(expression, scope);
        self.bounded(expression, value)
    }

    fn evaluated(&mut self, expression: &Expr, scope: &Rc<Scope>) -> Value {
        match expression {
            Expr::NoneLiteral(_) => Value::None,
            Expr::EllipsisLiteral(_) => Value::Ellipsis,
            Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expr::NumberLiteral(literal) => match &literal.value {
                ast::Number::Int(int) => {
                    int.as_i64().map_or_else(|| Value::unknown("a number is larger than 64 bits"), Value::Int)
                }
                ast::Number::Float(float) => Value::Float(*float),
                ast::Number::Complex { .. } => Value::unknown("it is a complex number"),
            },
            Expr::StringLiteral(literal) => self.string(literal),
            Expr::BytesLiteral(literal) => Value::Bytes(literal.value.bytes().collect()),
            Expr::FString(string) => self.f_string(string, scope),
            Expr::Name(name) => self.name(&name.id, scope),
            Expr::Tuple(tuple) => self.several(&tuple.elts, scope).map_or_else(|u| u, Value::tuple),
            Expr::List(list) => self.several(&list.elts, scope).map_or_else(|u| u, Value::list),
            Expr::Set(set) => self
                .several(&set.elts, scope)
                .map_or_else(|u| u, |items| Value::Set(Rc::new(distinct(items)))),
            Expr::Dict(dict) => self.dict(dict, scope),
            Expr::BoolOp(operation) => self.bool_operation(operation, scope),
            Expr::Named(named) => {
                let value = self.expression(&named.value, scope);
                self.assign(&named.target, value.clone(), scope);
                value
            }
            Expr::BinOp(operation) => {
                let left = self.expression(&operation.left, scope);
                let right = self.expression(&operation.right, scope);
                self.binary(left, operation.op, right, expression)
            }
            Expr::UnaryOp(operation) => {
                let value = self.expression(&operation.operand, scope);
                self.unary(operation.op, value)
            }
            Expr::Compare(compare) => self.compare(compare, scope),
            Expr::If(choice) => {
                let test = self.expression(&choice.test, scope);
                match self.truth(&test) {
                    Some(true) => self.expression(&choice.body, scope),
                    Some(false) => self.expression(&choice.orelse, scope),
                    None => {
                        let words = self.words(&*choice.test);
                        let (holds, fails) = self.conditions(&test, &choice.test);
                        let one = self.perhaps(holds, |this| this.expression(&choice.body, scope));
                        let other = self.perhaps(fails, |this| this.expression(&choice.orelse, scope));
                        match compare::same(&one, &other) {
                            Some(true) => one,
                            _ => Value::unknown(format!("it depends on {words}")),
                        }
                    }
                }
            }
            Expr::Lambda(lambda) => {
                let defaults = lambda
                    .parameters
                    .as_ref()
                    .map(|parameters| self.defaults(parameters, scope))
                    .unwrap_or_default();
                self.function(Code::Lambda(Rc::new(lambda.clone())), defaults, FunctionKind::Plain, scope)
            }
            Expr::ListComp(each) => {
                self.comprehend(&each.generators, &each.elt, scope).map_or_else(|u| u, Value::list)
            }
            Expr::Generator(each) => {
                self.comprehend(&each.generators, &each.elt, scope).map_or_else(|u| u, Value::list)
            }
            Expr::SetComp(each) => self
                .comprehend(&each.generators, &each.elt, scope)
                .map_or_else(|u| u, |items| Value::Set(Rc::new(distinct(items)))),
            Expr::DictComp(each) => self.comprehend_dict(each, scope),
            Expr::Attribute(attribute) => {
                let value = self.expression(&attribute.value, scope);
                self.reads_attribute(&value, &attribute.attr, self.span_of(attribute));
                self.attribute(value, &attribute.attr)
            }
            Expr::Subscript(subscript) => {
                let value = self.expression(&subscript.value, scope);
                self.reads(&value, self.span_of(subscript));
                if let Expr::Slice(slice) = &*subscript.slice {
                    return self.slice(&value, slice, scope);
                }
                let key = self.expression(&subscript.slice, scope);
                self.item(value, key)
            }
            Expr::Call(call) => self.call_expression(call, scope),
            Expr::Starred(starred) => self.expression(&starred.value, scope),
            Expr::Await(wait) => self.expression(&wait.value, scope),
            Expr::Yield(give) => {
                let value = give.value.as_ref().map_or(Value::None, |value| self.expression(value, scope));
                self.yielded(value);
                Value::None
            }
            Expr::YieldFrom(give) => {
                let value = self.expression(&give.value, scope);
                for item in self.items(&value).unwrap_or_default() {
                    self.yielded(item);
                }
                Value::None
            }
            Expr::TString(_) | Expr::Slice(_) | Expr::IpyEscapeCommand(_) => {
                Value::unknown(format!("{} is not understood", self.words(expression)))
            }
        }
    }

    fn string(&self, literal: &ast::ExprStringLiteral) -> Value {
        let text = literal.value.to_str();
        let origin = match literal.value.as_slice() {
            [only] => {
                let span = self.span(only.content_range());
                (self.sources.text(span) == text).then_some(span)
            }
            _ => None,
        };
        Value::Str(Text { text: text.into(), origin, settled: false })
    }

    pub(super) fn name(&mut self, name: &str, scope: &Rc<Scope>) -> Value {
        match scope.get(name) {
            Some(value) => self.resolved(value),
            None if super::builtin::is_builtin(name) => Value::path(format!("builtins.{name}")),
            None if name == "__file__" => Value::text(self.module.path.to_string_lossy().as_ref()),
            None if name == "__name__" => Value::text("revision"),
            None => Value::unknown(format!("`{name}` is not defined in this file")),
        }
    }

    /// The values of some expressions, `*` spread; an unknown spread makes all of it unknown.
    fn several(&mut self, expressions: &[Expr], scope: &Rc<Scope>) -> Result<Vec<Value>, Value> {
        let mut values = Vec::with_capacity(expressions.len());
        for expression in expressions {
            let value = self.expression(expression, scope);
            if matches!(expression, Expr::Starred(_)) {
                let Some(items) = self.items(&value) else {
                    return Err(unknown_like(value, self.words(expression)));
                };
                values.extend(items);
            } else {
                values.push(value);
            }
        }
        Ok(values)
    }

    fn dict(&mut self, dict: &ast::ExprDict, scope: &Rc<Scope>) -> Value {
        let mut items: Vec<(Value, Value)> = Vec::with_capacity(dict.len());
        for item in dict.iter() {
            let value = self.expression(&item.value, scope);
            match &item.key {
                Some(key) => {
                    let key = self.expression(key, scope);
                    put(&mut items, key, value);
                }
                None => match &value {
                    Value::Dict(more) => {
                        more.iter().for_each(|(key, value)| put(&mut items, key.clone(), value.clone()));
                    }
                    _ => return unknown_like(value, self.words(&item.value)),
                },
            }
        }
        Value::Dict(Rc::new(items))
    }

    fn bool_operation(&mut self, operation: &ast::ExprBoolOp, scope: &Rc<Scope>) -> Value {
        let stops_at = operation.op == ast::BoolOp::Or;
        let mut unknown = None;
        let mut last = Value::None;
        for operand in &operation.values {
            let value = self.expression(operand, scope);
            match self.truth(&value) {
                Some(truth) if truth == stops_at => {
                    return match unknown.as_ref().map(Value::as_settable) {
                        None => value,
                        // `os.getenv("X") or "default"`.
                        Some(Some((reason, Value::None))) if stops_at => Value::settable(&reason, value),
                        Some(_) if matches!(value, Value::Bool(_)) => value,
                        Some(_) => Value::Bool(stops_at),
                    };
                }
                Some(_) => last = value,
                None => {
                    unknown = Some(match unknown {
                        None => value,
                        Some(first) => first.without_look(),
                    });
                }
            }
        }
        match unknown {
            Some(value) => unknown_like(value, self.words(operation)),
            None => last,
        }
    }

    fn comprehend(
        &mut self,
        generators: &[ast::Comprehension],
        element: &Expr,
        scope: &Rc<Scope>,
    ) -> Result<Vec<Value>, Value> {
        let mut values = Vec::new();
        let inner = Scope::within(scope);
        self.generate(generators, &inner, &mut |this, inner| {
            let value = this.expression(element, inner);
            values.push(value);
        })
        .map_err(|unknown| self.gathered(unknown, generators, element, scope))?;
        Ok(values)
    }

    fn comprehend_dict(&mut self, each: &ast::ExprDictComp, scope: &Rc<Scope>) -> Value {
        let mut items = Vec::new();
        let inner = Scope::within(scope);
        let Some(key) = &each.key else { return Value::unknown("a comprehension spreads dictionaries") };
        let done = self.generate(&each.generators, &inner, &mut |this, inner| {
            let key = this.expression(key, inner);
            let value = this.expression(&each.value, inner);
            put(&mut items, key, value);
        });
        match done {
            Ok(()) => Value::Dict(Rc::new(items)),
            Err(unknown) => self.gathered(unknown, &each.generators, key, scope),
        }
    }

    fn generate(
        &mut self,
        generators: &[ast::Comprehension],
        scope: &Rc<Scope>,
        yields: &mut dyn FnMut(&mut Self, &Rc<Scope>),
    ) -> Result<(), Value> {
        let Some((generator, rest)) = generators.split_first() else {
            yields(self, scope);
            return Ok(());
        };
        let over = self.expression(&generator.iter, scope);
        self.reads(&over, self.span_of(&generator.iter));
        let Some(items) = self.items(&over) else {
            return Err(unknown_like(over, self.words(&generator.iter)));
        };
        'items: for item in items {
            if !self.step() {
                return Err(Value::unknown("the script takes too many steps to follow"));
            }
            self.assign(&generator.target, item, scope);
            for test in &generator.ifs {
                let value = self.expression(test, scope);
                match self.truth(&value) {
                    Some(true) => {}
                    Some(false) => continue 'items,
                    None => return Err(unknown_like(value, self.words(test))),
                }
            }
            self.generate(rest, scope, yields)?;
        }
        Ok(())
    }

    /// The arguments of a call, `*` and `**` spread.
    ///
    /// # Errors
    /// The unknown value that was spread.
    pub(super) fn arguments(&mut self, call: &ast::Arguments, scope: &Rc<Scope>) -> Result<Arguments, Value> {
        let mut arguments = Arguments::default();
        for argument in &call.args {
            let value = self.expression(argument, scope);
            let span = self.span_of(argument);
            if matches!(argument, Expr::Starred(_)) {
                let Some(items) = self.items(&value) else {
                    return Err(unknown_like(value, self.words(argument)));
                };
                arguments.positional.extend(items.into_iter().map(|value| Argument { value, span }));
            } else {
                arguments.positional.push(Argument { value, span });
            }
        }
        for keyword in &call.keywords {
            let value = self.expression(&keyword.value, scope);
            let span = self.span(keyword.range());
            match &keyword.arg {
                Some(name) => arguments.named.push((name.as_str().into(), Argument { value, span })),
                None => {
                    let Value::Dict(items) = &value else {
                        return Err(unknown_like(value, self.words(&keyword.value)));
                    };
                    for (key, value) in items.iter() {
                        if let Some(name) = key.as_str() {
                            arguments.named.push((name.into(), Argument { value: value.clone(), span }));
                        }
                    }
                }
            }
        }
        Ok(arguments)
    }

    /// The place of an expression, for library trees that remember it.
    pub(super) fn place(&self, node: &impl Ranged) -> Span {
        self.span_of(node)
    }
}

/// A value that depends on another: its reason if it has one, else its words.
pub(super) fn unknown_like(value: Value, words: String) -> Value {
    match value {
        Value::Unknown(_) => value,
        _ => Value::unknown(format!("{words} is only known when the migration runs")),
    }
}

/// `items[key] = value` as Python does it: an old key keeps its place.
pub(super) fn put(items: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match items.iter_mut().find(|(known, _)| compare::same(known, &key) == Some(true)) {
        Some((_, old)) => *old = value,
        None => items.push((key, value)),
    }
}

/// Without repetitions.
pub(super) fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.iter().any(|known| compare::same(known, &item) == Some(true)) {
            kept.push(item);
        }
    }
    kept
}

/// A library tree for an operator.
pub(super) fn operator(name: &'static str, operands: Vec<Value>) -> Value {
    Value::Symbol(Rc::new(Symbol::Operator(name, operands)))
}
