//! The README claims only what works: its commands are run and must print what it shows, and what it lists is
//! everything that there is.

use std::path::Path;

use assert_cmd::Command;
use mig_check::config::Config;
use mig_check::report::FORMATS;

const README: &str = include_str!("../../README.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// What lays out the machine before a command; tests run after it.
const PREPARE: [&str; 2] = ["tests/prepare.sh && ", "tests/prepare.sh python && "];

/// A command without what prepares for it.
fn prepared(command: &str) -> &str {
    PREPARE.iter().find_map(|prepare| command.strip_prefix(prepare)).unwrap_or(command)
}

/// A command of the README with the output that it shows.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    command: String,
    output: Vec<String>,
}

/// Every `$ command` of every console block.
fn shown(markdown: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in markdown.lines() {
        match (inside, line) {
            (false, "```console") => inside = true,
            (true, "```") => inside = false,
            (true, line) => match (line.strip_prefix("$ "), all.last_mut()) {
                (Some(command), _) => {
                    all.push(Shown { command: command.to_owned(), output: Vec::new() });
                }
                (None, Some(last)) => last.output.push(line.to_owned()),
                (None, None) => panic!("a console block begins with a command, not with {line}"),
            },
            (false, _) => {}
        }
    }
    all
}

/// Whether a text is what is shown; a line `[…]` stands for any lines.
fn fits(output: &[String], shown: &[String]) -> bool {
    match shown.split_first() {
        None => output.is_empty(),
        Some((gap, rest)) if gap == "[…]" => (0..=output.len()).any(|from| fits(&output[from..], rest)),
        Some((line, rest)) => {
            output.split_first().is_some_and(|(first, others)| first == line && fits(others, rest))
        }
    }
}

/// A line without the versions of the programs that happen to be here: each number with a point in it is `N`.
fn without_versions(line: &str) -> String {
    let version = |word: &str| {
        let word = word.trim_end_matches(',');
        word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    line.split(' ').map(|word| if version(word) { "N" } else { word }).collect::<Vec<_>>().join(" ")
}

#[test]
fn commands_print_what_the_readme_shows() {
    let mut run = 0;
    for Shown { command, output } in shown(README) {
        let bare = prepared(&command);
        let Some(arguments) =
            bare.strip_prefix("mig-check").or_else(|| bare.strip_prefix("cargo run --release -- "))
        else {
            continue;
        };
        let result = Command::cargo_bin("mig-check")
            .expect("the program")
            .current_dir(ROOT)
            .args(arguments.split_whitespace())
            .output()
            .expect("it runs");
        let text =
            String::from_utf8(result.stdout).expect("UTF-8") + &String::from_utf8_lossy(&result.stderr);
        let lines = |lines: &mut dyn Iterator<Item = &str>| lines.map(without_versions).collect::<Vec<_>>();
        let printed = lines(&mut text.trim_end().lines());
        let expected = lines(&mut output.iter().map(String::as_str));
        assert!(fits(&printed, &expected), "`{command}` prints, unlike what the README shows:\n{text}");
        run += 1;
    }
    assert!(run >= 3, "the README shows commands");
}

/// Commands that are run elsewhere: by continuous integration, or by installing.
#[test]
fn other_commands_are_known_and_run_elsewhere() {
    let ci = include_str!("../../.ci/run");
    for Shown { command, output } in shown(README) {
        let bare = prepared(&command);
        match bare {
            "cargo test" => assert!(ci.contains(&command), ".ci/run runs the README's test command"),
            "cargo install --path ." => {}
            _ if bare.starts_with("mig-check") || bare.starts_with("cargo run --release -- ") => continue,
            _ => panic!("nobody runs `{command}`"),
        }
        assert_eq!(output, Vec::<String>::new(), "`{command}` shows output that nobody compares");
    }
}

#[test]
fn everything_there_is_stands_in_the_readme() {
    for format in FORMATS {
        assert!(README.contains(&format!("| `{}` |", format.name)), "format {}", format.name);
    }
    for key in Config::keys() {
        assert!(README.contains(&format!("| `{key}` |")), "configuration key {key}");
    }
    for code in [0, 1, 2, 3, 130] {
        assert!(README.contains(&format!("| {code} |")), "exit code {code}");
    }
}

#[test]
fn gaps_and_versions_are_understood() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(fits(&lines("a\nb\nc"), &lines("a\n[…]\nc")) && fits(&lines("a"), &lines("a\n[…]")));
    assert!(!fits(&lines("a\nb"), &lines("a")) && !fits(&lines("a"), &lines("[…]\nb")));
    assert_eq!(without_versions("  on Python 3.11.7, in one"), without_versions("  on Python 3.9.0, in one"));
    assert_ne!(without_versions("2 errors"), without_versions("3 errors"));
    assert_eq!(
        shown("```console\n$ a\nb\n```\n$ c"),
        [Shown { command: "a".into(), output: vec!["b".into()] }]
    );
}

#[test]
fn the_configurations_that_the_readme_shows_are_some() {
    let blocks = README.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let configs: Vec<Config> = blocks
        .map(|shown| {
            let file = tempfile::NamedTempFile::new().expect("a temporary file");
            std::fs::write(file.path(), shown).expect("written");
            let config = Config::load(Some(file.path()), Path::new("."), &mig_check::command::rules());
            config.unwrap_or_else(|error| panic!("{error}"))
        })
        .collect();
    assert!(configs.iter().any(|config| config.commands.is_some()));
    assert!(configs.iter().any(|config| (config.overrides.len(), config.rows.len()) == (2, 2)));
}
