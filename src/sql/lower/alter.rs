//! `ALTER …`.

use squawk_syntax::ast::{self, AstNode};

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Steps, cascades, constraint, create, option, other, whole};
use crate::operation::{Name, Operation, Position, Setting};
use crate::sql::{expr, name, parse, types};

/// One step an action.
pub(super) fn table(alter: &ast::AlterTable) -> Steps {
    if alter.all_in_tablespace().is_some() {
        let kind = "ALTER TABLE ALL IN TABLESPACE";
        let options = option::with_words(alter.syntax());
        return vec![(Operation::Other { kind, objects: Vec::new(), options }, whole(alter.syntax()))];
    }
    actions(alter.table_relation_name(), alter.actions())
}

/// One step an action, as of any table.
pub(super) fn foreign_table(alter: &ast::AlterForeignTable) -> Steps {
    actions(alter.table_relation_name(), alter.actions())
}

fn actions(
    of: Option<ast::TableRelationName>,
    actions: impl Iterator<Item = ast::AlterTableAction>,
) -> Steps {
    let table = name::optional(of.and_then(|name| name.table_name_ref()));
    actions.map(|it| (action(&it, table.clone()), parse::range(it.syntax()))).collect()
}

/// One step an action that a table has as well. A view's names and schema are not a table's.
pub(super) fn materialized_view(alter: &ast::AlterMaterializedView) -> Steps {
    let view = name::optional(alter.view_ref());
    let shared = |it: &ast::AlterMaterializedViewAction| match it {
        ast::AlterMaterializedViewAction::AlterTableAction(it) => {
            Some((action(it, view.clone()), parse::range(it.syntax())))
        }
        _ => None,
    };
    let steps: Option<Steps> = alter.action().map(|it| shared(&it)).collect();
    steps
        .filter(|steps| !steps.is_empty())
        .unwrap_or_else(|| vec![(other::statement(alter.syntax()), whole(alter.syntax()))])
}

fn action(action: &ast::AlterTableAction, table: Name) -> Operation {
    use ast::AlterTableAction as A;
    match action {
        A::AddColumn(it) => Operation::AddColumn {
            table,
            column: Box::new(constraint::column(
                name::optional_identifier(it.column_name()),
                it.ty(),
                it.collate(),
                it.constraints(),
            )),
            if_not_exists: it.if_not_exists().is_some(),
        },
        A::DropColumn(it) => Operation::DropColumn {
            table,
            column: name::optional_identifier(it.column_name_ref()),
            if_exists: it.if_exists().is_some(),
            cascade: cascades(it.drop_behavior()),
        },
        A::RenameColumn(it) => Operation::RenameColumn {
            table,
            from: name::optional_identifier(it.column_name_ref()),
            to: name::optional_identifier(it.column_name()),
        },
        A::AlterColumn(it) => column(it, table),
        A::AddConstraint(it) => match it.constraint().and_then(|it| constraint::constraint(&it, None)) {
            Some(constraint) => Operation::AddConstraint { table, constraint: Box::new(constraint) },
            None => plain(table, "ADD CONSTRAINT", action.syntax()),
        },
        A::DropConstraint(it) => Operation::DropConstraint {
            table,
            name: name::optional(it.constraint_name_ref()).name,
            if_exists: it.if_exists().is_some(),
            cascade: cascades(it.drop_behavior()),
        },
        A::ValidateConstraint(it) => {
            Operation::ValidateConstraint { table, name: name::optional(it.constraint_name_ref()).name }
        }
        A::RenameConstraint(it) => Operation::RenameConstraint {
            table,
            from: name::optional(it.constraint_name_ref()).name,
            to: name::optional_identifier(it.constraint_name()),
        },
        A::TableRenameTo(it) => Operation::RenameTable { table, to: name::optional(it.table_name()).name },
        A::SetSchema(it) => {
            Operation::SetTableSchema { table, schema: name::optional_identifier(it.schema_ref()) }
        }
        A::AttachPartition(it) => Operation::AttachPartition {
            table,
            partition: name::optional(it.table_name_ref()),
            default: matches!(it.partition_type(), Some(ast::PartitionType::PartitionDefault(_))),
            bound: it.partition_type().and_then(|it| create::bound(&it)),
        },
        A::DetachPartition(it) => match it.detach_partition_option() {
            Some(ast::DetachPartitionOption::DetachFinalize(_)) => {
                plain(table, "DETACH PARTITION FINALIZE", action.syntax())
            }
            option => Operation::DetachPartition {
                table,
                partition: name::optional(it.table_name_ref()),
                concurrently: option.is_some(),
            },
        },
        other => plain(table, table_action(other), other.syntax()),
    }
}

