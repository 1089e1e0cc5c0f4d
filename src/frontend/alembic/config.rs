//! Alembic's configuration files: `alembic.ini` as Python's configparser reads it, and `pyproject.toml`. Refuses to
//! know what the values are for.

use std::collections::BTreeMap;
use std::path::Path;

/// Sections of a configuration file in their order, each with its keys in lower case.
pub type Sections = Vec<(String, BTreeMap<String, String>)>;

/// Reads the sections of an ini file; values are not interpolated yet. What is no section or key is passed over.
pub fn ini(text: &str) -> Sections {
    let mut sections: Sections = Vec::new();
    let mut key: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            sections.push((name.to_owned(), BTreeMap::new()));
            key = None;
            continue;
        }
        let Some((_, values)) = sections.last_mut() else { continue };
        if line.starts_with([' ', '\t'])
            && let Some(key) = &key
        {
            let value: &mut String = values.entry(key.clone()).or_default();
            value.push('\n');
            value.push_str(trimmed);
            continue;
        }
        let Some((name, value)) = trimmed.split_once(['=', ':']) else { continue };
        let name = name.trim().to_lowercase();
        values.insert(name.clone(), value.trim().to_owned());
        key = Some(name);
    }
    sections
}

/// A value with its `%(name)s` filled in from its section, the defaults and `here`.
pub fn interpolated(sections: &Sections, section: &str, key: &str, here: &Path) -> Option<String> {
    let find = |key: &str| {
        if key == "here" {
            return Some(here.to_string_lossy().into_owned());
        }
        [section, "DEFAULT"].iter().find_map(|name| {
            let (_, values) = sections.iter().find(|(known, _)| known == name)?;
            values.get(key).cloned()
        })
    };
    let mut value = find(key)?;
    // A value may name another; ten rounds are what configparser allows.
    for _ in 0..10 {
        let Some(at) = value.find("%(") else { break };
        let Some(end) = value[at..].find(")s").map(|end| end + at) else { break };
        let name = value[at + 2..end].to_lowercase();
        let Some(inner) = find(&name) else { break };
        value.replace_range(at..end + 2, &inner);
    }
    Some(value.replace("%%", "%"))
}

/// `[tool.alembic]` of a `pyproject.toml` as a section.
pub fn pyproject(text: &str) -> Option<Sections> {
    let table: toml::Table = text.parse().ok()?;
    let alembic = table.get("tool")?.get("alembic")?.as_table()?;
    let mut values = alembic
        .iter()
        .filter_map(|(key, value)| {
            let value = match value {
                toml::Value::String(text) => text.clone(),
                toml::Value::Boolean(truth) => truth.to_string(),
                toml::Value::Array(items) => {
                    items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join("\n")
                }
                _ => return None,
            };
            Some((key.to_lowercase(), value))
        })
        .collect::<BTreeMap<_, _>>();
    // A list is written without a separator, and its items may hold any.
    if alembic.values().any(toml::Value::is_array) {
        values.insert("path_separator".to_owned(), "newline".to_owned());
    }
    Some(vec![("alembic".to_owned(), values)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_configparser_reads_them() {
        let text = "[DEFAULT]\nbase = %(here)s/db\n[alembic]\n# no\nScript_Location = %(base)s/scripts\nversion_locations =\n  a\n  b\n[other]\nx: 1\n";
        let sections = ini(text);
        let get = |key: &str| interpolated(&sections, "alembic", key, Path::new("/p"));
        assert_eq!(get("script_location").as_deref(), Some("/p/db/scripts"));
        assert_eq!(get("version_locations").as_deref(), Some("\na\nb"));
        assert_eq!(get("x"), None);
    }
}
