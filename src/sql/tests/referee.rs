//! A second opinion: sqlparser, which knows fewer statements, must agree on those that both accept.

use std::path::{Path, PathBuf};

use sqlparser::ast::{
    AlterColumnOperation, AlterTableOperation, ColumnOption, Expr, ObjectName, ObjectType, Statement,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::*;

/// What both say of a statement, in words that can be compared.
type Facts = Vec<String>;

#[test]
fn two_parsers_agree_on_what_both_accept() {
    let mut compared = 0;
    // Half of fixtures/sql is beyond it; PostgreSQL's own grammar judges that, in tests/referee.
    let folders = ["migrations", "fixtures/frontends", "fixtures/rules", "fixtures/roundtrip"];
    for path in folders.iter().flat_map(|folder| sql_files(Path::new(folder))) {
        // Fixtures of bad input are not all text.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        compared += compare(&text, &path.display().to_string());
    }
    compared += compare(STATEMENTS, "the list below");
    assert!(compared > 150, "only {compared} statements were compared");
}

/// Forms that no fixture has.
const STATEMENTS: &str = r#"
    CREATE TEMP TABLE IF NOT EXISTS "S".t (a int PRIMARY KEY, b varchar(20) NOT NULL DEFAULT 'x', c numeric(10,2),
        d timestamptz, e text[], f timestamp(3), g double precision, h bool, i real, j smallint, k char(3),
        l time with time zone, m jsonb, n uuid, o bytea, p date, q interval, r bigserial, s app.mood);
    CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON s.t USING btree (a, lower(b)) INCLUDE (c) WHERE d > now();
    ALTER TABLE ONLY t ADD COLUMN IF NOT EXISTS z int NOT NULL DEFAULT 0, DROP COLUMN y CASCADE,
        ALTER COLUMN x SET NOT NULL, ALTER COLUMN x DROP NOT NULL, ALTER COLUMN x DROP DEFAULT,
        ALTER COLUMN x SET DEFAULT now(), ALTER COLUMN x TYPE bigint USING x::bigint;
    ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;
    ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE;
    ALTER TABLE t VALIDATE CONSTRAINT k;
    ALTER TABLE t DROP CONSTRAINT IF EXISTS k;
    ALTER TABLE t RENAME COLUMN a TO b;
    ALTER TABLE t RENAME TO u;
    DROP TABLE IF EXISTS a, s.b CASCADE;
    DROP INDEX i;
    DROP VIEW v;
"#;

fn sql_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(sql_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.push(path);
        }
    }
    found
}

/// How many statements of a text were compared.
fn compare(text: &str, place: &str) -> usize {
    let mut compared = 0;
    for lowered in lower(text) {
        let statement = &text[lowered.range.clone()];
        if lowered.steps.iter().any(|step| step.operation.is_unknown()) {
            continue;
        }
        let Ok(parsed) = Parser::parse_sql(&PostgreSqlDialect {}, statement) else { continue };
        let [theirs] = parsed.as_slice() else { panic!("{place}: {statement}") };
        if let Some(theirs) = their_facts(theirs) {
            let ours: Facts = lowered.steps.iter().map(|step| our_facts(&step.operation)).collect();
            assert_eq!(ours, theirs, "{place}: {statement}");
            compared += 1;
        }
    }
    compared
}

fn our_facts(operation: &Operation) -> String {
    match operation {
        Operation::CreateTable(it) => {
            let columns: Vec<String> = it
                .columns
                .iter()
                .map(|column| {
                    let default = column.default.as_ref().map(|it| expression(&it.text).functions);
                    format!("{} {} {} {default:?}", column.name, column.data_type, column.not_null)
                })
                .collect();
            format!("create table {} {} {columns:?}", it.table, it.if_not_exists)
        }
        Operation::CreateIndex(it) => format!(
            "create index {:?} on {} {} {} {} {} {}",
            it.name,
            it.table,
            it.unique,
            it.concurrently,
            it.if_not_exists,
            it.keys.len(),
            it.predicate.is_some()
        ),
        Operation::AddColumn { table, column, if_not_exists } => {
            format!("{table}: add {} {} {} {if_not_exists}", column.name, column.data_type, column.not_null)
        }
        Operation::DropColumn { table, column, if_exists, .. } => {
            format!("{table}: drop {column} {if_exists}")
        }
        Operation::SetNotNull { table, column } => format!("{table}: {column} set not null"),
        Operation::DropNotNull { table, column } => format!("{table}: {column} drop not null"),
        Operation::SetDefault { table, column, default } => {
            format!("{table}: {column} default {}", default.is_some())
        }
        Operation::AlterColumnType { table, column, to, using } => {
            format!("{table}: {column} type {to} {}", using.is_some())
        }
        Operation::AddConstraint { table, constraint } => {
            format!("{table}: add constraint {}", constraint.not_valid)
        }
        Operation::DropConstraint { table, name, if_exists, .. } => {
            format!("{table}: drop constraint {name} {if_exists}")
        }
        Operation::ValidateConstraint { table, name } => format!("{table}: validate {name}"),
        Operation::RenameColumn { table, from, to } => format!("{table}: rename {from} to {to}"),
        Operation::DropTable { table, if_exists, cascade } => {
            format!("drop table {table} {if_exists} {cascade}")
        }
        Operation::DropIndex { index, if_exists, cascade, .. } => {
            format!("drop index {index} {if_exists} {cascade}")
        }
        Operation::DropView { name, if_exists, cascade, .. } => {
            format!("drop view {name} {if_exists} {cascade}")
        }
        other => format!("{other:?}"),
    }
}

