//! Walks a body in PL/pgSQL: what each of its statements does, and what must hold for it to run. Refuses to run it:
//! what a loop does is read as if it happened once.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::plpgsql::Plpgsql;
use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::dynamic::{self, Known};
use super::guard::Guard;
use super::{Nesting, data, into};
use crate::operation::{Certainty, Operation};
use crate::sql::tree::holds;
use crate::sql::{Step, expr, parse};

/// What a body holds, in its order, each at its own place in the text around it.
pub(super) fn steps(body: &Plpgsql, nesting: Nesting) -> Result<Vec<Step>, &'static str> {
    let root = body.syntax();
    let known = Known::of(&root);
    let mut walk = Walk {
        body,
        nesting,
        known,
        conditions: Vec::new(),
        places: Vec::new(),
        after: Vec::new(),
        steps: Vec::new(),
        mended: 0,
    };
    walk.children(&root);
    let misread = walk.mended == 0 && !body.errors().is_empty();
    if misread { Err("its body does not parse") } else { Ok(walk.steps) }
}

/// What must hold for a statement to run.
struct Condition {
    /// Completes "runs only if …"; `None` where it runs in any case.
    text: Option<String>,
    /// What it makes repeatable.
    guard: Option<Guard>,
}

/// A loop or block that `EXIT` may leave.
struct Place {
    label: Option<String>,
    is_loop: bool,
    /// Whether an `EXIT` in it leaves it.
    exited: bool,
}

/// How many loops and blocks go on around what a statement always leaves: 0 if it leaves the body.
type Left = Option<usize>;

/// What must hold for what stands behind a part that may have left something.
struct After {
    text: String,
    /// As [`Left`]: it is forgotten where the innermost of those ends that were left.
    until: usize,
}

struct Walk<'a> {
    body: &'a Plpgsql,
    nesting: Nesting,
    known: Known,
    conditions: Vec<Condition>,
    places: Vec<Place>,
    after: Vec<After>,
    steps: Vec<Step>,
    /// Parts that squawk did not understand, and that were read all the same or reported.
    mended: usize,
}

/// More steps than that are one loop too many to be unrolled.
const MOST_STEPS: usize = 1_000;

