//! What a comment says about findings: our own allow comments, and those of other tools. Refuses to know what they
//! cover and whether anything is found there.

use super::others;

/// How far a comment reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The statement on its line or directly below it; before the first statement and apart from it, the file.
    Statement,
    /// The file, wherever it stands in it.
    File,
    /// All up to the comment that ends it.
    Start,
}

/// What a comment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing that concerns findings.
    Nothing,
    /// It speaks to us, but cannot be read.
    Malformed,
    /// It allows some rules.
    Allow { rules: Vec<String>, reach: Reach, manners: Manners },
    /// It ends what [`Reach::Start`] began, in the same words.
    End(Manners),
}

/// Whose comment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manners {
    /// Ours: it needs a reason, and has to be of use.
    Own { has_reason: bool },
    /// The comment of another tool, which judges it by its own rules.
    Other,
}

/// Reads a comment without its markers.
pub(super) fn read(comment: &str) -> Said {
    let comment = comment.trim();
    match comment.strip_prefix("mig-check:") {
        Some(text) => own(text.trim()).unwrap_or(Said::Malformed),
        None => others::read(comment).unwrap_or(Said::Nothing),
    }
}

fn own(text: &str) -> Option<Said> {
    if text.strip_prefix("allow-end").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric())) {
        return Some(Said::End(Manners::Own { has_reason: true }));
    }
    let (reach, text) = match text.strip_prefix("allow-start") {
        Some(text) => (Reach::Start, text),
        None => (Reach::Statement, text.strip_prefix("allow")?),
    };
    let (list, reason) = text.trim_start().strip_prefix('(')?.split_once(')')?;
    let rules: Vec<String> =
        list.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    let has_reason = reason.chars().any(char::is_alphanumeric);
    (!rules.is_empty()).then_some(Said::Allow { rules, reach, manners: Manners::Own { has_reason } })
}
