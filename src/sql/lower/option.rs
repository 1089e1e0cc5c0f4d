//! Options, in whatever clause they stand: the lists of `VACUUM` and `COPY`, `WITH (…)`, those of sequences, and words
//! like `IF EXISTS`. Refuses to know what they mean.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::{clause, session};
use crate::operation::Setting;
use crate::sql::{expr, name};

/// All options of a statement or clause, without those of its queries and expressions.
pub(super) fn all(node: &SyntaxNode) -> Vec<Setting> {
    let mut found = Vec::new();
    gather(node, &mut found);
    found
}

/// [`all`] of a clause that may be missing.
pub(super) fn of(clause: Option<impl AstNode>) -> Vec<Setting> {
    clause.map(|clause| all(clause.syntax())).unwrap_or_default()
}

/// [`all`] after the words of a statement that are options by themselves.
pub(super) fn with_words(node: &SyntaxNode) -> Vec<Setting> {
    let maintains = matches!(node.kind(), K::VACUUM | K::ANALYZE | K::CLUSTER);
    let actions = node.children().filter(|child| ACTIONS.contains(&child.kind()));
    let said = std::iter::once(node.clone()).chain(actions);
    let words =
        said.flat_map(|node| node.children_with_tokens().skip(1)).filter_map(|part| match part.kind() {
            K::IF_EXISTS => Some("if_exists"),
            K::IF_NOT_EXISTS => Some("if_not_exists"),
            K::OR_REPLACE => Some("replace"),
            K::CASCADE | K::CASCADE_KW => Some("cascade"),
            K::FULL_KW if maintains => Some("full"),
            K::FREEZE_KW if maintains => Some("freeze"),
            K::VERBOSE_KW if maintains => Some("verbose"),
            K::ANALYZE_KW | K::ANALYSE_KW if maintains => Some("analyze"),
            _ => None,
        });
    let mut found: Vec<Setting> = words.map(Setting::flag).collect();
    gather(node, &mut found);
    found
}

/// Parts of statements that have such words of their own.
const ACTIONS: &[K] =
    &[K::DROP_CONSTRAINT, K::GRANT_DEFAULT_PRIVILEGES, K::RENAME_ATTRIBUTE, K::REVOKE_DEFAULT_PRIVILEGES];

fn gather(node: &SyntaxNode, found: &mut Vec<Setting>) {
    for child in node.children() {
        if child.kind() == K::RESET_OPTIONS {
            let reset =
                all(&child).into_iter().map(|option| Setting::flag(&format!("reset {}", option.name)));
            found.extend(reset);
            continue;
        }
        match one(&child) {
            Some(option) => found.push(option),
            None if ast::Expr::can_cast(child.kind()) || ast::SelectVariant::can_cast(child.kind()) => {}
            None => gather(&child, found),
        }
    }
}

/// The option that a node is.
pub(super) fn one(node: &SyntaxNode) -> Option<Setting> {
    let set =
        |name: &str| Some(Setting { name: name.to_owned(), value: node.last_child().map(|it| value(&it)) });
    match node.kind() {
        K::ATTRIBUTE_OPTION => {
            let (names, values): (Vec<SyntaxNode>, _) =
                node.children().partition(|part| part.kind() != K::ATTRIBUTE_VALUE);
            let names: Vec<String> = names.iter().map(value).collect();
            Some(Setting { name: names.join("."), value: values.first().map(value) })
        }
        K::OPTION_ITEM | K::VACUUM_OPTION | K::COPY_OPTION => {
            let mut parts = node.children();
            let name = parts.next().map(|key| value(&key)).unwrap_or_default();
            Some(Setting { name, value: parts.next().map(|it| value(&it)) })
        }
        K::REINDEX_OPTION_CONCURRENTLY | K::REINDEX_OPTION_TABLESPACE | K::REINDEX_OPTION_VERBOSE => {
            let written = text(node);
            Some(match written.split_once(' ') {
                Some((name, value)) => Setting::new(name, value),
                None => Setting::flag(&written),
            })
        }
        K::COPY_LEGACY_OPTION => Some(legacy(node)),
        K::SET_GENERATED => set("generated"),
        K::OPTION_AS_TYPE => set("as"),
        K::OPTION_CACHE => set("cache"),
        K::OPTION_INCREMENT => set("increment"),
        K::OPTION_SEQUENCE_NAME => set("sequence_name"),
        K::OPTION_START => set("start"),
        K::OPTION_OWNED_BY => set("owned_by"),
        K::OPTION_RESTART | K::RESTART => set("restart"),
        K::OPTION_MAX_VALUE | K::OPTION_NO_MAX_VALUE => set("maxvalue"),
        K::OPTION_MIN_VALUE | K::OPTION_NO_MIN_VALUE => set("minvalue"),
        K::OPTION_CYCLE => set("cycle"),
        K::OPTION_NO_CYCLE => Some(Setting::new("cycle", "false")),
        K::OPTION_LOGGED => set("logged"),
        K::OPTION_UNLOGGED => set("unlogged"),
        K::EXTENSION_SCHEMA => set("schema"),
        K::EXTENSION_VERSION_CLAUSE => set("new_version"),
        _ => clause::one(node),
    }
}

/// An option of COPY as it was written before there were lists, under its name in a list.
fn legacy(node: &SyntaxNode) -> Setting {
    let words = text(node);
    let first = words.split(' ').next().unwrap_or_default();
    match first {
        "csv" | "binary" | "json" => Setting::new("format", first),
        "force" => {
            let kind = node.first_child().map(|kind| value(&kind)).unwrap_or_default().replace(' ', "_");
            let columns: Vec<String> = node.children().skip(1).map(|column| value(&column)).collect();
            let columns =
                if columns.is_empty() { "*".to_owned() } else { format!("({})", columns.join(", ")) };
            Setting::new(&format!("force_{kind}"), columns)
        }
        _ => Setting { name: first.to_owned(), value: node.last_child().map(|it| value(&it)) },
    }
}

/// The node that a node is nothing else than.
pub(super) fn innermost(node: &SyntaxNode) -> SyntaxNode {
    let inner = std::iter::successors(Some(node.clone()), |node| {
        let mut parts = node.children_with_tokens().filter(|part| !part.kind().is_trivia());
        match (parts.next(), parts.next()) {
            (Some(only), None) => only.into_node(),
            _ => None,
        }
    });
    inner.last().unwrap_or_else(|| node.clone())
}

/// What an option is set to, or the name of one.
pub(super) fn value(node: &SyntaxNode) -> String {
    let inner = innermost(node);
    if inner.kind() == K::COPY_OPTION_ARG_LIST {
        return format!("({})", inner.children().map(|part| value(&part)).collect::<Vec<_>>().join(", "));
    }
    match ast::Literal::cast(inner.clone()).and_then(|literal| session::string(&literal)) {
        Some(string) => string,
        None => name::dotted(&inner).unwrap_or_else(|| match inner.text().char_at(0.into()) {
            Some('"') => name::of_node(&inner),
            _ => text(&inner),
        }),
    }
}

pub(super) fn text(node: &SyntaxNode) -> String {
    expr::squeezed(node).to_ascii_lowercase()
}
