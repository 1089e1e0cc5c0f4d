//! Branches, loops and blocks of PL/pgSQL: what they hold runs under conditions, and what stands behind them runs unless
//! they have left it. Refuses to know what the statements do.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::super::guard::Guard;
use super::{Walk, always_fails};
use crate::sql::expr;
use crate::sql::tree::holds;

/// What must hold for a statement to run.
pub(super) struct Condition {
    /// Completes "runs only if …"; `None` where it runs in any case.
    pub(super) text: Option<String>,
    /// What it makes repeatable.
    pub(super) guard: Option<Guard>,
}

/// A loop or block that `EXIT` may leave.
pub(super) struct Place {
    pub(super) label: Option<String>,
    pub(super) is_loop: bool,
    /// Whether an `EXIT` in it leaves it.
    pub(super) exited: bool,
}

/// How many loops and blocks go on around what a statement always leaves: 0 if it leaves the body.
pub(super) type Left = Option<usize>;

/// What must hold for what stands behind a part that may have left something.
pub(super) struct After {
    pub(super) text: String,
    /// As [`Left`]: it is forgotten where the innermost of those ends that were left.
    pub(super) until: usize,
}

/// More steps than that are one loop too many to be unrolled.
const MOST_STEPS: usize = 1_000;

impl Walk<'_> {
    /// Where an `EXIT` or `CONTINUE` leads: what goes on around it.
    pub(super) fn place_of(&self, label: Option<ast::PlpgsqlLabelNameRef>) -> Left {
        let label = label.map(|label| expr::squeezed(label.syntax()).to_ascii_lowercase());
        self.places.iter().rposition(|place| match &label {
            Some(_) => place.label == label,
            None => place.is_loop,
        })
    }

    pub(super) fn jump(&mut self, until: usize, when: Option<ast::PlpgsqlExitWhen>) -> Left {
        let Some(when) = when else { return Some(until) };
        self.after.push(After { text: is_false(when.cond()), until });
        None
    }

    /// Reads a loop or a block. What is left behind its end is what leaves more than it.
    pub(super) fn in_place(
        &mut self,
        node: &SyntaxNode,
        is_loop: bool,
        read: impl FnOnce(&mut Self) -> Left,
    ) -> Left {
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
    pub(super) fn turns(&mut self, text: String, part: Option<ast::PlpgsqlBody>) -> Left {
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

    pub(super) fn block(&mut self, block: &ast::PlpgsqlBlock) -> Left {
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

    pub(super) fn if_(&mut self, if_: &ast::PlpgsqlIfStmt) -> Left {
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
    pub(super) fn case(&mut self, case: &ast::PlpgsqlCaseStmt) -> Left {
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
    pub(super) fn for_each(&mut self, each: &ast::PlpgsqlForEachStmt) -> Left {
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
}

/// Whether a handler ends in a `RAISE` that nothing before it can pass by.
fn fails_again(handler: &ast::PlpgsqlExceptionHandler) -> bool {
    let Some(body) = handler.body() else { return false };
    let mut statements = body.syntax().children();
    let jumps = [K::PLPGSQL_RETURN_STMT, K::PLPGSQL_EXIT_STMT, K::PLPGSQL_CONTINUE_STMT];
    let decides = statements.find(|it| always_fails(it) || holds(it, |kind| jumps.contains(&kind)));
    decides.is_some_and(|statement| always_fails(&statement))
}

pub(super) const HAS_TURNS: &str = "the loop around it has anything to go through";

pub(super) fn is_true(condition: Option<ast::PlpgsqlExpr>) -> String {
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
