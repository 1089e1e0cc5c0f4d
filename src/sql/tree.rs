//! Looks through a tree for what is worth a walk. A walk allocates every node that it passes; this allocates none.
//! Refuses to know what the kinds mean.

use squawk_syntax::{SyntaxKind, SyntaxNode};

/// Whether a node, or any in it, is of a wanted kind.
pub(super) fn holds(node: &SyntaxNode, wanted: impl Fn(SyntaxKind) -> bool) -> bool {
    if wanted(node.kind()) {
        return true;
    }
    let green = node.green();
    let mut open = vec![green.children()];
    while let Some(children) = open.last_mut() {
        match children.next().map(|child| child.into_node()) {
            None => drop(open.pop()),
            Some(None) => {}
            Some(Some(node)) if wanted(SyntaxKind::from(node.kind().0)) => return true,
            Some(Some(node)) => open.push(node.children()),
        }
    }
    false
}
