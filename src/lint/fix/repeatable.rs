//! Writes IF EXISTS and IF NOT EXISTS into statements that must be able to run twice. Refuses those whose grammar has no
//! such words.

use super::site::{Site, words};
use crate::finding::Fix;
use crate::lint::advice;
use crate::lint::context::Context;
use crate::operation::Operation;

/// The statement with IF EXISTS or IF NOT EXISTS. Of Alembic's calls those for tables and indexes take it.
pub fn repeatable(context: &Context<'_>) -> Option<Fix> {
    let site = Site::of(context).filter(|_| context.statement.steps.len() == 1)?;
    let (before, condition, call) = place(context.operation)?;
    let argument = format!("{}=True", condition.to_lowercase().replace(' ', "_"));
    let argued = call.and_then(|call| advice::add_argument(site.text, call, &argument));
    Some(site.instead(argued.or_else(|| after(site.text, before, condition))?))
}

/// The words that the condition follows, the condition, and the call that takes it as an argument.
fn place(operation: &Operation) -> Option<(&'static [&'static str], &'static str, Option<&'static str>)> {
    const MISSING: &str = "IF NOT EXISTS";
    const THERE: &str = "IF EXISTS";
    Some(match operation {
        Operation::CreateTable(_) => (&["CREATE", "TABLE"], MISSING, Some("op.create_table")),
        // An index that the server names has none by which it could be found.
        Operation::CreateIndex(create) if create.name.is_some() => {
            (&["INDEX"], MISSING, Some("op.create_index"))
        }
        Operation::AddColumn { .. } => (&["ADD", "COLUMN"], MISSING, None),
        Operation::AddEnumValue { .. } => (&["ADD", "VALUE"], MISSING, None),
        Operation::CreateSequence { .. } => (&["CREATE", "SEQUENCE"], MISSING, None),
        Operation::CreateSchema { .. } => (&["CREATE", "SCHEMA"], MISSING, None),
        Operation::DropTable { .. } => (&["DROP", "TABLE"], THERE, Some("op.drop_table")),
        Operation::DropIndex { .. } => (&["INDEX"], THERE, Some("op.drop_index")),
        Operation::DropColumn { .. } => (&["DROP", "COLUMN"], THERE, None),
        Operation::DropConstraint { .. } => (&["DROP", "CONSTRAINT"], THERE, None),
        Operation::DropType { .. } => (&["DROP", "TYPE"], THERE, None),
        Operation::DropView { .. } => (&["VIEW"], THERE, None),
        _ => return None,
    })
}

/// The text with a condition behind these words, and behind CONCURRENTLY; `None` unless they stand there once.
fn after(text: &str, before: &[&str], condition: &str) -> Option<String> {
    let words = words(text);
    let same = |(found, wanted): (&(usize, &str), &&str)| found.1.eq_ignore_ascii_case(wanted);
    let mut places = (0..words.len().saturating_sub(before.len() - 1))
        .filter(|&at| words[at..].iter().zip(before).all(same))
        .map(|at| at + before.len() - 1);
    let (place, None) = (places.next()?, places.next()) else { return None };
    let concurrently = words.get(place + 1).filter(|(_, word)| word.eq_ignore_ascii_case("CONCURRENTLY"));
    let (at, word) = concurrently.unwrap_or(&words[place]);
    let end = at + word.len();
    Some(format!("{} {condition}{}", &text[..end], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn a_condition_goes_behind_the_words_that_it_belongs_to() {
        let add = |text, before: &[&str]| after(text, before, "IF EXISTS");
        assert_eq!(
            add("DROP INDEX concurrently ix", &["INDEX"]).as_deref(),
            Some("DROP INDEX concurrently IF EXISTS ix")
        );
        assert_eq!(
            add("op.execute(\"alter table t drop column a\")", &["DROP", "COLUMN"]).as_deref(),
            Some("op.execute(\"alter table t drop column IF EXISTS a\")")
        );
        assert_eq!(add("DROP INDEX a; DROP INDEX b", &["INDEX"]), None);
        assert_eq!(add("DROP", &["DROP", "TABLE"]), None);
    }
}
