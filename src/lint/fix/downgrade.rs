//! Writes into downgrades. Refuses to invent a file where the author has none.

use crate::finding::Fix;
use crate::history::{Body, Language, Script};
use crate::lint::advice::python_string;
use crate::lint::context::MigrationContext;
use crate::operation::{Operation, TransactionVerb};
use crate::source::{Edit, Span};

/// These lines as the whole downgrade, which is missing or empty.
pub fn whole_downgrade(context: &MigrationContext<'_>, lines: &[String]) -> Option<Fix> {
    if lines.is_empty() {
        return None;
    }
    let python = context.project.framework.language == Language::Python;
    let edits = match (&context.migration.down, python) {
        (Some(down), true) => vec![instead_of_pass(context, down, lines)?],
        (Some(down), false) => at_the_end(context, down, lines),
        (None, true) => vec![function(context, lines)],
        (None, false) => return None,
    };
    Some(Fix { edits, ..Fix::default() })
}

/// A statement after everything else that the downgrade does; `None` if it ends its transaction by itself.
pub fn at_the_end_of_the_downgrade(context: &MigrationContext<'_>, sql: &str) -> Option<Fix> {
    let down = context.migration.down.as_ref().filter(|down| down.body == Body::Works)?;
    let last = down.statements.last()?;
    let ends =
        |operation: &Operation| matches!(operation, Operation::Transaction(TransactionVerb::Commit(_)));
    if last.steps.iter().any(|step| ends(&step.operation)) {
        return None;
    }
    let edits = match context.project.framework.language {
        Language::Python => {
            let indent = indent_of(context, down)?;
            let end = Span::new(down.span.source, down.span.end..down.span.end);
            vec![Edit { span: end, text: format!("\n{indent}op.execute({})", python_string(sql)) }]
        }
        Language::Sql => at_the_end(context, down, &[format!("{sql};")]),
    };
    Some(Fix { edits, ..Fix::default() })
}

/// The least indentation of the statements of a function: that of its body.
fn indent_of(context: &MigrationContext<'_>, down: &Script) -> Option<String> {
    let file = context.sources.file(down.span.source);
    let indents =
        down.statements.iter().filter(|statement| down.span.contains(statement.span)).map(|statement| {
            let line = file.line_range(context.sources.position(statement.span).line);
            let text = &file.text()[line];
            text[..text.len() - text.trim_start().len()].to_owned()
        });
    indents.min_by_key(String::len)
}

/// The lines instead of the `pass` of a function that does nothing.
fn instead_of_pass(context: &MigrationContext<'_>, down: &Script, lines: &[String]) -> Option<Edit> {
    let text = context.sources.text(down.span);
    let idle = ["pass", "...", "return", "return None"];
    let last = text.lines().last()?;
    let word = last.split('#').next().unwrap_or_default().trim();
    let start = down.span.end - last.trim_start().len();
    let indent = &last[..last.len() - last.trim_start().len()];
    // `def downgrade(): pass` has no line for itself.
    if !idle.contains(&word) || indent.is_empty() {
        return None;
    }
    let span = Span::new(down.span.source, start..down.span.end);
    Some(Edit { span, text: lines.join(&format!("\n{indent}")) })
}

/// A function at the end of the file, typed if the upgrade is.
fn function(context: &MigrationContext<'_>, lines: &[String]) -> Edit {
    let source = context.migration.up.source();
    let text = context.sources.file(source).text();
    let typed =
        if context.sources.text(context.migration.up.span).contains("-> None:") { " -> None" } else { "" };
    let body = lines.join("\n    ");
    let end = text.trim_end().len();
    Edit {
        span: Span::new(source, end..text.len()),
        text: format!("\n\n\ndef downgrade(){typed}:\n    {body}\n"),
    }
}

/// Lines of SQL at the end of a script, after a semicolon where the last statement has none.
fn at_the_end(context: &MigrationContext<'_>, down: &Script, lines: &[String]) -> Vec<Edit> {
    let text = context.sources.text(down.span);
    let written = text.trim_end();
    let at = down.span.start + written.len();
    let insert = |at: usize, text: String| Edit { span: Span::new(down.span.source, at..at), text };
    let last = down.statements.last().map(|statement| statement.span.end.min(at));
    let unfinished = last.filter(|end| !text[end - down.span.start..written.len()].contains(';'));
    let gap = if at == 0 { "" } else { "\n" };
    let end = if text[written.len()..].contains('\n') { "" } else { "\n" };
    let lines = insert(at, format!("{gap}{}{end}", lines.join("\n")));
    unfinished.map(|end| insert(end, ";".to_owned())).into_iter().chain([lines]).collect()
}
