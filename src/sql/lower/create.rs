//! `CREATE …`.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::{Steps, constraint, data, option, output, whole};
use crate::operation::{
    Column, ConstraintKind, CreateIndex, CreateTable, IndexKey, Name, OnCommit, Operation, Persistence,
    Setting, Strategy,
};
use crate::sql::{expr, name, types};

pub(super) fn table(create: &ast::CreateTable) -> Operation {
    let mut table = CreateTable {
        table: name::optional(create.table_name()),
        if_not_exists: create.if_not_exists().is_some(),
        persistence: persistence(create.persistence()),
        partition_of: create.partition_of().and_then(|of| of.table_name_ref()).map(|it| name::qualified(&it)),
        default_partition: matches!(create.partition_type(), Some(ast::PartitionType::PartitionDefault(_))),
        bound: create.partition_type().and_then(|it| bound(&it)),
        partitioned: create.partition_by().is_some(),
        strategy: create.partition_by().and_then(|by| strategy(&by)),
        partition_keys: keys(create.partition_by().and_then(|by| by.partition_item_list())),
        inherits: create.inherits().is_some(),
        with: option::of(create.table_params()),
        tablespace: tablespace(create.tablespace_clause()),
        method: method(create.using_method()),
        on_commit: on_commit(create.on_commit()),
        models: create
            .inherits()
            .iter()
            .flat_map(|it| it.table_name_refs())
            .map(|it| name::qualified(&it))
            .collect(),
        ..CreateTable::default()
    };
    for argument in create.table_arg_list().iter().flat_map(ast::TableArgList::args) {
        match argument {
            ast::TableArg::Column(it) => {
                let collate = it.syntax().children().find_map(ast::Collate::cast);
                let clauses = it.syntax().children().filter_map(ast::Constraint::cast);
                let mut column =
                    constraint::column(name::optional_identifier(it.name()), it.ty(), collate, clauses);
                table.constraints.append(&mut column.constraints);
                // `PARTITION OF` and `OF` repeat columns to add to them, without their types.
                if it.ty().is_some() {
                    table.columns.push(column);
                }
            }
            ast::TableArg::LikeClause(it) => table.models.push(name::optional(it.relation_name_ref())),
            ast::TableArg::TableConstraint(it) => {
                let cast = ast::Constraint::cast(it.syntax().clone());
                table.constraints.extend(cast.and_then(|it| constraint::constraint(&it, None)));
            }
        }
    }
    demand_keys(&mut table.columns, table.constraints.iter().map(|constraint| &constraint.kind));
    Operation::CreateTable(Box::new(table))
}

/// The kind of bound that a partition has; `None` for the `DEFAULT`.
pub(super) fn bound(written: &ast::PartitionType) -> Option<Strategy> {
    match written {
        ast::PartitionType::PartitionDefault(_) => None,
        ast::PartitionType::PartitionForValuesFrom(_) => Some(Strategy::Range),
        ast::PartitionType::PartitionForValuesIn(_) => Some(Strategy::List),
        ast::PartitionType::PartitionForValuesWith(_) => Some(Strategy::Hash),
    }
}

fn strategy(by: &ast::PartitionBy) -> Option<Strategy> {
    let written = by.partition_strategy()?.syntax().text().to_string().to_ascii_lowercase();
    match written.trim() {
        "range" => Some(Strategy::Range),
        "list" => Some(Strategy::List),
        "hash" => Some(Strategy::Hash),
        _ => None,
    }
}

/// Columns of a primary key are NOT NULL, and so are those of the constraint of that name.
fn demand_keys<'a>(columns: &mut [Column], constraints: impl Iterator<Item = &'a ConstraintKind>) {
    for kind in constraints {
        let demanded = match kind {
            ConstraintKind::PrimaryKey { columns } => columns.as_slice(),
            ConstraintKind::NotNull { column } => std::slice::from_ref(column),
            _ => &[],
        };
        for column in columns.iter_mut().filter(|column| demanded.contains(&column.name)) {
            column.not_null = true;
        }
    }
}

fn persistence(written: Option<ast::Persistence>) -> Persistence {
    match written {
        Some(ast::Persistence::Temp(_)) => Persistence::Temporary,
        Some(ast::Persistence::Unlogged(_)) => Persistence::Unlogged,
        None => Persistence::Permanent,
    }
}

