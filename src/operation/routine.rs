//! What is written of a function or procedure beside its body. Refuses to know what it does.

use super::{Setting, setting};

/// What is written beside the body of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionTraits {
    /// `SECURITY DEFINER`.
    pub definer: bool,
    /// The schemas of `SET search_path`, in their order; empty for `FROM CURRENT`.
    pub search_path: Option<Vec<String>>,
    /// `LANGUAGE`, lower case.
    pub language: Option<String>,
    /// Whether the body is no text: `RETURN …` or `BEGIN ATOMIC … END`.
    pub standard_body: bool,
    /// What its answer follows from.
    pub volatility: Volatility,
}

/// What the answer of a function follows from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Volatility {
    /// `VOLATILE`: anything.
    #[default]
    Volatile,
    /// `STABLE`: the arguments and the database, as long as a statement runs.
    Stable,
    /// `IMMUTABLE`: the arguments alone.
    Immutable,
}

impl Volatility {
    /// What the options of `ALTER FUNCTION` make it, if they say so.
    pub fn given(options: &[Setting]) -> Option<Self> {
        setting(options, "volatility")?.value.as_deref().map(Self::named)
    }

    /// What a word of SQL says.
    pub fn named(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "immutable" => Self::Immutable,
            "stable" => Self::Stable,
            _ => Self::Volatile,
        }
    }
}

/// How a routine is called and what it gives back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// Whether it is a procedure.
    pub procedure: bool,
    /// Its parameters in order, with those that it gives back.
    pub parameters: Vec<Parameter>,
    /// What follows `RETURNS`, as PostgreSQL names types.
    pub returns: Option<String>,
}

/// One parameter of a routine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, if one is written.
    pub name: Option<String>,
    /// Its type, as PostgreSQL names it, without modifiers.
    pub data_type: String,
    /// Whether a call passes it.
    pub input: bool,
    /// Whether a call may leave it out.
    pub optional: bool,
}
