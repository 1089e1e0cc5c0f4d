//! `match`: arms whose pattern is known to fit or not, and arms that may. Refuses patterns of classes.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Pattern};

use super::super::value::Value;
use super::compare::same;
use super::statement::merge;
use super::{Evaluator, Flow, Scope};

impl Evaluator<'_> {
    /// Runs the first arm that fits, or every one that may.
    pub(super) fn choose(&mut self, choice: &ast::StmtMatch, scope: &Rc<Scope>) -> Flow {
        let words = self.words(&*choice.subject);
        let subject = self.expression(&choice.subject, scope);
        let before = scope.names();
        let mut ends = Vec::new();
        for case in &choice.cases {
            scope.replace(before.clone());
            let mut fits = self.fits(&case.pattern, &subject, scope);
            if let (Some(true) | None, Some(guard)) = (fits, &case.guard) {
                let guard = self.expression(guard, scope);
                fits = match (fits, self.truth(&guard)) {
                    (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
            }
            match fits {
                Some(false) => {}
                Some(true) if ends.is_empty() => return self.block(&case.body, scope),
                _ => {
                    let condition = format!("{words} matches {}", self.words(&case.pattern));
                    self.perhaps(condition, |this| this.block(&case.body, scope));
                    ends.push(scope.names());
                    if fits == Some(true) {
                        break;
                    }
                }
            }
        }
        scope.replace(ends.into_iter().fold(before, |one, other| merge(&one, &other, &words)));
        Flow::Next
    }

    /// Whether a pattern fits a value, as far as it is known; binds its names.
    fn fits(&mut self, pattern: &Pattern, value: &Value, scope: &Rc<Scope>) -> Option<bool> {
        match pattern {
            Pattern::MatchValue(pattern) => {
                let wanted = self.expression(&pattern.value, scope);
                same(&wanted, value)
            }
            Pattern::MatchSingleton(pattern) => same(
                &match pattern.value {
                    ast::Singleton::None => Value::None,
                    ast::Singleton::True => Value::Bool(true),
                    ast::Singleton::False => Value::Bool(false),
                },
                value,
            ),
            Pattern::MatchAs(pattern) => {
                let fits =
                    pattern.pattern.as_ref().map_or(Some(true), |inner| self.fits(inner, value, scope));
                if let Some(name) = &pattern.name {
                    scope.set(name, value.clone());
                }
                fits
            }
            Pattern::MatchOr(pattern) => {
                let mut fits = Some(false);
                for inner in &pattern.patterns {
                    match self.fits(inner, value, scope) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => fits = None,
                    }
                }
                fits
            }
            Pattern::MatchSequence(pattern) => self.fits_items(&pattern.patterns, value, scope),
            Pattern::MatchMapping(pattern) => self.fits_keys(pattern, value, scope),
            Pattern::MatchStar(_) | Pattern::MatchClass(_) => None,
        }
    }

    fn fits_items(&mut self, patterns: &[Pattern], value: &Value, scope: &Rc<Scope>) -> Option<bool> {
        let items = match value {
            Value::List(_) | Value::Tuple(_) => self.items(value)?,
            Value::Unknown(_) | Value::Symbol(_) => return None,
            _ => return Some(false),
        };
        let star = patterns.iter().position(|pattern| matches!(pattern, Pattern::MatchStar(_)));
        let fixed = patterns.len() - usize::from(star.is_some());
        if items.len() < fixed || (star.is_none() && items.len() > fixed) {
            return Some(false);
        }
        let head = star.unwrap_or(fixed);
        let tail = items.len() - (fixed - head);
        let mut pairs: Vec<(&Pattern, &Value)> = patterns[..head].iter().zip(&items[..head]).collect();
        if let Some(at) = star {
            if let Pattern::MatchStar(ast::PatternMatchStar { name: Some(name), .. }) = &patterns[at] {
                scope.set(name, Value::list(items[head..tail].to_vec()));
            }
            pairs.extend(patterns[at + 1..].iter().zip(&items[tail..]));
        }
        self.all_fit(pairs, scope)
    }

    fn fits_keys(
        &mut self,
        pattern: &ast::PatternMatchMapping,
        value: &Value,
        scope: &Rc<Scope>,
    ) -> Option<bool> {
        let items = match value {
            Value::Dict(items) => Rc::clone(items),
            Value::Unknown(_) | Value::Symbol(_) => return None,
            _ => return Some(false),
        };
        let mut pairs = Vec::new();
        let mut rest = items.as_ref().clone();
        for (key, inner) in pattern.keys.iter().zip(&pattern.patterns) {
            let key = self.expression(key, scope);
            let Some(at) = rest.iter().position(|(known, _)| same(known, &key) == Some(true)) else {
                return Some(false);
            };
            pairs.push((inner, rest.remove(at).1));
        }
        if let Some(name) = &pattern.rest {
            scope.set(name, Value::Dict(Rc::new(rest)));
        }
        self.all_fit(pairs.iter().map(|(inner, value)| (*inner, value)).collect(), scope)
    }

    fn all_fit(&mut self, pairs: Vec<(&Pattern, &Value)>, scope: &Rc<Scope>) -> Option<bool> {
        let mut all = Some(true);
        for (pattern, value) in pairs {
            match self.fits(pattern, value, scope) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => all = None,
            }
        }
        all
    }
}
