//! What a statement does through the functions that it calls, where the history has created them. Refuses to know
//! what they are given.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::schema::Schema;
use crate::operation::{Certainty, Name, Operation};

/// An operation, then what the bodies of the functions do that it calls, and those that they call.
pub(super) fn with_bodies<'a>(
    operation: &'a Operation,
    certainty: &'a Certainty,
    schema: &Schema,
) -> Vec<(Cow<'a, Operation>, Cow<'a, Certainty>)> {
    let mut done = vec![(Cow::Borrowed(operation), Cow::Borrowed(certainty))];
    add_bodies(operation, certainty, schema, &mut BTreeSet::new(), &mut done);
    done
}

/// `entered` are the functions whose bodies are in: none is read twice, also if it calls itself.
fn add_bodies(
    operation: &Operation,
    certainty: &Certainty,
    schema: &Schema,
    entered: &mut BTreeSet<Name>,
    done: &mut Vec<(Cow<'_, Operation>, Cow<'_, Certainty>)>,
) {
    let Operation::Query { calls, .. } = operation else { return };
    for call in calls {
        let name = match call.rsplit_once('.') {
            Some((schema, name)) => Name::qualified(schema, name),
            None => Name::unqualified(call),
        };
        let Some(function) = schema.function(&name) else { continue };
        if entered.insert(schema.qualify(&name)) {
            for (inner, own) in function.body.iter() {
                let certainty = both(certainty, own);
                done.push((Cow::Owned(inner.clone()), Cow::Owned(certainty.clone())));
                add_bodies(inner, &certainty, schema, entered, done);
            }
        }
    }
}

fn both(outer: &Certainty, inner: &Certainty) -> Certainty {
    match (outer, inner) {
        (Certainty::May(outer), Certainty::May(inner)) => Certainty::May(format!("{outer} and {inner}")),
        (Certainty::May(_), Certainty::Certain) => outer.clone(),
        (Certainty::Certain, inner) => inner.clone(),
    }
}
