//! What a script sends to the server, in order: statements with their place, transaction and certainty. Refuses to
//! know which Python said so.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::history::{Certainty, Reliance, Statement, Step};
use crate::operation::{Next, Operation, TransactionVerb};
use crate::source::{SourceId, Span};
use crate::sql;

use super::hole;
use super::naming::Naming;

/// Something that must hold for what follows to run.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Completes "runs only if …".
    pub text: Rc<str>,
    /// What it holds for.
    pub until: Until,
}

/// How far a condition reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The end of a branch.
    Branch,
    /// The next turn of a loop.
    Loop,
    /// The end of a call.
    Call,
}

/// The output of one script.
#[derive(Debug)]
pub struct Output {
    /// What must hold for the next statement to run.
    pub conditions: Vec<Condition>,
    /// How constraints without a name are named.
    pub naming: Rc<Naming>,
    /// Enumerations that this run has created with a table; Alembic creates each only once.
    pub created_types: BTreeSet<String>,
    /// Whether an ORM session exists, so that changing an unknown object may change rows.
    pub session: bool,
    /// How many things say that what follows may run without a database: it has asked whether there is one, or an
    /// error is caught.
    pub sheltered: usize,
    reliance: Option<(Span, Reliance)>,
    statements: Vec<Statement>,
    /// Statements of open `batch_alter_table` blocks; they run when the block ends.
    batches: Vec<Vec<Statement>>,
    transaction: Option<u32>,
    transactions: u32,
    anchor: Option<Span>,
    muted: bool,
    /// Whether what is sent holds words for data that is not known.
    stands_in: bool,
    /// Whether such data is part of the author's own text, and no parameter of it.
    pub pasted: bool,
}

/// A place in the output to return to.
#[derive(Debug)]
pub struct Mark {
    statements: usize,
    batches: Vec<usize>,
    created_types: BTreeSet<String>,
    transaction: Option<u32>,
    transactions: u32,
}

/// Where a statement is written.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The call.
    pub call: Span,
    /// The part of it that says what happens.
    pub part: Span,
    /// Where the SQL stands byte for byte, if the file holds it.
    pub literal: Option<Span>,
    /// Whether the call waits for the end of its batch.
    pub batched: bool,
}

impl Place {
    /// A call as a whole.
    pub fn call(span: Span) -> Self {
        Self { call: span, part: span, literal: None, batched: false }
    }

    /// The same call, pointing at a part of it.
    pub fn at(self, part: Option<Span>) -> Self {
        Self { part: part.filter(|part| self.call.contains(*part)).unwrap_or(self.part), ..self }
    }
}

impl Output {
    /// Nothing sent yet.
    pub fn new(naming: Rc<Naming>) -> Self {
        Self {
            conditions: Vec::new(),
            naming,
            created_types: BTreeSet::new(),
            session: false,
            sheltered: 0,
            reliance: None,
            statements: Vec::new(),
            batches: Vec::new(),
            transaction: Some(0),
            transactions: 1,
            anchor: None,
            muted: false,
            stands_in: false,
            pasted: false,
        }
    }

    /// Says that what comes next needs a database while the script runs. Batches outside a transaction do for good
    /// reason: somebody must count what each has changed.
    pub fn rely(&mut self, span: Span, reliance: Reliance) {
        let sure = self.sheltered == 0 && self.conditions.is_empty() && self.transaction.is_some();
        if sure && !self.muted && self.reliance.is_none() {
            self.reliance = Some((self.anchored(span), reliance));
        }
    }

    /// The first thing that surely needs a database while the script runs, and where.
    pub fn reliance(&mut self) -> Option<(Span, Reliance)> {
        self.reliance.take()
    }

    /// Ends the script.
    pub fn into_statements(mut self) -> Vec<Statement> {
        while !self.batches.is_empty() {
            self.end_batch();
        }
        self.statements
    }

    /// What follows is so only where nobody has set something otherwise.
    pub fn unless_set(&mut self, reason: &str) {
        let text = format!("nothing else is set where {reason}").into();
        self.conditions.push(Condition { text, until: Until::Branch });
    }

    /// Sends a text of one or several statements.
    pub fn send(&mut self, text: &str, place: Place) {
        if self.muted {
            return;
        }
        if !hole::is_holed(text) {
            return self.send_known(text, place);
        }
        let (text, settable) = hole::unset(text);
        let height = self.conditions.len();
        for reason in settable.into_iter().collect::<BTreeSet<_>>() {
            self.unless_set(&reason);
        }
        match hole::settle(&text) {
            Ok(settled) => {
                self.stands_in = settled != text;
                self.send_known(&settled, Place { literal: None, ..place });
                self.stands_in = false;
            }
            Err(reason) => self.opaque_at(place, reason),
        }
        self.conditions.truncate(height);
    }

    fn send_known(&mut self, text: &str, place: Place) {
        let lowered = sql::lower(text);
        let mut from = 0;
        let count = lowered.len();
        for (index, statement) in lowered.into_iter().enumerate() {
            let last = index + 1 == count;
            let to = if last { text.len() } else { statement.range.end };
            let sent = text.get(from..to).unwrap_or_default();
            let sent = sent.trim_start_matches(|c: char| c == ';' || c.is_whitespace());
            let sent = sent.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
            from = to;
            let within = |range: &std::ops::Range<usize>| match place.literal {
                Some(literal) => {
                    Span::new(literal.source, literal.start + range.start..literal.start + range.end)
                }
                None => place.part,
            };
            let mut steps = Vec::with_capacity(statement.steps.len());
            for step in statement.steps {
                let span = self.anchored(within(&step.range));
                let (operation, certainty) = (Arc::new(step.operation), step.certainty);
                steps.push(Step { operation, span, certainty, target: step.target });
            }
            let span = if count > 1 { within(&statement.range) } else { place.call };
            self.push(sent.to_owned(), span, steps, place.batched);
        }
    }

