//! Clauses that say one thing of an object, read as options: `OWNER TO`, `RENAME TO`, and what roles, routines, foreign
//! objects and privileges are given. Refuses to know which statement they stand in.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::option::{text, value};
use super::session;
use crate::operation::Setting;
use crate::sql::name;

/// The option that a node is, where it is a clause.
pub(super) fn one(node: &SyntaxNode) -> Option<Setting> {
    let said = |name: &str| Some(Setting { name: name.to_owned(), value: last(node) });
    let off = |name: &str| Some(Setting::new(name, "false"));
    match node.kind() {
        K::OWNER_TO => said("owner"),
        K::SET_SCHEMA => said("schema"),
        K::SET_TABLESPACE => said("tablespace"),
        K::WITH_CHECK_OPTION => Some(Setting::new(
            "check_option",
            node.first_child().map_or_else(|| "cascaded".to_owned(), |it| text(&it)),
        )),
        kind if RENAMES.contains(&kind) => said("rename"),
        K::RENAME_ATTRIBUTE | K::RENAME_COLUMN | K::RENAME_CONSTRAINT => {
            let names: Vec<String> = node.children().map(|name| value(&name)).collect();
            Some(Setting::new(&format!("rename {}", names.first()?), names.get(1)?.as_str()))
        }
        K::ADD_FOREIGN_OPTION => foreign(node, ""),
        K::SET_FOREIGN_OPTION => foreign(node, "set "),
        K::DROP_FOREIGN_OPTION => foreign(node, "drop "),
        K::SERVER_TYPE => said("type"),
        K::SERVER_VERSION => said("version"),
        K::OPTION_HANDLER => said("handler"),
        K::OPTION_NO_HANDLER => Some(Setting::flag("handler")),
        K::OPTION_VALIDATOR => said("validator"),
        K::OPTION_NO_VALIDATOR => Some(Setting::flag("validator")),
        K::SET_CONFIG_PARAM => parameter(node),
        K::RESET_CONFIG_PARAM | K::RESET_FUNC_OPTION => {
            let name = last(node).unwrap_or_else(|| "all".to_owned());
            Some(Setting::flag(&format!("reset {name}")))
        }
        K::IMMUTABLE | K::STABLE | K::VOLATILE => Some(Setting::new("volatility", text(node))),
        K::STRICT_FUNC_OPTION | K::RETURNS_NULL_ON_NULL_INPUT_FUNC_OPTION => Some(Setting::flag("strict")),
        K::CALLED_ON_NULL_INPUT_FUNC_OPTION => off("strict"),
        K::SECURITY_DEFINER_FUNC_OPTION => Some(Setting::flag("security")),
        K::SECURITY_INVOKER_FUNC_OPTION => off("security"),
        K::LEAKPROOF_FUNC_OPTION => Some(Setting::flag("leakproof")),
        K::NOT_LEAKPROOF_FUNC_OPTION => off("leakproof"),
        K::COST_FUNC_OPTION => said("cost"),
        K::ROWS_FUNC_OPTION => said("rows"),
        K::SUPPORT_FUNC_OPTION => said("support"),
        K::PARALLEL_FUNC_OPTION => {
            Some(Setting::new("parallel", text(node).trim_start_matches("parallel").trim()))
        }
        K::ROLE_OPTION_GENERIC => Some(generic(&text(node))),
        K::ROLE_OPTION_INHERIT => Some(Setting::flag("inherit")),
        K::ROLE_OPTION_CONNECTION_LIMIT => said("connectionlimit"),
        K::ROLE_OPTION_PASSWORD | K::ROLE_OPTION_ENCRYPTED_PASSWORD => said("password"),
        K::ROLE_OPTION_VALID_UNTIL => said("validUntil"),
        K::ROLE_OPTION_SYSID => said("sysid"),
        K::ROLE_OPTION_ADMIN => said("adminmembers"),
        K::ROLE_OPTION_ROLE | K::ROLE_OPTION_USER => said("rolemembers"),
        K::ROLE_OPTION_IN_ROLE | K::ROLE_OPTION_IN_GROUP => said("addroleto"),
        K::ALL_PRIVILEGES | K::REVOKE_COMMAND => Some(Setting::new("privilege", privilege(node))),
        K::ROLE_REF_LIST if grants(node) => Some(Setting::new("grantees", roles(node))),
        K::FOR_ROLES | K::OWNED_BY_ROLES => said("roles"),
        K::NOWAIT => Some(Setting::flag("nowait")),
        K::IN_SCHEMAS => {
            let schemas: Vec<String> = node.children().map(|schema| value(&schema)).collect();
            Some(Setting::new("schemas", schemas.join(", ")))
        }
        K::GRANTED_BY_CLAUSE => said("granted_by"),
        K::GRANT_ROLE_OPTION => {
            let name = value(&node.first_child()?);
            let off = node.last_token().is_some_and(|word| word.kind() == K::FALSE_KW);
            Some(if off { Setting::new(&name, "false") } else { Setting::flag(&name) })
        }
        K::ADMIN_OPTION_FOR => off("admin"),
        K::INHERIT_OPTION_FOR => off("inherit"),
        K::SET_OPTION_FOR => off("set"),
        K::GRANT_OPTION | K::GRANT_OPTION_FOR => Some(Setting::flag("grant_option")),
        _ => None,
    }
}

