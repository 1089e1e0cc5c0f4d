//! The tables that can hold rows, with all that a row has to satisfy. Good for PostgreSQL 12 to 18.

use std::collections::{BTreeMap, HashMap};

use sqlx::postgres::PgConnection;

use super::super::answers::{Cells, ask_all, cell, given};
use crate::operation::{Name, quote};

/// The number of an object in the catalog.
pub(super) type Oid = u32;

/// Everything that rows depend on.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    /// Tables in the order of their names.
    pub tables: Vec<Table>,
    pub types: HashMap<Oid, Type>,
}

/// A table that rows can be written to: no partitioned one, its partitions instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    /// The partitioned tables that it is part of.
    pub ancestors: Vec<Oid>,
    pub columns: Vec<Column>,
    pub checks: Vec<Check>,
    pub references: Vec<Reference>,
    /// Column numbers of each unique key.
    pub unique: Vec<Vec<i16>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub number: i16,
    pub name: String,
    pub kind: Oid,
    pub modifier: i32,
    /// The type as SQL, with its schema.
    pub sql_type: String,
    pub not_null: bool,
    /// Whether the server fills it: identity, sequence, generated.
    pub filled: bool,
}

/// A condition on the columns of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Check {
    /// As a sentence names it.
    pub name: String,
    pub columns: Vec<i16>,
    pub expression: String,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub columns: Vec<i16>,
    pub table: Oid,
    /// The other table as SQL.
    pub sql_table: String,
    /// Its columns as SQL.
    pub sql_columns: Vec<String>,
}

/// A type.
#[derive(Clone, Debug, Default)]
pub(super) struct Type {
    pub name: String,
    pub sql: String,
    /// `pg_type.typtype`.
    pub class: char,
    /// Of an array its element, of a domain its base, of a range its subtype, of a multirange its range.
    pub of: Oid,
    pub modifier: i32,
    pub not_null: bool,
    pub labels: Vec<String>,
    pub attributes: Vec<(Oid, i32)>,
    /// Conditions of a domain, on `VALUE`.
    pub checks: Vec<String>,
}

impl Table {
    /// The name as SQL.
    pub fn sql_name(&self) -> String {
        format!("{}.{}", quote(&self.schema), quote(&self.name))
    }

    /// The name as a message says it.
    pub fn said(&self) -> String {
        if self.schema == "public" { quote(&self.name) } else { self.sql_name() }
    }

    pub fn column(&self, number: i16) -> Option<&Column> {
        self.columns.iter().find(|column| column.number == number)
    }
}

const SCHEMAS: &str = "(SELECT oid FROM pg_namespace WHERE nspname NOT IN ('pg_catalog', 'information_schema') \
    AND nspname !~ '^pg_(toast|temp)')";

fn queries(major: u16) -> Vec<String> {
    let default = "EXISTS (SELECT FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum \
                   AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%')";
    vec![
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
        "SET LOCAL search_path = ''".to_owned(),
        format!(
            "SELECT c.oid, n.nspname, c.relname, pg_get_partition_constraintdef(c.oid), \
             CASE WHEN c.relispartition THEN (SELECT string_agg(a.relid::oid::text, ' ') \
             FROM pg_partition_ancestors(c.oid) a) END \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relnamespace IN {SCHEMAS} AND c.relkind = 'r' AND c.relpersistence <> 't' \
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
             AND d.objid = c.oid AND d.deptype = 'e') ORDER BY n.nspname, c.relname"
        ),
        format!(
            "SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, \
             format_type(a.atttypid, a.atttypmod), a.attnotnull, \
             a.attgenerated <> '' OR a.attidentity <> '' OR (a.atthasdef AND {default}) \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace IN {SCHEMAS} \
             AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum"
        ),
        format!(
            "SELECT o.conrelid, o.contype, o.conname, array_to_string(o.conkey, ' '), o.confrelid, \
             o.confrelid::regclass, (SELECT string_agg(quote_ident(a.attname), ' ' ORDER BY k.at) \
             FROM unnest(o.confkey) WITH ORDINALITY k(number, at) \
             JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.number), \
             pg_get_expr(o.conbin, o.conrelid), o.contypid, pg_get_constraintdef(o.oid) \
             FROM pg_constraint o WHERE o.connamespace IN {SCHEMAS} AND o.contype IN ('c', 'f') \
             ORDER BY o.conrelid, o.conname"
        ),
        format!(
            "SELECT i.indrelid, array_to_string(i.indkey, ' ') FROM pg_index i \
             JOIN pg_class c ON c.oid = i.indrelid WHERE i.indisunique AND c.relnamespace IN {SCHEMAS} \
             ORDER BY i.indrelid, i.indexrelid"
        ),
        types(major, "t.oid >= 16384"),
        "SELECT enumtypid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder".to_owned(),
        "SELECT a.attrelid, a.atttypid, a.atttypmod FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum"
            .to_owned(),
        "COMMIT".to_owned(),
    ]
}

