//! Writes the safe rewrite in the author's own language: SQL for SQL, Alembic calls for Python. Refuses to know which
//! hazard it is for.

use super::context::Context;
use crate::history::{Language, Project};
use crate::operation::{CreateIndex, IndexKey, Name, quote};

/// Code for a help, built in deploy order.
pub struct Advice<'a> {
    context: &'a Context<'a>,
    lines: Vec<String>,
}

/// One statement, in SQL and, where Alembic has a call of its own for it, in Python.
pub struct Code {
    /// The statement, without its semicolon.
    pub sql: String,
    /// The call.
    pub python: Option<String>,
}

impl Code {
    /// A statement that Alembic has no call for.
    pub fn sql(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), python: None }
    }

    /// A statement and the call that renders it.
    pub fn both(sql: impl Into<String>, python: impl Into<String>) -> Self {
        Self { sql: sql.into(), python: Some(python.into()) }
    }
}

impl<'a> Advice<'a> {
    /// Nothing yet, for the author of a statement.
    pub fn new(context: &'a Context<'a>) -> Self {
        Self { context, lines: Vec::new() }
    }

    fn is_python(&self) -> bool {
        self.context.project.framework.language == Language::Python
    }

    /// A comment line, for the deploy order: `1. in this migration`.
    pub fn say(mut self, text: &str) -> Self {
        self.lines.push(format!("{} {text}", if self.is_python() { "#" } else { "--" }));
        self
    }

    /// A statement in the migration's own transaction.
    pub fn run(mut self, code: Code) -> Self {
        let line = self.written(code);
        self.lines.push(line);
        self
    }

    /// Statements outside any transaction, in the way of the author's tool.
    pub fn outside(mut self, statements: impl IntoIterator<Item = Code>) -> Self {
        let python = self.is_python();
        if python {
            self.lines.push("with op.get_context().autocommit_block():".to_owned());
        } else if let Some(marker) = self.context.project.framework.no_transaction {
            self.lines.push(marker.to_owned());
        }
        for code in statements {
            let text = self.written(code);
            let indent = if python { "    " } else { "" };
            self.lines.extend(text.lines().map(|line| format!("{indent}{line}")));
        }
        self
    }

    /// Statements of the downgrade, which run outside a transaction there.
    pub fn outside_down(self, statements: impl IntoIterator<Item = Code>) -> Self {
        if self.is_python() {
            return self.say("and in downgrade()").outside(statements);
        }
        let said = self.say("and in the downgrade, outside its transaction as well");
        statements.into_iter().fold(said, Self::run)
    }

    /// NOT NULL for new and changed rows of a column, without reading the old ones. Since 18 it says so by itself, before
    /// that a check says it.
    pub fn demand_not_null(self, table: &Name, column: &str) -> Self {
        let code = match self.context.meets_before(18) {
            true => not_null_check(table, column),
            false => Code::sql(not_null_not_valid(table, column)),
        };
        self.run(code)
    }