/// Nothing where the two have no words in common.
fn their_facts(statement: &Statement) -> Option<Facts> {
    Some(match statement {
        Statement::CreateTable(it) if it.query.is_none() && it.partition_of.is_none() => {
            let keys: Vec<String> = it.constraints.iter().filter_map(primary_key).flatten().collect();
            let columns: Vec<String> = it
                .columns
                .iter()
                .map(|column| {
                    let not_null = column.options.iter().any(|option| demands(&option.option));
                    let default = column.options.iter().find_map(|option| match &option.option {
                        ColumnOption::Default(default) => Some(expression(&default.to_string()).functions),
                        _ => None,
                    });
                    let name = folded(&column.name);
                    let not_null = not_null || keys.contains(&name);
                    // What PostgreSQL's manual has in the column, sqlparser has among the options.
                    let collation = column.options.iter().find_map(|option| match &option.option {
                        ColumnOption::Collation(name) => Some(format!(" COLLATE {name}")),
                        _ => None,
                    });
                    let ty = data_type(&column.data_type.to_string());
                    format!("{name} {ty}{} {not_null} {default:?}", collation.unwrap_or_default())
                })
                .collect();
            vec![format!("create table {} {} {columns:?}", of(&it.name), it.if_not_exists)]
        }
        Statement::CreateIndex(it) => vec![format!(
            "create index {:?} on {} {} {} {} {} {}",
            it.name.as_ref().map(|name| of(name).name),
            of(&it.table_name),
            it.unique,
            it.concurrently,
            it.if_not_exists,
            it.columns.len(),
            it.predicate.is_some()
        )],
        Statement::AlterTable(it) => {
            let table = of(&it.name);
            it.operations.iter().map(|action| their_action(&table, action)).collect::<Option<Facts>>()?
        }
        Statement::Drop { object_type, if_exists, names, cascade, .. } => {
            let kind = match object_type {
                ObjectType::Table => "table",
                ObjectType::Index => "index",
                ObjectType::View => "view",
                _ => return None,
            };
            names.iter().map(|name| format!("drop {kind} {} {if_exists} {cascade}", of(name))).collect()
        }
        _ => return None,
    })
}

fn their_action(table: &Name, action: &AlterTableOperation) -> Option<String> {
    use AlterTableOperation as A;
    Some(match action {
        A::AddColumn { if_not_exists, column_def, .. } => {
            let not_null = column_def.options.iter().any(|option| demands(&option.option));
            let ty = data_type(&column_def.data_type.to_string());
            format!("{table}: add {} {ty} {not_null} {if_not_exists}", folded(&column_def.name))
        }
        A::DropColumn { column_names, if_exists, .. } => {
            format!("{table}: drop {} {if_exists}", folded(column_names.first()?))
        }
        A::AlterColumn { column_name, op } => {
            let column = folded(column_name);
            match op {
                AlterColumnOperation::SetNotNull => format!("{table}: {column} set not null"),
                AlterColumnOperation::DropNotNull => format!("{table}: {column} drop not null"),
                AlterColumnOperation::SetDefault { .. } => format!("{table}: {column} default true"),
                AlterColumnOperation::DropDefault => format!("{table}: {column} default false"),
                AlterColumnOperation::SetDataType { data_type: ty, using, .. } => {
                    format!("{table}: {column} type {} {}", data_type(&ty.to_string()), using.is_some())
                }
                AlterColumnOperation::AddGenerated { .. } => return None,
            }
        }
        A::AddConstraint { not_valid, .. } => format!("{table}: add constraint {not_valid}"),
        A::DropConstraint { if_exists, name, .. } => {
            format!("{table}: drop constraint {} {if_exists}", folded(name))
        }
        A::ValidateConstraint { name } => format!("{table}: validate {}", folded(name)),
        A::RenameColumn { old_column_name, new_column_name } => {
            format!("{table}: rename {} to {}", folded(old_column_name), folded(new_column_name))
        }
        _ => return None,
    })
}

fn demands(option: &ColumnOption) -> bool {
    matches!(option, ColumnOption::NotNull | ColumnOption::PrimaryKey(_))
}

fn primary_key(constraint: &sqlparser::ast::TableConstraint) -> Option<Vec<String>> {
    let sqlparser::ast::TableConstraint::PrimaryKey(key) = constraint else { return None };
    let columns = key.columns.iter().map(|column| match &column.column.expr {
        Expr::Identifier(name) => folded(name),
        other => other.to_string(),
    });
    Some(columns.collect())
}

fn folded(name: &sqlparser::ast::Ident) -> String {
    let name = if name.quote_style.is_some() { name.value.clone() } else { name.value.to_ascii_lowercase() };
    // PostgreSQL cuts longer ones, which sqlparser does not know.
    name.chars().take(63).collect()
}

fn of(name: &ObjectName) -> Name {
    let mut parts: Vec<String> = name.0.iter().filter_map(|part| part.as_ident()).map(folded).collect();
    let name = parts.pop().unwrap_or_default();
    Name { schema: parts.pop(), name }
}
