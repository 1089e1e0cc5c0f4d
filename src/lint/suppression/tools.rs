//! The rules of other tools, and which of ours look for what theirs do. Data only; beside each tool stands where its
//! names were taken from. A rule that nothing here answers has no row.

/// A tool and the names of its rules.
pub(super) struct Tool {
    /// Words for all of its rules.
    pub all: &'static [&'static str],
    pub parted: Parted,
    /// Its rules, by which of ours each is answered.
    pub rules: &'static [(&'static str, &'static [&'static str])],
}

/// What parts the rules that a comment names; what follows them is a reason.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parted {
    /// There is only one.
    Never,
    Commas,
    /// Commas or blanks: every word is a rule.
    Blanks,
}

// crates/squawk_linter/src/lib.rs `Rule`. Without a counterpart: ban-drop-database, ban-drop-not-null,
// ban-duplicate-column-assignments, ban-uncommitted-transaction, prefer-identity,
// require-enum-value-ordering, require-table-schema, unused-ignore.
pub(super) static SQUAWK: Tool = Tool {
    all: &[],
    parted: Parted::Commas,
    rules: &[
        ("adding-field-with-default", &["rewriting-column", "volatile-default"]),
        ("adding-foreign-key-constraint", &["foreign-key-without-not-valid"]),
        ("adding-not-nullable-field", &["not-null-without-default", "set-not-null-scan"]),
        ("adding-required-field", &["not-null-without-default"]),
        ("adding-serial-primary-key-field", &["primary-key-without-index", "rewriting-column"]),
        ("ban-alter-domain-with-add-constraint", &["domain-constraint-scan"]),
        ("ban-char-field", &["padded-text"]),
        ("ban-concurrent-index-creation-in-transaction", &["concurrently-in-transaction"]),
        ("ban-create-domain-with-constraint", &["constrained-domain"]),
        ("ban-drop-column", &["drop-column-without-backup"]),
        ("ban-drop-table", &["drop-table-without-backup"]),
        ("ban-truncate-cascade", &["truncate-without-backup"]),
        ("changing-column-type", &["type-change-rewrite"]),
        (
            "constraint-missing-not-valid",
            &["check-without-not-valid", "foreign-key-without-not-valid", "validate-in-same-transaction"],
        ),
        ("disallowed-unique-constraint", &["unique-constraint-without-index"]),
        ("identifier-too-long", &["identifier-too-long"]),
        ("prefer-bigint-over-int", &["narrow-key"]),
        ("prefer-bigint-over-smallint", &["narrow-key"]),
        ("prefer-repack", &["table-rewrite"]),
        ("prefer-robust-stmts", &["not-repeatable"]),
        ("prefer-text-field", &["limited-text"]),
        ("prefer-timestamp-tz", &["timestamp-without-time-zone"]),
        ("prefer-timestamptz", &["timestamp-without-time-zone"]),
        ("renaming-column", &["rename-column"]),
        ("renaming-table", &["rename-table"]),
        ("require-concurrent-index-creation", &["blocking-index-build"]),
        ("require-concurrent-index-deletion", &["blocking-index-drop"]),
        ("require-concurrent-partition-detach", &["blocking-detach"]),
        ("require-concurrent-reindex", &["blocking-reindex"]),
        ("require-lock-timeout", &["missing-lock-timeout"]),
        ("require-statement-timeout", &["missing-statement-timeout"]),
        ("require-timeout-settings", &["missing-lock-timeout", "missing-statement-timeout"]),
        ("transaction-nesting", &["transaction-control"]),
    ],
};

// eugene/src/hint_data.rs
pub(super) static EUGENE: Tool = Tool {
    all: &[],
    parted: Parted::Commas,
    rules: &[
        ("E1", &["check-without-not-valid", "foreign-key-without-not-valid"]),
        ("E2", &["set-not-null-scan"]),
        ("E4", &["backfill-under-lock"]),
        ("E5", &["type-change-rewrite"]),
        ("E6", &["blocking-index-build"]),
        ("E7", &["primary-key-without-index", "unique-constraint-without-index"]),
        ("E8", &["exclusion-constraint"]),
        ("E10", &["rewriting-column", "table-rewrite", "type-change-rewrite", "volatile-default"]),
        ("E11", &["rewriting-column"]),
    ],
};

