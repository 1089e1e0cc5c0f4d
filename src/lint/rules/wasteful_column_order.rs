//! CREATE TABLE whose columns leave gaps.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "wasteful-column-order",
        summary: "The columns of a new table stand in an order that pads every row",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("wasteful-column-order"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// Bytes that are worth a word.
const WORTH: usize = 8;

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateTable(create) = context.operation else { return None };
    // Where the values of varying length stand is not known, so only what is before them counts.
    let widths: Vec<usize> = create.columns.iter().map_while(|column| width(&column.data_type)).collect();
    let mut best = widths.clone();
    best.sort_by_key(|width| std::cmp::Reverse(*width));
    let lost = padding(&widths).checked_sub(padding(&best)).filter(|lost| *lost >= WORTH)?;
    Some(
        Draft::new(format!("Every row of {} is {lost} bytes longer than its columns need", shown(&create.table)))
            .label("leaves gaps between its columns")
            .note("A value of eight bytes begins at a multiple of eight, and what is before it is padded")
            .help("Put the columns of eight bytes first, then those of four, of two, of one, then those of varying length", ""),
    )
}

/// Bytes of a type of fixed length, which is also its alignment.
fn width(data_type: &DataType) -> Option<usize> {
    if data_type.dimensions > 0 {
        return None;
    }
    Some(match data_type.name.as_str() {
        "boolean" => 1,
        "smallint" | "smallserial" => 2,
        "integer" | "serial" | "real" | "date" | "oid" => 4,
        "bigint" | "bigserial" | "double precision" | "money" => 8,
        name if name.starts_with("timestamp") || name == "time without time zone" => 8,
        _ => return None,
    })
}

/// Bytes that are left empty before the columns, and at the end of the row.
fn padding(widths: &[usize]) -> usize {
    let end = widths.iter().fold(0_usize, |end, width| end.next_multiple_of(*width) + width);
    end.next_multiple_of(WORTH) - widths.iter().sum::<usize>()
}