    /// NOT NULL for all rows of a column, for new ones of which a migration before has demanded it.
    pub fn prove_not_null(self, table: &Name, column: &str) -> Self {
        let check = not_null_name(table, column);
        let (name, schema) = python_table(table);
        let (quoted, shown) = (quote(&check), quote(column));
        let by_check = self.context.meets_before(18);
        let proven = self.run(Code::sql(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {quoted}")));
        if !by_check {
            return proven;
        }
        proven
            .run(Code::both(
                format!("ALTER TABLE {table} ALTER COLUMN {shown} SET NOT NULL"),
                format!("op.alter_column({name}, {}, nullable=False{schema})", python_string(column)),
            ))
            .run(Code::both(
                format!("ALTER TABLE {table} DROP CONSTRAINT {quoted}"),
                format!("op.drop_constraint({}, {name}{schema}, type_=\"check\")", python_string(&check)),
            ))
    }

    fn written(&self, code: Code) -> String {
        match code.python {
            Some(python) if self.context.in_python() => python,
            _ if self.is_python() => format!("op.execute({})", python_string(&code.sql)),
            _ => format!("{};", code.sql),
        }
    }

    /// The whole code.
    pub fn finish(self) -> String {
        self.lines.join("\n")
    }
}

/// What a constraint that demands NOT NULL of a column is called, as PostgreSQL 18 calls it.
pub fn not_null_name(table: &Name, column: &str) -> String {
    format!("{}_{column}_not_null", table.name)
}

/// NOT NULL that old rows are not held to yet, as PostgreSQL 18 knows it.
pub fn not_null_not_valid(table: &Name, column: &str) -> String {
    let name = quote(&not_null_name(table, column));
    format!("ALTER TABLE {table} ADD CONSTRAINT {name} NOT NULL {} NOT VALID", quote(column))
}

/// A check that proves a column NOT NULL once it is validated.
fn not_null_check(table: &Name, column: &str) -> Code {
    let check = not_null_name(table, column);
    let condition = format!("{} IS NOT NULL", quote(column));
    let (name, schema) = python_table(table);
    Code::both(
        format!("ALTER TABLE {table} ADD CONSTRAINT {} CHECK ({condition}) NOT VALID", quote(&check)),
        format!(
            "op.create_check_constraint({}, {name}, {}{schema}, postgresql_not_valid=True)",
            python_string(&check),
            python_string(&condition)
        ),
    )
}

/// One SQL statement as the author would write it in a migration.
pub fn statement(project: &Project, sql: &str) -> String {
    match project.framework.language {
        Language::Python => format!("op.execute({})", python_string(sql)),
        Language::Sql => format!("{sql};"),
    }
}

/// The author's own statement, at the left margin.
pub fn own_statement(context: &Context<'_>) -> Code {
    Code::both(context.statement.sql.clone(), dedented(context.sources.text(context.statement.span)))
}

/// The author's own statement, in the next migration.
pub fn apart(context: &Context<'_>) -> String {
    Advice::new(context).say("in the next migration").run(own_statement(context)).finish()
}

/// A Python string literal.
pub fn python_string(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\");
    match (text.contains('\n'), text.contains('"')) {
        (true, _) => format!("\"\"\"{escaped}\"\"\""),
        (false, false) => format!("\"{escaped}\""),
        (false, true) if !text.contains('\'') => format!("'{escaped}'"),
        (false, true) => format!("\"{}\"", escaped.replace('"', "\\\"")),
    }
}

/// A Python list of strings.
pub fn python_list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| python_string(item)).collect();
    format!("[{}]", items.join(", "))
}

/// A table's name as the first arguments of an Alembic call need it, and the `schema` argument that must follow.
pub fn python_table(table: &Name) -> (String, String) {
    let schema = table.schema.as_ref().map(|schema| format!(", schema={}", python_string(schema)));
    (python_string(&table.name), schema.unwrap_or_default())
}

/// The author's own call with one more argument, at the left margin; `None` as [`add_argument`] has it.
pub fn with_argument(call: &str, function: &str, argument: &str) -> Option<String> {
    let whole = add_argument(call.trim(), function, argument)?;
    let last = whole.lines().last().unwrap_or_default();
    let margin = if whole.contains('\n') { last.len() - last.trim_start().len() } else { 0 };
    Some(dedent(&whole, &" ".repeat(margin)))
}

/// The author's own call with one more argument, where it stands; `None` if the text is no whole call of that
/// function, or has the argument.
pub fn add_argument(call: &str, function: &str, argument: &str) -> Option<String> {
    let inside = call.strip_prefix(function)?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    if argument.split_once('=').is_some_and(|(name, _)| inside.contains(name)) {
        return None;
    }
    let inside = inside.trim_end();
    let (inside, multi_line) = match inside.strip_suffix(',') {
        Some(rest) if inside.contains('\n') => (rest, true),
        Some(rest) => (rest, false),
        None => (inside, inside.starts_with('\n')),
    };
    if multi_line {
        let indent: String = inside.lines().last()?.chars().take_while(|c| c.is_whitespace()).collect();
        let outer = &indent[..indent.len().saturating_sub(4)];
        return Some(format!("{function}({inside},\n{indent}{argument},\n{outer})"));
    }
    Some(format!("{function}({inside}, {argument})"))
}

/// A call as the author wrote it, moved to the left margin.
pub fn dedented(call: &str) -> String {
    let indents = call.lines().skip(1).filter(|line| !line.trim().is_empty());
    let least = indents.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let closing = call.lines().last().map_or(0, |line| line.len() - line.trim_start().len());
    dedent(call, &" ".repeat(if call.contains('\n') { least.min(closing) } else { 0 }))
}

/// `DROP INDEX CONCURRENTLY` in both languages.
pub fn drop_index_concurrently(index: &str, table: &Name) -> Code {
    let name = Name { schema: table.schema.clone(), name: index.to_owned() };
    let (argument, schema) = python_table(table);
    Code::both(
        format!("DROP INDEX CONCURRENTLY {name}"),
        format!(
            "op.drop_index({}, table_name={argument}{schema}, postgresql_concurrently=True)",
            python_string(index)
        ),
    )
}

