//! Names of one container: what changes it under one of them is seen under all. Containers themselves never change, so
//! a new one takes the place of the old wherever that stands. Refuses to look into other containers for it.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprSubscript};

use super::super::value::Value;
use super::compare::same;
use super::container::position;
use super::expression::unknown_like;
use super::{Evaluator, Scope};

/// How many objects and classes lie between a name and the container.
const DEPTH: usize = 3;

impl Evaluator<'_> {
    /// Puts a changed container where the old one stands: where it came from, and under its other names in all calls
    /// that are under way.
    pub(super) fn rebind(&mut self, place: &Expr, old: &Value, new: &Value, scope: &Rc<Scope>) {
        scope.each(&mut |value| replace(value, old, new, DEPTH));
        let conditions = self.output.conditions.len();
        for (index, frame) in self.frames.iter().enumerate() {
            // A caller does not know whether what has begun to be uncertain since its call came to pass.
            let unsure = self.frames.get(index + 1).is_some_and(|call| conditions > call.conditions);
            let unknown = Value::unknown("a container is changed only under a condition");
            let new = if unsure { &unknown } else { new };
            let mut outward = frame.scope.as_deref();
            while let Some(scope) = outward {
                scope.each(&mut |value| replace(value, old, new, DEPTH));
                outward = scope.parent();
            }
        }
        let current = match place {
            Expr::Name(name) => scope.get(&name.id),
            Expr::Attribute(attribute) => {
                let object = self.expression(&attribute.value, scope);
                Some(self.attribute(object, &attribute.attr))
            }
            Expr::Subscript(subscript) => {
                let container = self.expression(&subscript.value, scope);
                let key = self.expression(&subscript.slice, scope);
                Some(self.item(container, key))
            }
            _ => None,
        };
        match place {
            _ if !current.is_some_and(|current| is_same(&current, old)) => {}
            Expr::Name(name) => scope.set_where_bound(&name.id, new.clone()),
            _ => self.assign(place, new.clone(), scope),
        }
    }
}

impl Evaluator<'_> {
    /// `next(iterator)` and `file.readline()`: the first item, which whoever has the iterator no longer has. `None` if
    /// there is none, or nobody knows which.
    pub(super) fn advance(&mut self, place: &Expr, iterator: &Value, scope: &Rc<Scope>) -> Option<Value> {
        let mut items = self.items(iterator)?;
        if items.is_empty() {
            return None;
        }
        let first = items.remove(0);
        self.rebind(place, iterator, &Value::list(items), scope);
        Some(first)
    }

    /// `del container[key]`.
    pub(super) fn delete_item(&mut self, place: &ExprSubscript, scope: &Rc<Scope>) {
        let container = self.expression(&place.value, scope);
        let key = self.expression(&place.slice, scope);
        let changed = match (&container, &key) {
            (Value::Dict(items), key) if key.why_unknown().is_none() => {
                let kept = items.iter().filter(|(known, _)| same(known, key) != Some(true));
                Value::Dict(Rc::new(kept.cloned().collect()))
            }
            (Value::List(items), Value::Int(index)) => {
                let mut items = items.to_vec();
                if let Some(index) = position(*index, items.len()).filter(|index| *index < items.len()) {
                    items.remove(index);
                }
                Value::list(items)
            }
            _ => unknown_like(key, "a part that is deleted".to_owned()),
        };
        self.rebind(&place.value, &container, &changed, scope);
    }
}

/// Whether two values are one container, or one thing that a library made.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) | (Value::Set(one), Value::Set(other)) => {
            Rc::ptr_eq(one, other)
        }
        (Value::Dict(one), Value::Dict(other)) => Rc::ptr_eq(one, other),
        (Value::Symbol(one), Value::Symbol(other)) => Rc::ptr_eq(one, other),
        _ => false,
    }
}

fn replace(value: &mut Value, old: &Value, new: &Value, depth: usize) {
    if is_same(value, old) {
        *value = new.clone();
        return;
    }
    let Some(depth) = depth.checked_sub(1) else { return };
    // What is borrowed already is being looked through.
    match value {
        Value::Instance(instance) => {
            if let Ok(mut attributes) = instance.attributes.try_borrow_mut() {
                attributes.values_mut().for_each(|value| replace(value, old, new, depth));
            }
            let mut class = Value::Class(Rc::clone(&instance.class));
            replace(&mut class, old, new, depth);
        }
        Value::Class(class) => {
            if let Ok(mut members) = class.members.try_borrow_mut() {
                members.iter_mut().for_each(|(_, value)| replace(value, old, new, depth));
            }
        }
        _ => {}
    }
}
