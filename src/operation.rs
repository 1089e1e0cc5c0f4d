//! What a migration does to a database, in PostgreSQL's terms and in no tool's. Refuses to know who wrote it, where
//! it stands in a file, and whether it is dangerous.
//!
//! One statement may hold several operations (`ALTER TABLE` with three actions is three); the statement that they
//! share is known to [`crate::history::Statement`].

mod constraint;
mod name;
mod partition;
mod policy;
mod routine;
mod setting;
mod target;
mod trigger;
mod value;

pub use constraint::{Constraint, ConstraintKind, KeyIndex};
pub use name::{Name, quote};
pub use partition::Strategy;
pub use policy::{Policy, PolicyCommand};
pub use routine::{FunctionTraits, Parameter, Signature, Volatility};
pub use setting::{Position, Setting, is_on, setting};
pub use target::Target;
pub use trigger::{Timing, Trigger, TriggerEvent};
pub use value::{DataType, Expression};

/// One change, or one statement that changes nothing that we follow. What is large is boxed: there may be as many of
/// these as a file has rows.
#[expect(
    missing_docs,
    reason = "fields are named after PostgreSQL's own keywords; what departs from them is said"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// `CREATE TABLE`, also `AS`, `PARTITION OF`, `LIKE`.
    CreateTable(Box<CreateTable>),
    /// `DROP TABLE`, one operation a table.
    DropTable { table: Name, if_exists: bool, cascade: bool },
    /// `ALTER TABLE … RENAME TO`.
    RenameTable { table: Name, to: String },
    /// `ALTER TABLE … SET SCHEMA`.
    SetTableSchema { table: Name, schema: String },
    /// `ADD COLUMN`.
    AddColumn { table: Name, column: Box<Column>, if_not_exists: bool },
    /// `DROP COLUMN`.
    DropColumn { table: Name, column: String, if_exists: bool, cascade: bool },
    /// `RENAME COLUMN`.
    RenameColumn { table: Name, from: String, to: String },
    /// `ALTER COLUMN … TYPE`.
    AlterColumnType { table: Name, column: String, to: Box<DataType>, using: Option<Box<Expression>> },
    /// `SET DEFAULT`; `None` is `DROP DEFAULT`.
    SetDefault { table: Name, column: String, default: Option<Box<Expression>> },
    /// `SET NOT NULL`.
    SetNotNull { table: Name, column: String },
    /// `DROP NOT NULL`.
    DropNotNull { table: Name, column: String },
    /// Any other `ALTER COLUMN` action: identity, storage, statistics, expression; with what it sets.
    AlterColumn { table: Name, column: String, action: &'static str, options: Vec<Setting> },
    /// `ADD [CONSTRAINT name] …` on an existing table.
    AddConstraint { table: Name, constraint: Box<Constraint> },
    /// `DROP CONSTRAINT`.
    DropConstraint { table: Name, name: String, if_exists: bool, cascade: bool },
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint { table: Name, name: String },
    /// `RENAME CONSTRAINT`.
    RenameConstraint { table: Name, from: String, to: String },
    /// `ATTACH PARTITION`. `default` says that it takes the rows that fit no other; all others have a `bound`.
    AttachPartition { table: Name, partition: Name, default: bool, bound: Option<Strategy> },
    /// `DETACH PARTITION`.
    DetachPartition { table: Name, partition: Name, concurrently: bool },
    /// Any other `ALTER TABLE` action, named as PostgreSQL writes it: `SET LOGGED`, `ENABLE TRIGGER`. The object is the
    /// trigger, rule, index, role, tablespace, table or method that it names, as written if it is none: `FULL`, `ALL`.
    AlterTable { table: Name, action: &'static str, object: Option<String>, options: Vec<Setting> },
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `DROP INDEX`, one operation an index.
    DropIndex { index: Name, concurrently: bool, if_exists: bool, cascade: bool },
    /// `ALTER INDEX … RENAME TO`.
    RenameIndex { index: Name, to: String },
    /// `REINDEX`. The name is absent for `SYSTEM` and `DATABASE` without one.
    Reindex { what: ReindexTarget, name: Option<Name>, concurrently: bool, options: Vec<Setting> },
    /// `CREATE TYPE … AS ENUM`.
    CreateEnum { name: Name, labels: Vec<String> },
    /// `ALTER TYPE … ADD VALUE`.
    AddEnumValue { name: Name, value: String, if_not_exists: bool, position: Option<Position> },
    /// `ALTER TYPE … RENAME VALUE`.
    RenameEnumValue { name: Name, from: String, to: String },
    /// `ALTER TYPE … RENAME TO`.
    RenameType { name: Name, to: String },
    /// `DROP TYPE`, one operation a type.
    DropType { name: Name, if_exists: bool, cascade: bool },
    /// `CREATE DOMAIN`. `constrained` says that it has a CHECK or NOT NULL.
    CreateDomain { name: Name, base: Box<DataType>, constrained: bool },
    /// `CREATE SEQUENCE`.
    CreateSequence { name: Name, if_not_exists: bool, persistence: Persistence, options: Vec<Setting> },
    /// `DROP SEQUENCE`.
    DropSequence { name: Name, if_exists: bool, cascade: bool },
    /// `CREATE [OR REPLACE] [MATERIALIZED] VIEW`. `columns` are those that it gives, if its text names them all. The
    /// options are those of `WITH`, and `check_option`, `tablespace`, `access_method`, `temporary`, `recursive`.
    CreateView {
        name: Name,
        materialized: bool,
        replace: bool,
        if_not_exists: bool,
        no_data: bool,
        reads: Vec<Name>,
        columns: Option<Vec<String>>,
        options: Vec<Setting>,
    },
    /// `DROP [MATERIALIZED] VIEW`.
    DropView { name: Name, materialized: bool, if_exists: bool, cascade: bool },
    /// `REFRESH MATERIALIZED VIEW`.
    RefreshView { name: Name, concurrently: bool, no_data: bool },
    /// `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`. The body runs only when it is called; it holds what can be read
    /// of it.
    CreateFunction {
        name: Name,
        replace: bool,
        traits: FunctionTraits,
        signature: Box<Signature>,
        body: Vec<(Operation, Certainty)>,
    },
    /// `CREATE [OR REPLACE] [CONSTRAINT] TRIGGER`.
    CreateTrigger(Box<Trigger>),
    /// `CREATE POLICY`.
    CreatePolicy(Box<Policy>),
    /// `DROP POLICY`.
    DropPolicy { name: String, table: Name, if_exists: bool },
    /// `DROP TRIGGER`.
    DropTrigger { name: String, table: Name, if_exists: bool, cascade: bool },
    /// `CREATE EXTENSION`.
    CreateExtension { name: String, if_not_exists: bool, options: Vec<Setting> },
    /// `CREATE SCHEMA`.
    CreateSchema { name: String, if_not_exists: bool },
    /// `DROP SCHEMA`.
    DropSchema { name: String, if_exists: bool, cascade: bool },
    /// `INSERT`. `columns` are those that it names, none if it names none, and `computed` those of them to which its first
    /// row gives `DEFAULT` or what a function answers; `reads` are the tables of its query; `listed` says that its rows are written out, `defaults` that it is one of `DEFAULT VALUES`, `on_conflict` that it
    /// says what to do with a row that is there.
    Insert {
        table: Name,
        columns: Vec<String>,
        computed: Vec<String>,
        reads: Vec<Name>,
        listed: bool,
        defaults: bool,
        on_conflict: bool,
    },
    /// `UPDATE`. `columns` are assigned; `copied` are the columns that the assigned values read.
    Update {
        table: Name,
        columns: Vec<String>,
        copied: Vec<String>,
        filtered: bool,
        filter: Option<Box<Expression>>,
        reads: Vec<Name>,
    },
    /// `DELETE`.
    Delete { table: Name, filtered: bool, filter: Option<Box<Expression>> },
    /// `TRUNCATE`.
    Truncate { tables: Vec<Name>, cascade: bool, restart_identity: bool },
    /// `COPY`. `fills` is false for `COPY … TO`. No table for `COPY (query)`.
    Copy { table: Option<Name>, fills: bool, options: Vec<Setting> },
    /// `SELECT` and other queries that change nothing by themselves.
    Query { reads: Vec<Name>, calls: Vec<String> },
    /// `SET [LOCAL]`. `RESET` has no value.
    Set { name: String, value: Option<String>, local: bool },
    /// `BEGIN`, `COMMIT` and their kin.
    Transaction(TransactionVerb),
    /// `LOCK TABLE`; the mode as written, upper case, `ACCESS EXCLUSIVE` when absent.
    Lock { tables: Vec<Name>, mode: String, nowait: bool },
    /// `DO`. What its body holds follows it, each as an operation of its own.
    Do,
    /// A statement that is understood but has no operation of its own: `COMMENT ON TABLE`, `VACUUM`. The options are
    /// those of its lists; `if_exists`, `if_not_exists`, `replace`, `cascade` where they are written; and what it gives
    /// an object: `owner`, `rename`, `schema`, `tablespace`, `volatility`, `privilege` and more of
    /// the names that PostgreSQL's tree has, with `rename `, `reset `, `set ` and `drop ` in
    /// front of what such a verb is said of.
    Other { kind: &'static str, objects: Vec<Name>, options: Vec<Setting> },
    /// Text that is not a statement of PostgreSQL.
    Unparsed { message: String },
    /// Something that cannot be known without running it. The reason completes "cannot be read because …".
    Opaque { reason: String },
}

/// Whether something surely runs when what it stands in runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It does.
    Certain,
    /// It depends on something that cannot be known; completes "runs only if …".
    May(String),
}

/// Parts of `CREATE TABLE`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateTable {
    /// The new table.
    pub table: Name,
    /// Its columns as written; none for `AS` and `PARTITION OF`.
    pub columns: Vec<Column>,
    /// All its constraints, whether they are written on a column or beside the columns.
    pub constraints: Vec<Constraint>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// How long it lives.
    pub persistence: Persistence,
    /// Parent of `PARTITION OF`.
    pub partition_of: Option<Name>,
    /// Whether it is the `DEFAULT` partition, which takes the rows that fit no other.
    pub default_partition: bool,
    /// Whether it is itself `PARTITION BY`.
    pub partitioned: bool,
    /// The kind of bound that it has as a partition, unless it is the `DEFAULT`.
    pub bound: Option<Strategy>,
    /// `PARTITION BY` of itself.
    pub strategy: Option<Strategy>,
    /// By what it is partitioned.
    pub partition_keys: Vec<IndexKey>,
    /// Whether it says `INHERITS`.
    pub inherits: bool,
    /// Tables of `LIKE` and `INHERITS`.
    pub models: Vec<Name>,
    /// Tables that fill it: `CREATE TABLE AS`, `SELECT INTO`. `Some` also when the query reads none.
    pub filled_from: Option<Vec<Name>>,
    /// `WITH NO DATA`.
    pub no_data: bool,
    /// `WITH`.
    pub with: Vec<Setting>,
    /// `TABLESPACE`.
    pub tablespace: Option<String>,
    /// `USING method`.
    pub method: Option<String>,
    /// `ON COMMIT`, of a temporary table.
    pub on_commit: OnCommit,
}

