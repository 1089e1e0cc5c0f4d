//! Statements that read and change rows.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Steps, cascades, option, whole};
use crate::operation::{Expression, Name, Operation, Setting};
use crate::sql::tree::holds;
use crate::sql::{expr, name, parse};

/// The tables that a node reads at any depth, in order of appearance, each once; without its own CTEs.
pub(super) fn reads(node: &SyntaxNode) -> Vec<Name> {
    if !holds(node, |kind| matches!(kind, SyntaxKind::RELATION_FROM_ITEM | SyntaxKind::TABLE)) {
        return Vec::new();
    }
    let ctes: Vec<String> =
        node.descendants().filter_map(ast::CteName::cast).map(|cte| name::identifier(&cte)).collect();
    let mut found: Vec<Name> = Vec::new();
    for node in node.descendants() {
        let relation = match node.kind() {
            SyntaxKind::RELATION_FROM_ITEM => {
                ast::RelationFromItem::cast(node).and_then(|it| it.relation_name_ref())
            }
            SyntaxKind::TABLE => {
                ast::Table::cast(node).and_then(|it| it.relation_name()).and_then(|it| it.relation_name_ref())
            }
            _ => None,
        };
        let Some(table) = relation.map(|relation| name::qualified(&relation)) else { continue };
        let is_cte = table.schema.is_none() && ctes.contains(&table.name);
        if !is_cte && !found.contains(&table) {
            found.push(table);
        }
    }
    found
}

pub(super) fn query(node: &SyntaxNode) -> Operation {
    let mut calls = expr::functions(node);
    if let Some(procedure) = ast::Call::cast(node.clone()).and_then(|call| call.procedure_name_ref()) {
        calls.insert(0, expr::squeezed(procedure.syntax()).to_ascii_lowercase());
    }
    Operation::Query { reads: reads(node), calls }
}

/// The steps of a statement after those of the changes that its `WITH` makes.
pub(super) fn with_changes(node: &SyntaxNode, steps: Steps) -> Steps {
    if !holds(node, |kind| kind == SyntaxKind::WITH_TABLE) {
        return steps;
    }
    let queries = node.descendants().filter_map(ast::WithTable::cast).filter_map(|table| table.query());
    let changes = queries.flat_map(|query| match &query {
        ast::WithQuery::Insert(it) => vec![(insert(it), whole(it.syntax()))],
        ast::WithQuery::Update(it) => vec![(update(it), whole(it.syntax()))],
        ast::WithQuery::Delete(it) => vec![(delete(it), whole(it.syntax()))],
        ast::WithQuery::Merge(it) => merge(it),
        _ => Vec::new(),
    });
    changes.chain(steps).collect()
}

pub(super) fn insert(insert: &ast::Insert) -> Operation {
    let columns = targets(insert.column_target_list());
    Operation::Insert {
        table: name::optional(insert.relation_name_ref()),
        computed: computed(insert, &columns),
        columns,
        reads: reads(insert.syntax()),
        defaults: matches!(insert.insert_source(), Some(ast::InsertSource::DefaultValues(_))),
        on_conflict: insert.on_conflict_clause().is_some(),
        listed: !holds(insert.syntax(), |kind| kind == SyntaxKind::SELECT),
    }
}

/// The columns whose values in the first row are not written there.
fn computed(insert: &ast::Insert, columns: &[String]) -> Vec<String> {
    let is_computed = |kind| matches!(kind, SyntaxKind::CALL_EXPR | SyntaxKind::DEFAULT_KW);
    if !holds(insert.syntax(), is_computed) {
        return Vec::new();
    }
    let values: Vec<ast::Expr> = match insert.insert_source() {
        Some(ast::InsertSource::SelectVariant(ast::SelectVariant::Values(values))) => {
            let first = values.row_list().and_then(|list| list.rows().next());
            first.iter().flat_map(ast::Row::exprs).collect()
        }
        Some(ast::InsertSource::SelectVariant(ast::SelectVariant::Select(query))) => {
            let list = query.select_clause().and_then(|clause| clause.target_list());
            list.iter().flat_map(ast::TargetList::targets).filter_map(|target| target.expr()).collect()
        }
        _ => Vec::new(),
    };
    let pairs = columns.iter().zip(values);
    pairs.filter(|(_, value)| holds(value.syntax(), is_computed)).map(|(column, _)| column.clone()).collect()
}