/// What the last node of a clause says: a name, a string without its quotes, or several with commas.
fn last(node: &SyntaxNode) -> Option<String> {
    let last = node.last_child()?;
    Some(if last.kind() == K::ROLE_REF_LIST { roles(&last) } else { value(&last) })
}

fn roles(list: &SyntaxNode) -> String {
    // `GROUP` may stand in front of a role.
    let names = list.children().map(|role| value(&role.last_child().unwrap_or(role)));
    names.collect::<Vec<_>>().join(", ")
}

/// Whether the roles of a list are those that are given something, or from whom it is taken.
fn grants(list: &SyntaxNode) -> bool {
    list.parent().is_some_and(|parent| {
        matches!(
            parent.kind(),
            K::GRANT | K::REVOKE | K::GRANT_DEFAULT_PRIVILEGES | K::REVOKE_DEFAULT_PRIVILEGES
        )
    })
}

/// An option of a server or of what stands on one. `ADD` may be left out, the others say what they do to it.
fn foreign(node: &SyntaxNode, verb: &str) -> Option<Setting> {
    let mut parts = node.children();
    let name = format!("{verb}{}", name::of_node(&parts.next()?));
    let value = parts.find_map(ast::Literal::cast).and_then(|literal| session::string(&literal));
    Some(Setting { name, value })
}

/// `SET search_path = a, b` of a function, role or database.
fn parameter(node: &SyntaxNode) -> Option<Setting> {
    let set = ast::SetConfigParam::cast(node.clone())?;
    let name = text(set.config_parameter_ref()?.syntax());
    let value = set.config_assignment().and_then(|assignment| session::assigned(&assignment));
    Some(Setting { name: format!("set {name}"), value })
}

/// A word about a role, under the name that PostgreSQL's tree has for what it switches.
fn generic(word: &str) -> Setting {
    let (word, off) = match word.strip_prefix("no") {
        Some(rest) => (rest, true),
        None => (word, false),
    };
    let name = match word {
        "login" => "canlogin",
        "replication" => "isreplication",
        word => word,
    };
    if off { Setting::new(name, "false") } else { Setting::flag(name) }
}

/// `select (a, b)`; `all` with or without `PRIVILEGES`.
fn privilege(node: &SyntaxNode) -> String {
    let columns = node.children().find_map(ast::ColumnRefList::cast);
    let word = match node.kind() {
        K::ALL_PRIVILEGES => "all".to_owned(),
        _ => match node.first_child().filter(|child| child.kind() == K::ROLE_REF) {
            Some(role) => value(&role),
            None => {
                let words = node.children_with_tokens().filter_map(|part| part.into_token());
                let words = words.filter(|token| !token.kind().is_trivia());
                words.map(|token| token.text().to_ascii_lowercase()).collect::<Vec<_>>().join(" ")
            }
        },
    };
    match columns {
        Some(columns) => {
            let columns: Vec<String> = columns.syntax().children().map(|it| value(&it)).collect();
            format!("{word} ({})", columns.join(", "))
        }
        None => word,
    }
}

/// `RENAME TO`.
const RENAMES: &[K] = &[
    K::AGGREGATE_RENAME_TO,
    K::COLLATION_RENAME_TO,
    K::CONVERSION_RENAME_TO,
    K::DATABASE_RENAME_TO,
    K::DOMAIN_RENAME_TO,
    K::EVENT_TRIGGER_RENAME_TO,
    K::FOREIGN_DATA_WRAPPER_RENAME_TO,
    K::FUNCTION_RENAME_TO,
    K::INDEX_RENAME_TO,
    K::LANGUAGE_RENAME_TO,
    K::OP_CLASS_RENAME_TO,
    K::OP_FAMILY_RENAME_TO,
    K::POLICY_RENAME_TO,
    K::PROCEDURE_RENAME_TO,
    K::PUBLICATION_RENAME_TO,
    K::ROLE_RENAME_TO,
    K::ROUTINE_RENAME_TO,
    K::RULE_RENAME_TO,
    K::SCHEMA_RENAME_TO,
    K::SEQUENCE_RENAME_TO,
    K::SERVER_RENAME_TO,
    K::STATISTICS_RENAME_TO,
    K::SUBSCRIPTION_RENAME_TO,
    K::TABLESPACE_RENAME_TO,
    K::TABLE_RENAME_TO,
    K::TEXT_SEARCH_CONFIGURATION_RENAME_TO,
    K::TEXT_SEARCH_DICTIONARY_RENAME_TO,
    K::TEXT_SEARCH_PARSER_RENAME_TO,
    K::TEXT_SEARCH_TEMPLATE_RENAME_TO,
    K::TRIGGER_RENAME_TO,
    K::TYPE_RENAME_TO,
    K::VIEW_RENAME_TO,
];
