//! What a configuration may say, and what is said of the rest.

use super::super::Server;
use super::*;
use crate::finding::{Evidence, Preset};
use crate::frontend::Settings;

static RULE: RuleInfo = RuleInfo {
    id: "dropped-column",
    summary: "",
    severity: Severity::Error,
    preset: Preset::Default,
    since: "",
    page: "",
    evidence: Evidence::Lint,
};

fn read(text: &str) -> Result<Config, (Range<usize>, String)> {
    config(text, false, Path::new("conf"), &[&RULE])
        .map(Option::unwrap_or_default)
        .map_err(|invalid| (invalid.range, invalid.message))
}

#[test]
fn every_key_is_read() {
    let config = read(concat!(
        "paths = ['a', 'b']\nexclude = 'old'\nbase = 'main'\nfail-on = 'never'\nformats = ['text', 'junit=r.xml']\n",
        "pg = '17'\nserver = 'local'\npython = '.venv/bin/python'\noffline = true\npreset = 'strict'\n",
        "small-table-rows = 1_000\n[rules]\ndropped-column = 'off'\n",
        "[[override]]\npaths = 'legacy'\nrules = { dropped-column = 'info' }\n",
        "[[override]]\nmigrations = ['0003']\nrules = { dropped-column = 'error' }\n",
        "[[table]]\nname = 'currencies'\nrows = 180\n",
    ))
    .expect("a good file");
    assert_eq!(config.paths, [Path::new("conf/a"), Path::new("conf/b")]);
    assert_eq!(config.exclude, [Path::new("conf/old")]);
    assert_eq!((config.base.as_deref(), config.fail_on, config.offline), (Some("main"), None, true));
    assert_eq!(config.outputs.len(), 2);
    assert_eq!(config.outputs[1].file.as_deref(), Some(Path::new("conf/r.xml")));
    assert_eq!((config.postgres, config.server), (vec![17], Server::Local));
    let postgres = |text: &str| read(text).map(|config| config.postgres);
    assert_eq!(postgres("pg = [15, '17']"), Ok(vec![15, 17]));
    assert_eq!(postgres("pg = '15, 17'"), Ok(vec![15, 17]));
    assert_eq!(config.python.as_deref(), Some(Path::new("conf/.venv/bin/python")));
    assert_eq!(config.severities.get("dropped-column"), Some(&Severity::Off));
    assert_eq!((config.preset, config.small_table_rows), (Preset::Strict, Some(1000)));
    assert_eq!(config.overrides[0].paths, [Path::new("conf/legacy")]);
    assert_eq!(config.overrides[1].migrations, ["0003"]);
    assert_eq!(config.overrides[1].severities.get("dropped-column"), Some(&Severity::Error));
    assert_eq!(config.rows.get("currencies"), Some(&180));
    let alembic = "[alembic]\nnaming-convention = { ix = 'ix_%(column_0_label)s' }\n\
                   [alembic.types]\nMoney = 'NUMERIC(12, 2)'\n'app.Code' = 'VARCHAR({length})'\n";
    assert_ne!(read(alembic).expect("a good file").migrations, Settings::default());
    let alembic = read("[alembic]\nx = ['tenant=a']\nenv = { KEY = 'hidden' }").expect("a good file");
    assert_eq!(alembic.alembic_arguments, ["tenant=a"]);
    assert_eq!(alembic.alembic_variables.get("KEY"), Some(&Secret("hidden".to_owned())));
    assert!(!format!("{alembic:?}").contains("hidden"));
    let ours =
        read("engine = 'native'\ntime-limit = 60\n[commands]\nup = 'run up'\nurl-variables = 'SHOP_URL'\n")
            .expect("a good file");
    let commands = ours.commands.expect("commands");
    assert!(ours.native);
    assert_eq!(ours.time_limit, 60);
    assert_eq!((commands.up.as_str(), commands.down), ("run up", None));
    assert_eq!(commands.url_variables, ["SHOP_URL"]);
    assert_eq!(commands.directory, Path::new("conf"));
}

