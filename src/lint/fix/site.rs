//! Where a statement stands in the author's text, and what can be put there. Refuses to guess: a statement that a loop
//! sends several times, or that shares its lines with something else, is no site.

use crate::finding::Fix;
use crate::history::{Language, Step, TransactionRule};
use crate::lint::advice::python_string;
use crate::lint::context::Context;
use crate::source::{Edit, Span};

/// A statement that can be edited.
pub struct Site<'a> {
    context: &'a Context<'a>,
    /// What the author wrote: SQL, or a call.
    pub text: &'a str,
    /// The white space before it on its line.
    pub indent: &'a str,
}

impl<'a> Site<'a> {
    /// The site of the statement that is being judged.
    pub fn of(context: &'a Context<'a>) -> Option<Self> {
        let span = context.statement.span;
        let file = context.sources.file(span.source).text();
        let before = &file[..span.start];
        let indent = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let site = Self { context, text: context.sources.text(span), indent };
        (site.is_sql() || site.is_alone(&file[span.end..])).then_some(site)
    }

    /// Whether the file itself is SQL.
    pub fn is_sql(&self) -> bool {
        self.context.project.framework.language == Language::Sql
    }

    /// Whether the file is SQL of which each statement commits by itself, one more as well.
    pub fn commits_each(&self) -> bool {
        self.is_sql()
            && self.context.project.framework.transaction == TransactionRule::None
            && self.context.statement.transaction.is_none()
    }

    /// Whether the author's text is a call of this function.
    pub fn calls(&self, function: &str) -> bool {
        self.text.strip_prefix(function).is_some_and(|rest| rest.trim_start().starts_with('('))
    }

    /// Whether the call has its lines for itself and runs once, for one table.
    fn is_alone(&self, after: &str) -> bool {
        let rest = after.lines().next().unwrap_or_default().trim_start();
        let what = |steps: &[Step]| -> Vec<_> {
            steps.iter().map(|step| std::mem::discriminant(&*step.operation)).collect()
        };
        let of = |steps: &[Step]| steps.first().and_then(|step| step.operation.table().cloned());
        let here = &self.context.statement;
        // One call may send several statements (`op.alter_column`), a loop the same one several times.
        let mut sent = self.context.script.statements.iter().filter(|other| other.span == here.span);
        let turns = sent.clone().filter(|other| what(&other.steps) == what(&here.steps)).count();
        self.indent.trim().is_empty()
            && (rest.is_empty() || rest.starts_with('#'))
            && turns == 1
            && sent.all(|other| of(&other.steps) == of(&here.steps))
    }

    /// This text in the place of the statement.
    pub fn instead(&self, text: String) -> Fix {
        let edit = Edit { span: self.context.statement.span, text };
        Fix { edits: vec![edit], ..Fix::default() }
    }

    /// A statement above this one, and above the comments that allow something in it.
    pub fn above(&self, sql: &str) -> Fix {
        let span = self.context.statement.span;
        let file = self.context.sources.file(span.source);
        let mut line = file.line_range(file.position(span.start).line).start;
        while let Some(comment) = file.text()[..line].trim_end_matches('\n').lines().next_back()
            && comment.trim_start().starts_with(['-', '#'])
            && comment.contains("mig-check:")
        {
            line -= comment.len() + 1;
        }
        let written =
            if self.is_sql() { format!("{sql};") } else { format!("op.execute({})", python_string(sql)) };
        let text = format!("{}{written}\n", self.indent);
        Fix { edits: vec![Edit { span: Span::new(span.source, line..line), text }], ..Fix::default() }
    }

    /// This text in the place of the call, and another below it and the comment behind it.
    pub fn instead_and_then(&self, text: String, then: &str) -> Fix {
        let span = self.context.statement.span;
        let file = self.context.sources.file(span.source);
        let line = file.line_range(file.position(span.end).line);
        let below = Span::new(span.source, line.end..line.end);
        let mut fix = self.instead(text);
        fix.edits.push(Edit { span: below, text: format!("\n{}{then}", self.indent) });
        fix
    }

    /// This text in the place of the statement, outside any transaction; `None` where the tool cannot be told so.
    pub fn outside(&self, text: String) -> Option<Fix> {
        if self.context.statement.transaction.is_none() {
            return Some(self.instead(text));
        }
        if !self.is_sql() {
            return Some(self.instead(self.block(&text)));
        }
        let marker = self.marker()?;
        let mut fix = self.instead(text);
        fix.edits.push(marker);
        Some(fix)
    }

