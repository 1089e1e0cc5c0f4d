//! Options of statements, whatever the clause that they stand in: `WITH (fillfactor = 70)`, `INCREMENT BY 2`,
//! `(FULL, PARALLEL 2)`. Refuses to know what they mean.

/// One option, under the name that PostgreSQL's tree has for it: `fillfactor`, `increment`, `full`, `cascade`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Lower case; with its namespace, if one is written: `toast.autovacuum_enabled`.
    pub name: String,
    /// Strings without their quotes, anything else as written in lower case; `None` if the name says it all.
    pub value: Option<String>,
}

impl Setting {
    /// An option that its name says.
    pub fn flag(name: &str) -> Self {
        Self { name: name.to_owned(), value: None }
    }

    /// An option with what it is set to.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: Some(value.into()) }
    }

    /// Whether it switches something off.
    pub fn is_off(&self) -> bool {
        self.value.as_deref().is_some_and(|value| matches!(value, "false" | "off" | "no" | "0"))
    }
}

/// The option of that name, if it is written; the last one counts.
pub fn setting<'a>(options: &'a [Setting], name: &str) -> Option<&'a Setting> {
    options.iter().rfind(|option| option.name == name)
}

/// Whether an option is written and not switched off.
pub fn is_on(options: &[Setting], name: &str) -> bool {
    setting(options, name).is_some_and(|option| !option.is_off())
}

/// Where `ADD VALUE` puts a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// `BEFORE 'label'`.
    Before(String),
    /// `AFTER 'label'`.
    After(String),
}
