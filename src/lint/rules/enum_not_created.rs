//! op.add_column with an enum type that nobody made.

use crate::lint::prelude::*;
use crate::lint::schema::type_name;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "enum-not-created",
        summary: "A column of an enum type is added, but nothing creates the type",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("enum-not-created"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let data_type = match context.operation {
        Operation::AddColumn { column, .. } => &column.data_type,
        Operation::AlterColumnType { to, .. } => to,
        _ => return None,
    };
    let text = context.sources.text(context.statement.span);
    // Only a type that is spelt out here as an enum is known to be one.
    if !context.in_python() || !(text.contains("Enum(") || text.contains("ENUM(")) {
        return None;
    }
    let name = type_name(data_type);
    let known = context.schema.enum_type(&name).is_some() || context.schema.domain(&name).is_some();
    let unread = context.unread_before().next().is_some();
    let builtin = !text.contains(&format!("name=\"{}\"", name.name))
        && !text.contains(&format!("name='{}'", name.name));
    if known || unread || builtin || !history_is_whole(context) {
        return None;
    }
    let shown = quote(&name.name);
    Some(
        Draft::new(format!("This fails, because nothing creates the enum type {shown}"))
            .label(format!("type {shown} does not exist"))
            .note("create_table creates the types of its columns, add_column and alter_column do not")
            .refused("42704")
            .help(
                "Create the type first, and drop it in the downgrade",
                format!(
                    "{}.create(op.get_bind())\n# and in downgrade(), after the column is gone\nop.execute(\"DROP TYPE {shown}\")",
                    constructor(text).map_or_else(|| format!("sa.Enum(…, name=\"{}\")", name.name), str::to_owned)
                ),
            ),
    )
}

/// The call that makes the type, as the author wrote it: `sa.Enum("a", "b", name="kind")`.
fn constructor(text: &str) -> Option<&str> {
    let open = text.find("Enum(").or_else(|| text.find("ENUM("))? + "Enum".len();
    let start =
        text[..open].rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).map_or(0, |at| at + 1);
    let mut depth = 0;
    let closes = |(at, c): (usize, char)| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        (depth == 0).then_some(at)
    };
    let end = open + text[open..].char_indices().find_map(closes)?;
    Some(&text[start..=end])
}

/// Whether everything before this migration was read, so that what is not known is not there.
fn history_is_whole(context: &Context<'_>) -> bool {
    let all = context.project.migrations.iter();
    all.flat_map(|migration| migration.up.steps()).all(|(_, step)| !step.operation.is_unknown())
        && context.project.problems.is_empty()
}
