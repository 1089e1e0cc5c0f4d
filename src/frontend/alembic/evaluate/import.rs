//! Imports. Modules of the same repository are read when one of their names is used; all others are only names.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use ruff_python_ast as ast;

use super::super::value::Value;
use super::{BUDGET, Evaluator, Module, Scope};

/// Names of a module of the repository that is not read yet begin with this: then come the module, the name and the
/// file that holds the import, which a relative one starts from.
const PENDING: &str = "import:";

/// How many modules may pass a name on.
const DEEPEST: usize = 20;

impl Evaluator<'_> {
    pub(super) fn import(&mut self, import: &ast::StmtImport, scope: &Rc<Scope>) {
        for alias in &import.names {
            let full = alias.name.as_str();
            match &alias.asname {
                Some(name) => scope.set(name, self.imported(full, None)),
                None => {
                    let first = full.split('.').next().unwrap_or(full);
                    scope.set(first, self.imported(first, None));
                }
            }
        }
    }

    pub(super) fn import_from(&mut self, import: &ast::StmtImportFrom, scope: &Rc<Scope>) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        for alias in &import.names {
            let name = alias.name.as_str();
            if name == "*" {
                self.import_all(module, import.level, scope);
                continue;
            }
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            let value = match import.level {
                0 => self.imported(module, Some(name)),
                level => self.pending(&format!("{}{module}", ".".repeat(level as usize)), name),
            };
            scope.set(bound, value);
        }
    }

    fn import_all(&mut self, module: &str, level: u32, scope: &Rc<Scope>) {
        let dots = ".".repeat(level as usize);
        let holder = self.module.path.clone();
        if let Some(found) = self.find_module(&format!("{dots}{module}"), &holder) {
            self.start(&found);
            for (name, value) in found.scope.names() {
                if !name.starts_with('_') {
                    scope.set(&name, value);
                }
            }
        }
    }

    /// What an import binds.
    fn imported(&mut self, module: &str, name: Option<&str>) -> Value {
        let library = module.split('.').next().is_some_and(|first| matches!(first, "alembic" | "sqlalchemy"));
        if !library && self.library.holds(module) {
            return self.pending(module, name.unwrap_or_default());
        }
        Value::path(name.map_or_else(|| module.to_owned(), |name| format!("{module}.{name}")))
    }

    fn pending(&self, module: &str, name: &str) -> Value {
        Value::path(format!("{PENDING}{module}:{name}:{}", self.module.path.display()))
    }

    /// The value that an import stands for, once it is used.
    pub(super) fn resolved(&mut self, value: Value) -> Value {
        self.resolved_within(value, DEEPEST)
    }

    fn resolved_within(&mut self, value: Value, depth: usize) -> Value {
        let Some(path) = value.as_path() else { return value };
        let Some(pending) = path.strip_prefix(PENDING) else {
            return self.library.configured(path).unwrap_or(value);
        };
        let mut parts = pending.splitn(3, ':').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        let (module, name, holder) = (part(), part(), PathBuf::from(part()));
        if let Some(configured) = self.library.configured(&format!("{module}.{name}")) {
            return configured;
        }
        let submodule =
            if module.ends_with('.') { format!("{module}{name}") } else { format!("{module}.{name}") };
        if name.is_empty() {
            return match self.find_module(&module, &holder) {
                Some(found) => {
                    self.start(&found);
                    Value::Module(found)
                }
                None => Value::unknown(format!("`{module}` has no file of its own in this repository")),
            };
        }
        let found = self.find_module(&module, &holder);
        let value = found.and_then(|found| {
            self.start(&found);
            found.scope.get(&name)
        });
        match value {
            Some(_) if depth == 0 => Value::unknown(format!("`{name}` is imported in a circle")),
            Some(value) => self.resolved_within(value, depth - 1),
            None => match self.find_module(&submodule, &holder) {
                Some(found) => {
                    self.start(&found);
                    Value::Module(found)
                }
                None => Value::unknown(format!("`{name}` was not found in `{module}`")),
            },
        }
    }

    /// A name of a module of the repository.
    pub(super) fn module_name(&mut self, module: &Rc<Module>, name: &str) -> Value {
        self.start(module);
        match module.scope.get(name) {
            Some(value) => self.resolved(value),
            None => {
                let folder = module.path.parent().map(|folder| folder.join(name));
                match folder.and_then(|path| self.library.find_at(&path, self.sources)) {
                    Some(found) if module.path.ends_with("__init__.py") => {
                        self.start(&found);
                        Value::Module(found)
                    }
                    _ => Value::unknown(format!("`{name}` was not found in its module")),
                }
            }
        }
    }

    fn find_module(&mut self, name: &str, holder: &Path) -> Option<Rc<Module>> {
        let dots = name.len() - name.trim_start_matches('.').len();
        if dots == 0 {
            return self.library.find(name, self.sources);
        }
        let mut folder = holder.parent()?;
        for _ in 1..dots {
            folder = folder.parent()?;
        }
        let mut path = folder.to_owned();
        path.extend(name[dots..].split('.').filter(|part| !part.is_empty()));
        self.library.find_at(&path, self.sources)
    }

    /// Runs a module's own statements once. What it would do to a database at import is nothing that Alembic sees.
    fn start(&mut self, module: &Rc<Module>) {
        if module.started.replace(true) {
            return;
        }
        let budget = std::mem::replace(&mut self.budget, BUDGET / 8);
        let caller = std::mem::replace(&mut self.module, Rc::clone(module));
        let conditions = std::mem::take(&mut self.output.conditions);
        let muted = self.output.mute();
        let closures = std::mem::take(&mut self.closures);
        self.block(&module.body, &module.scope);
        self.library.closures.keep(std::mem::replace(&mut self.closures, closures));
        self.output.unmute(muted);
        self.output.conditions = conditions;
        self.module = caller;
        self.budget = budget;
    }
}
