//! Columns and constraints, wherever they are written.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::option;
use crate::operation::{
    Column, Constraint, ConstraintKind, DataType, Expression, Generated, KeyIndex, Name, Setting, quote,
};
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
            options: option::of(identity.sequence_option_list()),
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
            on_update: on_update(it.referential_actions()),
            full: matches!(it.match_type(), Some(ast::MatchType::MatchFull(_))),
        },
        ast::Constraint::ReferencesConstraint(it) => ConstraintKind::ForeignKey {
            columns: own_column(),
            references: name::optional(it.table()),
            referenced: it.column().iter().map(name::identifier).collect(),
            on_delete: on_delete(it.referential_actions()),
            on_update: on_update(it.referential_actions()),
            full: matches!(it.match_type(), Some(ast::MatchType::MatchFull(_))),
        },
        ast::Constraint::ExcludeConstraint(_) => ConstraintKind::Exclude,
        ast::Constraint::DefaultConstraint(_)
        | ast::Constraint::GeneratedConstraint(_)
        | ast::Constraint::NullConstraint(_) => return None,
    };
    let node = constraint.syntax();
    let mut named = node.children().filter_map(ast::ConstraintNameClause::cast);
    let has = |kind: SyntaxKind| node.children().any(|part| part.kind() == kind);
    let (deferrable, deferred) = deferral(node);
    Some(Constraint {
        name: named.next().and_then(|clause| clause.constraint_name()).map(|it| name::identifier(&it)),
        kind,
        not_valid: has(SyntaxKind::NOT_VALID),
        not_enforced: has(SyntaxKind::NOT_ENFORCED),
        no_inherit: has(SyntaxKind::NO_INHERIT),
        deferrable,
        deferred,
        index: key_index(node),
    })
}

/// Whether a constraint or a constraint trigger can be deferred, and whether it is from the start.
pub(super) fn deferral(node: &SyntaxNode) -> (bool, bool) {
    let has = |kind: SyntaxKind| node.children().any(|part| part.kind() == kind);
    let deferred = has(SyntaxKind::INITIALLY_DEFERRED_CONSTRAINT_OPTION);
    (deferred || has(SyntaxKind::DEFERRABLE_CONSTRAINT_OPTION), deferred)
}

/// What ALTER CONSTRAINT sets.
pub(super) fn attribute(option: &ast::ConstraintOption) -> Setting {
    use ast::ConstraintOption as O;
    match option {
        O::DeferrableConstraintOption(_) => Setting::flag("deferrable"),
        O::NotDeferrableConstraintOption(_) => Setting::new("deferrable", "false"),
        O::InitiallyDeferredConstraintOption(_) => Setting::flag("initdeferred"),
        O::InitiallyImmediateConstraintOption(_) => Setting::new("initdeferred", "false"),
        O::Enforced(_) => Setting::flag("enforced"),
        O::NotEnforced(_) => Setting::new("enforced", "false"),
        O::Inherit(_) => Setting::flag("inherit"),
        O::NoInherit(_) => Setting::new("inherit", "false"),
        O::NotValid(_) => Setting::flag("not_valid"),
    }
}

/// What a constraint says of its index, in `UNIQUE (…)` one level deeper than in `EXCLUDE`.
fn key_index(constraint: &SyntaxNode) -> KeyIndex {
    let parameters = constraint.children().find_map(ast::IndexParameters::cast);
    let node = parameters.as_ref().map_or(constraint, AstNode::syntax);
    let include = node.children().find_map(ast::ConstraintIncludeClause::cast);
    let tablespace = node.children().find_map(ast::ConstraintIndexTablespace::cast);
    KeyIndex {
        nulls_not_distinct: node.children().any(|part| part.kind() == SyntaxKind::NULLS_NOT_DISTINCT),
        without_overlaps: node.descendants().any(|part| part.kind() == SyntaxKind::WITHOUT_OVERLAPS),
        include: include.map(|clause| columns(clause.column_ref_list())).unwrap_or_default(),
        with: option::of(node.children().find_map(ast::WithParams::cast)),
        tablespace: tablespace.and_then(|it| it.tablespace_ref()).map(|it| name::identifier(&it)),
    }
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

fn columns(list: Option<ast::ColumnRefList>) -> Vec<String> {
    let refs = list.iter().flat_map(|list| list.syntax().descendants()).filter_map(ast::ColumnNameRef::cast);
    refs.map(|column| name::identifier(&column)).collect()
}

fn on_delete(mut actions: ast::AstChildren<ast::ReferentialAction>) -> Option<String> {
    actions.find_map(|action| match action {
        ast::ReferentialAction::OnDeleteAction(action) => Some(action_name(&action.ref_action()?)),
        ast::ReferentialAction::OnUpdateAction(_) => None,
    })
}

fn on_update(mut actions: ast::AstChildren<ast::ReferentialAction>) -> Option<String> {
    actions.find_map(|action| match action {
        ast::ReferentialAction::OnUpdateAction(action) => Some(action_name(&action.ref_action()?)),
        ast::ReferentialAction::OnDeleteAction(_) => None,
    })
}

fn action_name(action: &ast::RefAction) -> String {
    let (text, list) = match action {
        ast::RefAction::Cascade(_) => ("CASCADE", None),
        ast::RefAction::NoAction(_) => ("NO ACTION", None),
        ast::RefAction::Restrict(_) => ("RESTRICT", None),
        ast::RefAction::SetDefaultColumns(it) => ("SET DEFAULT", it.column_ref_list()),
        ast::RefAction::SetNullColumns(it) => ("SET NULL", it.column_ref_list()),
    };
    match columns(list).as_slice() {
        [] => text.to_owned(),
        some => format!("{text} ({})", some.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")),
    }
}