impl Walk<'_> {
    /// Reads the statements below a node, up to one that always leaves them.
    fn children(&mut self, node: &SyntaxNode) -> Left {
        for child in node.children() {
            if let Some(left) = self.statement(&child) {
                return Some(left);
            }
            if always_fails(&child) {
                break;
            }
        }
        None
    }

    fn statement(&mut self, node: &SyntaxNode) -> Left {
        match node.kind() {
            K::PLPGSQL_RETURN_STMT => return Some(0),
            K::PLPGSQL_EXIT_STMT => {
                let exit = ast::PlpgsqlExitStmt::cast(node.clone())?;
                let until = self.place_of(exit.label())?;
                self.places.get_mut(until)?.exited = true;
                return self.jump(until, exit.when_clause());
            }
            K::PLPGSQL_CONTINUE_STMT => {
                let next = ast::PlpgsqlContinueStmt::cast(node.clone())?;
                return self.jump(self.place_of(next.label())?, next.when_clause());
            }
            K::PLPGSQL_EXEC_SQL_STMT => {
                if let Some(statement) = ast::PlpgsqlExecSqlStmt::cast(node.clone()).and_then(|it| it.stmt())
                {
                    self.executed(&statement);
                }
            }
            K::PLPGSQL_PERFORM_STMT => self.push(data::query(node), self.place(node)),
            K::PLPGSQL_CALL_STMT => {
                if let Some(call) = ast::PlpgsqlCallStmt::cast(node.clone()).and_then(|it| it.call()) {
                    self.push(data::query(call.syntax()), self.place(node));
                }
            }
            K::PLPGSQL_DO_STMT => {
                if let Some(block) = ast::PlpgsqlDoStmt::cast(node.clone()).and_then(|it| it.do_()) {
                    self.adopt(super::routine::do_block(&block, self.nesting), self.place(node));
                }
            }
            K::PLPGSQL_DYN_EXECUTE_STMT => {
                if let Some(execute) = ast::PlpgsqlDynExecuteStmt::cast(node.clone()) {
                    let steps = dynamic::execute(&execute, &self.known, self.nesting);
                    self.adopt(steps, self.place(node));
                }
            }
            K::ERROR => {
                self.mended += 1;
                let steps = misunderstood(&node.text().to_string(), self.nesting);
                self.adopt(steps, self.place(node));
            }
            K::PLPGSQL_BLOCK => return self.block(&ast::PlpgsqlBlock::cast(node.clone())?),
            K::PLPGSQL_IF_STMT => return self.if_(&ast::PlpgsqlIfStmt::cast(node.clone())?),
            K::PLPGSQL_CASE_STMT => return self.case(&ast::PlpgsqlCaseStmt::cast(node.clone())?),
            K::PLPGSQL_FOR_EACH_STMT => {
                let each = ast::PlpgsqlForEachStmt::cast(node.clone())?;
                self.in_place(node, true, |walk| walk.for_each(&each));
            }
            K::PLPGSQL_WHILE_STMT => {
                let while_ = ast::PlpgsqlWhileStmt::cast(node.clone())?;
                self.in_place(node, true, |walk| walk.turns(is_true(while_.cond()), while_.body()));
            }
            K::PLPGSQL_FOR_QUERY_STMT
            | K::PLPGSQL_FOR_DYN_STMT
            | K::PLPGSQL_FOR_CURSOR_STMT
            | K::PLPGSQL_FOR_I_STMT => {
                let body = node.children().find_map(ast::PlpgsqlBody::cast);
                self.in_place(node, true, |walk| walk.turns(HAS_TURNS.to_owned(), body));
            }
            K::PLPGSQL_LOOP_STMT => return self.in_place(node, true, |walk| walk.children(node)),
            _ => return self.children(node),
        }
        None
    }

    /// Where an `EXIT` or `CONTINUE` leads: what goes on around it.
    fn place_of(&self, label: Option<ast::PlpgsqlLabelNameRef>) -> Left {
        let label = label.map(|label| expr::squeezed(label.syntax()).to_ascii_lowercase());
        self.places.iter().rposition(|place| match &label {
            Some(_) => place.label == label,
            None => place.is_loop,
        })
    }

    fn jump(&mut self, until: usize, when: Option<ast::PlpgsqlExitWhen>) -> Left {
        let Some(when) = when else { return Some(until) };
        self.after.push(After { text: is_false(when.cond()), until });
        None
    }

    /// Reads a loop or a block. What is left behind its end is what leaves more than it.
    fn in_place(&mut self, node: &SyntaxNode, is_loop: bool, read: impl FnOnce(&mut Self) -> Left) -> Left {
        let label = node.children().find_map(ast::PlpgsqlLabel::cast).and_then(|label| label.name());
        let label = label.map(|name| expr::squeezed(name.syntax()).to_ascii_lowercase());
        let around = self.places.len();
        self.places.push(Place { label, is_loop, exited: false });
        let left = read(self);
        let exited = self.places.pop().is_some_and(|place| place.exited);
        self.after.retain(|after| after.until < around);
        let left = left.filter(|until| *until < around);
        let Some(until) = left.filter(|_| exited) else { return left };
        self.after.push(After { text: "EXIT leaves what stands before it".to_owned(), until });
        None
    }

    /// The body of a loop that may have no turn.
    fn turns(&mut self, text: String, part: Option<ast::PlpgsqlBody>) -> Left {
        let left = self.branch(text, None, part);
        self.behind(vec![
            (left, "the loop before it has nothing to go through".to_owned()),
            (None, String::new()),
        ])
    }

    /// A part that runs under a condition.
    fn branch(&mut self, text: String, guard: Option<Guard>, part: Option<ast::PlpgsqlBody>) -> Left {
        self.under(Condition { text: Some(text), guard }, part)
    }

    fn under(&mut self, condition: Condition, part: Option<ast::PlpgsqlBody>) -> Left {
        self.conditions.push(condition);
        let left = part.and_then(|part| self.children(part.syntax()));
        self.conditions.pop();
        left
    }

    /// What is left behind branches one of which runs, each with what holds if that one did not.
    fn behind(&mut self, branches: Vec<(Left, String)>) -> Left {
        let all = branches.iter().all(|(left, _)| left.is_some());
        let innermost = branches.iter().filter_map(|(left, _)| *left).max().filter(|_| all);
        for (left, text) in branches {
            self.after.extend(left.filter(|_| left != innermost).map(|until| After { text, until }));
        }
        innermost
    }

    fn block(&mut self, block: &ast::PlpgsqlBlock) -> Left {
        self.in_place(block.syntax(), false, |walk| walk.parts(block))
    }

    fn parts(&mut self, block: &ast::PlpgsqlBlock) -> Left {
        let handlers: Vec<ast::PlpgsqlExceptionHandler> =
            block.exception().iter().flat_map(|section| section.handlers()).collect();
        let guard = handlers.iter().find_map(Guard::of_handler);
        // One that fails again undoes more than its block.
        let caught = !handlers.iter().all(fails_again);
        let text = caught.then(|| "nothing in its block fails".to_owned());
        let mut branches = vec![(
            self.under(Condition { text, guard }, block.body()),
            "something in the block before it fails".to_owned(),
        )];
        for handler in handlers {
            let errors: Vec<String> = handler.conditions().map(|it| expr::squeezed(it.syntax())).collect();
            let text = match errors.join(" or ") {
                any if any.eq_ignore_ascii_case("others") => "something in its block fails".to_owned(),
                errors => format!("something in its block fails with {errors}"),
            };
            let left = self.branch(text, None, handler.body());
            if caught {
                branches.push((left, "nothing in the block before it fails".to_owned()));
            }
        }
        self.behind(branches)
    }

    fn if_(&mut self, if_: &ast::PlpgsqlIfStmt) -> Left {
        let guard = if_.cond().as_ref().and_then(Guard::of_condition);
        let left = self.branch(is_true(if_.cond()), guard, if_.then_body());
        let mut branches = vec![(left, is_false(if_.cond()))];
        for elsif in if_.elsifs() {
            let left = self.branch(is_true(elsif.cond()), None, elsif.body());
            branches.push((left, is_false(elsif.cond())));
        }
        let (otherwise, unless) = match branches.as_slice() {
            [_] => (is_false(if_.cond()), is_true(if_.cond())),
            _ => (
                "none of the conditions before it is true".to_owned(),
                "one of the conditions before it is true".to_owned(),
            ),
        };
        let left = if_.else_clause().and_then(|else_| self.branch(otherwise, None, else_.body()));
        branches.push((left, unless));
        self.behind(branches)
    }

    /// Without `ELSE`, a value that no case has is an error.
    fn case(&mut self, case: &ast::PlpgsqlCaseStmt) -> Left {
        let mut branches = Vec::new();
        for when in case.whens() {
            let (text, unless) = match case.subject() {
                Some(subject) => {
                    let subject = words(subject.syntax());
                    let value = when.cond().map(|cond| expr::squeezed(cond.syntax())).unwrap_or_default();
                    (format!("{subject} is {value}"), format!("{subject} is not {value}"))
                }
                None => (is_true(when.cond()), is_false(when.cond())),
            };
            branches.push((self.branch(text, None, when.body()), unless));
        }
        if let Some(else_) = case.else_clause() {
            let left = self.branch("no case before it applies".to_owned(), None, else_.body());
            branches.push((left, "a case before it applies".to_owned()));
        }
        self.behind(branches)
    }

    /// Over a list that is known: once for each of its elements.
    fn for_each(&mut self, each: &ast::PlpgsqlForEachStmt) -> Left {
        let variable = each.vars().next().map(|it| expr::squeezed(it.syntax()).to_ascii_lowercase());
        let elements = each.array().and_then(|array| self.known.list(&array));
        match (variable, elements) {
            (Some(variable), Some(elements)) if self.steps.len() < MOST_STEPS => {
                for element in elements {
                    self.known.bind(&variable, element);
                    let left = self.under(Condition { text: None, guard: None }, each.body());
                    let text = "the loop goes on to another turn".to_owned();
                    self.after.extend(left.map(|until| After { text, until }));
                }
                self.known.forget(&variable);
                None
            }
            _ => self.turns(HAS_TURNS.to_owned(), each.body()),
        }
    }

    /// A statement of the body. `SELECT … INTO` fills a variable here, and creates nothing.
    fn executed(&mut self, statement: &ast::Stmt) {
        for step in executed(statement, self.nesting) {
            let range = self.in_source(statement.syntax(), &step.range);
            self.add(step.operation, range, step.certainty);
        }
    }

    /// Steps of a text that stands somewhere in a statement: their place is the statement.
    fn adopt(&mut self, steps: Vec<Step>, place: Range<usize>) {
        for step in steps {
            self.add(step.operation, place.clone(), step.certainty);
        }
    }

    fn push(&mut self, operation: Operation, place: Range<usize>) {
        self.add(operation, place, Certainty::Certain);
    }

    fn add(&mut self, mut operation: Operation, range: Range<usize>, own: Certainty) {
        let mut texts: Vec<String> = self.after.iter().map(|after| after.text.clone()).collect();
        for condition in &self.conditions {
            let repeatable = condition.guard.is_some_and(|guard| guard.covers(&mut operation));
            texts.extend(condition.text.clone().filter(|_| !repeatable));
        }
        if let Certainty::May(text) = own {
            texts.push(text);
        }
        texts.dedup();
        let certainty =
            if texts.is_empty() { Certainty::Certain } else { Certainty::May(texts.join(" and ")) };
        self.steps.push(Step { operation, range, certainty });
    }

    /// Where a statement of the body stands in the text around it, without its semicolon.
    fn place(&self, node: &SyntaxNode) -> Range<usize> {
        self.in_source(node, &super::whole(node))
    }

    /// Where a part of a node of the body stands in the text around it.
    fn in_source(&self, node: &SyntaxNode, part: &Range<usize>) -> Range<usize> {
        let tokens =
            || node.descendants_with_tokens().filter_map(|it| it.into_token()).map(|it| it.text_range());
        let first = tokens().find(|token| usize::from(token.start()) >= part.start);
        let last = tokens().take_while(|token| usize::from(token.end()) <= part.end).last();
        let whole = || node.text_range();
        let range = first.unwrap_or_else(whole).cover(last.unwrap_or_else(whole));
        let range = self.body.source_range(range);
        range.start().into()..range.end().into()
    }
}

