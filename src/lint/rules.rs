//! Every rule that reads, in the order of their ids. Written by `UPDATE=1 cargo test registry`.

pub mod allow_without_reason;
pub mod attach_without_check;
pub mod backfill_under_lock;
pub mod blocking_detach;
pub mod blocking_index_build;
pub mod blocking_index_drop;
pub mod blocking_refresh;
pub mod blocking_reindex;
pub mod check_without_not_valid;
pub mod concurrently_in_transaction;
pub mod dangling_revision;
pub mod deleted_migration;
pub mod disabled_triggers;
pub mod drop_cascade;
pub mod drop_column_without_backup;
pub mod drop_table_without_backup;
pub mod duplicate_revision;
pub mod edited_migration;
pub mod empty_downgrade;
pub mod empty_migration;
pub mod enum_left_behind;
pub mod enum_value_in_same_transaction;
pub mod exclusion_constraint;
pub mod foreign_key_locks_parent;
pub mod foreign_key_type_mismatch;
pub mod foreign_key_without_not_valid;
pub mod late_migration;
pub mod malformed_allow;
pub mod missing_downgrade;
pub mod not_null_without_default;
pub mod opaque_step;
pub mod orphan_downgrade;
pub mod primary_key_without_index;
pub mod raising_downgrade;
pub mod refused_in_transaction;
pub mod rename_column;
pub mod rename_enum_value;
pub mod rename_table;
pub mod revision_cycle;
pub mod rewriting_column;
pub mod second_head_after_merge;
pub mod set_not_null_scan;
pub mod several_heads;
pub mod syntax_error;
pub mod table_rewrite;
pub mod truncate_without_backup;
pub mod type_change_rewrite;
pub mod unique_constraint_without_index;
pub mod unknown_rule;
pub mod unmirrored_downgrade;
pub mod unreadable_file;
pub mod unsupported_on_partitioned;
pub mod unused_allow;
pub mod validate_in_same_transaction;
pub mod version_taken_on_base;
pub mod volatile_default;

use super::Rule;

/// Every rule that reads.
pub static RULES: &[&Rule] = &[
    &allow_without_reason::RULE,
    &attach_without_check::RULE,
    &backfill_under_lock::RULE,
    &blocking_detach::RULE,
    &blocking_index_build::RULE,
    &blocking_index_drop::RULE,
    &blocking_refresh::RULE,
    &blocking_reindex::RULE,
    &check_without_not_valid::RULE,
    &concurrently_in_transaction::RULE,
    &dangling_revision::RULE,
    &deleted_migration::RULE,
    &disabled_triggers::RULE,
    &drop_cascade::RULE,
    &drop_column_without_backup::RULE,
    &drop_table_without_backup::RULE,
    &duplicate_revision::RULE,
    &edited_migration::RULE,
    &empty_downgrade::RULE,
    &empty_migration::RULE,
    &enum_left_behind::RULE,
    &enum_value_in_same_transaction::RULE,
    &exclusion_constraint::RULE,
    &foreign_key_locks_parent::RULE,
    &foreign_key_type_mismatch::RULE,
    &foreign_key_without_not_valid::RULE,
    &late_migration::RULE,
    &malformed_allow::RULE,
    &missing_downgrade::RULE,
    &not_null_without_default::RULE,
    &opaque_step::RULE,
    &orphan_downgrade::RULE,
    &primary_key_without_index::RULE,
    &raising_downgrade::RULE,
    &refused_in_transaction::RULE,
    &rename_column::RULE,
    &rename_enum_value::RULE,
    &rename_table::RULE,
    &revision_cycle::RULE,
    &rewriting_column::RULE,
    &second_head_after_merge::RULE,
    &set_not_null_scan::RULE,
    &several_heads::RULE,
    &syntax_error::RULE,
    &table_rewrite::RULE,
    &truncate_without_backup::RULE,
    &type_change_rewrite::RULE,
    &unique_constraint_without_index::RULE,
    &unknown_rule::RULE,
    &unmirrored_downgrade::RULE,
    &unreadable_file::RULE,
    &unsupported_on_partitioned::RULE,
    &unused_allow::RULE,
    &validate_in_same_transaction::RULE,
    &version_taken_on_base::RULE,
    &volatile_default::RULE,
];