// src/rules/mod.rs and src/synthesized/mod.rs
pub(super) static PGSAFE: Tool = Tool {
    all: &[],
    parted: Parted::Never,
    rules: &[
        ("add-check-without-not-valid", &["check-without-not-valid"]),
        ("add-column-generated-stored", &["rewriting-column"]),
        ("add-column-identity", &["rewriting-column"]),
        ("add-column-not-null-no-default", &["not-null-without-default"]),
        ("add-column-serial", &["rewriting-column"]),
        ("add-column-volatile-default", &["volatile-default"]),
        ("add-exclusion-constraint", &["exclusion-constraint"]),
        ("add-fk-without-not-valid", &["foreign-key-without-not-valid"]),
        ("add-index-non-concurrent", &["blocking-index-build"]),
        ("add-primary-key-without-index", &["primary-key-without-index"]),
        ("add-unique-constraint", &["unique-constraint-without-index"]),
        ("alter-column-type", &["type-change-rewrite"]),
        ("attach-partition", &["attach-without-check"]),
        ("concurrently-in-transaction", &["concurrently-in-transaction"]),
        ("detach-partition-non-concurrent", &["blocking-detach"]),
        ("drop-column", &["drop-column-without-backup"]),
        ("drop-index-non-concurrent", &["blocking-index-drop"]),
        ("drop-table", &["drop-table-without-backup"]),
        ("enum-value-used-in-transaction", &["enum-value-in-same-transaction"]),
        ("refresh-matview-non-concurrent", &["blocking-refresh"]),
        ("reindex-non-concurrent", &["blocking-reindex"]),
        ("rename", &["rename-column", "rename-table"]),
        ("set-logged-unlogged", &["table-rewrite"]),
        ("set-not-null", &["set-not-null-scan"]),
        ("truncate", &["truncate-without-backup"]),
        ("unchecked-do-block", &["opaque-step"]),
        ("vacuum-full-cluster", &["table-rewrite"]),
    ],
};

// src/rules/*.ts `ruleId`
pub(super) static PGFENCE: Tool = Tool {
    all: &[],
    parted: Parted::Commas,
    rules: &[
        ("add-column-non-constant-default", &["volatile-default"]),
        ("add-column-not-null-no-default", &["not-null-without-default"]),
        ("add-column-serial", &["rewriting-column"]),
        ("add-column-stored-generated", &["rewriting-column"]),
        ("add-constraint-check-no-not-valid", &["check-without-not-valid"]),
        ("add-constraint-exclude", &["exclusion-constraint"]),
        ("add-constraint-fk-no-not-valid", &["foreign-key-without-not-valid"]),
        ("add-constraint-unique", &["unique-constraint-without-index"]),
        ("add-pk-without-using-index", &["primary-key-without-index"]),
        ("alter-column-set-not-null", &["set-not-null-scan"]),
        ("alter-column-type", &["type-change-rewrite"]),
        ("attach-partition", &["attach-without-check"]),
        ("concurrent-in-transaction", &["concurrently-in-transaction"]),
        ("create-index-not-concurrent", &["blocking-index-build"]),
        ("detach-partition", &["blocking-detach"]),
        ("drop-column", &["drop-column-without-backup"]),
        ("drop-index-not-concurrent", &["blocking-index-drop"]),
        ("drop-table", &["drop-table-without-backup"]),
        ("enable-disable-trigger", &["disabled-triggers"]),
        ("not-valid-validate-same-tx", &["validate-in-same-transaction"]),
        ("refresh-matview-blocking", &["blocking-refresh"]),
        ("reindex-non-concurrent", &["blocking-reindex"]),
        ("rename-column", &["rename-column"]),
        ("rename-table", &["rename-table"]),
        ("set-logged-unlogged", &["table-rewrite"]),
        ("statement-after-access-exclusive", &["backfill-under-lock"]),
        ("truncate", &["truncate-without-backup"]),
        ("truncate-cascade", &["truncate-without-backup"]),
        ("vacuum-full", &["table-rewrite"]),
    ],
};