/// The types of some oids.
fn types(major: u16, which: &str) -> String {
    let multirange = if major >= 14 { "coalesce(m.rngtypid, 0)" } else { "0" };
    let join = if major >= 14 { "LEFT JOIN pg_range m ON m.rngmultitypid = t.oid" } else { "" };
    format!(
        "SELECT t.oid, t.typname, format_type(t.oid, NULL), t.typtype, \
         CASE t.typtype WHEN 'd' THEN t.typbasetype WHEN 'r' THEN r.rngsubtype WHEN 'm' THEN {multirange} \
         ELSE CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END END, t.typtypmod, t.typrelid, t.typnotnull \
         FROM pg_type t LEFT JOIN pg_range r ON r.rngtypid = t.oid {join} LEFT JOIN pg_class c ON c.oid = t.typrelid \
         WHERE t.typtype <> 'p' AND (t.typrelid = 0 OR c.relkind = 'c') AND {which}"
    )
}

/// The types that every database of a server has.
#[derive(Debug, Default)]
pub(super) struct BuiltIn(Vec<Cells>);

impl BuiltIn {
    async fn read(&mut self, connection: &mut PgConnection, major: u16) -> Result<&[Cells], sqlx::Error> {
        if self.0.is_empty() {
            self.0 =
                ask_all(connection, &[types(major, "t.oid < 16384")]).await?.into_iter().flatten().collect();
        }
        Ok(&self.0)
    }
}

impl Catalog {
    /// Reads a database, without the table that the tool keeps its version in.
    pub async fn read(
        connection: &mut PgConnection,
        major: u16,
        version_table: Option<&Name>,
        built_in: &mut BuiltIn,
    ) -> Result<Self, sqlx::Error> {
        let built_in = built_in.read(connection, major).await?;
        let answers = ask_all(connection, &queries(major)).await?;
        let [_, _, tables, columns, constraints, indexes, types, labels, attributes, ..] = &answers[..]
        else {
            return Ok(Self::default());
        };
        let types = built_in.iter().chain(types);
        let mut catalog =
            Self { types: read_types(types, labels, attributes, constraints), ..Self::default() };
        let mut tables: BTreeMap<Oid, Table> =
            tables.iter().map(|row| (number(row, 0), table(row))).collect();
        for row in columns {
            if let Some(table) = tables.get_mut(&number(row, 0)) {
                table.columns.push(column(row));
            }
        }
        for row in constraints {
            let Some(table) = tables.get_mut(&number(row, 0)) else { continue };
            if cell(row, 1) == "f" {
                table.references.push(Reference {
                    columns: numbers(cell(row, 3)),
                    table: number(row, 4),
                    sql_table: cell(row, 5).to_owned(),
                    sql_columns: cell(row, 6).split(' ').map(str::to_owned).collect(),
                });
            } else {
                table.checks.push(Check {
                    name: format!("CHECK {}", quote(cell(row, 2))),
                    columns: numbers(cell(row, 3)),
                    expression: cell(row, 7).to_owned(),
                });
            }
        }
        for row in indexes {
            if let Some(table) = tables.get_mut(&number(row, 0)) {
                table.unique.push(numbers(cell(row, 1)));
            }
        }
        let is_version_table = |table: &Table| {
            version_table.is_some_and(|own| {
                own.name == table.name && own.schema.as_ref().is_none_or(|schema| *schema == table.schema)
            })
        };
        catalog.tables = tables.into_values().filter(|table| !is_version_table(table)).collect();
        catalog.tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        for table in &mut catalog.tables {
            bind_partition(table);
            for column in &mut table.columns {
                column.not_null |= refuses_null(&catalog.types, column.kind);
            }
        }
        Ok(catalog)
    }
}

