//! Names as PostgreSQL stores them: folded, unescaped, cut to 63 bytes.

use squawk_syntax::SyntaxKind;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{AstNode, normalize_name_node};

use crate::operation::Name;

/// `NAMEDATALEN - 1`.
const LONGEST: usize = 63;

/// One identifier.
pub(super) fn identifier(node: &impl AstNode) -> String {
    of_node(node.syntax())
}

/// One identifier; empty if it is missing.
pub(super) fn of_node(node: &SyntaxNode) -> String {
    let mut name = normalize_name_node(node);
    while name.len() > LONGEST {
        name.pop();
    }
    name
}

/// The parts of the first dotted name in a node.
fn parts(node: &SyntaxNode) -> Vec<String> {
    let path = node
        .descendants()
        .find(|child| matches!(child.kind(), SyntaxKind::PATH | SyntaxKind::PATH_REF))
        .unwrap_or_else(|| node.clone());
    let segments = path
        .descendants()
        .filter(|child| matches!(child.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF));
    let parts: Vec<String> = segments.map(|segment| of_node(&segment)).collect();
    if parts.is_empty() { vec![of_node(node)] } else { parts }
}

/// The schema and the name in `schema.name`, given its parts.
pub(super) fn from_parts(mut parts: Vec<String>) -> Name {
    let name = parts.pop().unwrap_or_default();
    Name { schema: parts.pop(), name }
}

/// A name with its schema, if one is written. The database in front of both is dropped: it can only be the own one.
pub(super) fn qualified(node: &impl AstNode) -> Name {
    of_object(node.syntax())
}

/// [`qualified`] of an untyped node.
pub(super) fn of_object(node: &SyntaxNode) -> Name {
    from_parts(parts(node))
}

/// All parts of a dotted name without their quotes, with dots between them; nothing for what is no path.
pub(super) fn dotted(node: &SyntaxNode) -> Option<String> {
    let is_path = |child: SyntaxNode| matches!(child.kind(), SyntaxKind::PATH | SyntaxKind::PATH_REF);
    node.descendants().any(is_path).then(|| parts(node).join("."))
}

/// [`qualified`] of something that a broken tree may lack.
pub(super) fn optional(node: Option<impl AstNode>) -> Name {
    node.map(|node| qualified(&node)).unwrap_or_default()
}

/// [`identifier`] of something that a broken tree may lack.
pub(super) fn optional_identifier(node: Option<impl AstNode>) -> String {
    node.map(|node| identifier(&node)).unwrap_or_default()
}

/// The table in `schema.table.column`.
pub(super) fn owner_of_column(node: &SyntaxNode) -> Name {
    let mut parts = parts(node);
    parts.pop();
    from_parts(parts)
}