pub(super) fn update(update: &ast::Update) -> Operation {
    Operation::Update {
        table: name::optional(update.relation_name().and_then(|name| name.relation_name_ref())),
        columns: update.set_clause().map(|set| set_columns(&set)).unwrap_or_default(),
        copied: update.set_clause().map(|set| copied_columns(&set)).unwrap_or_default(),
        filtered: filters(update.where_clause_or_current_of()),
        filter: filter(update.where_clause_or_current_of()),
        reads: reads(update.syntax()),
    }
}

fn targets(list: Option<ast::ColumnTargetList>) -> Vec<String> {
    names(list.into_iter().flat_map(|list| list.column_targets()))
}

/// Columns in order. One of which only parts are assigned, `list[1]` and `list[2]`, is named once.
fn names(targets: impl Iterator<Item = ast::ColumnTarget>) -> Vec<String> {
    let mut names = Vec::new();
    for target in targets {
        let name = name::optional_identifier(target.name());
        let is_part = target.syntax().children_with_tokens().filter(|it| !it.kind().is_trivia()).count() > 1;
        if !(is_part && names.contains(&name)) {
            names.push(name);
        }
    }
    names
}

fn set_columns(set: &ast::SetClause) -> Vec<String> {
    let targets =
        set.set_column_list().into_iter().flat_map(|list| list.set_columns()).flat_map(
            |column| match column {
                ast::SetColumn::SetSingleColumn(it) => it.column_target().into_iter().collect::<Vec<_>>(),
                ast::SetColumn::SetMultipleColumns(it) => {
                    it.column_target_list().into_iter().flat_map(|list| list.column_targets()).collect()
                }
            },
        );
    names(targets)
}