// src/rules/*.ts `id`
pub(super) static MIGRATION_PILOT: Tool = Tool {
    all: &[],
    parted: Parted::Blanks,
    rules: &[
        ("MP001", &["blocking-index-build"]),
        ("MP002", &["set-not-null-scan"]),
        ("MP003", &["volatile-default"]),
        ("MP005", &["foreign-key-without-not-valid"]),
        ("MP006", &["table-rewrite"]),
        ("MP007", &["type-change-rewrite"]),
        ("MP009", &["blocking-index-drop"]),
        ("MP010", &["rename-column"]),
        ("MP015", &["rewriting-column"]),
        ("MP017", &["drop-column-without-backup"]),
        ("MP018", &["set-not-null-scan"]),
        ("MP021", &["blocking-reindex"]),
        ("MP022", &["drop-cascade"]),
        ("MP025", &["concurrently-in-transaction"]),
        ("MP026", &["drop-table-without-backup"]),
        ("MP027", &["unique-constraint-without-index"]),
        ("MP028", &["rename-table"]),
        ("MP030", &["check-without-not-valid"]),
        ("MP031", &["exclusion-constraint"]),
        ("MP032", &["table-rewrite"]),
        ("MP033", &["blocking-refresh"]),
        ("MP036", &["truncate-without-backup"]),
        ("MP046", &["blocking-detach"]),
        ("MP047", &["table-rewrite"]),
        ("MP054", &["enum-value-in-same-transaction"]),
        ("MP060", &["rename-enum-value"]),
        ("MP062", &["rewriting-column"]),
        ("MP064", &["disabled-triggers"]),
        ("MP069", &["foreign-key-locks-parent"]),
        ("MP071", &["rename-column", "rename-table"]),
        ("MP084", &["not-null-without-default"]),
        ("MP094", &["attach-without-check"]),
    ],
};

// docs/src/checks
pub(super) static DIESEL_GUARD: Tool = Tool {
    all: &[],
    parted: Parted::Never,
    rules: &[
        ("add-check-constraint", &["check-without-not-valid"]),
        ("add-column-default", &["volatile-default"]),
        ("add-exclude-constraint", &["exclusion-constraint"]),
        ("add-foreign-key", &["foreign-key-without-not-valid"]),
        ("add-identity-column", &["rewriting-column"]),
        ("add-index", &["blocking-index-build", "concurrently-in-transaction"]),
        ("add-primary-key", &["primary-key-without-index"]),
        ("add-serial-column", &["rewriting-column"]),
        ("add-unique-constraint", &["unique-constraint-without-index"]),
        ("alter-column-type", &["type-change-rewrite"]),
        ("drop-column", &["drop-column-without-backup"]),
        ("drop-index", &["blocking-index-drop"]),
        ("drop-table", &["drop-table-without-backup"]),
        ("generated-column", &["rewriting-column"]),
        ("refresh-materialized-view", &["blocking-refresh"]),
        ("reindex", &["blocking-reindex"]),
        ("rename-column", &["rename-column"]),
        ("rename-table", &["rename-table"]),
        ("set-not-null", &["set-not-null-scan"]),
        ("truncate-table", &["truncate-without-backup"]),
    ],
};

