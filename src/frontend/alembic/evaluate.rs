//! A small evaluator of the Python that migrations are written in. It runs what is certain, takes both branches of
//! what is not, and hands calls with an effect to [`effect`]. Refuses to import, to run, or to guess.

mod alias;
mod binding;
mod bounds;
mod builtin;
mod call;
mod compare;
mod configure;
mod connection;
mod container;
mod effect;
mod expression;
mod file;
mod format;
mod import;
mod inspector;
mod live;
mod method;
mod module;
mod object;
mod pattern;
mod standard;
mod statement;
mod unknown;

pub use module::{Library, Module, Scope};
pub use standard::json;

use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::source::{Sources, Span};

use super::output::{Condition, Output, Until};
use super::value::Value;
use module::Closures;

/// Statements and expressions that one script may take; real ones take a few thousand.
const BUDGET: u32 = 400_000;

/// How deep calls may nest.
const DEPTH: usize = 60;

/// How a block of statements ended.
#[derive(Debug)]
enum Flow {
    Next,
    Return(Value),
    Break,
    Continue,
    Raise,
}

/// One call in progress.
#[derive(Debug, Default)]
struct Frame {
    /// Its names.
    scope: Option<Rc<Scope>>,
    /// How many conditions held when it began.
    conditions: usize,
    /// What it may have returned on paths that are not certain.
    may_return: Vec<Value>,
    /// What a generator has yielded.
    yielded: Vec<Value>,
    /// The block of the `with` that runs where a context manager yields.
    body: Option<WithBody>,
}

/// The block of a `with` over a context manager of the file.
#[derive(Clone, Debug)]
struct WithBody {
    statements: Rc<Vec<Stmt>>,
    target: Option<Rc<Expr>>,
    scope: Rc<Scope>,
    module: Rc<Module>,
}

/// Evaluates scripts of one project.
#[derive(Debug)]
pub struct Evaluator<'a> {
    /// All files that were read.
    pub sources: &'a mut Sources,
    /// Modules of the repository.
    pub library: &'a mut Library,
    /// What the running script has sent.
    pub output: Output,
    /// What `context.configure` was told, by keyword, in the order in which it was.
    pub configured: Vec<(String, Value)>,
    module: Rc<Module>,
    closures: Closures,
    frames: Vec<Frame>,
    budget: u32,
}

impl<'a> Evaluator<'a> {
    /// An evaluator for one module; nothing has run yet.
    pub fn new(
        sources: &'a mut Sources,
        library: &'a mut Library,
        module: Rc<Module>,
        output: Output,
    ) -> Self {
        Self {
            sources,
            library,
            output,
            configured: Vec::new(),
            module,
            closures: Closures::default(),
            frames: vec![Frame::default()],
            budget: BUDGET,
        }
    }

    /// Runs the statements of the module itself.
    pub fn run_module(&mut self) {
        let module = Rc::clone(&self.module);
        self.block(&module.body, &module.scope);
    }

    /// Ends the evaluation of a module that others may still call.
    pub fn keep_closures(&mut self) {
        self.library.closures.keep(std::mem::take(&mut self.closures));
    }

    /// Runs a function of the module, without arguments.
    pub fn run_function(&mut self, name: &str) {
        let Some(function) = self.module.scope.get(name) else { return };
        let span = Span::new(self.module.source, 0..0);
        self.budget = BUDGET;
        // Some env.py files hand `op` and more to the functions that they run.
        let op = ("op".to_owned(), Value::path("alembic.op"));
        let handed = self.library.handed.iter().filter(|(name, _)| name != "op").chain([&op]);
        let taken =
            handed.filter(|(name, _)| matches!(&function, Value::Function(function) if function.takes(name)));
        let named = taken
            .map(|(name, value)| {
                (name.as_str().into(), super::value::Argument { value: value.clone(), span })
            })
            .collect();
        self.call(function, super::value::Arguments { positional: Vec::new(), named }, span);
    }

    /// The value of a dotted name of the module.
    pub fn evaluate_path(&mut self, path: &str) -> Value {
        let mut parts = path.split('.');
        let scope = Rc::clone(&self.module.scope);
        let mut value = parts.next().map_or(Value::None, |name| self.name(name, &scope));
        for part in parts {
            value = self.attribute(value, part);
        }
        value
    }

    /// An attribute of a value.
    pub fn attribute_of(&mut self, value: &Value, name: &str) -> Value {
        self.attribute(value.clone(), name)
    }

    fn span(&self, range: TextRange) -> Span {
        Span::new(self.module.source, range.start().to_usize()..range.end().to_usize())
    }

    fn span_of(&self, node: &impl Ranged) -> Span {
        self.span(node.range())
    }

