//! Texts that `EXECUTE` runs, as far as they depend on nothing that only a server knows. Refuses to guess.

use std::collections::{BTreeMap, BTreeSet};

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::Nesting;
use crate::operation::{Operation, quote};
use crate::sql::{Step, expr};

/// Variables of a body that have one value all along.
#[derive(Default)]
pub(super) struct Known {
    texts: BTreeMap<String, String>,
    lists: BTreeMap<String, Vec<String>>,
}

impl Known {
    /// Those that are declared with a value, once, and never assigned another.
    pub(super) fn of(body: &SyntaxNode) -> Self {
        let mut assigned = BTreeSet::new();
        let mut declared = Vec::new();
        for node in body.descendants() {
            match node.kind() {
                K::PLPGSQL_ASSIGN_TARGET
                | K::PLPGSQL_INTO_TARGET
                | K::PLPGSQL_FOR_VARIABLE
                | K::PLPGSQL_DIAG_TARGET => {
                    let name = node.children().next().map(|name| variable(&name)).unwrap_or_default();
                    assigned.insert(name);
                }
                K::PLPGSQL_VAR_DECL => declared.extend(ast::PlpgsqlVarDecl::cast(node)),
                // An INTO that squawk does not understand may assign anything.
                K::ERROR => return Self::default(),
                _ => {}
            }
        }
        let mut known = Self::default();
        for declaration in declared {
            let Some(name) = declaration.name().map(|name| variable(name.syntax())) else { continue };
            let value =
                declaration.init().and_then(|init| init.expr()).filter(|_| assigned.insert(name.clone()));
            match value {
                Some(value) => {
                    if let Some(text) = known.text_of(&value) {
                        known.texts.insert(name, text);
                    } else if let Some(list) = known.list(&value) {
                        known.lists.insert(name, list);
                    }
                }
                None => known.forget(&name),
            }
        }
        known
    }

    pub(super) fn bind(&mut self, variable: &str, value: String) {
        self.texts.insert(variable.to_owned(), value);
    }

    pub(super) fn forget(&mut self, variable: &str) {
        self.texts.remove(variable);
        self.lists.remove(variable);
    }

    /// The elements of an array of known texts.
    pub(super) fn list(&self, value: &ast::PlpgsqlExpr) -> Option<Vec<String>> {
        self.list_in(&only(value)?)
    }

    fn list_in(&self, expr: &ast::Expr) -> Option<Vec<String>> {
        match expr {
            ast::Expr::ArrayExpr(array) if array.select_variant().is_none() => {
                array.exprs().map(|element| self.text(&element)).collect()
            }
            ast::Expr::ParenExpr(inner) => self.list_in(&inner.expr()?),
            ast::Expr::CastExpr(cast) => self.list_in(&cast.expr()?),
            ast::Expr::NameRef(name) => self.lists.get(&variable(name.syntax())).cloned(),
            _ => None,
        }
    }

    fn text_of(&self, value: &ast::PlpgsqlExpr) -> Option<String> {
        self.text(&only(value)?)
    }

    /// The value of a text that depends on no unknown variable: literals, put together with `||` and `format`.
    fn text(&self, expr: &ast::Expr) -> Option<String> {
        match expr {
            ast::Expr::Literal(literal) => match literal.integer_value() {
                Some(number) => Some(number.to_string()),
                None => literal.string_value(),
            },
            ast::Expr::NameRef(name) => self.texts.get(&variable(name.syntax())).cloned(),
            ast::Expr::ParenExpr(inner) => self.text(&inner.expr()?),
            ast::Expr::CastExpr(cast) => self.text(&cast.expr()?),
            ast::Expr::BinExpr(join) if is_concatenation(join) => {
                Some(self.text(&join.lhs()?)? + &self.text(&join.rhs()?)?)
            }
            ast::Expr::CallExpr(call) => {
                let arguments: Option<Vec<String>> =
                    call.arg_list()?.args().map(|argument| self.text(&argument.expr()?)).collect();
                let arguments = arguments?;
                let called = expr::squeezed(call.expr()?.syntax()).to_ascii_lowercase();
                match (called.as_str(), arguments.as_slice()) {
                    ("format", [template, values @ ..]) => formatted(template, values),
                    ("concat", parts) => Some(parts.concat()),
                    ("quote_ident", [name]) => Some(quote(name)),
                    ("quote_literal", [value]) => Some(literal(value)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// `EXECUTE` of a text that can be known.
pub(super) fn execute(execute: &ast::PlpgsqlDynExecuteStmt, known: &Known, nesting: Nesting) -> Vec<Step> {
    match execute.query().and_then(|query| known.text_of(&query)) {
        Some(text) => crate::sql::lower_inside(&text, nesting)
            .into_iter()
            .flat_map(|statement| statement.steps)
            .collect(),
        None => {
            let reason = "EXECUTE runs a text that is put together at run time".to_owned();
            vec![Step::certain(Operation::Opaque { reason }, 0..0)]
        }
    }
}

fn only(value: &ast::PlpgsqlExpr) -> Option<ast::Expr> {
    // A query is no value.
    if value.from_clause().is_some() {
        return None;
    }
    value.target_list()?.targets().next()?.expr()
}

fn variable(node: &SyntaxNode) -> String {
    expr::squeezed(node).to_ascii_lowercase()
}

fn is_concatenation(join: &ast::BinExpr) -> bool {
    let between = join.syntax().children().nth(1);
    between.is_some_and(|op| op.kind() == K::CUSTOM_OP && op.text() == "||")
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// PostgreSQL's `format` with the specifiers `%I`, `%L`, `%s` and `%%`, in their order or by number: `%1$I`.
fn formatted(template: &str, values: &[String]) -> Option<String> {
    let mut next = 0;
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let specifier = match after[..digits].parse::<usize>() {
            Ok(number) => {
                next = number.checked_sub(1)?;
                after[digits..].strip_prefix('$')?
            }
            Err(_) => after,
        };
        let kind = specifier.chars().next()?;
        match kind {
            '%' => out.push('%'),
            'I' | 'L' | 's' => {
                let value = values.get(next)?;
                next += 1;
                out.push_str(&match kind {
                    'I' => quote(value),
                    'L' => literal(value),
                    _ => value.clone(),
                });
            }
            _ => return None,
        }
        rest = &specifier[1..];
    }
    out.push_str(rest);
    Some(out)
}
