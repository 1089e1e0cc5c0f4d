//! Every rule that reads, in the order of their ids. Written by `UPDATE=1 cargo test registry`.

pub mod against_convention;
pub mod allow_without_reason;
pub mod alters_apart;
pub mod application_models_imported;
pub mod attach_without_check;
pub mod autovacuum_disabled;
pub mod backfill_under_lock;
pub mod batches_in_one_transaction;
pub mod blocking_detach;
pub mod blocking_downgrade;
pub mod blocking_index_build;
pub mod blocking_index_drop;
pub mod blocking_refresh;
pub mod blocking_reindex;
pub mod body_of_another_language;
pub mod broad_grant;
pub mod cached_plan_breaks;
pub mod cascading_delete;
pub mod change_in_one_piece;
pub mod check_without_not_valid;
pub mod column_named_twice;
pub mod comparison_with_null;
pub mod concurrent_not_alone;
pub mod concurrently_in_transaction;
pub mod constrained_domain;
pub mod constraint_dropped;
pub mod credentials_in_migration;
pub mod dangling_revision;
pub mod database_dropped;
pub mod default_changed;
pub mod default_partition;
pub mod delete_without_backup;
pub mod deleted_migration;
pub mod dependent_blocks_change;
pub mod difference_hidden;
pub mod disabled_triggers;
pub mod discouraged_type;
pub mod domain_constraint_scan;
pub mod drop_cascade;
pub mod drop_column_without_backup;
pub mod drop_index_of_constraint;
pub mod drop_table_without_backup;
pub mod dropped_table_used;
pub mod duplicate_revision;
pub mod edited_migration;
pub mod empty_downgrade;
pub mod empty_migration;
pub mod enum_label_lost;
pub mod enum_left_behind;
pub mod enum_not_created;
pub mod enum_type_created;
pub mod enum_value_in_same_transaction;
pub mod enum_value_without_place;
pub mod exclusion_constraint;
pub mod expand_and_contract;
pub mod explicit_lock;
pub mod expression_without_statistics;
pub mod extension_created;
pub mod foreign_key_blocks_drop;
pub mod foreign_key_collations_differ;
pub mod foreign_key_drop_locks_parent;
pub mod foreign_key_locks_parent;
pub mod foreign_key_type_change;
pub mod foreign_key_type_mismatch;
pub mod foreign_key_without_action;
pub mod foreign_key_without_index;
pub mod foreign_key_without_not_valid;
pub mod function_not_replaceable;
pub mod function_search_path;
pub mod function_volatility_changed;
pub mod hash_index;
pub mod hash_mismatch;
pub mod header_contradicts_revision;
pub mod identifier_too_long;
pub mod identity_by_default;
pub mod incomparable_foreign_key;
pub mod index_dropped_before_replacement;
pub mod index_renamed_as_table;
pub mod inherited_table;
pub mod insert_may_collide;
pub mod insert_without_columns;
pub mod invalid_index_skipped;
pub mod joined_before_analyze;
pub mod json_column;
pub mod key_without_partition_column;
pub mod large_migration;
pub mod late_migration;
pub mod limited_text;
pub mod locks_pile_up;
pub mod lossy_downgrade;
pub mod lossy_type_change;
pub mod malformed_allow;
pub mod many_indexes;
pub mod missing_downgrade;
pub mod missing_lock_timeout;
pub mod missing_migration;
pub mod missing_statement_timeout;
pub mod mixed_schema_and_data;
pub mod money_column;
pub mod name_against_convention;
pub mod narrow_key;
pub mod needed_object_dropped;
pub mod needless_no_transaction;
pub mod needs_live_database;
pub mod needs_newer_postgresql;
pub mod not_enforced_constraint;
pub mod not_in_query;
pub mod not_null_dropped;
pub mod not_null_without_default;
pub mod not_repeatable;
pub mod not_valid_never_validated;
pub mod nullable_boolean;
pub mod opaque_step;
pub mod orphan_downgrade;
pub mod owner_changed;
pub mod padded_text;
pub mod partition_of_locks_parent;
pub mod policy_always_true;
pub mod policy_for_some_commands;
pub mod policy_without_select;
pub mod primary_key_dropped;
pub mod primary_key_without_index;
pub mod quoted_name;
pub mod raising_downgrade;
pub mod random_key;
pub mod redundant_index;
pub mod refused_in_transaction;
pub mod rename_column;
pub mod rename_enum_value;
pub mod rename_object;
pub mod rename_schema;
pub mod rename_table;
pub mod replica_identity_changed;
pub mod required_default_dropped;
pub mod restrictive_policy;
pub mod revision_cycle;
pub mod rewriting_column;
pub mod row_security_disabled;
pub mod row_security_without_policy;
pub mod rule_created;
pub mod same_default_unique;
pub mod second_head_after_merge;
pub mod security_definer_search_path;
pub mod sequence_not_moved;
pub mod serial_column;
pub mod set_not_null_scan;
pub mod setting_outlives_migration;
pub mod several_heads;
pub mod several_parents_locked;
pub mod several_tables_locked;
pub mod skipped_migration;
pub mod slow_step_under_lock;
pub mod superuser_role;
pub mod syntax_error;
pub mod system_catalog_written;
pub mod table_rewrite;
pub mod table_without_grant;
pub mod table_without_key;
pub mod table_without_row_security;
pub mod temporary_table_shadows;
pub mod timeout_cancels_concurrent_build;
pub mod timestamp_without_time_zone;
pub mod transaction_control;
pub mod transaction_left_open;
pub mod truncate_without_backup;
pub mod type_change_rewrite;
pub mod type_in_use_dropped;
pub mod unbatched_update;
pub mod unique_constraint_without_index;
pub mod unknown_function_replaced;
pub mod unknown_rule;
pub mod unlogged_table;
pub mod unmirrored_downgrade;
pub mod unnamed_constraint;
pub mod unnamed_constraint_dropped;
pub mod unreadable_file;
pub mod unrelated_changes;
pub mod unreviewed_autogenerate;
pub mod unstable_check;
pub mod unsupported_on_partitioned;
pub mod untrusted_language;
pub mod unused_allow;
pub mod used_object_dropped;
pub mod using_cast_differs;
pub mod vague_message;
pub mod validate_in_same_transaction;
pub mod value_in_text;
pub mod values_not_moved_back;
pub mod version_taken_on_base;
pub mod view_blocks_change;
pub mod view_column_dropped;
pub mod view_filled_at_once;
pub mod view_not_replaceable;
pub mod view_skips_row_security;
pub mod volatile_default;
pub mod wasteful_column_order;
pub mod wide_index;
pub mod wrong_partition_bound;

