//! Statements that have no operation of their own: their kind, and the objects that they name.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::option;
use crate::operation::{Name, Operation, Setting, is_on};
use crate::sql::name;

pub(super) fn statement(node: &SyntaxNode) -> Operation {
    let options = option::with_words(node);
    Operation::Other { kind: kind(node, &options), objects: objects(node), options }
}

fn kind(node: &SyntaxNode, options: &[Setting]) -> &'static str {
    match node.kind() {
        K::COMMENT_ON => comment_kind(node),
        K::VACUUM if is_on(options, "full") => "VACUUM FULL",
        K::VACUUM => "VACUUM",
        K::ALTER_INDEX if has(node, K::ALL_IN_TABLESPACE) => "ALTER INDEX ALL IN TABLESPACE",
        K::ALTER_MATERIALIZED_VIEW if has(node, K::ALL_IN_TABLESPACE) => {
            "ALTER MATERIALIZED VIEW ALL IN TABLESPACE"
        }
        K::ALTER_DEFAULT_PRIVILEGES if has(node, K::REVOKE_DEFAULT_PRIVILEGES) => {
            "ALTER DEFAULT PRIVILEGES REVOKE"
        }
        // COMMIT and ROLLBACK are nodes around what they do.
        kind => KINDS.iter().find(|(known, _)| *known == kind).map_or("statement", |(_, name)| name),
    }
}

fn has(node: &SyntaxNode, part: K) -> bool {
    node.children().any(|child| child.kind() == part)
}

fn comment_kind(node: &SyntaxNode) -> &'static str {
    match node.children().next().map(|object| object.kind()) {
        Some(K::OBJECT_COLUMN) => "COMMENT ON COLUMN",
        Some(K::OBJECT_CONSTRAINT) => "COMMENT ON CONSTRAINT",
        Some(K::OBJECT_FUNCTION) => "COMMENT ON FUNCTION",
        Some(K::OBJECT_INDEX) => "COMMENT ON INDEX",
        Some(K::OBJECT_TABLE) => "COMMENT ON TABLE",
        Some(K::OBJECT_TYPE) => "COMMENT ON TYPE",
        _ => "COMMENT",
    }
}

/// The objects that a statement names, without roles, and without what its queries and expressions name.
fn objects(node: &SyntaxNode) -> Vec<Name> {
    let mut found = Vec::new();
    let mut queue: Vec<SyntaxNode> = vec![node.clone()];
    while let Some(node) = queue.pop() {
        match node.kind() {
            kind if NAMES.contains(&kind) => found.push(name::of_object(&node)),
            K::QUALIFIED_COLUMN_NAME_REF => found.push(name::owner_of_column(&node)),
            kind if ast::Expr::can_cast(kind) || ast::SelectVariant::can_cast(kind) => {}
            _ => {
                let children: Vec<SyntaxNode> = node.children().collect();
                queue.extend(children.into_iter().rev());
            }
        }
    }
    found.dedup();
    found
}

/// Nodes that name an object of the database.
const NAMES: &[K] = &[
    K::AGGREGATE,
    K::AGGREGATE_NAME,
    K::COLLATION,
    K::COLLATION_REF,
    K::CONVERSION,
    K::CONVERSION_REF,
    K::DATABASE,
    K::DATABASE_REF,
    K::DOMAIN,
    K::DOMAIN_REF,
    K::EVENT_TRIGGER,
    K::EVENT_TRIGGER_REF,
    K::EXTENSION,
    K::EXTENSION_REF,
    K::FUNCTION_NAME,
    K::FUNCTION_NAME_REF,
    K::INDEX,
    K::INDEX_REF,
    K::OP_CLASS_NAME,
    K::OP_FAMILY_NAME,
    K::PROCEDURE_NAME,
    K::PROCEDURE_NAME_REF,
    K::PUBLICATION,
    K::PUBLICATION_REF,
    K::RELATION_NAME_REF,
    K::ROLE,
    K::ROUTINE_NAME,
    K::ROUTINE_NAME_REF,
    K::SCHEMA,
    K::SCHEMA_REF,
    K::SEQUENCE,
    K::SEQUENCE_REF,
    K::SERVER,
    K::SERVER_REF,
    K::STATISTICS,
    K::STATISTICS_REF,
    K::SUBSCRIPTION,
    K::SUBSCRIPTION_REF,
    K::TABLE_NAME,
    K::TABLE_NAME_REF,
    K::TABLESPACE,
    K::TABLESPACE_REF,
    K::TYPE_NAME,
    K::TYPE_NAME_REF,
    K::VIEW,
    K::VIEW_REF,
];

