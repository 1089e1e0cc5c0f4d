//! Holds the house: who may import whom, where each third-party crate lives, how modules open and how large they get.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each module at the top of `src/` may import; the last row's may import all of these.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("operation", &["source"]),
    ("finding", &["source"]),
    ("history", &["operation", "source"]),
    ("sql", &["history", "operation", "finding", "source"]),
    ("frontend", &["sql", "history", "operation", "finding", "source"]),
    ("lint", &["history", "operation", "finding", "source"]),
    ("roundtrip", &["history", "operation", "finding", "source"]),
    ("report", &["history", "operation", "finding", "source"]),
    ("config", EVERYTHING),
    ("cli", EVERYTHING),
    ("exit", EVERYTHING),
    ("command", EVERYTHING),
];
const EVERYTHING: &[&str] = &[
    "source",
    "operation",
    "finding",
    "history",
    "sql",
    "frontend",
    "lint",
    "roundtrip",
    "report",
    "config",
    "cli",
    "exit",
    "command",
];

/// Where each dependency lives: in files whose path below `src/` begins with one of these. Those that serve everywhere
/// have an empty one.
const HOMES: &[(&str, &[&str])] = &[
    ("annotate-snippets", &["report/text"]),
    ("clap", &["cli"]),
    ("futures-util", &["roundtrip"]),
    ("indicatif", &["command"]),
    ("junit-report", &["report/junit"]),
    ("landlock", &["roundtrip"]),
    ("md-5", &["frontend/alembic"]),
    ("rayon", &["command", "frontend"]),
    ("ring", &["roundtrip"]),
    ("ruff_python_ast", &["frontend/alembic"]),
    ("ruff_python_parser", &["frontend/alembic"]),
    ("ruff_text_size", &["frontend/alembic"]),
    ("regex-lite", &["lint"]),
    ("rowan", &["sql"]),
    ("rpds", &["lint", "roundtrip"]),
    ("rustix", &["roundtrip"]),
    ("rustls-native-certs", &["roundtrip"]),
    ("mimalloc", &["main"]),
    ("percent-encoding", &["roundtrip"]),
    ("postgres-protocol", &["roundtrip"]),
    ("serde", &[""]),
    ("serde_json", &[""]),
    ("sha1", &["frontend/sql_files"]),
    ("similar", &["command/fix"]),
    ("sqlx", &["roundtrip"]),
    ("squawk-lexer", &["sql"]),
    ("squawk-line-index", &[]),
    ("squawk-parser", &["sql"]),
    ("squawk-syntax", &["sql"]),
    ("stacker", &["sql"]),
    ("strsim", &["config", "lint"]),
    ("tempfile", &[""]),
    ("testcontainers", &["roundtrip"]),
    ("thiserror", &[""]),
    ("tokio", &["roundtrip"]),
    ("tokio-rustls", &["roundtrip"]),
    ("toml", &["config", "frontend"]),
    ("url", &["roundtrip"]),
];

struct Module {
    /// Below `src/`, with forward slashes and without `.rs`: `report/text`.
    name: String,
    text: String,
    /// The text without comments and the insides of strings and characters.
    code: String,
}

impl Module {
    fn top(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }
}

fn modules() -> Vec<Module> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    assert!(files.len() > 10, "the walk found the source");
    let module = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("source is UTF-8");
        let below = path.strip_prefix(&src).expect("below src").with_extension("");
        let name = below.to_str().expect("UTF-8").replace('\\', "/");
        Module { name, code: code_of(&text), text }
    };
    files.iter().map(module).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
}