/// What becomes of a temporary table when its transaction ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnCommit {
    /// It stays with its rows until the session ends: `PRESERVE ROWS`, or nothing.
    #[default]
    PreserveRows,
    /// It stays empty.
    DeleteRows,
    /// It is gone.
    Drop,
}

impl CreateTable {
    /// The columns by which it is partitioned; `None` if it is not, or by something else as well.
    pub fn partition_columns(&self) -> Option<Vec<String>> {
        let column = |key: &IndexKey| key.is_column.then(|| key.text.clone());
        if self.partition_keys.is_empty() { None } else { self.partition_keys.iter().map(column).collect() }
    }
}

/// How long a table lives and whether it is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Persistence {
    /// An ordinary table.
    #[default]
    Permanent,
    /// `TEMPORARY`: nobody else sees it.
    Temporary,
    /// `UNLOGGED`.
    Unlogged,
}

/// A column definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type; `serial` types keep their name.
    pub data_type: DataType,
    /// `NOT NULL`, written or through a primary key.
    pub not_null: bool,
    /// `DEFAULT`.
    pub default: Option<Expression>,
    /// `GENERATED …`.
    pub generated: Option<Generated>,
    /// Constraints written on the column, except NOT NULL. In `CREATE TABLE` they are the table's.
    pub constraints: Vec<Constraint>,
}