/// The columns that the assigned values read, each once.
fn copied_columns(set: &ast::SetClause) -> Vec<String> {
    let assignments = set.set_column_list().into_iter().flat_map(|list| list.set_columns());
    let values = assignments
        .flat_map(|assignment| assignment.syntax().children().collect::<Vec<_>>())
        .filter(|node| !matches!(node.kind(), SyntaxKind::COLUMN_TARGET | SyntaxKind::COLUMN_TARGET_LIST));
    let mut columns = Vec::new();
    for column in values.flat_map(|value| expr::columns(&value)) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

pub(super) fn delete(delete: &ast::Delete) -> Operation {
    Operation::Delete {
        table: name::optional(delete.relation_name().and_then(|name| name.relation_name_ref())),
        filtered: filters(delete.where_clause_or_current_of()),
        filter: filter(delete.where_clause_or_current_of()),
    }
}

/// What a `WHERE` says.
fn filter(clause: Option<ast::WhereClauseOrCurrentOf>) -> Option<Box<Expression>> {
    let Some(ast::WhereClauseOrCurrentOf::WhereClause(clause)) = clause else { return None };
    clause.expr().map(|condition| Box::new(expr::read(&condition)))
}

/// Whether a clause leaves rows out: `WHERE true` and `WHERE 1 = 1` do not.
fn filters(clause: Option<ast::WhereClauseOrCurrentOf>) -> bool {
    let condition = match clause {
        None => return false,
        Some(ast::WhereClauseOrCurrentOf::WhereCurrentOf(_)) => return true,
        Some(ast::WhereClauseOrCurrentOf::WhereClause(clause)) => clause.expr(),
    };
    condition.is_none_or(|condition| {
        let text = expr::squeezed(condition.syntax()).to_ascii_lowercase().replace(['(', ')', ' '], "");
        !matches!(text.as_str(), "true" | "1=1")
    })
}

/// One operation for each branch that changes something.
pub(super) fn merge(merge: &ast::Merge) -> Steps {
    let table = name::optional(merge.table_relation_name().and_then(|name| name.table_name_ref()));
    let reads = reads(merge.syntax());
    let mut steps = Steps::new();
    for clause in merge.merge_when_clauses() {
        let action = match &clause {
            ast::MergeWhenClause::MergeWhenMatched(it) => it.merge_action(),
            ast::MergeWhenClause::MergeWhenNotMatchedSource(it) => it.merge_action(),
            ast::MergeWhenClause::MergeWhenNotMatchedTarget(it) => it.merge_action(),
        };
        let (table, reads) = (table.clone(), reads.clone());
        let operation = match action {
            Some(ast::MergeAction::MergeDelete(_)) => {
                Operation::Delete { table, filtered: true, filter: None }
            }
            Some(ast::MergeAction::MergeInsert(it)) => {
                let (columns, defaults) = (targets(it.column_target_list()), it.default_values().is_some());
                let computed = Vec::new();
                Operation::Insert {
                    table,
                    columns,
                    computed,
                    reads,
                    listed: false,
                    defaults,
                    on_conflict: false,
                }
            }
            Some(ast::MergeAction::MergeUpdate(it)) => {
                let columns = it.set_clause().map(|set| set_columns(&set)).unwrap_or_default();
                let copied = it.set_clause().map(|set| copied_columns(&set)).unwrap_or_default();
                Operation::Update { table, columns, copied, filtered: true, filter: None, reads }
            }
            Some(ast::MergeAction::MergeDoNothing(_)) | None => continue,
        };
        steps.push((operation, parse::range(clause.syntax())));
    }
    if steps.is_empty() {
        steps.push((Operation::Query { reads, calls: Vec::new() }, whole(merge.syntax())));
    }
    steps
}

pub(super) fn truncate(truncate: &ast::Truncate) -> Operation {
    let tables = truncate.table_list();
    let tables = tables.iter().flat_map(ast::TableList::table_relation_names);
    Operation::Truncate {
        tables: tables.map(|table| name::optional(table.table_name_ref())).collect(),
        cascade: cascades(truncate.drop_behavior()),
        restart_identity: matches!(truncate.identity_action(), Some(ast::IdentityAction::RestartIdentity(_))),
    }
}

pub(super) fn copy(copy: &ast::Copy) -> Operation {
    let table = copy.copy_table().and_then(|table| table.table_name_ref());
    let fills = matches!(copy.copy_direction(), Some(ast::CopyDirection::CopyFrom(_)));
    let binary = copy.copy_table().is_some_and(|table| table.binary_token().is_some());
    let binary = binary.then(|| Setting::new("format", "binary"));
    let options = binary.into_iter().chain(option::all(copy.syntax())).collect();
    Operation::Copy { table: table.map(|table| name::qualified(&table)), fills, options }
}

/// The statement that `EXPLAIN ANALYZE` runs.
pub(super) fn analyzed(explain: &ast::Explain) -> Option<ast::Stmt> {
    let runs = match explain.explain_mode() {
        Some(ast::ExplainMode::ExplainAnalyze(_)) => true,
        Some(ast::ExplainMode::ExplainOptionList(list)) => list.explain_options().any(|option| {
            let text = expr::squeezed(option.syntax()).to_ascii_lowercase();
            matches!(text.as_str(), "analyze" | "analyse" | "analyze true" | "analyze on" | "analyze 1")
        }),
        Some(ast::ExplainMode::ExplainVerbose(_)) | None => false,
    };
    let explained = explain.explain_stmt().and_then(|it| ast::Stmt::cast(it.syntax().clone()));
    explained.filter(|_| runs)
}

pub(super) fn refresh(refresh: &ast::Refresh) -> Operation {
    Operation::RefreshView {
        name: name::optional(refresh.view_ref()),
        concurrently: refresh.concurrently_token().is_some(),
        no_data: matches!(refresh.data_option(), Some(ast::DataOption::WithNoData(_))),
    }
}
