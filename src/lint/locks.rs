//! What PostgreSQL locks, reads and rewrites, as data: every sentence about a lock comes from here, and every row
//! carries the SQL that shows it on a server. Refuses to know migrations.

mod table;
mod unquoted;

pub use table::{BED, ROWS};
pub use unquoted::UNQUOTED;

/// Table locks, weakest first, by the names of PostgreSQL's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Taken by SELECT.
    AccessShare,
    /// Taken by SELECT FOR UPDATE.
    RowShare,
    /// Taken by INSERT, UPDATE and DELETE.
    RowExclusive,
    /// Conflicts with itself: one maintenance command at a time.
    ShareUpdateExclusive,
    /// Stops writes.
    Share,
    /// Stops writes, and conflicts with itself.
    ShareRowExclusive,
    /// Stops all but plain reads.
    Exclusive,
    /// Stops everything.
    AccessExclusive,
}

impl Lock {
    /// Its name as `LOCK TABLE` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Its name in `pg_locks.mode`.
    pub fn mode(self) -> &'static str {
        match self {
            Self::AccessShare => "AccessShareLock",
            Self::RowShare => "RowShareLock",
            Self::RowExclusive => "RowExclusiveLock",
            Self::ShareUpdateExclusive => "ShareUpdateExclusiveLock",
            Self::Share => "ShareLock",
            Self::ShareRowExclusive => "ShareRowExclusiveLock",
            Self::Exclusive => "ExclusiveLock",
            Self::AccessExclusive => "AccessExclusiveLock",
        }
    }

    /// Who must wait while it is held.
    pub fn who_waits(self) -> &'static str {
        match self {
            Self::AccessShare | Self::RowShare | Self::RowExclusive | Self::ShareUpdateExclusive => {
                "reads and writes go on"
            }
            Self::Share | Self::ShareRowExclusive => "INSERT, UPDATE and DELETE wait, reads go on",
            Self::Exclusive => "all but plain SELECT wait",
            Self::AccessExclusive => "every query waits, SELECT too",
        }
    }
}

/// What a statement does to one relation of the [`BED`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The relation's name there.
    pub relation: &'static str,
    /// The strongest lock that it takes.
    pub lock: Lock,
    /// What it does while it holds the lock.
    pub work: Work,
}

/// What is done to a table while its lock is held, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Catalog changes only.
    Brief,
    /// The whole table is read.
    Scan,
    /// The whole table is written anew.
    Rewrite,
}

/// What a server does with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It locks, in the order of importance to the reader.
    Locks(&'static [Touch]),
    /// It fails with this SQLSTATE.
    Fails(&'static str),
}

/// One statement and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The statement's shape, by which rules ask for it.
    pub shape: Shape,
    /// First and last major version that do so.
    pub versions: (u16, u16),
    /// Statements that the bed needs first, each committed.
    pub before: &'static [&'static str],
    /// The statement, run in a transaction.
    pub sql: &'static str,
    /// What it does.
    pub effect: Effect,
}

