//! The hashes that a tool writes into its migrations, so that none is changed or moved once it was committed. Refuses
//! to know what a migration does.

use std::fmt::Write;
use std::ops::Range;

use sha1::{Digest, Sha1};

use crate::history::{Migration, Problem, ProblemKind};
use crate::source::{Sources, Span};

/// Where the hashes of Graphile Migrate do not fit (its src/migration.ts `parseMigrationText`, `getAllMigrations`,
/// `runCommittedMigration`).
pub(super) fn graphile(migrations: &[Migration], sources: &Sources) -> Vec<Problem> {
    let mut problems = Vec::new();
    // The migration before, unless it has no hash.
    let mut before: Option<(&str, &str)> = None;
    for (index, migration) in migrations.iter().enumerate() {
        let text = sources.file(migration.header.source).text();
        let id = migration.id.as_str();
        let mut broken = |at: Option<Range<usize>>, message: String| {
            let span = at.map_or(migration.header, |at| Span::new(migration.header.source, at));
            problems.push(Problem { kind: ProblemKind::Altered, span, message });
        };
        let header = Header::of(text);
        let (Some((previous, previous_at)), Some((hash, hash_at))) = (header.previous, header.hash) else {
            broken(
                None,
                format!("Migration {id} has no `--! Previous:` or no `--! Hash:` line, so none runs"),
            );
            before = None;
            continue;
        };
        match before {
            None if index == 0 && previous != "-" => {
                broken(
                    Some(previous_at),
                    format!("Migration {id} follows {previous}, but is the first, so none runs"),
                );
            }
            Some((other, expected)) if previous != expected => broken(
                Some(previous_at),
                format!(
                    "Migration {id} follows {previous}, but {other} before it is {expected}, so none runs"
                ),
            ),
            _ => {}
        }
        if !header.body.starts_with('\n') {
            broken(None, format!("No empty line ends the header of migration {id}, so none runs"));
        } else if (hash == hash_of(header.body, previous)) == header.allows_another {
            let message = if header.allows_another {
                format!("Migration {id} allows an invalid hash, but its hash is valid, so it does not run")
            } else {
                format!("Migration {id} is not the text that its hash was made of, so it does not run")
            };
            broken(Some(hash_at), message);
        }
        before = Some((id, hash));
    }
    problems
}

/// The lines `--! Name: value` that a file begins with.
#[derive(Default)]
struct Header<'a> {
    previous: Option<(&'a str, Range<usize>)>,
    hash: Option<(&'a str, Range<usize>)>,
    allows_another: bool,
    /// What follows them.
    body: &'a str,
}

impl<'a> Header<'a> {
    fn of(text: &'a str) -> Self {
        let mut header = Self::default();
        let mut end = 0;
        for line in text.split_inclusive('\n') {
            // With Windows line ends it is no header for the tool, either.
            let Some(rest) =
                line.trim_end_matches('\n').strip_prefix("--! ").filter(|_| !line.contains('\r'))
            else {
                break;
            };
            let (name, value) = rest.split_once(':').unwrap_or((rest, ""));
            let value = value.trim();
            let at = end + line.find(value).unwrap_or_default();
            let place = (value, at..at + value.len());
            match name {
                "Previous" => header.previous = Some(place).filter(|_| !value.is_empty()),
                "Hash" => header.hash = Some(place).filter(|_| !value.is_empty()),
                "AllowInvalidHash" => header.allows_another = true,
                _ if name.starts_with(|c: char| c.is_ascii_uppercase()) => {}
                _ => break,
            }
            end += line.len();
        }
        header.body = &text[end..];
        header
    }
}

/// Its src/hash.ts `calculateHash`.
fn hash_of(body: &str, previous: &str) -> String {
    let previous = if previous == "-" { "" } else { previous };
    let text = format!("{previous}\n{}", body.trim());
    let mut hash = String::from("sha1:");
    for byte in Sha1::digest(format!("{}\n", text.trim())) {
        // Writing to a string cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    // Its hash is what graphile-migrate's own `calculateHash` gives.
    const FIRST: &str =
        include_str!("../../../fixtures/frontends/graphile-migrate/project/migrations/committed/000001.sql");

    #[test]
    fn the_hash_is_that_of_the_tool() {
        let header = Header::of(FIRST);
        assert_eq!(header.previous.map(|(previous, _)| previous), Some("-"));
        assert_eq!(header.hash.map(|(hash, _)| hash), Some(hash_of(header.body, "-").as_str()));
    }
}