    /// The author's words, in one short line, for a message.
    fn words(&self, node: &impl Ranged) -> String {
        let text = self.sources.text(self.span(node.range()));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(60) {
            Some((at, _)) => format!("`{}…`", text[..at].trim_end()),
            None => format!("`{text}`"),
        }
    }

    /// Counts a step; false when the script takes too many.
    fn step(&mut self) -> bool {
        if self.budget == 1 {
            let span = Span::new(self.module.source, 0..0);
            self.output.opaque(span, "the script takes too many steps to follow");
        }
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0
    }

    /// Runs something that happens only if a condition holds that nobody can know.
    fn perhaps<T>(&mut self, condition: String, run: impl FnOnce(&mut Self) -> T) -> T {
        let height = self.output.conditions.len();
        self.output.conditions.push(Condition { text: condition.into(), until: Until::Branch });
        let result = run(self);
        // What an early end inside made uncertain stays so after the branch.
        if height < self.output.conditions.len() {
            self.output.conditions.remove(height);
        }
        result
    }

    /// Ends a loop's body or a call: forgets the conditions of early ends that reach no further.
    fn settle(&mut self, height: usize, ended: Until) {
        let mut index = 0;
        self.output.conditions.retain(|condition| {
            index += 1;
            index <= height || (ended == Until::Loop && condition.until == Until::Call)
        });
    }

    fn uncertain(&self) -> bool {
        !self.output.conditions.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::naming::Naming;
    use super::super::{hole, python};
    use super::*;

    /// A module of a text, and what is at hand to evaluate it.
    fn module(text: &str) -> (Rc<Module>, Sources, Library) {
        let mut sources = Sources::new();
        let source = sources.add("a.py", text);
        let body = python::parse(text).expect("Python").body;
        let library = Library::new(Vec::new(), "".into(), std::collections::BTreeMap::new());
        (Module::new(source, "a.py".into(), body), sources, library)
    }

    #[test]
    fn a_module_is_freed_when_it_is_no_longer_evaluated() {
        let (module, mut sources, mut library) = module(
            "def outer():\n    def inner():\n        return outer\n    return inner\n\nkept = outer()\n",
        );
        let output = Output::new(Rc::new(Naming::default()));
        let mut evaluator = Evaluator::new(&mut sources, &mut library, Rc::clone(&module), output);
        evaluator.run_module();
        assert!(matches!(module.scope.get("kept"), Some(Value::Function(_))));
        let (left, scope) = (Rc::downgrade(&module), Rc::downgrade(&module.scope));
        drop((evaluator, module));
        assert!(left.upgrade().is_none() && scope.upgrade().is_none());
    }

    #[test]
    fn what_grows_without_end_is_not_followed() {
        let many = "for i in range(200000):\n";
        for text in [
            "x = 'a'\nfor i in range(60):\n    x = x + x\n",
            "x = 'a'\nfor i in range(60):\n    x = '%s%s' % (x, x)\n",
            "x = [1]\nfor i in range(60):\n    x = [x, x]\nx = str(x)\n",
            "import sqlalchemy as sa\nx = sa.column('a')\nfor i in range(60):\n    x = x + x\n",
            "x = ('a' * 10000).join(['b' * 10000] * 10000)\n",
            "x = ('a' * 10000).replace('a', 'b' * 10000)\n",
            "x = 'a' * 10 ** 10\n",
            "x = [1] * 10 ** 10\n",
            &format!("x = []\n{many}    x.append(i)\nx = len(x)\n"),
            &format!("x = set()\n{many}    x.add(i)\nx = len(x)\n"),
            &format!("x = {{}}\n{many}    x[i] = i\nx = len(x)\n"),
            &format!("x = ''\n{many}    x += 'aaaaaaaaaaaaaaaaaaaaaaaa'\nx = len(x)\n"),
        ] {
            let (module, mut sources, mut library) = module(text);
            let output = Output::new(Rc::new(Naming::default()));
            let mut evaluator = Evaluator::new(&mut sources, &mut library, Rc::clone(&module), output);
            evaluator.run_module();
            let is_known = match module.scope.get("x") {
                Some(Value::Str(text)) => !hole::is_holed(&text.text),
                other => !matches!(other, Some(Value::Unknown(_))),
            };
            assert!(!is_known || evaluator.budget == 0, "{text}");
        }
        let (module, mut sources, mut library) = module("x = len('a' * 20000) + len([1] * 20000)\n");
        let output = Output::new(Rc::new(Naming::default()));
        Evaluator::new(&mut sources, &mut library, Rc::clone(&module), output).run_module();
        assert!(matches!(module.scope.get("x"), Some(Value::Int(40_000))));
    }
}