/// Rust without comments, and without what stands in strings and characters.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let raw = raw_string(rest, code.chars().next_back());
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = raw {
            length
        } else if c == '"' {
            quoted(rest, '"')
        } else if c == '\'' && (rest[1..].starts_with('\\') || rest[1..].chars().nth(1) == Some('\'')) {
            quoted(rest, '\'')
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

fn raw_string(text: &str, before: Option<char>) -> Option<usize> {
    let word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let opening = text.strip_prefix("br").or_else(|| text.strip_prefix('r')).filter(|_| !word)?;
    let hashes = opening.len() - opening.trim_start_matches('#').len();
    let body = opening[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - body.len();
    Some(body.find(&end).map_or(text.len(), |at| start + at + end.len()))
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The words and signs of code; `::` is one.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(c) = rest.chars().next() {
        let length = if c.is_alphanumeric() || c == '_' {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            c.len_utf8()
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// First names of what stands behind a path's `::`: one, or those of a group.
fn first_names<'a>(tokens: &[&'a str], names: &mut BTreeSet<&'a str>) {
    match tokens.first() {
        Some(&"{") => {
            let mut depth = 0;
            for (at, token) in tokens.iter().enumerate() {
                match *token {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                let opens = matches!(*token, "{" | ",") && depth == 1;
                if opens && let Some(next) = tokens.get(at + 1).filter(|next| **next != "}") {
                    names.insert(next);
                }
            }
        }
        Some(name) => {
            names.insert(name);
        }
        None => {}
    }
}

/// Top-level modules of the crate that some code names, by `crate::` or by climbing with `super::`.
fn imports<'a>(module: &'a str, code: &'a str) -> BTreeSet<&'a str> {
    let tokens = tokens(code);
    let depth = module.split('/').count();
    let mut names = BTreeSet::new();
    for at in 0..tokens.len() {
        let follows = |at: usize| tokens.get(at + 1) == Some(&"::");
        if tokens[at] == "crate" && follows(at) {
            first_names(&tokens[at + 2..], &mut names);
        }
        let begins = at == 0 || tokens[at - 1] != "::";
        if tokens[at] == "super" && begins {
            let climbed = tokens[at..].chunks(2).take_while(|pair| *pair == ["super", "::"]).count();
            if climbed >= depth {
                first_names(&tokens[at + 2 * climbed..], &mut names);
            }
        }
    }
    names
}

/// What code calls a crate: `md-5` calls its library otherwise than itself.
fn library(name: &str) -> String {
    if name == "md-5" { "md5".to_owned() } else { name.replace('-', "_") }
}

/// Whether some code names a crate, in a path or in a `use` of the crate itself.
fn names_crate(tokens: &[&str], name: &str) -> bool {
    (0..tokens.len()).any(|at| {
        let before = at.checked_sub(1).map(|before| tokens[before]);
        let after = tokens.get(at + 1).copied();
        let own = !matches!(before, Some("::" | "." | "mod" | "fn" | "crate"));
        tokens[at] == name
            && own
            && (after == Some("::") || (before == Some("use") && matches!(after, Some(";" | "as"))))
    })
}

#[test]
fn modules_import_only_from_below() {
    for module in modules() {
        if matches!(module.name.as_str(), "lib" | "main") {
            continue;
        }
        let row = MAY_IMPORT.iter().find(|(name, _)| *name == module.top());
        let (_, allowed) = row.unwrap_or_else(|| panic!("src/{}.rs has no row in MAY_IMPORT", module.name));
        for import in imports(&module.name, &module.code) {
            let known = MAY_IMPORT.iter().any(|(name, _)| *name == import);
            assert!(
                !known || import == module.top() || allowed.contains(&import),
                "src/{}.rs imports `{import}`, which {} may not",
                module.name,
                module.top()
            );
        }
    }
}

#[test]
fn every_dependency_lives_in_one_place() {
    let manifest =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect("it is there");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let mut dependencies = manifest["dependencies"].as_table().expect("a table").clone();
    for target in manifest["target"].as_table().expect("a table").values() {
        dependencies.extend(target["dependencies"].as_table().expect("a table").clone());
    }
    let modules = modules();
    let modules: Vec<(&Module, Vec<&str>)> =
        modules.iter().map(|module| (module, tokens(&module.code))).collect();
    for name in dependencies.keys() {
        let row = HOMES.iter().find(|(known, _)| known == name);
        let (_, homes) = row.unwrap_or_else(|| panic!("{name} has no row in HOMES"));
        let ident = library(name);
        for (module, _) in modules.iter().filter(|(_, tokens)| names_crate(tokens, &ident)) {
            let at_home = |home: &&str| {
                home.is_empty() || module.name == **home || module.name.starts_with(&format!("{home}/"))
            };
            assert!(
                homes.iter().any(at_home),
                "src/{}.rs uses {name}, which lives in {homes:?}",
                module.name
            );
        }
    }
    for (name, homes) in HOMES {
        let ident = library(name);
        let used = modules.iter().any(|(_, tokens)| names_crate(tokens, &ident));
        assert!(used || homes.is_empty(), "nobody uses {name} any more");
        assert!(
            dependencies.contains_key(*name) || name.starts_with("squawk"),
            "{name} is no dependency any more"
        );
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for module in modules() {
        let lines = module.text.lines().take_while(|line| line.starts_with("//!")).count();
        let most = if module.name == "lib" { 20 } else { 6 };
        assert!((1..=most).contains(&lines), "src/{}.rs opens with {lines} lines of //!", module.name);
    }
}

#[test]
fn modules_stay_small() {
    for module in modules() {
        let lines = module.text.lines().count();
        let most = match module.name.as_str() {
            "main" => 40,
            name if name.starts_with("lint/rules/") => 100,
            _ => 450,
        };
        assert!(lines < most, "src/{}.rs has {lines} lines; it may have fewer than {most}", module.name);
    }
}

#[test]
fn the_reader_of_this_test_sees_through_comments_strings_and_groups() {
    let source = r##"
        // use crate::lint;
        /* crate::report /* nested */ crate::cli */
        use crate::{finding::{Finding, Label}, source};
        const A: &str = "crate::sql"; const B: char = '"'; const C: &str = r#"crate::exit"#;
        fn f<'a>(x: &'a str) -> crate::history::Graph { super::super::operation::g(x) }
    "##;
    let code = code_of(source);
    let found: Vec<&str> = imports("command/x", &code).into_iter().collect();
    assert_eq!(found, ["finding", "history", "operation", "source"]);
    assert_eq!(
        imports("command/x/y", &code).into_iter().collect::<Vec<_>>(),
        ["finding", "history", "source"]
    );
    let names = |code: &str| names_crate(&tokens(code), "clap");
    assert!(names("use clap;") && names("fn f() -> clap::Error {}"));
    assert!(!names("self::clap::f(); x.clap(); let clap = 1;"));
}