pub(super) fn table_as(create: &ast::CreateTableAs) -> Operation {
    Operation::CreateTable(Box::new(CreateTable {
        table: name::optional(create.table_name()),
        if_not_exists: create.if_not_exists().is_some(),
        persistence: persistence(create.persistence()),
        filled_from: Some(create.query().map(|query| data::reads(query.syntax())).unwrap_or_default()),
        no_data: has_no_data(create.data_option()),
        with: option::of(create.table_params()),
        tablespace: tablespace(create.tablespace_clause()),
        method: method(create.using_method()),
        on_commit: on_commit(create.on_commit()),
        ..CreateTable::default()
    }))
}

pub(super) fn select_into(select: &ast::SelectInto) -> Operation {
    let into = select.into_clause();
    Operation::CreateTable(Box::new(CreateTable {
        table: name::optional(into.as_ref().and_then(ast::IntoClause::table_name)),
        persistence: persistence(into.and_then(|into| into.persistence())),
        filled_from: Some(data::reads(select.syntax())),
        ..CreateTable::default()
    }))
}

pub(super) fn index(create: &ast::CreateIndex) -> Operation {
    let table = create.table_relation_name();
    let included = create.index_include_clause().and_then(|clause| clause.partition_item_list());
    Operation::CreateIndex(Box::new(CreateIndex {
        name: create.index().map(|index| name::qualified(&index).name),
        only: table.as_ref().is_some_and(|table| table.only_token().is_some()),
        table: name::optional(table.and_then(|table| table.table_name_ref())),
        keys: keys(create.partition_item_list()),
        include: keys(included).into_iter().map(|key| key.text).collect(),
        unique: create.unique_token().is_some(),
        concurrently: create.concurrently_token().is_some(),
        if_not_exists: create.if_not_exists().is_some(),
        method: method(create.using_method()),
        nulls_not_distinct: matches!(
            create.nulls_distinct_option(),
            Some(ast::NullsDistinctOption::NullsNotDistinct(_))
        ),
        with: option::of(create.with_params()),
        tablespace: tablespace(create.tablespace_clause()),
        predicate: create.where_clause().and_then(|clause| clause.expr()).map(|expr| expr::read(&expr)),
    }))
}

fn method(clause: Option<ast::UsingMethod>) -> Option<String> {
    Some(name::identifier(&clause?.access_method_ref()?))
}

fn on_commit(clause: Option<ast::OnCommit>) -> OnCommit {
    match clause.and_then(|clause| clause.on_commit_action()) {
        Some(ast::OnCommitAction::DeleteRows(_)) => OnCommit::DeleteRows,
        Some(ast::OnCommitAction::Drop(_)) => OnCommit::Drop,
        Some(ast::OnCommitAction::PreserveRows(_)) | None => OnCommit::PreserveRows,
    }
}

fn tablespace(clause: Option<ast::TablespaceClause>) -> Option<String> {
    Some(name::identifier(&clause?.tablespace_ref()?))
}

fn has_no_data(written: Option<ast::DataOption>) -> bool {
    matches!(written, Some(ast::DataOption::WithNoData(_)))
}

fn keys(list: Option<ast::PartitionItemList>) -> Vec<IndexKey> {
    list.iter().flat_map(|list| list.partition_items()).map(|item| key(&item)).collect()
}

fn key(item: &ast::PartitionItem) -> IndexKey {
    let key = match item.expr() {
        Some(ast::Expr::Collate(collate)) => collate.expr(),
        other => other,
    };
    let Some(key) = key else {
        return IndexKey { text: expr::squeezed(item.syntax()), is_column: false, options: String::new() };
    };
    let after = usize::from(key.syntax().text_range().end() - item.syntax().text_range().start());
    let options = expr::squeezed_text(&item.syntax().text().to_string()[after..]);
    match &key {
        ast::Expr::NameRef(column) => IndexKey { text: name::identifier(column), is_column: true, options },
        _ => IndexKey { text: expr::squeezed(key.syntax()), is_column: false, options },
    }
}

pub(super) fn type_(create: &ast::CreateType) -> Operation {
    let name = name::optional(create.type_name());
    match create.kind() {
        Some(ast::CreateTypeKind::EnumType(it)) => {
            let variants = it.variant_list();
            let variants = variants.iter().flat_map(ast::VariantList::variants);
            let labels = variants.filter_map(|variant| variant.literal()?.string_value()).collect();
            Operation::CreateEnum { name, labels }
        }
        _ => Operation::Other {
            kind: "CREATE TYPE",
            objects: vec![name],
            options: option::with_words(create.syntax()),
        },
    }
}