/// What fills a column by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are named after PostgreSQL's own keywords")]
pub enum Generated {
    /// `AS IDENTITY`, with the options of its sequence.
    Identity { always: bool, options: Vec<Setting> },
    /// `AS (…) STORED`.
    Stored(Expression),
    /// `AS (…) VIRTUAL`.
    Virtual(Expression),
}

/// Parts of `CREATE INDEX`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateIndex {
    /// Name, if one is written.
    pub name: Option<String>,
    /// The table.
    pub table: Name,
    /// Its key: a column, or an expression as text.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE`.
    pub include: Vec<String>,
    /// `UNIQUE`.
    pub unique: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `ON ONLY`.
    pub only: bool,
    /// `USING method`, lower case.
    pub method: Option<String>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `WITH`.
    pub with: Vec<Setting>,
    /// `TABLESPACE`.
    pub tablespace: Option<String>,
    /// `WHERE`.
    pub predicate: Option<Expression>,
}

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexKey {
    /// The column, or the text of the expression with its parentheses.
    pub text: String,
    /// Whether it is a plain column.
    pub is_column: bool,
    /// Operator class, collation, order, as written after the key.
    pub options: String,
}

/// What `REINDEX` rebuilds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReindexTarget {
    /// One index.
    Index,
    /// All indexes of a table.
    Table,
    /// All of a schema.
    Schema,
    /// All of the database.
    Database,
    /// The catalogs.
    System,
}