fn number<T: std::str::FromStr + Default>(row: &Cells, at: usize) -> T {
    cell(row, at).parse().unwrap_or_default()
}

fn numbers<T: std::str::FromStr>(text: &str) -> Vec<T> {
    text.split(' ').filter_map(|word| word.parse().ok()).collect()
}

fn table(row: &Cells) -> Table {
    let bound = given(row, 3).map(|expression| Check {
        name: "the bounds of the partition".to_owned(),
        columns: Vec::new(),
        expression: expression.to_owned(),
    });
    Table {
        oid: number(row, 0),
        schema: cell(row, 1).to_owned(),
        name: cell(row, 2).to_owned(),
        ancestors: numbers(cell(row, 4)),
        checks: bound.into_iter().collect(),
        ..Table::default()
    }
}

/// Whether a domain, or one that it stands on, is NOT NULL.
fn refuses_null(types: &HashMap<Oid, Type>, mut kind: Oid) -> bool {
    while let Some(domain) = types.get(&kind).filter(|known| known.class == 'd') {
        if domain.not_null {
            return true;
        }
        kind = domain.of;
    }
    false
}

/// The condition of a partition names its columns only in its text.
fn bind_partition(table: &mut Table) {
    let columns = &table.columns;
    for check in table.checks.iter_mut().filter(|check| check.columns.is_empty()) {
        let words: Vec<&str> = check.expression.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
        let named = columns.iter().filter(|column| words.contains(&column.name.as_str()));
        check.columns = named.map(|column| column.number).collect();
    }
}

fn column(row: &Cells) -> Column {
    Column {
        number: number(row, 1),
        name: cell(row, 2).to_owned(),
        kind: number(row, 3),
        modifier: number(row, 4),
        sql_type: cell(row, 5).to_owned(),
        not_null: cell(row, 6) == "t",
        filled: cell(row, 7) == "t",
    }
}

fn read_types<'a>(
    types: impl Iterator<Item = &'a Cells>,
    labels: &[Cells],
    attributes: &[Cells],
    constraints: &[Cells],
) -> HashMap<Oid, Type> {
    let mut by_oid: HashMap<Oid, Type> = HashMap::new();
    let mut relations: HashMap<Oid, Oid> = HashMap::new();
    for row in types {
        relations.insert(number(row, 6), number(row, 0));
        by_oid.insert(
            number(row, 0),
            Type {
                name: cell(row, 1).to_owned(),
                sql: cell(row, 2).to_owned(),
                class: cell(row, 3).chars().next().unwrap_or_default(),
                of: number(row, 4),
                modifier: number(row, 5),
                not_null: cell(row, 7) == "t",
                ..Type::default()
            },
        );
    }
    for row in labels {
        if let Some(found) = by_oid.get_mut(&number(row, 0)) {
            found.labels.push(cell(row, 1).to_owned());
        }
    }
    for row in attributes {
        if let Some(found) = relations.get(&number(row, 0)).and_then(|oid| by_oid.get_mut(oid)) {
            found.attributes.push((number(row, 1), number(row, 2)));
        }
    }
    for row in constraints.iter().filter(|row| cell(row, 1) == "c") {
        let definition = cell(row, 9).trim_end_matches(" NOT VALID");
        if let (Some(found), Some(check)) =
            (by_oid.get_mut(&number(row, 8)), definition.strip_prefix("CHECK "))
        {
            found.checks.push(check.to_owned());
        }
    }
    by_oid
}
