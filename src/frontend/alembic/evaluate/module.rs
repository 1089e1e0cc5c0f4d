//! Python files of the repository and the names that they define. Refuses to know what the names mean.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ruff_python_ast::Stmt;

use crate::source::{SourceId, Sources};

use super::super::python;
use super::super::render::types;
use super::super::value::Value;

/// Names in one scope.
#[derive(Debug, Default)]
pub struct Scope {
    names: RefCell<HashMap<String, Value>>,
    outer: RefCell<Vec<String>>,
    parent: Option<Rc<Scope>>,
}

impl Scope {
    /// A scope within another.
    pub fn within(parent: &Rc<Scope>) -> Rc<Self> {
        Rc::new(Self { parent: Some(Rc::clone(parent)), ..Self::default() })
    }

    /// The value of a name here or further out.
    pub fn get(&self, name: &str) -> Option<Value> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(value) = here.names.borrow().get(name) {
                return Some(value.clone());
            }
            scope = here.parent.as_deref();
        }
        None
    }

    /// Binds a name here, or where `global` and `nonlocal` say.
    pub fn set(&self, name: &str, value: Value) {
        if self.outer.borrow().iter().any(|outer| outer == name) {
            let mut scope = self.parent.as_deref();
            while let Some(here) = scope {
                if here.names.borrow().contains_key(name) || here.parent.is_none() {
                    here.names.borrow_mut().insert(name.to_owned(), value);
                    return;
                }
                scope = here.parent.as_deref();
            }
            return;
        }
        self.names.borrow_mut().insert(name.to_owned(), value);
    }

    /// Binds a name where it is already bound; here if it is nowhere.
    pub fn set_where_bound(&self, name: &str, value: Value) {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if here.names.borrow().contains_key(name) {
                here.names.borrow_mut().insert(name.to_owned(), value);
                return;
            }
            scope = here.parent.as_deref();
        }
        self.set(name, value);
    }

    /// Changes every value bound here.
    pub fn each(&self, change: &mut dyn FnMut(&mut Value)) {
        self.names.borrow_mut().values_mut().for_each(change);
    }

    /// The scope around this one.
    pub fn parent(&self) -> Option<&Scope> {
        self.parent.as_deref()
    }

    /// Forgets a name.
    pub fn remove(&self, name: &str) {
        self.names.borrow_mut().remove(name);
    }

    /// `global` and `nonlocal`.
    pub fn declare_outer(&self, name: &str) {
        self.outer.borrow_mut().push(name.to_owned());
    }

    /// All names bound here.
    pub fn names(&self) -> HashMap<String, Value> {
        self.names.borrow().clone()
    }

    /// Puts back what [`Scope::names`] gave.
    pub fn replace(&self, names: HashMap<String, Value>) -> HashMap<String, Value> {
        self.names.replace(names)
    }
}

/// Scopes that functions have closed over. A function keeps its scope and its module, and these keep the function: when
/// this is dropped, the scopes forget their names, or none of them would ever be freed.
#[derive(Debug, Default)]
pub struct Closures(Vec<Rc<Scope>>);

impl Closures {
    /// A function has closed over a scope.
    pub fn add(&mut self, scope: &Rc<Scope>) {
        if self.0.last().is_none_or(|last| !Rc::ptr_eq(last, scope)) {
            self.0.push(Rc::clone(scope));
        }
    }

    /// Keeps others for as long as these.
    pub fn keep(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }
}

impl Drop for Closures {
    fn drop(&mut self) {
        for scope in &self.0 {
            scope.replace(HashMap::new());
        }
    }
}

/// One Python file.
#[derive(Debug)]
pub struct Module {
    /// The file.
    pub source: SourceId,
    /// Where it is on disk.
    pub path: PathBuf,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Its names.
    pub scope: Rc<Scope>,
    /// Whether its statements have run, or are running.
    pub started: Cell<bool>,
}

impl Module {
    /// A module that has not run.
    pub fn new(source: SourceId, path: PathBuf, body: Vec<Stmt>) -> Rc<Self> {
        let scope = Rc::new(Scope::default());
        Rc::new(Self { source, path, body, scope, started: Cell::new(false) })
    }
}

