//! Files that migrations read beside themselves: paths and what is written there. Reads files of the project alone;
//! refuses to write, and to follow anything else.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::hole::is_holed;
use super::super::value::{Arguments, Symbol, Value};
use super::Evaluator;

/// A path, or the open file there.
pub(super) const FILE: &str = "alembic:file:";

/// Bytes of the largest file that is read; SQL by hand is far smaller.
const LARGEST: u64 = 4 << 20;

/// The path that a text, a path object or an open file stands for.
pub(super) fn path_of(value: &Value) -> Option<&str> {
    let file = value.as_path().and_then(|path| path.strip_prefix(FILE));
    file.or_else(|| value.as_str().filter(|text| !is_holed(text)))
}

/// Whether a value is a path or an open file.
pub(super) fn is_file(value: &Value) -> bool {
    value.as_path().is_some_and(|path| path.starts_with(FILE))
}

fn file(path: &Path) -> Value {
    Value::path(format!("{FILE}{}", path.display()))
}

/// `path / name`, if the left side is a path.
pub(super) fn joined(left: &Value, right: &Value) -> Option<Value> {
    let folder = left.as_path()?.strip_prefix(FILE)?;
    Some(file(&Path::new(folder).join(path_of(right)?)))
}

impl Evaluator<'_> {
    /// Calls what opens or names a file; `None` for anything else.
    pub(super) fn file_function(&self, path: &str, arguments: &Arguments) -> Option<Value> {
        let first = arguments.positional.first().map(|argument| &argument.value);
        match path {
            "pathlib.Path" | "pathlib.PurePath" => {
                let parts: Option<PathBuf> = arguments.values().map(path_of).collect();
                Some(file(&parts?))
            }
            "builtins.open" | "io.open" | "codecs.open" => {
                let mode = arguments.value(1, "mode").map_or(Some("r"), Value::as_str)?;
                mode.starts_with('r').then(|| first.and_then(path_of).map(|path| file(Path::new(path))))?
            }
            "importlib.resources.files" => Some(file(&self.package(first?)?)),
            "importlib.resources.read_text" | "pkgutil.get_data" => {
                let name = arguments.positional.get(1).and_then(|argument| path_of(&argument.value))?;
                let text = self.contents(&self.package(first?)?.join(name));
                match text {
                    Value::Str(text) if path.starts_with("pkgutil") => {
                        Some(Value::Bytes(text.text.as_bytes().into()))
                    }
                    text => Some(text),
                }
            }
            _ => None,
        }
    }

    /// An attribute of a path or an open file.
    pub(super) fn file_attribute(&self, value: &Value, name: &str) -> Value {
        let path = Path::new(path_of(value).unwrap_or_default());
        let part = match name {
            "parent" => return path.parent().map_or_else(|| value.clone(), file),
            "parents" => return Value::list(path.ancestors().skip(1).map(file).collect()),
            "name" => path.file_name(),
            "stem" => path.file_stem(),
            _ => return Value::Symbol(Rc::new(Symbol::Attribute(value.clone(), name.into()))),
        };
        Value::text(part.unwrap_or_default().to_string_lossy().as_ref())
    }

    /// Calls a method of a path or an open file.
    pub(super) fn on_file(&self, value: &Value, method: &str, arguments: &Arguments) -> Value {
        let path = Path::new(path_of(value).unwrap_or_default());
        let first = arguments.positional.first().and_then(|argument| path_of(&argument.value));
        match (method, first) {
            ("read", None) if arguments.positional.is_empty() => self.contents(path),
            ("read_text", _) => self.contents(path),
            ("readlines", None) => self.lines(value).map_or_else(|| self.contents(path), Value::list),
            // One that is not in the project may still be where the migration runs.
            ("exists" | "is_file" | "is_dir", None) if self.library.within(path).is_some() => {
                Value::Bool(true)
            }
            ("resolve" | "absolute", None) => value.clone(),
            // Another object than the path: who reads on in the file changes no path.
            ("open", None | Some("r" | "rt")) => file(path),
            ("joinpath", Some(_)) => {
                let parts: Option<PathBuf> = arguments.values().map(path_of).collect();
                parts.map_or_else(|| Value::unknown("a path is computed"), |parts| file(&path.join(parts)))
            }
            ("with_name", Some(name)) => file(&path.with_file_name(name)),
            ("with_suffix", Some(suffix)) => file(&path.with_extension(suffix.trim_start_matches('.'))),
            ("close", None) => Value::None,
            _ => Value::unknown("a file is read"),
        }
    }

    /// The lines of a file, each with its end; `None` if the value is no file whose text is known.
    pub(super) fn lines(&self, value: &Value) -> Option<Vec<Value>> {
        let path = value.as_path()?.strip_prefix(FILE)?;
        match self.contents(Path::new(path)) {
            Value::Str(text) => Some(text.text.split_inclusive('\n').map(Value::text).collect()),
            _ => None,
        }
    }

    /// The folder of a package of the repository, given by name or as a module.
    fn package(&self, value: &Value) -> Option<PathBuf> {
        match value {
            Value::Module(module) => module.path.parent().map(Path::to_owned),
            name => self.library.within(&path_of(name)?.split('.').collect::<PathBuf>()),
        }
    }

    fn contents(&self, path: &Path) -> Value {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(found) = self.library.within(path) else {
            return Value::unknown(format!("the file `{name}` is not in this project"));
        };
        match std::fs::metadata(&found) {
            Ok(about) if about.is_file() && about.len() <= LARGEST => {}
            _ => return Value::unknown(format!("`{name}` is no file of less than 4 MiB")),
        }
        match std::fs::read_to_string(&found) {
            Ok(text) => Value::text(text.replace("\r\n", "\n")),
            Err(error) => Value::unknown(format!("the file `{name}` cannot be read: {error}")),
        }
    }
}