/// Takes an indentation away from all lines but the first.
fn dedent(text: &str, indent: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| text + "\n" + line.strip_prefix(indent).unwrap_or(line))
}

/// `CREATE INDEX CONCURRENTLY` for the same index, in both languages.
pub fn index_concurrently(context: &Context<'_>, create: &CreateIndex) -> Code {
    let sql = concurrent_sql(create);
    let call = context.sources.text(context.statement.span);
    let python = with_argument(call, "op.create_index", "postgresql_concurrently=True")
        .unwrap_or_else(|| call_index(create));
    Code::both(sql, python)
}

/// `CREATE INDEX CONCURRENTLY` for the same index.
pub fn concurrent_sql(create: &CreateIndex) -> String {
    render_index(&CreateIndex { concurrently: true, ..create.clone() })
}

/// `CREATE INDEX`.
pub fn render_index(create: &CreateIndex) -> String {
    let unique = if create.unique { "UNIQUE " } else { "" };
    let concurrently = if create.concurrently { "CONCURRENTLY " } else { "" };
    let only = if create.only { "ONLY " } else { "" };
    let exists = if create.if_not_exists { "IF NOT EXISTS " } else { "" };
    let name = create.name.as_ref().map(|name| format!("{} ", Name::unqualified(name)));
    let name = name.unwrap_or_default();
    let method = create.method.as_ref().map(|method| format!(" USING {method}")).unwrap_or_default();
    let keys: Vec<String> = create.keys.iter().map(render_key).collect();
    let include = match create.include.as_slice() {
        [] => String::new(),
        columns => format!(" INCLUDE ({})", quoted(columns)),
    };
    let predicate = create.predicate.as_ref().map(|p| format!(" WHERE {}", p.text)).unwrap_or_default();
    format!(
        "CREATE {unique}INDEX {concurrently}{exists}{name}ON {only}{}{method} ({}){include}{predicate}",
        create.table,
        keys.join(", ")
    )
}

fn render_key(key: &IndexKey) -> String {
    let text = if key.is_column { quote(&key.text) } else { key.text.clone() };
    if key.options.is_empty() { text } else { format!("{text} {}", key.options) }
}

/// Identifiers in a row, quoted where they must be.
pub fn quoted(columns: &[String]) -> String {
    columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(", ")
}

/// `op.create_index` with `postgresql_concurrently`.
pub fn call_index(create: &CreateIndex) -> String {
    let name = create.name.as_ref().map_or("None".to_owned(), |name| python_string(name));
    let (table, schema) = python_table(&create.table);
    let keys: Vec<String> = create
        .keys
        .iter()
        .map(|key| match key.is_column && key.options.is_empty() {
            true => python_string(&key.text),
            false => format!("sa.text({})", python_string(&render_key(key))),
        })
        .collect();
    let mut call = format!("op.create_index({name}, {table}, [{}]{schema}", keys.join(", "));
    if create.unique {
        call.push_str(", unique=True");
    }
    if let Some(method) = &create.method {
        call.push_str(&format!(", postgresql_using={}", python_string(method)));
    }
    if !create.include.is_empty() {
        call.push_str(&format!(", postgresql_include={}", python_list(&create.include)));
    }
    if let Some(predicate) = &create.predicate {
        call.push_str(&format!(", postgresql_where=sa.text({})", python_string(&predicate.text)));
    }
    call + ", postgresql_concurrently=True)"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_added_in_the_authors_own_layout() {
        let add = |call| with_argument(call, "op.create_index", "postgresql_concurrently=True");
        assert_eq!(
            add("op.create_index('ix', 't', ['a'])").as_deref(),
            Some("op.create_index('ix', 't', ['a'], postgresql_concurrently=True)")
        );
        assert_eq!(
            add("op.create_index(\n        'ix',\n        't',\n        ['a'],\n    )").as_deref(),
            Some("op.create_index(\n    'ix',\n    't',\n    ['a'],\n    postgresql_concurrently=True,\n)")
        );
        assert_eq!(add("batch_op.create_index('ix', ['a'])"), None);
    }

    #[test]
    fn python_strings_are_quoted_as_python_reads_them() {
        assert_eq!(python_string("a \"b\""), "'a \"b\"'");
        assert_eq!(python_string("'a' \"b\""), "\"'a' \\\"b\\\"\"");
        assert_eq!(python_string("a\\b"), "\"a\\\\b\"");
    }
}
