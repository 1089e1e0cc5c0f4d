//! Values that a condition itself suggests: its literals, their neighbours, texts of the lengths that it names.

/// How long a text we make only because a condition names a length.
const LONGEST: usize = 1000;

/// Texts for a column of some type, most promising first.
pub(super) fn suggest<'a>(conditions: impl Iterator<Item = &'a str>, type_name: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut numbers = Vec::new();
    let mut any = false;
    for condition in conditions {
        any = true;
        read(condition, &mut texts, &mut numbers);
    }
    if !any {
        return Vec::new();
    }
    let mut found = match type_name {
        "text" | "varchar" | "bpchar" | "citext" | "name" => as_text(texts, &numbers),
        "int2" | "int4" | "int8" | "numeric" | "float4" | "float8" | "money" => {
            as_number(&texts, numbers, type_name)
        }
        "date" | "timestamp" | "timestamptz" => texts
            .into_iter()
            .filter(|text| text.len() >= 10 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit))
            .collect(),
        _ => Vec::new(),
    };
    let mut seen = std::collections::HashSet::new();
    found.retain(|text| seen.insert(text.clone()));
    found
}

/// Collects literals of SQL text as PostgreSQL prints it.
fn read(condition: &str, texts: &mut Vec<String>, numbers: &mut Vec<f64>) {
    let mut parts = condition.split('\'');
    // Between quotes every second part is a literal; a doubled quote joins two.
    let mut outside = parts.next().unwrap_or_default();
    loop {
        let words = outside.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
        numbers.extend(words.filter_map(|word| word.parse::<f64>().ok()).filter(|number| number.is_finite()));
        let Some(mut literal) = parts.next().map(str::to_owned) else { return };
        outside = parts.next().unwrap_or_default();
        while outside.is_empty() {
            let Some(more) = parts.next() else { break };
            literal = format!("{literal}'{more}");
            outside = parts.next().unwrap_or_default();
        }
        numbers.extend(literal.parse::<f64>().ok().filter(|number| number.is_finite()));
        texts.push(literal);
    }
}

fn as_text(texts: Vec<String>, numbers: &[f64]) -> Vec<String> {
    let mut found = texts;
    for number in numbers.iter().filter(|number| **number >= 0.0 && **number <= LONGEST as f64) {
        let length = *number as usize;
        for length in [length, length + 1, length.saturating_sub(1)] {
            found.push("a".repeat(length));
        }
    }
    // What conditions on texts are mostly about.
    let shapes = [
        "alpha",
        "ALPHA",
        "alpha-1",
        "alpha_1",
        "1",
        "42",
        "a@example.com",
        "https://example.com/a",
        "#a1b2c3",
        "EUR",
        "en",
        "en-GB",
        "0123456789",
        "+491234567",
        "2024-01-15",
        "6f1c0d7e-8a53-4c35-9d0b-2f6f3f1f7a11",
        "0123456789abcdef0123456789abcdef",
        "1.2.3",
        "10:30",
    ];
    found.extend(shapes.iter().map(|&shape| shape.to_owned()));
    found
}

fn as_number(texts: &[String], numbers: Vec<f64>, type_name: &str) -> Vec<String> {
    let mut found: Vec<String> = texts.iter().filter(|text| text.parse::<f64>().is_ok()).cloned().collect();
    let whole = type_name.starts_with("int");
    let most = match type_name {
        "int2" => f64::from(i16::MAX),
        "int4" => f64::from(i32::MAX),
        _ => 1e15,
    };
    for number in numbers {
        for near in [number, number + 1.0, number - 1.0, number / 2.0] {
            let near = if whole { near.round() } else { near };
            if near.abs() <= most {
                found.push(near.to_string());
            }
        }
    }
    if whole {
        found.retain(|text| text.parse::<i64>().is_ok());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn literals_of_a_list_are_its_values() {
        let check =
            "((status)::text = ANY ((ARRAY['open'::character varying, 'it''s'::character varying])::text[]))";
        let found = suggest([check].into_iter(), "varchar");
        assert_eq!(found[..2], ["open", "it's"]);
    }

    #[test]
    fn numbers_come_with_their_neighbours() {
        let found = suggest(["((stars >= 1) AND (stars <= '-5'::integer))"].into_iter(), "int4");
        for wanted in ["1", "2", "-5", "-4"] {
            assert!(found.iter().any(|text| text == wanted), "{wanted}: {found:?}");
        }
    }

    #[test]
    fn a_length_becomes_a_text_of_that_length() {
        let found = suggest(["(char_length(code) = 7)"].into_iter(), "text");
        assert!(found.contains(&"aaaaaaa".to_owned()), "{found:?}");
    }

    #[test]
    fn a_literal_of_another_type_is_not_offered() {
        let check = "((state = 'closed'::text) = (closed_at IS NOT NULL))";
        assert_eq!(suggest([check].into_iter(), "timestamptz"), Vec::<String>::new());
    }
}