#[test]
fn what_is_no_type_or_convention_is_refused_with_what_would_be() {
    let message = |text: &str| read(text).err().map(|(_, message)| message).unwrap_or_default();
    for (text, wrong) in [
        ("alembic = 1", "expected a table"),
        ("[alembic.env]\nPORT = 1", "expected a string"),
        ("[alembic.env]\n'A=B' = 'c'", "`A=B` can be no environment variable"),
        ("[alembic]\ntype = {}", "unknown key `type`; did you mean `types`?"),
        ("[alembic.types]\nMoney = 12", "expected a string"),
        ("[alembic.types]\n'app/Money' = 'TEXT'", "`app/Money` is no name of a Python type"),
        ("[alembic.types]\nMoney = ''", "`` is no type of PostgreSQL, as in `NUMERIC(12, 2)`"),
        ("[alembic.types]\nMoney = 'NUMERIC(12, 2'", "is no type of PostgreSQL"),
        ("[alembic.types]\nMoney = 'TEXT; DROP TABLE t'", "is no type of PostgreSQL"),
        ("[alembic.types]\nMoney = 'TEXT USING c::text'", "is no type of PostgreSQL"),
        ("[alembic.types]\nCode = 'VARCHAR({})'", "`VARCHAR({})` has a brace that holds no name"),
        ("[alembic.naming-convention]\nuk = 'x'", "unknown kind of constraint `uk` (kinds: ix, uq,"),
        ("[alembic.naming-convention]\nuq = '%(tabel)s'", "has a token that SQLAlchemy does not know"),
    ] {
        assert!(message(text).contains(wrong), "{text}: {}", message(text));
    }
}

#[test]
fn what_is_unknown_is_refused_with_its_neighbour_and_place() {
    let refused = |text: &str| read(text).err();
    let message = |text: &str| refused(text).map(|(_, message)| message).unwrap_or_default();
    let (range, text) = refused("base = 'x'\nfail_on = 'error'\n").expect("refused");
    assert_eq!((range, text.as_str()), (11..18, "unknown key `fail_on`; did you mean `fail-on`?"));
    assert_eq!(
        message("[rules]\ndroped-column = 'off'"),
        "unknown rule `droped-column`; did you mean `dropped-column`?"
    );
    assert_eq!(
        message("[rules]\ndropped-column = 'fatal'"),
        "expected \"off\", \"info\", \"warning\" or \"error\""
    );
    assert!(
        message("formats = 'jnuit'").contains("did you mean `junit`?"),
        "{}",
        message("formats = 'jnuit'")
    );
    assert!(message("fail-on = 'all'").contains("never"));
    assert!(message("pg = 'new'").contains("as in 17"));
    assert!(!message("base = ").is_empty());
    assert!(message("preset = 'strickt'").contains("presets: default, strict, pedantic"));
    assert!(message("engine = 'perl'").contains("engines: python, native"));
    assert_eq!(
        message("[commands]\ndown = 'x'"),
        "expected `up`, the command that upgrades by one migration"
    );
    assert_eq!(message("[commands]\nup = 'x'\ndwn = 'x'"), "unknown key `dwn`; did you mean `down`?");
    assert_eq!(message("[[override]]\nrules = {}"), "expected `paths` or `migrations` in an override");
    assert_eq!(message("[[table]]\nname = 'a'"), "expected `name` and `rows` of a table");
    assert_eq!(message("[[table]]\nname = 'a'\nrow = 3"), "unknown key `row`; did you mean `rows`?");
    assert_eq!(message("[[table]]\nname = 'a'\nrows = -1"), "expected a number, not below zero");
}

#[test]
fn a_pyproject_counts_only_with_our_table() {
    let read = |text: &str| config(text, true, Path::new(""), &[]).map_err(|invalid| invalid.message);
    assert!(read("[tool.other]\nx = 1").expect("fine").is_none());
    assert!(read("[tool.mig-check]\noffline = true").expect("fine").is_some_and(|config| config.offline));
    assert!(read("tool.mig-check = 3").is_err());
}