/// An action that has no operation of its own.
fn plain(table: Name, action: &'static str, node: &SyntaxNode) -> Operation {
    let mut options = option::all(node);
    options
        .extend(node.children().filter_map(ast::ConstraintOption::cast).map(|it| constraint::attribute(&it)));
    Operation::AlterTable { table, action, object: object(node), options }
}

/// What an action names: the parts of a name, or keywords that stand for one.
fn object(node: &SyntaxNode) -> Option<String> {
    if node.kind() == SyntaxKind::ALTER_OPTION_LIST {
        return None;
    }
    let said = node.children().find(|part| {
        !matches!(part.kind(), SyntaxKind::ATTRIBUTE_LIST | SyntaxKind::ALTER_OPTION_LIST)
            && !ast::ConstraintOption::can_cast(part.kind())
    });
    // `DEFAULT` as an access method is a word of the action itself.
    let word = || node.last_token().filter(|last| last.kind() == SyntaxKind::DEFAULT_KW);
    let Some(said) = said else { return word().map(|word| word.text().to_ascii_uppercase()) };
    let word = said.first_token().is_some_and(|token| token.kind() == SyntaxKind::IDENT);
    Some(name::dotted(&said).unwrap_or_else(|| match word {
        true => name::of_node(&option::innermost(&said)),
        false => expr::squeezed(&said).to_ascii_uppercase(),
    }))
}

/// Actions that have no operation of their own, as PostgreSQL writes them.
fn table_action(action: &ast::AlterTableAction) -> &'static str {
    use ast::AlterTableAction as A;
    match action {
        A::AlterConstraint(_) => "ALTER CONSTRAINT",
        A::AlterOptionList(_) | A::OptionItemList(_) => "OPTIONS",
        A::ClusterOn(_) => "CLUSTER ON",
        A::DisableRls(_) => "DISABLE ROW LEVEL SECURITY",
        A::DisableRule(_) => "DISABLE RULE",
        A::DisableTrigger(_) => "DISABLE TRIGGER",
        A::EnableAlwaysRule(_) => "ENABLE ALWAYS RULE",
        A::EnableAlwaysTrigger(_) => "ENABLE ALWAYS TRIGGER",
        A::EnableReplicaRule(_) => "ENABLE REPLICA RULE",
        A::EnableReplicaTrigger(_) => "ENABLE REPLICA TRIGGER",
        A::EnableRls(_) => "ENABLE ROW LEVEL SECURITY",
        A::EnableRule(_) => "ENABLE RULE",
        A::EnableTrigger(_) => "ENABLE TRIGGER",
        A::ForceRls(_) => "FORCE ROW LEVEL SECURITY",
        A::InheritTable(_) => "INHERIT",
        A::MergePartitions(_) => "MERGE PARTITIONS",
        A::NoForceRls(_) => "NO FORCE ROW LEVEL SECURITY",
        A::NoInheritTable(_) => "NO INHERIT",
        A::NotOf(_) => "NOT OF",
        A::OfType(_) => "OF",
        A::OwnerTo(_) => "OWNER TO",
        A::ReplicaIdentity(_) => "REPLICA IDENTITY",
        A::ResetOptions(_) => "RESET",
        A::SetAccessMethod(_) => "SET ACCESS METHOD",
        A::SetLogged(_) => "SET LOGGED",
        A::SetOptions(_) => "SET",
        A::SetTablespace(_) => "SET TABLESPACE",
        A::SetUnlogged(_) => "SET UNLOGGED",
        A::SetWithoutCluster(_) => "SET WITHOUT CLUSTER",
        A::SetWithoutOids(_) => "SET WITHOUT OIDS",
        A::SplitPartition(_) => "SPLIT PARTITION",
        A::AddColumn(_)
        | A::AddConstraint(_)
        | A::AlterColumn(_)
        | A::AttachPartition(_)
        | A::DetachPartition(_)
        | A::DropColumn(_)
        | A::DropConstraint(_)
        | A::RenameColumn(_)
        | A::RenameConstraint(_)
        | A::SetSchema(_)
        | A::TableRenameTo(_)
        | A::ValidateConstraint(_) => "ALTER TABLE",
    }
}

