//! What is known of one table. Refuses to know the other tables.

use std::rc::Rc;

use super::Moment;
use super::copies::Copied;
use super::dependents::Dependent;
use crate::operation::{
    Column, Constraint, ConstraintKind, DataType, Expression, Generated, Name, Persistence, Strategy, quote,
};

/// What is known of a table.
#[derive(Clone, Debug)]
pub struct Table {
    /// When the history created it; `None`: it was there before, or so we must assume.
    pub created: Option<Moment>,
    /// How long it lives.
    pub persistence: Persistence,
    /// Whether it is partitioned.
    pub partitioned: bool,
    /// Whether its rows are another server's.
    pub foreign: bool,
    /// By what kind of bound it is partitioned, if the history says so.
    pub strategy: Option<Strategy>,
    /// The columns by which it is partitioned, if that is all.
    pub partition_columns: Option<Vec<String>>,
    /// The table that it is a partition of, with schema.
    pub partition_of: Option<Name>,
    /// Whether it is the `DEFAULT` partition.
    pub takes_the_rest: bool,
    /// Whether `columns` are all of them.
    pub complete: bool,
    /// Known columns in their order.
    pub columns: Vec<Rc<ColumnState>>,
    /// Known constraints.
    pub constraints: Vec<Rc<ConstraintState>>,
    /// Whether somebody was granted rights on it.
    pub granted: bool,
    /// Whether row-level security is switched on.
    pub row_security: bool,
    /// Whether the history has put rows into it.
    pub written: bool,
    /// Whether it may hold more rows than the migrations write out.
    pub filled: bool,
    /// Whether somebody has analysed it.
    pub analyzed: bool,
    /// The migration that last renamed it.
    pub renamed_in: Option<usize>,
    /// Copies that the history made of its rows.
    pub copies: Vec<Copied>,
    /// Its triggers and policies.
    pub dependents: Vec<Dependent>,
    /// The index by which logical replication tells its rows apart, if one was named.
    pub identity: Option<String>,
    /// Whether a constraint was dropped of which nothing was known, so that one of those that are known may be gone.
    pub lost_constraint: bool,
}

/// What is known of a column. `None` is unknown.
#[derive(Clone, Debug)]
pub struct ColumnState {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: Option<DataType>,
    /// Whether it refuses NULL.
    pub not_null: Option<bool>,
    /// Its default.
    pub default: Option<Option<Expression>>,
    /// When it was added to an existing table; `None`: with the table, or before the history.
    pub added: Option<Moment>,
    /// The migration that last renamed it.
    pub renamed_in: Option<usize>,
    /// Whether its values follow from other columns.
    pub generated: bool,
    /// The columns that they follow from.
    pub computed_from: Vec<String>,
    /// Whether an UPDATE has set it.
    pub filled: bool,
    /// Whether a sequence gives it its values: `serial`, identity, `nextval`.
    pub numbered: bool,
}

/// What is known of a constraint.
#[derive(Clone, Debug)]
pub struct ConstraintState {
    /// Its name, as PostgreSQL chooses it where none is written.
    pub name: String,
    /// What it demands; tables it names have their schema.
    pub kind: ConstraintKind,
    /// Whether every row is known to obey.
    pub validated: bool,
    /// When it was added.
    pub added: Moment,
}

impl Table {
    /// A table of which the history says nothing.
    pub fn unknown() -> Self {
        Self {
            created: None,
            persistence: Persistence::Permanent,
            partitioned: false,
            foreign: false,
            strategy: None,
            partition_columns: None,
            partition_of: None,
            takes_the_rest: false,
            complete: false,
            columns: Vec::new(),
            constraints: Vec::new(),
            granted: false,
            row_security: false,
            written: false,
            filled: false,
            analyzed: false,
            renamed_in: None,
            copies: Vec::new(),
            dependents: Vec::new(),
            identity: None,
            lost_constraint: false,
        }
    }

    /// A known column.
    pub fn column(&self, name: &str) -> Option<&ColumnState> {
        self.columns.iter().map(Rc::as_ref).find(|column| column.name == name)
    }

    /// A known column, to be changed; made up as unknown if need be.
    pub fn column_mut(&mut self, name: &str) -> &mut ColumnState {
        let at = match self.columns.iter().position(|column| column.name == name) {
            Some(at) => at,
            None => {
                self.columns.push(Rc::new(ColumnState::unknown(name)));
                self.columns.len() - 1
            }
        };
        Rc::make_mut(&mut self.columns[at])
    }

    /// A known constraint.
    pub fn constraint(&self, name: &str) -> Option<&ConstraintState> {
        self.constraints.iter().map(Rc::as_ref).find(|constraint| constraint.name == name)
    }

    /// The known constraints of a name, to be changed.
    pub fn constraints_mut(&mut self, name: &str) -> impl Iterator<Item = &mut ConstraintState> {
        let named = self.constraints.iter_mut().filter(move |constraint| constraint.name == name);
        named.map(Rc::make_mut)
    }

    /// Whether a validated constraint already proves that a column holds no NULL.
    pub fn proves_not_null(&self, column: &str) -> bool {
        self.constraints.iter().filter(|constraint| constraint.validated).any(|constraint| match &constraint
            .kind
        {
            ConstraintKind::Check(check) => check.demands_not_null.iter().any(|name| name == column),
            ConstraintKind::NotNull { column: name } => name == column,
            _ => false,
        })
    }