pub(super) fn domain(create: &ast::CreateDomain) -> Operation {
    let collate = create.syntax().children().find_map(ast::Collate::cast);
    let constrained = create.domain_qualifiers().any(|qualifier| match qualifier {
        ast::DomainQualifier::Constraint(it) => {
            matches!(it, ast::Constraint::CheckConstraint(_) | ast::Constraint::NotNullConstraint(_))
        }
        ast::DomainQualifier::Collate(_) => false,
    });
    Operation::CreateDomain {
        name: name::optional(create.domain()),
        base: Box::new(create.ty().map_or_else(|| types::from_text(""), |ty| types::read(&ty, collate))),
        constrained,
    }
}

pub(super) fn sequence(create: &ast::CreateSequence) -> Operation {
    Operation::CreateSequence {
        name: name::optional(create.sequence()),
        if_not_exists: create.if_not_exists().is_some(),
        persistence: persistence(create.persistence()),
        options: option::all(create.syntax()),
    }
}

pub(super) fn view(create: &ast::CreateView) -> Operation {
    Operation::CreateView {
        name: name::optional(create.view()),
        materialized: false,
        replace: create.or_replace().is_some(),
        if_not_exists: false,
        no_data: false,
        reads: create.query().map(|query| data::reads(query.syntax())).unwrap_or_default(),
        columns: output::of_view(create.column_list(), create.query()),
        options: view_options(create),
    }
}

fn view_options(create: &ast::CreateView) -> Vec<Setting> {
    let temporary = persistence(create.persistence()) == Persistence::Temporary;
    let recursive = create.recursive_token().is_some();
    let words = [("temporary", temporary), ("recursive", recursive)].into_iter().filter(|(_, said)| *said);
    words.map(|(word, _)| Setting::flag(word)).chain(option::all(create.syntax())).collect()
}

pub(super) fn materialized_view(create: &ast::CreateMaterializedView) -> Operation {
    Operation::CreateView {
        name: name::optional(create.view()),
        materialized: true,
        replace: false,
        if_not_exists: create.if_not_exists().is_some(),
        no_data: has_no_data(create.data_option()),
        reads: create.query().map(|query| data::reads(query.syntax())).unwrap_or_default(),
        columns: output::of_view(create.column_list(), create.query()),
        options: materialized_options(create),
    }
}

fn materialized_options(create: &ast::CreateMaterializedView) -> Vec<Setting> {
    let method = method(create.using_method()).map(|method| Setting::new("access_method", method));
    let tablespace = tablespace(create.tablespace_clause()).map(|it| Setting::new("tablespace", it));
    method.into_iter().chain(option::of(create.with_params())).chain(tablespace).collect()
}

pub(super) fn extension(create: &ast::CreateExtension) -> Operation {
    Operation::CreateExtension {
        name: name::optional_identifier(create.extension()),
        if_not_exists: create.if_not_exists().is_some(),
        options: extension_options(create),
    }
}

fn extension_options(create: &ast::CreateExtension) -> Vec<Setting> {
    let mut options = option::all(create.syntax());
    options.extend(create.cascade_token().map(|_| Setting::flag("cascade")));
    options
}

/// The schema, then what is created in it.
pub(super) fn schema(create: &ast::CreateSchema) -> Steps {
    let schema = create.schema_name().map(|node| name::of_node(&node)).unwrap_or_default();
    let operation =
        Operation::CreateSchema { name: schema.clone(), if_not_exists: create.if_not_exists().is_some() };
    let mut steps = vec![(operation, whole(create.syntax()))];
    for element in create.schema_elements() {
        for (mut operation, range) in element_steps(element.syntax()) {
            place_in(&mut operation, &schema);
            steps.push((operation, range));
        }
    }
    steps
}

fn element_steps(node: &SyntaxNode) -> Steps {
    ast::Stmt::cast(node.clone()).map(|statement| super::without_body(&statement)).unwrap_or_default()
}

/// Gives the names in `CREATE SCHEMA … CREATE …` the schema that they are created in.
fn place_in(operation: &mut Operation, schema: &str) {
    let place = |name: &mut Name| {
        name.schema.get_or_insert_with(|| schema.to_owned());
    };
    match operation {
        Operation::CreateTable(create) => place(&mut create.table),
        Operation::CreateIndex(create) => place(&mut create.table),
        Operation::CreateTrigger(trigger) => place(&mut trigger.table),
        Operation::CreateEnum { name, .. }
        | Operation::CreateDomain { name, .. }
        | Operation::CreateSequence { name, .. }
        | Operation::CreateView { name, .. }
        | Operation::CreateFunction { name, .. } => place(name),
        Operation::Other { objects, .. } => objects.iter_mut().for_each(place),
        _ => {}
    }
}