fn column(alter: &ast::AlterColumn, table: Name) -> Operation {
    use ast::AlterColumnOption as O;
    let column = name::optional_identifier(alter.column_name_ref());
    let action = match alter.option() {
        Some(O::SetType(it)) => {
            let to = it.ty().map_or_else(|| types::from_text(""), |ty| types::read(&ty, it.collate()));
            let using = it.using_expr().and_then(|using| using.expr()).map(|expr| expr::read(&expr));
            return Operation::AlterColumnType {
                table,
                column,
                to: Box::new(to),
                using: using.map(Box::new),
            };
        }
        Some(O::SetDefault(it)) => {
            return Operation::SetDefault {
                table,
                column,
                default: it.expr().map(|expr| Box::new(expr::read(&expr))),
            };
        }
        Some(O::DropDefault(_)) => return Operation::SetDefault { table, column, default: None },
        Some(O::SetNotNull(_)) => return Operation::SetNotNull { table, column },
        Some(O::DropNotNull(_)) => return Operation::DropNotNull { table, column },
        Some(O::AddGenerated(_)) => "ADD GENERATED",
        Some(O::DropExpression(_)) => "DROP EXPRESSION",
        Some(O::DropIdentity(_)) => "DROP IDENTITY",
        Some(O::Inherit(_)) => "INHERIT",
        Some(O::NoInherit(_)) => "NO INHERIT",
        Some(O::ResetOptions(_)) => "RESET",
        Some(O::Restart(_)) => "RESTART",
        Some(O::SetCompression(_)) => "SET COMPRESSION",
        Some(O::SetExpression(_)) => "SET EXPRESSION",
        Some(O::SetGenerated(_) | O::SetGeneratedOptions(_)) => "SET GENERATED",
        Some(O::SetOptions(_)) => "SET",
        Some(O::SetOptionsList(_)) => "OPTIONS",
        Some(O::SetSequenceOption(_)) => "SET SEQUENCE OPTION",
        Some(O::SetStatistics(_)) => "SET STATISTICS",
        Some(O::SetStorage(_)) => "SET STORAGE",
        None => "ALTER COLUMN",
    };
    let option = alter.option();
    let options = option.iter().flat_map(column_options).collect();
    Operation::AlterColumn { table, column, action, options }
}

/// What an action on a column sets, under the name of what is set where it has none of its own.
fn column_options(action: &ast::AlterColumnOption) -> Vec<Setting> {
    use ast::AlterColumnOption as O;
    let node = action.syntax();
    let last = || {
        let node = node.last_child().map(|value| option::value(&value));
        node.or_else(|| Some(action.syntax().last_token()?.text().to_ascii_lowercase())).unwrap_or_default()
    };
    match action {
        O::AddGenerated(it) => {
            let when = it.generated_when().map(|when| option::value(when.syntax())).unwrap_or_default();
            let sequence = option::of(it.sequence_option_list());
            [Setting::new("generated", when)].into_iter().chain(sequence).collect()
        }
        O::Restart(_) | O::SetGenerated(_) => option::one(node).into_iter().collect(),
        O::SetStatistics(_) => vec![Setting::new("statistics", last())],
        O::SetStorage(_) => vec![Setting::new("storage", last())],
        O::SetCompression(_) => vec![Setting::new("compression", last())],
        O::DropIdentity(it) if it.if_exists().is_some() => vec![Setting::flag("if_exists")],
        O::DropExpression(it) if it.if_exists().is_some() => vec![Setting::flag("if_exists")],
        _ => option::all(node),
    }
}

