//! Looks through a tree for what is worth a walk. A walk allocates every node that it passes; this allocates none.
//! Refuses to know what the kinds mean.

use squawk_syntax::{SyntaxKind, SyntaxNode};

/// Whether a node, or any node or token in it, is of a wanted kind.
pub(super) fn holds(node: &SyntaxNode, wanted: impl Fn(SyntaxKind) -> bool) -> bool {
    if wanted(node.kind()) {
        return true;
    }
    let green = node.green();
    let mut open = vec![green.children()];
    while let Some(children) = open.last_mut() {
        match children.next() {
            None => drop(open.pop()),
            Some(child) if wanted(SyntaxKind::from(child.kind().0)) => return true,
            Some(child) => open.extend(child.into_node().map(|node| node.children())),
        }
    }
    false
}
