//! Takes the time out of what is compared: `'now'::timestamp` in a view or a default is stored as the time of its
//! making, which is another each time that a migration runs.

use super::super::answers::Cells;

/// Length of `2024-01-31 12:00:00`; what follows are fractions and a zone.
const SECONDS: usize = 19;

/// Writes `'now'` for every literal that names a time since the server was started. The last answer is the clock's.
pub(super) fn hide(answers: &mut [Vec<Cells>]) {
    let Some([Some(start), Some(end)]) = answers.last().and_then(|rows| rows.first()).map(Vec::as_slice)
    else {
        return;
    };
    let (Some(start), Some(end)) = (start.get(..SECONDS), end.get(..SECONDS)) else { return };
    let (start, end) = (start.to_owned(), end.to_owned());
    // The server lives for one run: nearly always for one day.
    let days = [&start[..10], &end[..10]];
    let cells = answers.iter_mut().flatten().flatten().flatten();
    for cell in cells.filter(|cell| days.iter().any(|day| cell.contains(day))) {
        *cell = timeless(cell, &start, &end);
    }
}

fn timeless(text: &str, start: &str, end: &str) -> String {
    let is_now = |literal: &str| {
        literal.get(..SECONDS).is_some_and(|time| (start..=end).contains(&time))
            && literal.bytes().all(|byte| byte.is_ascii_digit() || b"-: .+".contains(&byte))
    };
    let parts: Vec<&str> = text.split('\'').map(|part| if is_now(part) { "now" } else { part }).collect();
    parts.join("'")
}

#[cfg(test)]
mod tests {
    use super::timeless;

    #[test]
    fn only_times_of_the_run_are_hidden() {
        let hidden = |text| timeless(text, "2024-05-01 12:00:00", "2024-05-01 12:30:00");
        assert_eq!(hidden("a < '2024-05-01 12:10:00.25'::timestamp"), "a < 'now'::timestamp");
        assert_eq!(hidden("a < '2024-05-01 12:30:00+00'::timestamptz"), "a < 'now'::timestamptz");
        for kept in ["a < '2024-05-01 11:59:59'", "a < '2024-05-01'", "'2024-05-01 12:10:00, says o''Neill'"]
        {
            assert_eq!(hidden(kept), kept);
        }
    }
}