pub(super) fn index(alter: &ast::AlterIndex) -> Operation {
    match alter.action() {
        Some(ast::AlterIndexAction::IndexRenameTo(it)) => Operation::RenameIndex {
            index: name::optional(alter.index_ref()),
            to: name::optional(it.index()).name,
        },
        Some(ast::AlterIndexAction::AttachIndexPartition(it)) => Operation::Other {
            kind: "ALTER INDEX ATTACH PARTITION",
            objects: vec![name::optional(alter.index_ref()), name::optional(it.index_ref())],
            options: option::with_words(alter.syntax()),
        },
        _ => other::statement(alter.syntax()),
    }
}

/// One step an attribute that is changed.
pub(super) fn type_(alter: &ast::AlterType) -> Steps {
    let name = name::optional(alter.type_name_ref());
    let text = |literal: Option<ast::Literal>| literal.and_then(|it| it.string_value()).unwrap_or_default();
    let operation = match alter.action() {
        Some(ast::AlterTypeAction::AddValue(it)) => Operation::AddEnumValue {
            name,
            value: text(it.literal()),
            if_not_exists: it.if_not_exists().is_some(),
            position: it.value_position().map(|position| match position {
                ast::ValuePosition::BeforeValue(it) => Position::Before(text(it.literal())),
                ast::ValuePosition::AfterValue(it) => Position::After(text(it.literal())),
            }),
        },
        Some(ast::AlterTypeAction::RenameValue(it)) => {
            Operation::RenameEnumValue { name, from: text(it.from()), to: text(it.to()) }
        }
        Some(ast::AlterTypeAction::TypeRenameTo(it)) => {
            Operation::RenameType { name, to: name::optional(it.type_name()).name }
        }
        Some(ast::AlterTypeAction::AlterTypeAttributeActionList(it)) => {
            let actions = it.actions();
            return actions.map(|it| (attribute(&it, name.clone()), parse::range(it.syntax()))).collect();
        }
        _ => Operation::Other {
            kind: "ALTER TYPE",
            objects: vec![name],
            options: option::with_words(alter.syntax()),
        },
    };
    vec![(operation, whole(alter.syntax()))]
}

/// What is done to one attribute of a composite type.
fn attribute(action: &ast::AlterTypeAttributeAction, of: Name) -> Operation {
    use ast::AlterTypeAttributeAction as A;
    let (kind, name, ty) = match action {
        A::AddAttribute(it) => {
            ("ALTER TYPE ADD ATTRIBUTE", it.composite_field().map(|it| name::identifier(&it)), it.ty())
        }
        A::DropAttribute(it) => {
            ("ALTER TYPE DROP ATTRIBUTE", it.composite_field_ref().map(|it| name::identifier(&it)), None)
        }
        A::AlterAttribute(it) => {
            ("ALTER TYPE ALTER ATTRIBUTE", it.composite_field_ref().map(|it| name::identifier(&it)), it.ty())
        }
    };
    let named = Setting { name: "attribute".to_owned(), value: name };
    let typed = ty.map(|ty| Setting::new("type", types::read(&ty, None).to_string()));
    let words = option::with_words(action.syntax());
    let options = [named].into_iter().chain(typed).chain(words).collect();
    Operation::Other { kind, objects: vec![of], options }
}

/// Domains have no operations of their own, but some of their changes read every table that uses them.
pub(super) fn domain(alter: &ast::AlterDomain) -> Operation {
    let kind = match alter.action() {
        Some(ast::AlterDomainAction::AddConstraint(_)) if ends_not_valid(alter) => {
            "ALTER DOMAIN ADD CONSTRAINT NOT VALID"
        }
        Some(ast::AlterDomainAction::AddConstraint(_)) => "ALTER DOMAIN ADD CONSTRAINT",
        Some(ast::AlterDomainAction::SetNotNull(_)) => "ALTER DOMAIN SET NOT NULL",
        Some(ast::AlterDomainAction::ValidateConstraint(_)) => "ALTER DOMAIN VALIDATE CONSTRAINT",
        _ => "ALTER DOMAIN",
    };
    let options = option::with_words(alter.syntax());
    Operation::Other { kind, objects: vec![name::optional(alter.domain_ref())], options }
}

fn ends_not_valid(alter: &ast::AlterDomain) -> bool {
    let text = expr::squeezed(alter.syntax()).to_ascii_uppercase();
    text.trim_end_matches([';', ' ']).ends_with("NOT VALID")
}