/// Shapes of statements that differ in what they lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the row of each shape shows its statement")]
pub enum Shape {
    CreateIndex,
    DropIndex,
    ConcurrentIndexInTransaction,
    DropConcurrentlyInTransaction,
    ReindexConcurrentlyInTransaction,
    DetachConcurrentlyInTransaction,
    VacuumInTransaction,
    ReindexIndex,
    ReindexTable,
    AddCheck,
    AddCheckNotValid,
    ValidateCheck,
    AddForeignKey,
    AddForeignKeyNotValid,
    ValidateForeignKey,
    DropForeignKey,
    DropTableWithForeignKey,
    AddUnique,
    AddUniqueUsingIndex,
    AddPrimaryKey,
    AddExclude,
    SetNotNull,
    SetNotNullProven,
    SetNotNullAndDropCheck,
    AddColumnVolatile,
    AddColumnNotNull,
    AddColumnCheck,
    AddColumnForeignKey,
    AddColumnUnique,
    AddColumnDomain,
    DropColumn,
    DropTable,
    TypeRewrite,
    TypeCheckScan,
    TypeBrief,
    RenameColumn,
    RenameTable,
    AttachPartition,
    DetachPartition,
    RefreshView,
    Cluster,
    SetLogged,
    Truncate,
    TruncateCascade,
    DropTrigger,
    CreatePartitionOf,
    CreatePartitionBesideDefault,
    AlterDomainConstraint,
    TypeOfForeignKey,
    BriefTypeOfForeignKey,
    TypeOfViewColumn,
    DropColumnOfView,
    DropIndexOfConstraint,
    PrimaryKeyOnNullable,
    EnumValueUsed,
    RenameIndex,
    RenameIndexAsTable,
    ReplicaIdentity,
    TypeCollation,
    TypeCollationOfIndex,
    TableColumnTwice,
    AssignedTwice,
    InsertedTwice,
    DropTypeInUse,
    KeyWithoutPartitionColumn,
    AttachBesideDefault,
    KeyColumnTwice,
    BoundOfAnotherStrategy,
    BodyInAnotherLanguage,
    TypeOfGenerated,
    DropOfGenerated,
    TypeOfDependent,
    DropOfDependent,
    PartitionKeyChanged,
    DropReferencedTable,
    DropReferencedColumn,
    DropReferencedKey,
    DropNeededSequence,
    DropNeededFunction,
    DropFilledSchema,
    ReplaceView,
    ReplaceFunction,
    ReplaceFunctionByProcedure,
    EnumLabelMissing,
    TextTooLong,
    NumberTooLarge,
    BitsOfAnotherLength,
    ForeignKeyOfAnotherType,
    TypeApartFromForeignKey,
    AddColumnForeignKeyChecked,
    ReindexPartitionedInTransaction,
    /// One that no message quotes.
    Unquoted,
}

/// The row of a shape, for the newest version that has one.
pub fn row(shape: Shape) -> Option<&'static Row> {
    ROWS.iter().rfind(|row| row.shape == shape)
}

/// The locks that a shape takes and who waits for them, told of the reader's own tables: `real` pairs names of the
/// bed with theirs.
pub fn taken(shape: Shape, real: &[(&str, &str)]) -> String {
    let named: Vec<(&Touch, &str)> = touches(shape)
        .iter()
        .filter_map(|touch| {
            real.iter().find(|(bed, _)| *bed == touch.relation).map(|(_, name)| (touch, *name))
        })
        .collect();
    let mut locks: Vec<String> = Vec::new();
    for (index, (touch, name)) in named.iter().enumerate() {
        match index.checked_sub(1).and_then(|before| named.get(before)) {
            Some((before, _)) if before.lock == touch.lock => locks.push((*name).to_owned()),
            _ => locks.push(format!("{} on {name}", touch.lock.name())),
        }
    }
    let strongest = named.iter().map(|(touch, _)| touch.lock).max();
    let waits = strongest.map(|lock| format!(": {}", lock.who_waits())).unwrap_or_default();
    format!("{}{waits}", locks.join(" and "))
}

/// A sentence about what a shape does: its locks, who waits, and for how long.
pub fn sentence(shape: Shape, real: &[(&str, &str)]) -> String {
    let touches = touches(shape);
    let work = touches.iter().map(|touch| touch.work).max();
    let stops_all = touches.iter().any(|touch| touch.lock == Lock::AccessExclusive);
    let for_how_long = match work {
        Some(Work::Scan) => ", while the whole table is read",
        Some(Work::Rewrite) => ", while the whole table and all its indexes are written anew",
        Some(Work::Brief) | None if stops_all => {
            "; the work is brief, but it queues behind every running query, and all later ones queue behind it"
        }
        Some(Work::Brief) | None => "; the work is brief",
    };
    format!("Takes {}{for_how_long}", taken(shape, real))
}

fn touches(shape: Shape) -> &'static [Touch] {
    match row(shape).map(|row| row.effect) {
        Some(Effect::Locks(touches)) => touches,
        Some(Effect::Fails(_)) | None => &[],
    }
}

/// The SQLSTATE that a shape fails with on one version.
pub fn failure_on(version: u16, shape: Shape) -> Option<&'static str> {
    let covers = |row: &&Row| (row.versions.0..=row.versions.1).contains(&version);
    let row = ROWS.iter().filter(|row| row.shape == shape).find(covers)?;
    match row.effect {
        Effect::Fails(state) => Some(state),
        Effect::Locks(_) => None,
    }
}

/// The SQLSTATE that a shape fails with.
pub fn failure(shape: Shape) -> Option<&'static str> {
    match row(shape)?.effect {
        Effect::Fails(state) => Some(state),
        Effect::Locks(_) => None,
    }
}
