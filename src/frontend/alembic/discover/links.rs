//! Which revision files belong together, told from their text before any of them is read. Refuses to evaluate them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a file says of its place: its own id, and the ids that it follows or depends on.
pub struct Link {
    id: String,
    follows: BTreeSet<String>,
}

/// The place of a revision file; nothing if it is none.
pub fn read(file: &Path) -> Option<Link> {
    let bytes = std::fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let assigned = |name: &str| {
        let mut lines = text.lines().skip_while(|line| {
            let rest = line.strip_prefix(name).map(str::trim_start);
            !rest.is_some_and(|rest| rest.starts_with(['=', ':']))
        });
        let first = lines.next()?.split_once('=')?.1.to_owned();
        // A tuple may go on below.
        let open = first.contains(['(', '[']) && !first.contains([')', ']']);
        let more = lines.take_while(|line| open && !line.starts_with([')', ']']));
        Some(more.fold(first, |all, line| all + line))
    };
    let id = quoted(&assigned("revision")?).into_iter().next()?;
    let mut follows = quoted(&assigned("down_revision")?);
    follows.extend(assigned("depends_on").iter().flat_map(|value| quoted(value)));
    Some(Link { id, follows })
}

/// The words between quotes.
fn quoted(text: &str) -> BTreeSet<String> {
    let code = text.split('#').next().unwrap_or_default();
    let mut words = code.split(['\'', '"']).skip(1).step_by(2);
    words.by_ref().filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether revisions of two sets follow each other, or only the second has any.
pub fn any(here: &[PathBuf], below: &[PathBuf]) -> bool {
    if below.is_empty() {
        return false;
    }
    let links = |files: &[PathBuf]| files.iter().filter_map(|file| read(file)).collect::<Vec<Link>>();
    let below = links(below);
    if below.is_empty() {
        return false;
    }
    let here = links(here);
    let ids = |links: &[Link]| links.iter().map(|link| link.id.clone()).collect::<BTreeSet<String>>();
    let follow =
        |links: &[Link], ids: &BTreeSet<String>| links.iter().any(|link| !link.follows.is_disjoint(ids));
    here.is_empty() || follow(&below, &ids(&here)) || follow(&here, &ids(&below))
}
