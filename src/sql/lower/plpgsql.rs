//! Walks a body in PL/pgSQL: what each of its statements does, and what must hold for it to run. Refuses to run it:
//! what a loop does is read as if it happened once.

mod flow;

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::plpgsql::Plpgsql;
use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::dynamic::{self, Known};
use super::{Nesting, data, into};
use crate::operation::{Certainty, Operation};
use crate::sql::{Step, parse};
use flow::{After, Condition, HAS_TURNS, Left, Place, is_true};

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

    /// A statement of the body. `SELECT … INTO` fills a variable here, and creates nothing.
    fn executed(&mut self, statement: &ast::Stmt) {
        for step in executed(statement, self.nesting) {
            let range = self.in_source(statement.syntax(), &step.range);
            self.add(Step { range, ..step });
        }
    }

    /// Steps of a text that stands somewhere in a statement: their place is the statement.
    fn adopt(&mut self, steps: Vec<Step>, place: Range<usize>) {
        for step in steps {
            self.add(Step { range: place.clone(), ..step });
        }
    }

    fn push(&mut self, operation: Operation, place: Range<usize>) {
        self.add(Step::certain(operation, place));
    }

    fn add(&mut self, mut step: Step) {
        let mut texts: Vec<String> = self.after.iter().map(|after| after.text.clone()).collect();
        for condition in &self.conditions {
            let repeatable = condition.guard.is_some_and(|guard| guard.covers(&mut step.operation));
            texts.extend(condition.text.clone().filter(|_| !repeatable));
        }
        if let Certainty::May(text) = step.certainty {
            texts.push(text);
        }
        texts.dedup();
        step.certainty =
            if texts.is_empty() { Certainty::Certain } else { Certainty::May(texts.join(" and ")) };
        self.steps.push(step);
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
