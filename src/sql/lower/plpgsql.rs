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

struct Walk<'a> {
    body: &'a Plpgsql,
    nesting: Nesting,
    known: Known,
    conditions: Vec<Condition>,
    /// What must hold after a branch that may have left the body.
    after: Vec<String>,
    steps: Vec<Step>,
    /// Parts that squawk did not understand, and that were read all the same or reported.
    mended: usize,
}

/// More steps than that are one loop too many to be unrolled.
const MOST_STEPS: usize = 1_000;

impl Walk<'_> {
    /// Reads the statements below a node, up to one that always leaves them; says whether it leaves the body.
    fn children(&mut self, node: &SyntaxNode) -> bool {
        for child in node.children() {
            if self.statement(&child) {
                return true;
            }
            if always_fails(&child) {
                break;
            }
        }
        false
    }

    fn statement(&mut self, node: &SyntaxNode) -> bool {
        match node.kind() {
            K::PLPGSQL_RETURN_STMT => return true,
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
            K::PLPGSQL_BLOCK => {
                return ast::PlpgsqlBlock::cast(node.clone()).is_some_and(|it| self.block(&it));
            }
            K::PLPGSQL_IF_STMT => {
                return ast::PlpgsqlIfStmt::cast(node.clone()).is_some_and(|it| self.if_(&it));
            }
            K::PLPGSQL_CASE_STMT => {
                if let Some(case) = ast::PlpgsqlCaseStmt::cast(node.clone()) {
                    self.case(&case);
                }
            }
            K::PLPGSQL_FOR_EACH_STMT => {
                if let Some(each) = ast::PlpgsqlForEachStmt::cast(node.clone()) {
                    self.for_each(&each);
                }
            }
            K::PLPGSQL_WHILE_STMT => {
                if let Some(while_) = ast::PlpgsqlWhileStmt::cast(node.clone()) {
                    self.branch(is_true(while_.cond()), None, while_.body());
                }
            }
            K::PLPGSQL_FOR_QUERY_STMT
            | K::PLPGSQL_FOR_DYN_STMT
            | K::PLPGSQL_FOR_CURSOR_STMT
            | K::PLPGSQL_FOR_I_STMT => {
                let body = node.children().find_map(ast::PlpgsqlBody::cast);
                self.branch(HAS_TURNS.to_owned(), None, body);
            }
            _ => return self.children(node) && !exits(node),
        }
        false
    }

    /// A part that runs under a condition; says whether it leaves the body.
    fn branch(&mut self, text: String, guard: Option<Guard>, part: Option<ast::PlpgsqlBody>) -> bool {
        self.under(Condition { text: Some(text), guard }, part)
    }

    fn under(&mut self, condition: Condition, part: Option<ast::PlpgsqlBody>) -> bool {
        self.conditions.push(condition);
        let left = part.is_some_and(|part| self.children(part.syntax()));
        self.conditions.pop();
        left
    }

    fn block(&mut self, block: &ast::PlpgsqlBlock) -> bool {
        let handlers: Vec<ast::PlpgsqlExceptionHandler> =
            block.exception().iter().flat_map(|section| section.handlers()).collect();
        let guard = handlers.iter().find_map(Guard::of_handler);
        let left = self.under(Condition { text: None, guard }, block.body()) && !exits(block.syntax());
        let caught = !handlers.is_empty();
        for handler in handlers {
            let errors: Vec<String> = handler.conditions().map(|it| expr::squeezed(it.syntax())).collect();
            let text = match errors.join(" or ") {
                any if any.eq_ignore_ascii_case("others") => "something in its block fails".to_owned(),
                errors => format!("something in its block fails with {errors}"),
            };
            self.branch(text, None, handler.body());
        }
        if left && caught {
            self.after.push("something in the block before it fails".to_owned());
        }
        left && !caught
    }

    fn if_(&mut self, if_: &ast::PlpgsqlIfStmt) -> bool {
        let guard = if_.cond().as_ref().and_then(Guard::of_condition);
        let mut all_left = self.branch(is_true(if_.cond()), guard, if_.then_body());
        let mut some_left = all_left.then(|| is_false(if_.cond()));
        for elsif in if_.elsifs() {
            let left = self.branch(is_true(elsif.cond()), None, elsif.body());
            all_left &= left;
            some_left = some_left.or_else(|| left.then(|| is_false(elsif.cond())));
        }
        let otherwise = match if_.elsifs().next() {
            None => is_false(if_.cond()),
            Some(_) => "none of the conditions before it is true".to_owned(),
        };
        let Some(else_) = if_.else_clause() else {
            self.after.extend(some_left);
            return false;
        };
        let left = self.branch(otherwise, None, else_.body());
        match (left, some_left) {
            (true, _) if all_left => return true,
            (_, Some(held)) => self.after.push(held),
            (true, None) => self.after.push(is_true(if_.cond())),
            (false, None) => {}
        }
        false
    }

    fn case(&mut self, case: &ast::PlpgsqlCaseStmt) {
        for when in case.whens() {
            let text = match case.subject() {
                Some(subject) => {
                    let value = when.cond().map(|cond| expr::squeezed(cond.syntax())).unwrap_or_default();
                    format!("{} is {value}", words(subject.syntax()))
                }
                None => is_true(when.cond()),
            };
            self.branch(text, None, when.body());
        }
        let otherwise = "no case before it applies".to_owned();
        self.branch(otherwise, None, case.else_clause().and_then(|it| it.body()));
    }

    /// Over a list that is known: once for each of its elements.
    fn for_each(&mut self, each: &ast::PlpgsqlForEachStmt) {
        let variable = each.vars().next().map(|it| expr::squeezed(it.syntax()).to_ascii_lowercase());
        let elements = each.array().and_then(|array| self.known.list(&array));
        match (variable, elements) {
            (Some(variable), Some(elements)) if self.steps.len() < MOST_STEPS => {
                for element in elements {
                    self.known.bind(&variable, element);
                    self.under(Condition { text: None, guard: None }, each.body());
                }
                self.known.forget(&variable);
            }
            _ => {
                self.branch(HAS_TURNS.to_owned(), None, each.body());
            }
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
        let mut texts: Vec<String> = self.after.clone();
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

/// Whether a loop or block may be left by `EXIT`, for what stands after it.
fn exits(node: &SyntaxNode) -> bool {
    node.descendants().any(|it| it.kind() == K::PLPGSQL_EXIT_STMT)
}

/// Whether a statement is a `RAISE` of an error.
fn always_fails(statement: &SyntaxNode) -> bool {
    let raise = ast::PlpgsqlRaiseStmt::cast(statement.clone());
    raise.is_some_and(|raise| raise.level().is_none_or(|level| level.exception_token().is_some()))
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