/// Modules of the repository by path, read once, and where to look for them.
#[derive(Debug)]
pub struct Library {
    roots: Vec<PathBuf>,
    shown: PathBuf,
    /// The keys of Alembic's section of the configuration.
    options: BTreeMap<String, String>,
    /// The schema of the version table, as `env.py` says.
    pub version_schema: Option<String>,
    /// What `env.py` hands to the functions of every revision, by name.
    pub handed: Vec<(String, Value)>,
    /// Names of libraries that `env.py` has set to something else.
    pub patched: BTreeMap<String, Value>,
    /// The DDL of types, by name or dotted path, as the user says.
    pub types: BTreeMap<String, String>,
    /// Whether upgrades and downgrades are left alone.
    pub only_order: bool,
    /// Scopes of its modules and of `env.py`.
    pub closures: Closures,
    read: HashMap<PathBuf, Option<Rc<Module>>>,
}

/// Files that are read for the sake of imports in one project; beyond, an import stays unknown.
const MOST_MODULES: usize = 300;

impl Library {
    /// A library that looks for modules in some folders; paths are shown relative to `shown`. `options` are the keys
    /// of Alembic's section of the configuration.
    pub fn new(roots: Vec<PathBuf>, shown: PathBuf, options: BTreeMap<String, String>) -> Self {
        Self {
            roots,
            shown,
            options,
            version_schema: None,
            handed: Vec::new(),
            patched: BTreeMap::new(),
            types: BTreeMap::new(),
            only_order: false,
            closures: Closures::default(),
            read: HashMap::new(),
        }
    }

    /// The value of a key of Alembic's section of the configuration.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.get(&key.to_lowercase()).map(String::as_str)
    }

    /// The type of a dotted path, if the user says its DDL: for the path, its end, or only the name.
    pub fn configured(&self, path: &str) -> Option<Value> {
        let is_end = |name: &str| {
            path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        let (_, ddl) =
            self.types.iter().filter(|(name, _)| is_end(name)).max_by_key(|(name, _)| name.len())?;
        Some(types::configured(path.rsplit('.').next().unwrap_or(path), ddl))
    }

    /// The module of a dotted name, if a file has it.
    pub fn find(&mut self, name: &str, sources: &mut Sources) -> Option<Rc<Module>> {
        let relative: PathBuf = name.split('.').collect();
        let roots = self.roots.clone();
        roots.iter().find_map(|root| self.find_at(&root.join(&relative), sources))
    }

    /// Whether the first part of a dotted name is a folder or file of the repository.
    pub fn holds(&self, name: &str) -> bool {
        let first = name.split('.').next().unwrap_or_default();
        self.roots.iter().any(|root| root.join(first).is_dir() || root.join(format!("{first}.py")).is_file())
    }

    /// A file or folder of the project: where the path leads, or a relative one from a folder that modules are found
    /// in.
    pub fn within(&self, path: &Path) -> Option<PathBuf> {
        let roots = self.roots.iter().chain([&self.shown]);
        let real: Vec<PathBuf> = roots.filter_map(|root| root.canonicalize().ok()).collect();
        let found = real.iter().find_map(|root| root.join(path).canonicalize().ok())?;
        real.iter().any(|root| found.starts_with(root)).then_some(found)
    }

    /// The module at a path without its suffix: a file or a package.
    pub fn find_at(&mut self, path: &Path, sources: &mut Sources) -> Option<Rc<Module>> {
        [path.with_extension("py"), path.join("__init__.py")]
            .into_iter()
            .find_map(|file| self.read(&file, sources))
    }

    fn read(&mut self, file: &Path, sources: &mut Sources) -> Option<Rc<Module>> {
        if let Some(known) = self.read.get(file) {
            return known.clone();
        }
        if self.read.len() >= MOST_MODULES || !file.is_file() {
            return None;
        }
        let shown = file.strip_prefix(&self.shown).unwrap_or(file).to_owned();
        let module = sources.read(file, shown).ok().and_then(|(source, _)| {
            let parsed = python::parse(sources.file(source).text()).ok()?;
            Some(Module::new(source, file.to_owned(), parsed.body))
        });
        self.read.insert(file.to_owned(), module.clone());
        module
    }
}
