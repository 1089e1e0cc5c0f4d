//! Every rule that reads, in the order of their ids. Written by `UPDATE=1 cargo test registry`.

pub mod allow_without_reason;
pub mod blocking_index_build;
pub mod blocking_index_drop;
pub mod check_without_not_valid;
pub mod concurrently_in_transaction;
pub mod dangling_revision;
pub mod drop_column_without_backup;
pub mod drop_table_without_backup;
pub mod duplicate_revision;
pub mod empty_downgrade;
pub mod empty_migration;
pub mod foreign_key_without_not_valid;
pub mod malformed_allow;
pub mod missing_downgrade;
pub mod not_null_without_default;
pub mod opaque_step;
pub mod orphan_downgrade;
pub mod primary_key_without_index;
pub mod raising_downgrade;
pub mod rename_column;
pub mod rename_table;
pub mod revision_cycle;
pub mod rewriting_column;
pub mod set_not_null_scan;
pub mod several_heads;
pub mod syntax_error;
pub mod type_change_rewrite;
pub mod unique_constraint_without_index;
pub mod unknown_rule;
pub mod unreadable_file;
pub mod unused_allow;
pub mod validate_in_same_transaction;
pub mod volatile_default;

use super::Rule;

/// Every rule that reads.
pub static RULES: &[&Rule] = &[
    &allow_without_reason::RULE,
    &blocking_index_build::RULE,
    &blocking_index_drop::RULE,
    &check_without_not_valid::RULE,
    &concurrently_in_transaction::RULE,
    &dangling_revision::RULE,
    &drop_column_without_backup::RULE,
    &drop_table_without_backup::RULE,
    &duplicate_revision::RULE,
    &empty_downgrade::RULE,
    &empty_migration::RULE,
    &foreign_key_without_not_valid::RULE,
    &malformed_allow::RULE,
    &missing_downgrade::RULE,
    &not_null_without_default::RULE,
    &opaque_step::RULE,
    &orphan_downgrade::RULE,
    &primary_key_without_index::RULE,
    &raising_downgrade::RULE,
    &rename_column::RULE,
    &rename_table::RULE,
    &revision_cycle::RULE,
    &rewriting_column::RULE,
    &set_not_null_scan::RULE,
    &several_heads::RULE,
    &syntax_error::RULE,
    &type_change_rewrite::RULE,
    &unique_constraint_without_index::RULE,
    &unknown_rule::RULE,
    &unreadable_file::RULE,
    &unused_allow::RULE,
    &validate_in_same_transaction::RULE,
    &volatile_default::RULE,
];