/// Whether a statement is a `RAISE` of an error.
fn always_fails(statement: &SyntaxNode) -> bool {
    let raise = ast::PlpgsqlRaiseStmt::cast(statement.clone());
    raise.is_some_and(|raise| raise.level().is_none_or(|level| level.exception_token().is_some()))
}

/// Whether a handler ends in a `RAISE` that nothing before it can pass by.
fn fails_again(handler: &ast::PlpgsqlExceptionHandler) -> bool {
    let Some(body) = handler.body() else { return false };
    let mut statements = body.syntax().children();
    let jumps = [K::PLPGSQL_RETURN_STMT, K::PLPGSQL_EXIT_STMT, K::PLPGSQL_CONTINUE_STMT];
    let decides = statements.find(|it| always_fails(it) || holds(it, |kind| jumps.contains(&kind)));
    decides.is_some_and(|statement| always_fails(&statement))
}

const HAS_TURNS: &str = "the loop around it has anything to go through";

fn executed(statement: &ast::Stmt, nesting: Nesting) -> Vec<Step> {
    match statement {
        ast::Stmt::SelectInto(_) => {
            let node = statement.syntax();
            vec![Step::certain(data::query(node), super::whole(node))]
        }
        _ => super::statement(statement, nesting),
    }
}

/// squawk takes `INTO variable` for a mistake. Without it, the statement is one of SQL.
fn misunderstood(text: &str, nesting: Nesting) -> Vec<Step> {
    let text = into::without_into(text.trim_end_matches(';'));
    match Some(text).filter(|text| parse::fits(text)).map(|text| parse::statement(&text)) {
        Some(Ok(statement)) => executed(&statement, nesting),
        _ => {
            let reason = "a part of its body does not parse".to_owned();
            vec![Step::certain(Operation::Opaque { reason }, 0..0)]
        }
    }
}

fn is_true(condition: Option<ast::PlpgsqlExpr>) -> String {
    condition.map_or_else(String::new, |condition| format!("{} is true", words(condition.syntax())))
}

fn is_false(condition: Option<ast::PlpgsqlExpr>) -> String {
    condition.map_or_else(String::new, |condition| format!("{} is false", words(condition.syntax())))
}

/// The beginning of what the author wrote.
fn words(node: &SyntaxNode) -> String {
    const LONGEST: usize = 60;
    let text = expr::squeezed(node);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", text[..end].trim_end()),
        None => format!("`{text}`"),
    }
}
