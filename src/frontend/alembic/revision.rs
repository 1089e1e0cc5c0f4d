//! One revision file: its place in the graph, its two functions, its comments. Refuses to judge them.

use std::path::Path;
use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use crate::history::{Body, Comment, Migration, Problem, ProblemKind, Project, Reference, Script};
use crate::source::{SourceId, Sources, Span};

use super::evaluate::{Evaluator, Library, Module};
use super::naming::Naming;
use super::output::Output;
use super::python;
use super::value::Value;

/// Reads a revision file into the project, as a migration or a problem.
pub fn read(
    file: &Path,
    shown: &str,
    naming: &Rc<Naming>,
    library: &mut Library,
    sources: &mut Sources,
    project: &mut Project,
) {
    let (source, encoding) = match sources.read(file, shown) {
        Ok(read) => read,
        Err(error) => {
            let source = sources.add(shown, "");
            let message = format!("Cannot be read: {error}");
            project.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                span: Span::new(source, 0..0),
                message,
            });
            return;
        }
    };
    if let Some(bad) = encoding {
        project.problems.push(Problem {
            kind: ProblemKind::Unreadable,
            span: bad.span,
            message: "Is not UTF-8, which Python expects; save the file as UTF-8".to_owned(),
        });
    }
    if sources.file(source).text().trim().is_empty() {
        project.problems.push(Problem {
            kind: ProblemKind::Empty,
            span: Span::new(source, 0..0),
            message: "Is empty where Alembic expects a revision".to_owned(),
        });
        return;
    }
    let parsed = match python::parse(sources.file(source).text()) {
        Ok(parsed) => parsed,
        Err(error) => {
            project.problems.push(Problem {
                kind: ProblemKind::Syntax,
                span: Span::new(source, error.range),
                message: format!("Is not valid Python: {}", error.message),
            });
            return;
        }
    };
    let comments = parsed
        .comments
        .iter()
        .map(|range| {
            let span = Span::new(source, range.clone());
            Comment { span, text: sources.text(span).trim_start_matches('#').trim().to_owned() }
        })
        .collect();
    let imports = python::imports(&parsed.body, source);
    let module = Module::new(source, file.to_owned(), parsed.body);
    let mut output = Output::new(Rc::clone(naming));
    output.mute();
    let mut evaluator = Evaluator::new(sources, library, Rc::clone(&module), output);
    evaluator.run_module();
    let Some((id, header)) = identity(&module, file) else {
        project.problems.push(Problem {
            kind: ProblemKind::Syntax,
            span: Span::new(source, 0..0),
            message: "Declares no `revision`, without which Alembic does not start; \
                      move helpers out of the folder of revisions"
                .to_owned(),
        });
        return;
    };
    let up = script(&module, "upgrade", naming, &mut evaluator);
    let down = script(&module, "downgrade", naming, &mut evaluator);
    if up.is_none() {
        project.problems.push(Problem {
            kind: ProblemKind::Syntax,
            span: header,
            message: "Has no `upgrade` function, without which Alembic cannot run it".to_owned(),
        });
    }
    project.migrations.push(Migration {
        id,
        message: message(&module),
        header,
        parents: references(&module, "down_revision"),
        depends_on: references(&module, "depends_on"),
        branch_labels: references(&module, "branch_labels").into_iter().map(|label| label.id).collect(),
        imports,
        repeats: false,
        up: up.unwrap_or(Script {
            span: header,
            body: Body::Empty,
            wrapped: true,
            statements: Vec::new(),
            reliance: None,
        }),
        down,
        comments,
    });
}

/// The revision id and where it is written; the name of the file for the oldest form of Alembic's revisions.
fn identity(module: &Module, file: &Path) -> Option<(String, Span)> {
    if let Some(Value::Str(id)) = module.scope.get("revision") {
        let place = assigned(module, "revision")
            .map_or(0..0, |value| value.start().to_usize()..value.end().to_usize());
        return Some((id.text.to_string(), Span::new(module.source, place)));
    }
    let stem = file.file_stem()?.to_str()?;
    stem.chars()
        .all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
        .then(|| (stem.to_owned(), Span::new(module.source, 0..0)))
}

