//! Statements. A branch on the unknown is taken both ways, and what follows knows only what both agree on.

use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::super::output::{Condition, Until};
use super::super::value::{Function, Value};
use super::compare::same;
use super::{Evaluator, Flow, Scope, WithBody};

impl Evaluator<'_> {
    /// Runs statements in order.
    pub(super) fn block(&mut self, statements: &[Stmt], scope: &Rc<Scope>) -> Flow {
        for statement in statements {
            if !self.step() {
                return Flow::Return(Value::None);
            }
            match self.statement(statement, scope) {
                Flow::Next => {}
                end => return end,
            }
        }
        Flow::Next
    }

    fn statement(&mut self, statement: &Stmt, scope: &Rc<Scope>) -> Flow {
        match statement {
            Stmt::Expr(expression) => {
                self.expression(&expression.value, scope);
            }
            Stmt::Assign(assign) => {
                let value = self.expression(&assign.value, scope);
                for target in &assign.targets {
                    self.assign(target, value.clone(), scope);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.expression(value, scope);
                    self.assign(&assign.target, value, scope);
                }
            }
            Stmt::AugAssign(assign) => {
                let left = self.expression(&assign.target, scope);
                let right = self.expression(&assign.value, scope);
                let value = self.binary(left.clone(), assign.op, right, statement);
                match left {
                    Value::List(_) | Value::Set(_) | Value::Dict(_) => {
                        self.rebind(&assign.target, &left, &value, scope);
                    }
                    _ => self.assign(&assign.target, value, scope),
                }
            }
            Stmt::If(branch) => {
                let mut arms: Vec<(Option<&Expr>, &[Stmt])> = vec![(Some(&branch.test), &branch.body)];
                arms.extend(branch.elif_else_clauses.iter().map(|arm| (arm.test.as_ref(), &arm.body[..])));
                return self.branch(&arms, scope);
            }
            Stmt::For(each) => return self.for_each(each, scope),
            Stmt::While(each) => return self.repeat(each, scope),
            Stmt::With(with) => return self.with(&with.items, &with.body, scope),
            Stmt::Try(attempt) => return self.attempt(attempt, scope),
            Stmt::FunctionDef(definition) => {
                let function = self.define(definition, scope);
                scope.set(&definition.name, function);
            }
            Stmt::ClassDef(definition) => {
                let class = self.define_class(definition, scope);
                scope.set(&definition.name, class);
            }
            Stmt::Return(end) => {
                let value = end.value.as_ref().map_or(Value::None, |value| self.expression(value, scope));
                return Flow::Return(value);
            }
            Stmt::Raise(raise) => {
                if !self.uncertain() && self.frames.len() > 1 {
                    let words =
                        raise.exc.as_ref().map_or_else(|| "`raise`".to_owned(), |what| self.words(&**what));
                    self.output.opaque(self.span_of(raise), format!("it ends here by raising {words}"));
                }
                return Flow::Raise;
            }
            Stmt::Import(import) => self.import(import, scope),
            Stmt::ImportFrom(import) => self.import_from(import, scope),
            Stmt::Global(global) => global.names.iter().for_each(|name| scope.declare_outer(name)),
            Stmt::Nonlocal(names) => names.names.iter().for_each(|name| scope.declare_outer(name)),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    match target {
                        Expr::Name(name) => scope.remove(&name.id),
                        Expr::Subscript(subscript) => self.delete_item(subscript, scope),
                        _ => {}
                    }
                }
            }
            Stmt::Break(_) => return Flow::Break,
            Stmt::Continue(_) => return Flow::Continue,
            Stmt::Match(choice) => return self.choose(choice, scope),
            Stmt::Assert(_) | Stmt::Pass(_) | Stmt::TypeAlias(_) | Stmt::IpyEscapeCommand(_) => {}
        }
        Flow::Next
    }

    /// `if` with its further arms; an arm without a test is `else`.
    fn branch(&mut self, arms: &[(Option<&Expr>, &[Stmt])], scope: &Rc<Scope>) -> Flow {
        let Some(((test, body), rest)) = arms.split_first() else { return Flow::Next };
        let Some(test) = test else { return self.block(body, scope) };
        let value = self.expression(test, scope);
        match self.truth(&value) {
            Some(true) => return self.block(body, scope),
            Some(false) => return self.branch(rest, scope),
            None => {}
        }
        let words = self.words(test);
        let (holds, fails) = self.conditions(&value, test);
        let before = scope.names();
        let one = self.perhaps(holds.clone(), |this| this.block(body, scope));
        let after_one = scope.replace(before);
        let other = self.perhaps(fails.clone(), |this| this.branch(rest, scope));
        match (one, other) {
            (Flow::Next, Flow::Next) => {
                let after_other = scope.names();
                scope.replace(merge(&after_one, &after_other, &words));
                Flow::Next
            }
            (Flow::Next, ended) => {
                scope.replace(after_one);
                self.ended_perhaps(ended, holds)
            }
            (ended, Flow::Next) => self.ended_perhaps(ended, fails),
            (Flow::Return(a), Flow::Return(b)) => Flow::Return(either(&a, &b, &words)),
            (Flow::Raise, ended) | (ended, Flow::Raise) => ended,
            (Flow::Return(value), ended) | (ended, Flow::Return(value)) => {
                self.may_return(value);
                ended
            }
            (ended, _) => ended,
        }
    }

    /// One of two branches has ended the block: the rest of it happens only on the other.
    fn ended_perhaps(&mut self, ended: Flow, otherwise: String) -> Flow {
        let until = match ended {
            Flow::Next | Flow::Raise => return Flow::Next,
            Flow::Return(value) => {
                self.may_return(value);
                Until::Call
            }
            Flow::Break | Flow::Continue => Until::Loop,
        };
        self.output.conditions.push(Condition { text: otherwise.into(), until });
        Flow::Next
    }

    fn may_return(&mut self, value: Value) {
        if let Some(frame) = self.frames.last_mut() {
            frame.may_return.push(value);
        }
    }

    fn for_each(&mut self, each: &ast::StmtFor, scope: &Rc<Scope>) -> Flow {
        let over = self.expression(&each.iter, scope);
        self.reads(&over, self.span_of(&*each.iter));
        if let Some(items) = self.items(&over) {
            return self.for_items(items, each, scope);
        }
        let words = self.words(&*each.iter);
        match over.as_settable().and_then(|(_, otherwise)| self.items(&otherwise)) {
            Some(items) => {
                let condition = format!("nothing else is set for {words}");
                self.perhaps(condition, |this| this.for_items(items, each, scope))
            }
            None => self.loop_unknown(&each.body, Some(&each.target), &words, scope),
        }
    }

    fn for_items(&mut self, items: Vec<Value>, each: &ast::StmtFor, scope: &Rc<Scope>) -> Flow {
        for item in items {
            if !self.step() {
                return Flow::Return(Value::None);
            }
            self.assign(&each.target, item, scope);
            let height = self.output.conditions.len();
            let flow = self.block(&each.body, scope);
            self.settle(height, Until::Loop);
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                end => return end,
            }
        }
        self.block(&each.orelse, scope)
    }

    fn repeat(&mut self, each: &ast::StmtWhile, scope: &Rc<Scope>) -> Flow {
        loop {
            let test = self.expression(&each.test, scope);
            match self.truth(&test) {
                Some(false) => return self.block(&each.orelse, scope),
                None => {
                    let words = self.words(&*each.test);
                    return self.loop_unknown(&each.body, None, &words, scope);
                }
                Some(true) => {}
            }
            let height = self.output.conditions.len();
            let flow = self.block(&each.body, scope);
            let became_uncertain = self.output.conditions.len() > height;
            self.settle(height, Until::Loop);
            match flow {
                Flow::Next | Flow::Continue if !became_uncertain => {}
                Flow::Return(_) | Flow::Raise => return flow,
                _ => return Flow::Next,
            }
            if !self.step() {
                return Flow::Return(Value::None);
            }
        }
    }

    /// A loop over something unknown: its body once, as something that may happen.
    fn loop_unknown(&mut self, body: &[Stmt], target: Option<&Expr>, words: &str, scope: &Rc<Scope>) -> Flow {
        let before = scope.names();
        if let Some(target) = target {
            let reason = format!("{words} is only known when the migration runs");
            self.assign(target, Value::unknown(reason), scope);
        }
        // What the body changes is unknown in the body too: it may have run before.
        let first = scope.names();
        let outputs = self.output.mark();
        self.perhaps(format!("{words} holds anything"), |this| this.block(body, scope));
        let after = scope.names();
        if first.len() != after.len() || after.iter().any(|(name, value)| !unchanged(&first, name, value)) {
            self.output.rewind(outputs);
            scope.replace(merge(&first, &after, words));
            self.perhaps(format!("{words} holds anything"), |this| this.block(body, scope));
        }
        let after = scope.names();
        scope.replace(merge(&before, &after, words));
        Flow::Next
    }

    fn attempt(&mut self, attempt: &ast::StmtTry, scope: &Rc<Scope>) -> Flow {
        let before = scope.names();
        let caught = usize::from(!attempt.handlers.is_empty());
        self.output.sheltered += caught;
        let flow = self.block(&attempt.body, scope);
        self.output.sheltered = self.output.sheltered.saturating_sub(caught);
        let after = scope.names();
        let words = attempt.body.first().map_or_else(String::new, |first| self.words(first));
        let mut merged = after.clone();
        for handler in &attempt.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            scope.replace(merge(&before, &after, &words));
            if let Some(name) = &handler.name {
                scope.set(name, Value::unknown("an exception is only known when it is raised"));
            }
            let end = self.perhaps(format!("{words} fails"), |this| this.block(&handler.body, scope));
            if matches!(end, Flow::Next) {
                merged = merge(&merged, &scope.names(), &words);
            }
        }
        scope.replace(merged);
        let flow = match flow {
            Flow::Next => self.block(&attempt.orelse, scope),
            Flow::Raise if !attempt.handlers.is_empty() => Flow::Next,
            end => end,
        };
        match self.block(&attempt.finalbody, scope) {
            Flow::Next => flow,
            end => end,
        }
    }

    fn with(&mut self, items: &[ast::WithItem], body: &[Stmt], scope: &Rc<Scope>) -> Flow {
        let Some((item, rest)) = items.split_first() else { return self.block(body, scope) };
        let manager = self.expression(&item.context_expr, scope);
        if let Some(call) = manager.as_call()
            && let Value::Function(function) = &call.callee
        {
            let (function, call) = (Rc::clone(function), call.clone());
            return self.with_generator((&function, call), rest, item.optional_vars.as_deref(), body, scope);
        }
        let entered = self.enter(&manager, &item.context_expr);
        if let Some(target) = &item.optional_vars {
            self.assign(target, entered, scope);
        }
        let flow = self.with(rest, body, scope);
        self.leave(&manager, &item.context_expr);
        flow
    }

    /// A function of the file decorated with `@contextmanager`: the block runs where it yields.
    fn with_generator(
        &mut self,
        (function, call): (&Rc<Function>, super::super::value::Call),
        rest: &[ast::WithItem],
        target: Option<&Expr>,
        body: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Flow {
        let statements = if rest.is_empty() {
            body.to_vec()
        } else {
            vec![Stmt::With(ast::StmtWith {
                node_index: ast::AtomicNodeIndex::NONE,
                range: rest[0].range,
                is_async: false,
                items: rest.to_vec(),
                body: body.iter().cloned().collect(),
            })]
        };
        let body = WithBody {
            statements: Rc::new(statements),
            target: target.cloned().map(Rc::new),
            scope: Rc::clone(scope),
            module: Rc::clone(&self.module),
        };
        self.call_context(function, call.arguments, body, call.span);
        Flow::Next
    }
}

fn unchanged(names: &HashMap<String, Value>, name: &str, value: &Value) -> bool {
    names.get(name).is_some_and(|before| same(before, value) == Some(true))
}

/// What is known after two branches: names that both leave equal keep their value.
pub(super) fn merge(
    one: &HashMap<String, Value>,
    other: &HashMap<String, Value>,
    words: &str,
) -> HashMap<String, Value> {
    let names = one.keys().chain(other.keys());
    names
        .map(|name| {
            let value = match (one.get(name), other.get(name)) {
                (Some(a), Some(b)) => either(a, b, words),
                (Some(a), None) | (None, Some(a)) => a.clone(),
                (None, None) => Value::None,
            };
            (name.clone(), value)
        })
        .collect()
}

fn either(one: &Value, other: &Value, words: &str) -> Value {
    if same(one, other) == Some(true) {
        return one.clone();
    }
    match (one, other) {
        (Value::Unknown(_), _) => one.clone().without_look(),
        (_, Value::Unknown(_)) => other.clone().without_look(),
        _ => Value::unknown(format!("it depends on {words}")),
    }
}