use super::Rule;

/// Every rule that reads.
pub static RULES: &[&Rule] = &[
    &against_convention::RULE,
    &allow_without_reason::RULE,
    &alters_apart::RULE,
    &application_models_imported::RULE,
    &attach_without_check::RULE,
    &autovacuum_disabled::RULE,
    &backfill_under_lock::RULE,
    &batches_in_one_transaction::RULE,
    &blocking_detach::RULE,
    &blocking_downgrade::RULE,
    &blocking_index_build::RULE,
    &blocking_index_drop::RULE,
    &blocking_refresh::RULE,
    &blocking_reindex::RULE,
    &body_of_another_language::RULE,
    &broad_grant::RULE,
    &cached_plan_breaks::RULE,
    &cascading_delete::RULE,
    &change_in_one_piece::RULE,
    &check_without_not_valid::RULE,
    &column_named_twice::RULE,
    &comparison_with_null::RULE,
    &concurrent_not_alone::RULE,
    &concurrently_in_transaction::RULE,
    &constrained_domain::RULE,
    &constraint_dropped::RULE,
    &credentials_in_migration::RULE,
    &dangling_revision::RULE,
    &database_dropped::RULE,
    &default_changed::RULE,
    &default_partition::RULE,
    &delete_without_backup::RULE,
    &deleted_migration::RULE,
    &dependent_blocks_change::RULE,
    &difference_hidden::RULE,
    &disabled_triggers::RULE,
    &discouraged_type::RULE,
    &domain_constraint_scan::RULE,
    &drop_cascade::RULE,
    &drop_column_without_backup::RULE,
    &drop_index_of_constraint::RULE,
    &drop_table_without_backup::RULE,
    &dropped_table_used::RULE,
    &duplicate_revision::RULE,
    &edited_migration::RULE,
    &empty_downgrade::RULE,
    &empty_migration::RULE,
    &enum_label_lost::RULE,
    &enum_left_behind::RULE,
    &enum_not_created::RULE,
    &enum_type_created::RULE,
    &enum_value_in_same_transaction::RULE,
    &enum_value_without_place::RULE,
    &exclusion_constraint::RULE,
    &expand_and_contract::RULE,
    &explicit_lock::RULE,
    &expression_without_statistics::RULE,
    &extension_created::RULE,
    &foreign_key_blocks_drop::RULE,
    &foreign_key_collations_differ::RULE,
    &foreign_key_drop_locks_parent::RULE,
    &foreign_key_locks_parent::RULE,
    &foreign_key_type_change::RULE,
    &foreign_key_type_mismatch::RULE,
    &foreign_key_without_action::RULE,
    &foreign_key_without_index::RULE,
    &foreign_key_without_not_valid::RULE,
    &function_not_replaceable::RULE,
    &function_search_path::RULE,
    &function_volatility_changed::RULE,
    &hash_index::RULE,
    &hash_mismatch::RULE,
    &header_contradicts_revision::RULE,
    &identifier_too_long::RULE,
    &identity_by_default::RULE,
    &incomparable_foreign_key::RULE,
    &index_dropped_before_replacement::RULE,
    &index_renamed_as_table::RULE,
    &inherited_table::RULE,
    &insert_may_collide::RULE,
    &insert_without_columns::RULE,
    &invalid_index_skipped::RULE,
    &joined_before_analyze::RULE,
    &json_column::RULE,
    &key_without_partition_column::RULE,
    &large_migration::RULE,
    &late_migration::RULE,
    &limited_text::RULE,
    &locks_pile_up::RULE,
    &lossy_downgrade::RULE,
    &lossy_type_change::RULE,
    &malformed_allow::RULE,
    &many_indexes::RULE,
    &missing_downgrade::RULE,
    &missing_lock_timeout::RULE,
    &missing_migration::RULE,
    &missing_statement_timeout::RULE,
    &mixed_schema_and_data::RULE,
    &money_column::RULE,
    &name_against_convention::RULE,
    &narrow_key::RULE,
    &needed_object_dropped::RULE,
    &needless_no_transaction::RULE,
    &needs_live_database::RULE,
    &needs_newer_postgresql::RULE,
    &not_enforced_constraint::RULE,
    &not_in_query::RULE,
    &not_null_dropped::RULE,
    &not_null_without_default::RULE,
    &not_repeatable::RULE,
    &not_valid_never_validated::RULE,
    &nullable_boolean::RULE,
    &opaque_step::RULE,
    &orphan_downgrade::RULE,
    &owner_changed::RULE,
    &padded_text::RULE,
    &partition_of_locks_parent::RULE,
    &policy_always_true::RULE,
    &policy_for_some_commands::RULE,
    &policy_without_select::RULE,
    &primary_key_dropped::RULE,
    &primary_key_without_index::RULE,
    &quoted_name::RULE,
    &raising_downgrade::RULE,
    &random_key::RULE,
    &redundant_index::RULE,
    &refused_in_transaction::RULE,
    &rename_column::RULE,
    &rename_enum_value::RULE,
    &rename_object::RULE,
    &rename_schema::RULE,
    &rename_table::RULE,
    &replica_identity_changed::RULE,
    &required_default_dropped::RULE,
    &restrictive_policy::RULE,
    &revision_cycle::RULE,
    &rewriting_column::RULE,
    &row_security_disabled::RULE,
    &row_security_without_policy::RULE,
    &rule_created::RULE,
    &same_default_unique::RULE,
    &second_head_after_merge::RULE,
    &security_definer_search_path::RULE,
    &sequence_not_moved::RULE,
    &serial_column::RULE,
    &set_not_null_scan::RULE,
    &setting_outlives_migration::RULE,
    &several_heads::RULE,
    &several_parents_locked::RULE,
    &several_tables_locked::RULE,
    &skipped_migration::RULE,
    &slow_step_under_lock::RULE,
    &superuser_role::RULE,
    &syntax_error::RULE,
    &system_catalog_written::RULE,
    &table_rewrite::RULE,
    &table_without_grant::RULE,
    &table_without_key::RULE,
    &table_without_row_security::RULE,
    &temporary_table_shadows::RULE,
    &timeout_cancels_concurrent_build::RULE,
    &timestamp_without_time_zone::RULE,
    &transaction_control::RULE,
    &transaction_left_open::RULE,
    &truncate_without_backup::RULE,
    &type_change_rewrite::RULE,
    &type_in_use_dropped::RULE,
    &unbatched_update::RULE,
    &unique_constraint_without_index::RULE,
    &unknown_function_replaced::RULE,
    &unknown_rule::RULE,
    &unlogged_table::RULE,
    &unmirrored_downgrade::RULE,
    &unnamed_constraint::RULE,
    &unnamed_constraint_dropped::RULE,
    &unreadable_file::RULE,
    &unrelated_changes::RULE,
    &unreviewed_autogenerate::RULE,
    &unstable_check::RULE,
    &unsupported_on_partitioned::RULE,
    &untrusted_language::RULE,
    &unused_allow::RULE,
    &used_object_dropped::RULE,
    &using_cast_differs::RULE,
    &vague_message::RULE,
    &validate_in_same_transaction::RULE,
    &value_in_text::RULE,
    &values_not_moved_back::RULE,
    &version_taken_on_base::RULE,
    &view_blocks_change::RULE,
    &view_column_dropped::RULE,
    &view_filled_at_once::RULE,
    &view_not_replaceable::RULE,
    &view_skips_row_security::RULE,
    &volatile_default::RULE,
    &wasteful_column_order::RULE,
    &wide_index::RULE,
    &wrong_partition_bound::RULE,
];