/// Names of statements, as their pages in PostgreSQL's manual have them.
const KINDS: &[(K, &str)] = &[
    (K::ALTER_AGGREGATE, "ALTER AGGREGATE"),
    (K::ALTER_COLLATION, "ALTER COLLATION"),
    (K::ALTER_CONVERSION, "ALTER CONVERSION"),
    (K::ALTER_DATABASE, "ALTER DATABASE"),
    (K::ALTER_DEFAULT_PRIVILEGES, "ALTER DEFAULT PRIVILEGES"),
    (K::ALTER_EVENT_TRIGGER, "ALTER EVENT TRIGGER"),
    (K::ALTER_EXTENSION, "ALTER EXTENSION"),
    (K::ALTER_FOREIGN_DATA_WRAPPER, "ALTER FOREIGN DATA WRAPPER"),
    (K::ALTER_FOREIGN_TABLE, "ALTER FOREIGN TABLE"),
    (K::ALTER_FUNCTION, "ALTER FUNCTION"),
    (K::ALTER_GROUP, "ALTER GROUP"),
    (K::ALTER_INDEX, "ALTER INDEX"),
    (K::ALTER_LANGUAGE, "ALTER LANGUAGE"),
    (K::ALTER_LARGE_OBJECT, "ALTER LARGE OBJECT"),
    (K::ALTER_MATERIALIZED_VIEW, "ALTER MATERIALIZED VIEW"),
    (K::ALTER_OPERATOR, "ALTER OPERATOR"),
    (K::ALTER_OPERATOR_CLASS, "ALTER OPERATOR CLASS"),
    (K::ALTER_OPERATOR_FAMILY, "ALTER OPERATOR FAMILY"),
    (K::ALTER_POLICY, "ALTER POLICY"),
    (K::ALTER_PROCEDURE, "ALTER PROCEDURE"),
    (K::ALTER_PROPERTY_GRAPH, "ALTER PROPERTY GRAPH"),
    (K::ALTER_PUBLICATION, "ALTER PUBLICATION"),
    (K::ALTER_ROLE, "ALTER ROLE"),
    (K::ALTER_ROUTINE, "ALTER ROUTINE"),
    (K::ALTER_RULE, "ALTER RULE"),
    (K::ALTER_SCHEMA, "ALTER SCHEMA"),
    (K::ALTER_SEQUENCE, "ALTER SEQUENCE"),
    (K::ALTER_SERVER, "ALTER SERVER"),
    (K::ALTER_STATISTICS, "ALTER STATISTICS"),
    (K::ALTER_SUBSCRIPTION, "ALTER SUBSCRIPTION"),
    (K::ALTER_SYSTEM, "ALTER SYSTEM"),
    (K::ALTER_TABLESPACE, "ALTER TABLESPACE"),
    (K::ALTER_TEXT_SEARCH_CONFIGURATION, "ALTER TEXT SEARCH CONFIGURATION"),
    (K::ALTER_TEXT_SEARCH_DICTIONARY, "ALTER TEXT SEARCH DICTIONARY"),
    (K::ALTER_TEXT_SEARCH_PARSER, "ALTER TEXT SEARCH PARSER"),
    (K::ALTER_TEXT_SEARCH_TEMPLATE, "ALTER TEXT SEARCH TEMPLATE"),
    (K::ALTER_TRIGGER, "ALTER TRIGGER"),
    (K::ALTER_USER, "ALTER USER"),
    (K::ALTER_USER_MAPPING, "ALTER USER MAPPING"),
    (K::ALTER_VIEW, "ALTER VIEW"),
    (K::ANALYZE, "ANALYZE"),
    (K::CHECKPOINT, "CHECKPOINT"),
    (K::CLOSE, "CLOSE"),
    (K::CLUSTER, "CLUSTER"),
    (K::COMMIT_PREPARED, "COMMIT PREPARED"),
    (K::CREATE_ACCESS_METHOD, "CREATE ACCESS METHOD"),
    (K::CREATE_AGGREGATE, "CREATE AGGREGATE"),
    (K::CREATE_CAST, "CREATE CAST"),
    (K::CREATE_COLLATION, "CREATE COLLATION"),
    (K::CREATE_CONVERSION, "CREATE CONVERSION"),
    (K::CREATE_DATABASE, "CREATE DATABASE"),
    (K::CREATE_EVENT_TRIGGER, "CREATE EVENT TRIGGER"),
    (K::CREATE_FOREIGN_DATA_WRAPPER, "CREATE FOREIGN DATA WRAPPER"),
    (K::CREATE_FOREIGN_TABLE, "CREATE FOREIGN TABLE"),
    (K::CREATE_GROUP, "CREATE GROUP"),
    (K::CREATE_LANGUAGE, "CREATE LANGUAGE"),
    (K::CREATE_OPERATOR, "CREATE OPERATOR"),
    (K::CREATE_OPERATOR_CLASS, "CREATE OPERATOR CLASS"),
    (K::CREATE_OPERATOR_FAMILY, "CREATE OPERATOR FAMILY"),
    (K::CREATE_PROPERTY_GRAPH, "CREATE PROPERTY GRAPH"),
    (K::CREATE_PUBLICATION, "CREATE PUBLICATION"),
    (K::CREATE_ROLE, "CREATE ROLE"),
    (K::CREATE_RULE, "CREATE RULE"),
    (K::CREATE_SERVER, "CREATE SERVER"),
    (K::CREATE_STATISTICS, "CREATE STATISTICS"),
    (K::CREATE_SUBSCRIPTION, "CREATE SUBSCRIPTION"),
    (K::CREATE_TABLESPACE, "CREATE TABLESPACE"),
    (K::CREATE_TEXT_SEARCH_CONFIGURATION, "CREATE TEXT SEARCH CONFIGURATION"),
    (K::CREATE_TEXT_SEARCH_DICTIONARY, "CREATE TEXT SEARCH DICTIONARY"),
    (K::CREATE_TEXT_SEARCH_PARSER, "CREATE TEXT SEARCH PARSER"),
    (K::CREATE_TEXT_SEARCH_TEMPLATE, "CREATE TEXT SEARCH TEMPLATE"),
    (K::CREATE_TRANSFORM, "CREATE TRANSFORM"),
    (K::CREATE_USER, "CREATE USER"),
    (K::CREATE_USER_MAPPING, "CREATE USER MAPPING"),
    (K::DEALLOCATE, "DEALLOCATE"),
    (K::DECLARE, "DECLARE"),
    (K::DISCARD, "DISCARD"),
    (K::DROP_ACCESS_METHOD, "DROP ACCESS METHOD"),
    (K::DROP_AGGREGATE, "DROP AGGREGATE"),
    (K::DROP_CAST, "DROP CAST"),
    (K::DROP_COLLATION, "DROP COLLATION"),
    (K::DROP_CONVERSION, "DROP CONVERSION"),
    (K::DROP_DATABASE, "DROP DATABASE"),
    (K::DROP_DOMAIN, "DROP DOMAIN"),
    (K::DROP_EVENT_TRIGGER, "DROP EVENT TRIGGER"),
    (K::DROP_EXTENSION, "DROP EXTENSION"),
    (K::DROP_FOREIGN_DATA_WRAPPER, "DROP FOREIGN DATA WRAPPER"),
    (K::DROP_FOREIGN_TABLE, "DROP FOREIGN TABLE"),
    (K::DROP_FUNCTION, "DROP FUNCTION"),
    (K::DROP_GROUP, "DROP GROUP"),
    (K::DROP_LANGUAGE, "DROP LANGUAGE"),
    (K::DROP_OPERATOR, "DROP OPERATOR"),
    (K::DROP_OPERATOR_CLASS, "DROP OPERATOR CLASS"),
    (K::DROP_OPERATOR_FAMILY, "DROP OPERATOR FAMILY"),
    (K::DROP_OWNED, "DROP OWNED"),
    (K::DROP_PROCEDURE, "DROP PROCEDURE"),
    (K::DROP_PROPERTY_GRAPH, "DROP PROPERTY GRAPH"),
    (K::DROP_PUBLICATION, "DROP PUBLICATION"),
    (K::DROP_ROLE, "DROP ROLE"),
    (K::DROP_ROUTINE, "DROP ROUTINE"),
    (K::DROP_RULE, "DROP RULE"),
    (K::DROP_SERVER, "DROP SERVER"),
    (K::DROP_STATISTICS, "DROP STATISTICS"),
    (K::DROP_SUBSCRIPTION, "DROP SUBSCRIPTION"),
    (K::DROP_TABLESPACE, "DROP TABLESPACE"),
    (K::DROP_TEXT_SEARCH_CONFIG, "DROP TEXT SEARCH CONFIGURATION"),
    (K::DROP_TEXT_SEARCH_DICT, "DROP TEXT SEARCH DICTIONARY"),
    (K::DROP_TEXT_SEARCH_PARSER, "DROP TEXT SEARCH PARSER"),
    (K::DROP_TEXT_SEARCH_TEMPLATE, "DROP TEXT SEARCH TEMPLATE"),
    (K::DROP_TRANSFORM, "DROP TRANSFORM"),
    (K::DROP_USER, "DROP USER"),
    (K::DROP_USER_MAPPING, "DROP USER MAPPING"),
    (K::EXECUTE, "EXECUTE"),
    (K::FETCH, "FETCH"),
    (K::GRANT, "GRANT"),
    (K::IMPORT_FOREIGN_SCHEMA, "IMPORT FOREIGN SCHEMA"),
    (K::LISTEN, "LISTEN"),
    (K::LOAD, "LOAD"),
    (K::MOVE, "MOVE"),
    (K::NOTIFY, "NOTIFY"),
    (K::PREPARE, "PREPARE"),
    (K::PREPARE_TRANSACTION, "PREPARE TRANSACTION"),
    (K::REASSIGN, "REASSIGN OWNED"),
    (K::REINDEX, "REINDEX"),
    (K::REPACK, "REPACK"),
    (K::REVOKE, "REVOKE"),
    (K::ROLLBACK_PREPARED, "ROLLBACK PREPARED"),
    (K::SECURITY_LABEL, "SECURITY LABEL"),
    (K::SET, "SET"),
    (K::SET_CONSTRAINTS, "SET CONSTRAINTS"),
    (K::SET_TRANSACTION, "SET TRANSACTION"),
    (K::SHOW, "SHOW"),
    (K::UNLISTEN, "UNLISTEN"),
];