/// The expression that a name of the module is assigned last.
fn assigned<'a>(module: &'a Module, name: &str) -> Option<&'a Expr> {
    let is_name = |target: &Expr| matches!(target, Expr::Name(known) if known.id.as_str() == name);
    module.body.iter().rev().find_map(|statement| match statement {
        Stmt::Assign(assign) if assign.targets.iter().any(is_name) => Some(&*assign.value),
        Stmt::AnnAssign(assign) if is_name(&assign.target) => assign.value.as_deref(),
        _ => None,
    })
}

/// The revisions that a name of the module lists.
fn references(module: &Module, name: &str) -> Vec<Reference> {
    let value = module.scope.get(name);
    let items = match &value {
        Some(Value::Tuple(items) | Value::List(items) | Value::Set(items)) => items.as_ref().clone(),
        Some(value @ Value::Str(_)) => vec![value.clone()],
        _ => Vec::new(),
    };
    let written: Vec<&Expr> = match assigned(module, name) {
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().collect(),
        Some(Expr::List(list)) => list.elts.iter().collect(),
        Some(Expr::Set(set)) => set.elts.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let place = |index: usize| {
        let node = written.get(index).or(written.first());
        let range = node.map_or(0..0, |node| node.start().to_usize()..node.end().to_usize());
        Span::new(module.source, range)
    };
    items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| Some(Reference { id: item.as_str()?.to_owned(), span: place(index) }))
        .collect()
}

/// The first line of the module's docstring.
fn message(module: &Module) -> String {
    let docstring = module.body.first().and_then(|statement| match statement {
        Stmt::Expr(expression) => expression.value.as_string_literal_expr(),
        _ => None,
    });
    let line = docstring.and_then(|literal| literal.value.to_str().trim().lines().next().map(str::trim));
    line.unwrap_or_default().to_owned()
}

fn script(
    module: &Rc<Module>,
    name: &str,
    naming: &Rc<Naming>,
    evaluator: &mut Evaluator<'_>,
) -> Option<Script> {
    let function = module.scope.get(name)?;
    let definition = module.body.iter().rev().find_map(|statement| match statement {
        Stmt::FunctionDef(definition) if definition.name.as_str() == name => Some(definition),
        _ => None,
    });
    let span = definition.map_or(Span::new(module.source, 0..0), |definition| {
        Span::new(module.source, definition.start().to_usize()..definition.end().to_usize())
    });
    let body = definition.map_or(Body::Works, |definition| {
        body(definition, module.source, |span| evaluator.sources.text(span).to_owned())
    });
    let (mut statements, mut reliance) = (Vec::new(), None);
    let asked = body == Body::Works && !evaluator.library.only_order;
    if asked && matches!(function, Value::Function(_)) {
        evaluator.output = Output::new(Rc::clone(naming));
        evaluator.run_function(name);
        let mut output = std::mem::replace(&mut evaluator.output, Output::new(Rc::clone(naming)));
        reliance = output.reliance();
        statements = output.into_statements();
    }
    Some(Script { span, body, wrapped: true, statements, reliance })
}

/// Whether a function works, does nothing, or refuses.
fn body(definition: &StmtFunctionDef, source: SourceId, words: impl Fn(Span) -> String) -> Body {
    let idle = |statement: &&Stmt| match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(expression) => {
            expression.value.is_string_literal_expr() || expression.value.is_ellipsis_literal_expr()
        }
        Stmt::Return(end) => end.value.as_ref().is_none_or(|value| value.is_none_literal_expr()),
        _ => false,
    };
    match definition.body.iter().find(|statement| !idle(statement)) {
        None => Body::Empty,
        Some(Stmt::Raise(raise)) => {
            let place = |node: &dyn Ranged| Span::new(source, node.start().to_usize()..node.end().to_usize());
            let what = raise.exc.as_ref().map_or_else(|| "raise".to_owned(), |what| words(place(&**what)));
            Body::Raises { span: place(raise), what }
        }
        Some(_) => Body::Works,
    }
}