/// Statements that begin and end transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionVerb {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit(Next),
    /// `ROLLBACK`, `ABORT`.
    Rollback(Next),
    /// `SAVEPOINT`, `RELEASE`, `ROLLBACK TO`.
    Savepoint,
}

/// What follows the end of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Nothing,
    /// `AND CHAIN`: another one, at once.
    Transaction,
}

impl Operation {
    /// The table that the operation changes, where it is one.
    pub fn table(&self) -> Option<&Name> {
        match self {
            Self::CreateTable(create) => Some(&create.table),
            Self::CreateIndex(create) => Some(&create.table),
            Self::CreatePolicy(policy) => Some(&policy.table),
            Self::CreateTrigger(trigger) => Some(&trigger.table),
            Self::DropTable { table, .. }
            | Self::RenameTable { table, .. }
            | Self::SetTableSchema { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumnType { table, .. }
            | Self::SetDefault { table, .. }
            | Self::SetNotNull { table, .. }
            | Self::DropNotNull { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::AddConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::ValidateConstraint { table, .. }
            | Self::RenameConstraint { table, .. }
            | Self::AttachPartition { table, .. }
            | Self::DetachPartition { table, .. }
            | Self::AlterTable { table, .. }
            | Self::DropTrigger { table, .. }
            | Self::DropPolicy { table, .. }
            | Self::Insert { table, .. }
            | Self::Update { table, .. }
            | Self::Delete { table, .. } => Some(table),
            Self::Copy { table, .. } => table.as_ref(),
            _ => None,
        }
    }

    /// The constraints that the operation adds to its table.
    pub fn constraints(&self) -> &[Constraint] {
        match self {
            Self::CreateTable(create) => &create.constraints,
            Self::AddColumn { column, .. } => &column.constraints,
            Self::AddConstraint { constraint, .. } => std::slice::from_ref(constraint),
            _ => &[],
        }
    }

    /// Whether it puts rows into tables, changes them or takes them out.
    pub fn changes_rows(&self) -> bool {
        matches!(
            self,
            Self::Insert { .. }
                | Self::Update { .. }
                | Self::Delete { .. }
                | Self::Truncate { .. }
                | Self::Copy { fills: true, .. }
        )
    }

    /// Whether nothing can be said of what it does.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Opaque { .. } | Self::Unparsed { .. })
    }
}
