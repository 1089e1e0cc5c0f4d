//! The order in which tables are filled: those that others refer to first.

use std::collections::{HashMap, HashSet};

use super::catalog::{Oid, Table};

/// Indexes of tables. In a circle the references that may be NULL wait; one without any is entered anywhere.
pub(super) fn order(tables: &[Table]) -> Vec<usize> {
    let mut holders: HashMap<Oid, Vec<usize>> = HashMap::new();
    for (at, table) in tables.iter().enumerate() {
        for oid in table.ancestors.iter().chain([&table.oid]) {
            holders.entry(*oid).or_default().push(at);
        }
    }
    let needs = |at: usize, only_firm: bool| {
        let table: &Table = &tables[at];
        let references = table.references.iter().filter(move |reference| {
            !only_firm
                || reference
                    .columns
                    .iter()
                    .all(|number| table.column(*number).is_some_and(|column| column.not_null))
        });
        let needed = references.filter_map(|reference| holders.get(&reference.table)).flatten().copied();
        needed.filter(|other| *other != at).collect::<HashSet<usize>>()
    };
    let mut order = Vec::with_capacity(tables.len());
    let mut waiting: Vec<usize> = (0..tables.len()).collect();
    let soft: Vec<HashSet<usize>> = waiting.iter().map(|at| needs(*at, false)).collect();
    let firm: Vec<HashSet<usize>> = waiting.iter().map(|at| needs(*at, true)).collect();
    let mut done: HashSet<usize> = HashSet::new();
    while !waiting.is_empty() {
        let ready = |needs: &[HashSet<usize>]| waiting.iter().position(|at| needs[*at].is_subset(&done));
        let next = ready(&soft).or_else(|| ready(&firm)).unwrap_or_default();
        let at = waiting.remove(next);
        done.insert(at);
        order.push(at);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::catalog::{Column, Reference};
    use super::*;

    fn table(oid: Oid, references: &[(Oid, bool)]) -> Table {
        let mut table = Table { oid, ..Table::default() };
        for (number, (other, not_null)) in (1..).zip(references) {
            table.columns.push(Column {
                number,
                name: format!("c{number}"),
                kind: 23,
                modifier: -1,
                sql_type: "integer".to_owned(),
                not_null: *not_null,
                filled: false,
            });
            table.references.push(Reference {
                columns: vec![number],
                table: *other,
                sql_table: String::new(),
                sql_columns: Vec::new(),
            });
        }
        table
    }

    #[test]
    fn what_others_refer_to_comes_first() {
        let tables = [table(1, &[(2, true), (3, false)]), table(2, &[(3, true)]), table(3, &[(3, true)])];
        assert_eq!(order(&tables), [2, 1, 0]);
    }

    #[test]
    fn a_circle_is_entered_where_a_reference_may_be_null() {
        let tables = [table(1, &[(2, true)]), table(2, &[(1, false)])];
        assert_eq!(order(&tables), [1, 0]);
        let firm = [table(1, &[(2, true)]), table(2, &[(1, true)])];
        assert_eq!(order(&firm), [0, 1], "hopeless, but no endless loop");
    }
}