// crates/pgls_analyser/src/lint/safety
pub(super) static LANGUAGE_SERVER: Tool = Tool {
    all: &["lint", "safety"],
    parted: Parted::Never,
    rules: &[
        ("addSerialColumn", &["rewriting-column"]),
        ("addingFieldWithDefault", &["rewriting-column", "volatile-default"]),
        ("addingForeignKeyConstraint", &["foreign-key-without-not-valid"]),
        ("addingNotNullField", &["set-not-null-scan"]),
        ("addingPrimaryKeyConstraint", &["primary-key-without-index"]),
        ("addingRequiredField", &["not-null-without-default"]),
        ("avoidAddingExclusionConstraint", &["exclusion-constraint"]),
        ("avoidAttachingPartition", &["attach-without-check"]),
        ("avoidEnableDisableTrigger", &["disabled-triggers"]),
        ("banConcurrentIndexCreationInTransaction", &["concurrently-in-transaction"]),
        ("banDropColumn", &["drop-column-without-backup"]),
        ("banDropTable", &["drop-table-without-backup"]),
        ("banTruncate", &["truncate-without-backup"]),
        ("banTruncateCascade", &["truncate-without-backup"]),
        ("banVacuumFull", &["table-rewrite"]),
        ("changingColumnType", &["type-change-rewrite"]),
        ("constraintMissingNotValid", &["check-without-not-valid", "foreign-key-without-not-valid"]),
        ("disallowUniqueConstraint", &["unique-constraint-without-index"]),
        ("renamingColumn", &["rename-column"]),
        ("renamingTable", &["rename-table"]),
        ("requireConcurrentDetachPartition", &["blocking-detach"]),
        ("requireConcurrentIndexCreation", &["blocking-index-build"]),
        ("requireConcurrentIndexDeletion", &["blocking-index-drop"]),
        ("requireConcurrentRefreshMatview", &["blocking-refresh"]),
        ("requireConcurrentReindex", &["blocking-reindex"]),
        ("requireSeparateConstraintValidation", &["validate-in-same-transaction"]),
        ("runningStatementWhileHoldingAccessExclusive", &["backfill-under-lock"]),
    ],
};

// docs/docs/rules.md
pub(super) static PGRUBIC: Tool = Tool {
    all: &[],
    parted: Parted::Commas,
    rules: &[
        ("GN015", &["drop-cascade"]),
        ("US001", &["drop-column-without-backup"]),
        ("US002", &["type-change-rewrite"]),
        ("US003", &["rename-column"]),
        ("US004", &["rewriting-column"]),
        ("US005", &["rewriting-column"]),
        ("US006", &["rewriting-column"]),
        ("US010", &["set-not-null-scan"]),
        ("US011", &["volatile-default"]),
        ("US012", &["foreign-key-without-not-valid"]),
        ("US013", &["check-without-not-valid"]),
        ("US014", &["unique-constraint-without-index"]),
        ("US015", &["primary-key-without-index"]),
        ("US016", &["blocking-index-build"]),
        ("US019", &["blocking-index-drop"]),
        ("US020", &["blocking-reindex"]),
        ("US021", &["drop-table-without-backup"]),
        ("US022", &["rename-table"]),
        ("US025", &["table-rewrite"]),
        ("US026", &["table-rewrite"]),
        ("US027", &["blocking-detach"]),
        ("US028", &["blocking-refresh"]),
        ("US029", &["truncate-without-backup"]),
        ("US031", &["volatile-default"]),
    ],
};

// sql/sqlcheck/*/ `sqlcheck.Code` and `Name`
pub(super) static ATLAS: Tool = Tool {
    all: &[],
    parted: Parted::Blanks,
    rules: &[
        ("BC101", &["rename-table"]),
        ("BC102", &["rename-column"]),
        ("DS102", &["drop-table-without-backup"]),
        ("DS103", &["drop-column-without-backup"]),
        ("MF101", &["unique-constraint-without-index"]),
        ("MF103", &["not-null-without-default"]),
        ("MF104", &["set-not-null-scan"]),
        (
            "data_depend",
            &["not-null-without-default", "set-not-null-scan", "unique-constraint-without-index"],
        ),
        ("destructive", &["drop-column-without-backup", "drop-table-without-backup"]),
        ("incompatible", &["rename-column", "rename-table"]),
    ],
};
