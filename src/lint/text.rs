//! Finds parts of a statement's text that helps repeat, as its author wrote them. Refuses to know what they mean.

/// Where a keyword stands, outside quotes and parentheses.
pub fn find(sql: &str, keyword: &str) -> Option<usize> {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = sql.as_bytes();
    outside(sql).find(|at| {
        let end = at + keyword.len();
        let same = bytes.get(*at..end).is_some_and(|text| text.eq_ignore_ascii_case(keyword.as_bytes()));
        same && !is_word(at.checked_sub(1).and_then(|before| bytes.get(before))) && !is_word(bytes.get(end))
    })
}

/// What stands in the parentheses that a text begins with.
pub fn parenthesised(sql: &str) -> Option<&str> {
    let inner = sql.strip_prefix('(')?;
    let end = outside(inner).find(|at| inner.as_bytes()[*at] == b')')?;
    Some(&inner[..end])
}

/// A text with another word instead of one, but for what stands in quotes.
pub fn replaced(sql: &str, word: &str, by: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::new();
    for (number, part) in sql.split('\'').enumerate() {
        if number > 0 {
            out.push('\'');
        }
        for piece in part.split_inclusive(|c: char| !is_word(c)) {
            let bare = piece.trim_end_matches(|c: char| !is_word(c));
            let instead = if number % 2 == 0 && bare.eq_ignore_ascii_case(word) { by } else { bare };
            out.push_str(instead);
            out.push_str(&piece[bare.len()..]);
        }
    }
    out
}

/// The places outside quotes and parentheses; a parenthesis that was not opened is one of them.
fn outside(sql: &str) -> impl Iterator<Item = usize> {
    let (mut quote, mut depth) = (None, 0_usize);
    sql.bytes().enumerate().filter_map(move |(at, byte)| {
        match (quote, byte) {
            (Some(open), _) => {
                quote = Some(open).filter(|open| *open != byte);
                return None;
            }
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth > 0 => depth -= 1,
            (None, _) if depth == 0 => return Some(at),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_quotes_and_parentheses_are_not_found() {
        let sql = "UPDATE t SET \"set\" = 'where' || (SELECT x WHERE y), offset_ = 1 WHERE true";
        assert_eq!(find(sql, "where").map(|at| &sql[at..]), Some("WHERE true"));
        assert_eq!(find(sql, "SET"), Some(9));
        assert_eq!(find(sql, "y"), None);
    }

    #[test]
    fn words_are_replaced_but_in_quotes() {
        assert_eq!(
            replaced("VALUE ~ 'a value' AND length(value) < 9", "VALUE", "code"),
            "code ~ 'a value' AND length(code) < 9"
        );
    }

    #[test]
    fn parentheses_end_where_they_are_closed() {
        assert_eq!(parenthesised("('a)', f(1)) TO (2)"), Some("'a)', f(1)"));
        assert_eq!(parenthesised("(1"), None);
        assert_eq!(parenthesised("1"), None);
    }
}