    /// Says that something cannot be read; the reason completes "cannot be read because …".
    pub fn opaque(&mut self, span: Span, reason: impl Into<String>) {
        let span = self.anchored(span);
        let step = Step::certain(Operation::Opaque { reason: reason.into() }, span);
        self.push(String::new(), span, vec![step], false);
    }

    /// Says that a call cannot be read; it keeps its turn in a batch.
    pub fn opaque_at(&mut self, place: Place, reason: String) {
        let span = self.anchored(place.part);
        let step = Step::certain(Operation::Opaque { reason }, span);
        self.push(String::new(), place.call, vec![step], place.batched);
    }

    fn push(&mut self, sql: String, span: Span, steps: Vec<Step>, batched: bool) {
        if self.muted || steps.is_empty() {
            return;
        }
        let certainty = match self.conditions.as_slice() {
            [] => Certainty::Certain,
            conditions => {
                let texts: Vec<&str> = conditions.iter().map(|condition| &*condition.text).collect();
                Certainty::May(texts.join(" and "))
            }
        };
        let verb = steps.iter().find_map(|step| match *step.operation {
            Operation::Transaction(verb) => Some(verb),
            _ => None,
        });
        let span = self.anchored(span);
        let statement = Statement {
            span,
            sql: sql.into(),
            stands_in: self.stands_in,
            pasted: self.stands_in && self.pasted,
            steps,
            rows: None,
            transaction: self.transaction,
            certainty,
        };
        match self.batches.last_mut().filter(|_| batched) {
            Some(batch) => batch.push(statement),
            None => self.statements.push(statement),
        }
        match verb {
            Some(TransactionVerb::Begin) if self.transaction.is_none() => self.begin(),
            // The driver sends no BEGIN of its own before the next statement: what follows commits by itself.
            Some(TransactionVerb::Commit(next) | TransactionVerb::Rollback(next)) => match next {
                Next::Nothing => self.transaction = None,
                Next::Transaction => self.begin(),
            },
            _ => {}
        }
    }

    fn begin(&mut self) {
        self.transaction = Some(self.transactions);
        self.transactions += 1;
    }

    /// Enters `autocommit_block`: what was open is committed.
    pub fn begin_autocommit(&mut self) {
        self.transaction = None;
    }

    /// Leaves `autocommit_block`: a new transaction begins.
    pub fn end_autocommit(&mut self) {
        self.begin();
    }

    /// What follows is sent on a connection that is in no transaction; gives what [`Output::return_to`] wants back.
    pub fn leave_transaction(&mut self) -> Option<u32> {
        self.transaction.take()
    }

    /// Returns to the migration's own connection.
    pub fn return_to(&mut self, transaction: Option<u32>) {
        self.transaction = transaction;
    }

    /// `connection.commit()`: what follows is another transaction.
    pub fn commit(&mut self) {
        if self.transaction.is_some() {
            self.begin();
        }
    }

    /// Enters `batch_alter_table`.
    pub fn begin_batch(&mut self) {
        self.batches.push(Vec::new());
    }

    /// Leaves `batch_alter_table`: its statements run now.
    pub fn end_batch(&mut self) {
        let mut batch = self.batches.pop().unwrap_or_default();
        for statement in &mut batch {
            statement.transaction = self.transaction;
        }
        self.statements.append(&mut batch);
    }

    /// The output as it stands.
    pub fn mark(&self) -> Mark {
        Mark {
            statements: self.statements.len(),
            batches: self.batches.iter().map(Vec::len).collect(),
            created_types: self.created_types.clone(),
            transaction: self.transaction,
            transactions: self.transactions,
        }
    }

    /// Takes back everything since a mark.
    pub fn rewind(&mut self, mark: Mark) {
        self.statements.truncate(mark.statements);
        self.batches.truncate(mark.batches.len());
        self.batches.iter_mut().zip(&mark.batches).for_each(|(batch, length)| batch.truncate(*length));
        self.created_types = mark.created_types;
        self.transaction = mark.transaction;
        self.transactions = mark.transactions;
    }

    /// Enters a function: calls in another file are shown where the migration calls it.
    pub fn enter_call(&mut self, span: Span, caller: SourceId, callee: SourceId) -> Option<Span> {
        let before = self.anchor;
        if self.anchor.is_none() && caller != callee {
            self.anchor = Some(span);
        }
        before
    }

    /// Leaves a function.
    pub fn leave_call(&mut self, before: Option<Span>) {
        self.anchor = before;
    }

    /// Returns to the migration's own code for a while; [`Output::leave_call`] puts the anchor back.
    pub fn lift_anchor(&mut self) -> Option<Span> {
        self.anchor.take()
    }

    fn anchored(&self, span: Span) -> Span {
        self.anchor.unwrap_or(span)
    }

    /// Stops recording; gives what [`Output::unmute`] wants back.
    pub fn mute(&mut self) -> bool {
        std::mem::replace(&mut self.muted, true)
    }

    /// Records again, if it did before.
    pub fn unmute(&mut self, before: bool) {
        self.muted = before;
    }
}
