//! Routines and anonymous blocks: what runs when they run. Refuses to know whether a routine is ever called.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::plpgsql::Plpgsql;
use squawk_syntax::sql_body::SqlBody;

use super::{Nesting, data, plpgsql, signature, whole};
use crate::operation::{Certainty, FunctionTraits, Operation, Volatility};
use crate::sql::{Step, expr, lower_inside, name};

/// A `DO` block, then what it holds, as far as it can be read: one step for each, at its own place in the body.
pub(super) fn do_block(block: &ast::Do, nesting: Nesting) -> Vec<Step> {
    let place = whole(block.syntax());
    let mut steps = vec![Step::certain(Operation::Do, place.clone())];
    match body_of(block.plpgsql(), nesting) {
        Ok(inside) => steps.extend(inside),
        Err(reason) => {
            let operation = Operation::Opaque { reason: reason.to_owned() };
            steps.push(Step::certain(operation, place));
        }
    }
    steps
}

fn body_of(body: Option<Plpgsql>, nesting: Nesting) -> Result<Vec<Step>, &'static str> {
    let body = body.ok_or("its body is not written in PL/pgSQL")?;
    let inside = nesting.deeper().ok_or("it is nested too deeply")?;
    plpgsql::steps(&body, inside)
}

pub(super) fn function(create: &ast::CreateFunction, nesting: Nesting) -> Operation {
    Operation::CreateFunction {
        name: name::optional(create.name()),
        replace: create.or_replace().is_some(),
        traits: FunctionTraits { standard_body: create.body().is_some(), ..traits(create.syntax()) },
        signature: Box::new(signature::of_function(create)),
        body: match create.body() {
            Some(body) => standard(&body, nesting),
            None => called(create.plpgsql(), create.sql_body(), nesting),
        },
    }
}

pub(super) fn procedure(create: &ast::CreateProcedure, nesting: Nesting) -> Operation {
    Operation::CreateFunction {
        name: name::optional(create.name()),
        replace: create.or_replace().is_some(),
        traits: FunctionTraits { standard_body: create.body().is_some(), ..traits(create.syntax()) },
        signature: Box::new(signature::of_procedure(create)),
        body: match create.body() {
            Some(body) => standard(&body, nesting),
            None => called(create.plpgsql(), create.sql_body(), nesting),
        },
    }
}

fn traits(node: &SyntaxNode) -> FunctionTraits {
    let mut traits = FunctionTraits::default();
    for option in node.descendants().filter_map(ast::FuncOption::cast) {
        match option {
            ast::FuncOption::SecurityDefinerFuncOption(_) => traits.definer = true,
            ast::FuncOption::LanguageFuncOption(it) => {
                let text = expr::squeezed(it.syntax());
                let name =
                    text.split_once(' ').map(|(_, name)| name.trim_matches(['\'', '"']).to_lowercase());
                traits.language = name;
            }
            ast::FuncOption::SetFuncOption(it) => {
                traits.search_path = search_path(&expr::squeezed(it.syntax())).or(traits.search_path);
            }
            ast::FuncOption::VolatilityFuncOption(it) => {
                traits.volatility = Volatility::named(&it.syntax().text().to_string());
            }
            _ => {}
        }
    }
    traits
}

/// The schemas of `SET search_path TO a, b`.
fn search_path(option: &str) -> Option<Vec<String>> {
    let rest = option.get(.."set".len()).filter(|word| word.eq_ignore_ascii_case("set"));
    let rest = option[rest?.len()..].trim_start();
    let name = rest.get(.."search_path".len())?;
    if !name.eq_ignore_ascii_case("search_path") {
        return None;
    }
    let value = rest[name.len()..].trim_start();
    let value = match value.strip_prefix('=') {
        Some(value) => value,
        None => {
            value.get(.."to".len()).filter(|word| word.eq_ignore_ascii_case("to")).map_or("", |_| &value[2..])
        }
    };
    let schemas = value.split(',').map(|schema| schema.trim().trim_matches(['\'', '"']).to_owned());
    Some(schemas.filter(|schema| !schema.is_empty()).collect())
}

/// What a call does of a body that is no text: `RETURN …` or `BEGIN ATOMIC … END`.
fn standard(body: &ast::RoutineBody, nesting: Nesting) -> Vec<(Operation, Certainty)> {
    let statements = match body {
        ast::RoutineBody::ReturnStmt(it) => return vec![returned(it)],
        ast::RoutineBody::AtomicBody(it) => it.routine_body_stmts(),
    };
    let Some(inside) = nesting.deeper() else { return Vec::new() };
    statements
        .flat_map(|statement| match statement {
            ast::RoutineBodyStmt::ReturnStmt(it) => vec![returned(&it)],
            ast::RoutineBodyStmt::Stmt(ast::Stmt::EmptyStmt(_)) => Vec::new(),
            ast::RoutineBodyStmt::Stmt(it) => super::statement(&it, inside)
                .into_iter()
                .map(|step| (step.operation, step.certainty))
                .collect(),
        })
        .collect()
}

fn returned(statement: &ast::ReturnStmt) -> (Operation, Certainty) {
    (data::query(statement.syntax()), Certainty::Certain)
}

/// What a call does; nothing where that cannot be read.
fn called(plpgsql: Option<Plpgsql>, sql: Option<SqlBody>, nesting: Nesting) -> Vec<(Operation, Certainty)> {
    let steps = match (plpgsql, sql, nesting.deeper()) {
        (Some(body), _, _) => body_of(Some(body), nesting).unwrap_or_default(),
        (None, Some(body), Some(inside)) => {
            lower_inside(body.text(), inside).into_iter().flat_map(|statement| statement.steps).collect()
        }
        _ => Vec::new(),
    };
    steps.into_iter().map(|step| (step.operation, step.certainty)).collect()
}
