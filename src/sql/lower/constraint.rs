//! Columns and constraints, wherever they are written.

use squawk_syntax::ast::{self, AstNode};

use crate::operation::{Column, Constraint, ConstraintKind, DataType, Expression, Generated, Name};
use crate::sql::{expr, name, types};

/// A column with everything that is written on it.
pub(super) fn column(
    column: String,
    ty: Option<ast::Type>,
    collate: Option<ast::Collate>,
    clauses: impl Iterator<Item = ast::Constraint>,
) -> Column {
    let data_type = ty.map_or_else(|| DataType::plain(""), |ty| types::read(&ty, collate));
    let mut read = Column {
        name: column,
        data_type,
        not_null: false,
        default: None,
        generated: None,
        constraints: Vec::new(),
    };
    for clause in clauses {
        match &clause {
            ast::Constraint::NotNullConstraint(_) => read.not_null = true,
            ast::Constraint::DefaultConstraint(it) => read.default = it.expr().map(|expr| expr::read(&expr)),
            ast::Constraint::GeneratedConstraint(it) => read.generated = generated(it),
            _ => read.constraints.extend(constraint(&clause, Some(&read.name))),
        }
    }
    read.not_null |= read.constraints.iter().any(|it| matches!(it.kind, ConstraintKind::PrimaryKey { .. }));
    read
}

fn generated(constraint: &ast::GeneratedConstraint) -> Option<Generated> {
    Some(match constraint.generated_as()? {
        ast::GeneratedAs::GeneratedIdentity(identity) => Generated::Identity {
            always: matches!(identity.generated_when(), Some(ast::GeneratedWhen::GeneratedAlways(_))),
        },
        ast::GeneratedAs::GeneratedStored(it) => {
            let value = it.expr().map(|expr| expr::read(&expr)).unwrap_or_default();
            match it.generated_kind() {
                Some(ast::GeneratedKind::Stored(_)) => Generated::Stored(value),
                // PostgreSQL 18 made this the default.
                Some(ast::GeneratedKind::Virtual(_)) | None => Generated::Virtual(value),
            }
        }
    })
}

/// A constraint; `column` is the one that it is written on, if it is. `NULL`, `DEFAULT` and `GENERATED` are none.
pub(super) fn constraint(constraint: &ast::Constraint, column: Option<&str>) -> Option<Constraint> {
    let own_column = || column.map(str::to_owned).into_iter().collect::<Vec<_>>();
    let kind = match constraint {
        ast::Constraint::CheckConstraint(it) => {
            ConstraintKind::Check(it.expr().map_or_else(Expression::default, |expr| expr::read(&expr)))
        }
        ast::Constraint::NotNullConstraint(it) => {
            ConstraintKind::NotNull { column: name::optional_identifier(it.column_name_ref()) }
        }
        ast::Constraint::UniqueConstraint(it) => match it.using_index() {
            Some(using) => ConstraintKind::UsingIndex { index: index(&using), primary: false },
            None => ConstraintKind::Unique { columns: key(it.index_parameters()).unwrap_or_else(own_column) },
        },
        ast::Constraint::PrimaryKeyConstraint(it) => match it.using_index() {
            Some(using) => ConstraintKind::UsingIndex { index: index(&using), primary: true },
            None => {
                ConstraintKind::PrimaryKey { columns: key(it.index_parameters()).unwrap_or_else(own_column) }
            }
        },
        ast::Constraint::ForeignKeyConstraint(it) => ConstraintKind::ForeignKey {
            columns: foreign_columns(it.from_columns()),
            references: name::optional(it.table_name_ref()),
            referenced: foreign_columns(it.to_columns()),
            on_delete: on_delete(it.referential_actions()),
        },
        ast::Constraint::ReferencesConstraint(it) => ConstraintKind::ForeignKey {
            columns: own_column(),
            references: name::optional(it.table()),
            referenced: it.column().iter().map(name::identifier).collect(),
            on_delete: on_delete(it.referential_actions()),
        },
        ast::Constraint::ExcludeConstraint(_) => ConstraintKind::Exclude,
        ast::Constraint::DefaultConstraint(_)
        | ast::Constraint::GeneratedConstraint(_)
        | ast::Constraint::NullConstraint(_) => return None,
    };
    let children = || constraint.syntax().children();
    let mut named = children().filter_map(ast::ConstraintNameClause::cast);
    let has = |test: fn(&ast::ConstraintOption) -> bool| {
        children().filter_map(ast::ConstraintOption::cast).any(|option| test(&option))
    };
    Some(Constraint {
        name: named.next().and_then(|clause| clause.constraint_name()).map(|it| name::identifier(&it)),
        kind,
        not_valid: has(|option| matches!(option, ast::ConstraintOption::NotValid(_))),
        not_enforced: has(|option| matches!(option, ast::ConstraintOption::NotEnforced(_))),
    })
}

fn index(using: &ast::UsingIndexName) -> String {
    let Name { name, .. } = name::optional(using.index_ref());
    name
}

fn key(parameters: Option<ast::IndexParameters>) -> Option<Vec<String>> {
    let columns = parameters?.column_list()?;
    Some(columns.column_name_refs().map(|column| name::identifier(&column)).collect())
}

fn foreign_columns(list: Option<ast::ForeignKeyColumnList>) -> Vec<String> {
    let refs = list.iter().flat_map(|list| list.syntax().descendants()).filter_map(ast::ColumnNameRef::cast);
    refs.map(|column| name::identifier(&column)).collect()
}

fn on_delete(mut actions: ast::AstChildren<ast::ReferentialAction>) -> Option<String> {
    let action = actions.find_map(|action| match action {
        ast::ReferentialAction::OnDeleteAction(action) => action.ref_action(),
        ast::ReferentialAction::OnUpdateAction(_) => None,
    })?;
    let text = match action {
        ast::RefAction::Cascade(_) => "CASCADE",
        ast::RefAction::NoAction(_) => "NO ACTION",
        ast::RefAction::Restrict(_) => "RESTRICT",
        ast::RefAction::SetDefaultColumns(_) => "SET DEFAULT",
        ast::RefAction::SetNullColumns(_) => "SET NULL",
    };
    Some(text.to_owned())
}
