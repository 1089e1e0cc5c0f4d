//! What nearly every rule needs. Refuses to hold anything of its own.

pub(super) use super::advice::{self, Advice, Code};
pub(super) use super::context::{Context, MigrationContext, ProjectContext};
pub(super) use super::locks::{self, Shape};
pub(super) use super::{Check, Draft, Rule, fix, reversible};
pub(super) use crate::finding::{Evidence, Preset, RuleInfo, Severity, page};
pub(super) use crate::history::{
    Body, Difference, Edit, GraphFault, Language, Late, Problem, ProblemKind, SecondHead, Taken,
};
pub(super) use crate::operation::{
    Column, ConstraintKind, DataType, Generated, Name, Operation, Setting, Signature, Volatility, is_on,
    quote, setting,
};

/// A name as the reader knows it: `public` is left out.
pub fn shown(name: &Name) -> String {
    match name.schema.as_deref() {
        Some("public") => Name::unqualified(name.name.clone()).to_string(),
        _ => name.to_string(),
    }
}