    /// A call in an autocommit block of its own, for a place with this statement's indentation.
    pub fn block(&self, call: &str) -> String {
        let inner = format!("{}    ", self.indent);
        // The lines of a triple-quoted text are its content.
        let keeps = call.contains("\"\"\"") || call.contains("'''");
        let call = if keeps { call.to_owned() } else { call.replace('\n', "\n    ") };
        format!("with op.get_context().autocommit_block():\n{inner}{call}")
    }

    /// `op.execute` of a statement outside any transaction.
    pub fn executed_outside(&self, sql: &str) -> String {
        let call = format!("op.execute({})", python_string(sql));
        if self.context.statement.transaction.is_none() { call } else { self.block(&call) }
    }

    /// A text after the statement and its semicolon.
    pub fn after(&self, text: &str) -> Edit {
        let span = self.context.statement.span;
        let file = self.context.sources.file(span.source).text();
        let rest = &file[span.end..];
        let gap = rest.len() - rest.trim_start().len();
        let (end, semicolon) = match rest[gap..].starts_with(';') {
            true => (span.end + gap + 1, ""),
            false => (span.end, ";"),
        };
        Edit { span: Span::new(span.source, end..end), text: format!("{semicolon}\n\n{}{text}", self.indent) }
    }

    /// Words at the end of an action that the file holds as SQL.
    pub fn added_to_action(&self, action: Span, words: &str) -> Option<Edit> {
        let text = self.context.sources.text(action);
        let is_sql = !text.is_empty() && self.context.statement.sql.contains(text);
        let end = Span::new(action.source, action.end..action.end);
        is_sql.then(|| Edit { span: end, text: words.to_owned() })
    }

    /// The edit that takes the whole file out of its tool's transaction: only where nothing else is in it.
    fn marker(&self) -> Option<Edit> {
        let marker = self.context.project.framework.no_transaction?;
        let alone = |statements: usize| statements <= 1;
        let down = self.context.migration.down.as_ref().map_or(0, |down| down.statements.len());
        let source = self.context.statement.span.source;
        let shares = self.context.migration.down.as_ref().is_some_and(|down| down.span.source == source);
        if !alone(self.context.script.statements.len()) || (shares && !alone(down)) {
            return None;
        }
        let file = self.context.sources.file(source).text();
        let mut start = 0;
        for line in file.split_inclusive('\n') {
            let text = line.trim_end();
            // `-- migrate:up` becomes `-- migrate:up transaction:false`.
            if text.len() > "--".len() && marker.strip_prefix(text).is_some_and(|rest| rest.starts_with(' '))
            {
                let span = Span::new(source, start..start + text.len());
                return Some(Edit { span, text: marker.to_owned() });
            }
            start += line.len();
        }
        let is_comment = marker.starts_with("-- ") && !marker.contains(':');
        is_comment.then(|| Edit { span: Span::new(source, 0..0), text: format!("{marker}\n") })
    }
}

/// The text with a word behind the one that says what kind of thing is made, dropped or rebuilt: `CREATE INDEX
/// CONCURRENTLY`. `None` unless there is exactly one such place.
pub fn after_kind(text: &str, word: &str) -> Option<String> {
    const VERBS: &[&str] = &["CREATE", "UNIQUE", "DROP", "REINDEX"];
    const KINDS: &[&str] = &["INDEX", "TABLE", "SCHEMA"];
    let is_one = |word: &str, of: &[&str]| of.iter().any(|other| word.eq_ignore_ascii_case(other));
    let words = words(text);
    let places: Vec<usize> = words
        .windows(2)
        .filter(|pair| is_one(pair[0].1, VERBS) && is_one(pair[1].1, KINDS))
        .map(|pair| pair[1].0 + pair[1].1.len())
        .collect();
    let [place] = places.as_slice() else { return None };
    Some(format!("{} {word}{}", &text[..*place], &text[*place..]))
}

/// The words of a text, each with its place.
pub fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        let in_word = character.is_alphanumeric() || character == '_';
        match (start, in_word) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::after_kind;

    #[test]
    fn a_word_goes_behind_the_kind_of_thing() {
        let add = |text| after_kind(text, "CONCURRENTLY");
        assert_eq!(
            add("create unique index ix ON t (a)").as_deref(),
            Some("create unique index CONCURRENTLY ix ON t (a)")
        );
        assert_eq!(
            add("op.execute(\"DROP INDEX ix\")").as_deref(),
            Some("op.execute(\"DROP INDEX CONCURRENTLY ix\")")
        );
        assert_eq!(add("DROP INDEX a; DROP INDEX b"), None);
        assert_eq!(add("op.create_index('ix')"), None);
    }
}