    /// Whether it is neither temporary nor foreign nor a part of another.
    pub fn is_plain(&self) -> bool {
        self.persistence != Persistence::Temporary && !self.foreign && self.partition_of.is_none()
    }

    /// The columns of its primary key; none if that is not known.
    pub fn primary_key(&self) -> &[String] {
        self.constraints.iter().find_map(|constraint| constraint.kind.primary_key()).unwrap_or_default()
    }

    /// How a definition of the table differs from what it is: the first column that it lacks, or has of another type.
    pub fn differs_in<'a>(&self, columns: &'a [Column]) -> Option<&'a Column> {
        columns.iter().find(|column| match self.column(&column.name) {
            None => self.complete,
            Some(known) => {
                let wanted = stored_type(&column.data_type);
                known.data_type.as_ref().is_some_and(|is| *is != wanted)
            }
        })
    }

    /// The constraints that a column takes part in.
    pub fn constraints_on<'a>(&'a self, column: &'a str) -> impl Iterator<Item = &'a ConstraintState> {
        let known = self.constraints.iter().map(Rc::as_ref);
        known.filter(move |constraint| constraint.columns().iter().any(|c| c == column))
    }
}

impl ColumnState {
    /// A column of which the history says nothing but its name.
    fn unknown(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            data_type: None,
            not_null: None,
            default: None,
            added: None,
            renamed_in: None,
            generated: false,
            computed_from: Vec::new(),
            filled: false,
            numbered: false,
        }
    }

    /// What threatens NOT NULL after a backfill: running code that does not name the column.
    pub fn may_get_null(&self) -> Option<String> {
        let given = matches!(&self.default, Some(Some(default)) if !default.is_null);
        (self.filled && !given).then(|| {
            let name = quote(&self.name);
            format!("A row that running code writes with NULL after the backfill makes it fail: {name} has no default")
        })
    }

    /// What a definition says.
    pub fn of(column: &Column, added: Option<Moment>) -> Self {
        Self {
            name: column.name.clone(),
            data_type: Some(stored_type(&column.data_type)),
            not_null: Some(column.not_null),
            default: Some(column.default.clone()),
            added,
            renamed_in: None,
            generated: matches!(column.generated, Some(Generated::Stored(_) | Generated::Virtual(_))),
            computed_from: match &column.generated {
                Some(Generated::Stored(computed) | Generated::Virtual(computed)) => computed.columns.clone(),
                Some(Generated::Identity { .. }) | None => Vec::new(),
            },
            filled: false,
            numbered: column.data_type.is_serial()
                || matches!(column.generated, Some(Generated::Identity { .. }))
                || column
                    .default
                    .as_ref()
                    .is_some_and(|default| default.functions.iter().any(|call| call.ends_with("nextval"))),
        }
    }
}

/// The type that a column has in the end: `serial` is an integer.
pub fn stored_type(written: &DataType) -> DataType {
    match written.name.as_str() {
        "serial" => DataType::plain("integer"),
        "bigserial" => DataType::plain("bigint"),
        "smallserial" => DataType::plain("smallint"),
        _ => written.clone(),
    }
}

impl ConstraintState {
    /// What a definition says, with the name that PostgreSQL gives where none is written.
    pub fn of(table: &str, constraint: &Constraint, added: Moment) -> Self {
        let name = constraint.name.clone().unwrap_or_else(|| default_name(table, &constraint.kind));
        let validated = !constraint.not_valid && !constraint.not_enforced;
        Self { name, kind: constraint.kind.clone(), validated, added }
    }

    /// Whether it is a foreign key that points at a table.
    pub fn references(&self, table: &Name) -> bool {
        matches!(&self.kind, ConstraintKind::ForeignKey { references, .. } if references == table)
    }

    /// The columns of its table that it names.
    pub fn columns(&self) -> &[String] {
        match &self.kind {
            ConstraintKind::Check(check) => &check.columns,
            ConstraintKind::NotNull { column } => std::slice::from_ref(column),
            ConstraintKind::Unique { columns }
            | ConstraintKind::PrimaryKey { columns }
            | ConstraintKind::ForeignKey { columns, .. } => columns,
            ConstraintKind::UsingIndex { .. } | ConstraintKind::Exclude => &[],
        }
    }
}

/// The name that PostgreSQL gives an unnamed constraint, as far as it does not collide or need cutting.
pub fn default_name(table: &str, kind: &ConstraintKind) -> String {
    match kind {
        ConstraintKind::Check(check) => match check.columns.as_slice() {
            [column] => format!("{table}_{column}_check"),
            _ => format!("{table}_check"),
        },
        ConstraintKind::NotNull { column } => format!("{table}_{column}_not_null"),
        ConstraintKind::Unique { columns } => format!("{table}_{}_key", columns.join("_")),
        ConstraintKind::PrimaryKey { .. } => format!("{table}_pkey"),
        ConstraintKind::UsingIndex { index, .. } => index.clone(),
        ConstraintKind::ForeignKey { columns, .. } => format!("{table}_{}_fkey", columns.join("_")),
        ConstraintKind::Exclude => format!("{table}_excl"),
    }
}
