//! CREATE OR REPLACE FUNCTION that changes what a function gives back or how its parameters are called.

use crate::lint::prelude::*;
use crate::operation::Parameter;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "function-not-replaceable",
        summary: "CREATE OR REPLACE FUNCTION changes the result or the parameters, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("function-not-replaceable"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateFunction { name, replace: true, signature: new, .. } = context.operation else {
        return None;
    };
    let old = &context.schema.function(name)?.signature;
    // With other input types it is another function.
    if types(old) != types(new) {
        return None;
    }
    let (why, shape) = match difference(old, new) {
        _ if old.procedure != new.procedure => {
            let kind = |it: &Signature| if it.procedure { "procedure" } else { "function" };
            let why = format!("it is a {} and would become a {}", kind(old), kind(new));
            (why, Shape::ReplaceFunctionByProcedure)
        }
        difference => (difference?, Shape::ReplaceFunction),
    };
    let kind = if old.procedure { "PROCEDURE" } else { "FUNCTION" };
    let code = Advice::new(context)
        .run(Code::sql(format!("DROP {kind} {name}({})", types(old).join(", "))))
        .run(Code::sql(context.statement.sql.clone()))
        .finish();
    Some(
        Draft::new(format!("Replacing {} {name} fails, because {why}", kind.to_lowercase()))
            .label("can only get another body")
            .refused(locks::failure(shape)?)
            .help("Drop it first, with what depends on it, or create it under another name", code),
    )
}

fn inputs(signature: &Signature) -> impl Iterator<Item = &Parameter> {
    signature.parameters.iter().filter(|parameter| parameter.input)
}

fn types(signature: &Signature) -> Vec<String> {
    inputs(signature).map(|parameter| parameter.data_type.clone()).collect()
}

fn difference(old: &Signature, new: &Signature) -> Option<String> {
    for (before, after) in inputs(old).zip(inputs(new)) {
        if let Some(name) = before.name.as_ref().filter(|_| before.name != after.name) {
            return Some(format!("parameter {} would get another name", quote(name)));
        }
        if before.optional && !after.optional {
            let name = before
                .name
                .as_deref()
                .map_or("a parameter".to_owned(), |it| format!("parameter {}", quote(it)));
            return Some(format!("{name} would lose its default"));
        }
    }
    let results = |signature: &Signature| {
        let given = signature.parameters.iter().filter(|parameter| !parameter.input);
        given.map(|it| (it.name.clone(), bare(&it.data_type))).collect::<Vec<_>>()
    };
    let (before, after) = (results(old), results(new));
    if before != after {
        return Some("the columns that it returns would change".to_owned());
    }
    match (&old.returns, &new.returns) {
        (Some(before), Some(after))
            if bare(before) != bare(after) && !before.contains('%') && !after.contains('%') =>
        {
            Some(format!("its result would change from {before} to {after}"))
        }
        _ => None,
    }
}

/// A type without its schema, which may be written or not.
fn bare(data_type: &str) -> String {
    let (set, name) = data_type.strip_prefix("SETOF ").map_or(("", data_type), |name| ("SETOF ", name));
    format!("{set}{}", name.rsplit_once('.').map_or(name, |(_, name)| name))
}
