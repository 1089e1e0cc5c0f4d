//! Builds squawk's tree of a statement in which squawk would find nothing to object to beyond its grammar: its own
//! check of that looks at every node as sixty kinds of node, and takes as long as the parser. Refuses to judge: where
//! there may be something, the statement is left to squawk.

use std::cell::RefCell;

use rowan::{GreenNodeBuilder, NodeCache};
use squawk_parser::{
    EntryPoint, LexedStr, StrStep, is_col_name_keyword, is_reserved_keyword, is_type_func_name_keyword,
};
use squawk_syntax::SyntaxKind as K;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxNode};

/// The tree of a text that holds one statement, if nothing is wrong with it for sure.
pub(super) fn parse(text: &str) -> Option<ast::Stmt> {
    if !begins_plainly(text) {
        return None;
    }
    let lexed = LexedStr::new(text);
    if lexed.errors().next().is_some() {
        return None;
    }
    let output = EntryPoint::SourceFile.parse(&lexed.to_input());
    let (root, joins) = KNOWN.with_borrow_mut(|known| {
        let mut tree = Tree::of(known.before(text));
        lexed.intersperse_trivia(&output, &mut |step| tree.take(&step));
        (!tree.doubtful).then(|| (SyntaxNode::new_root(tree.nodes.finish()), tree.joins))
    })?;
    if joins && !root.descendants().filter_map(ast::JoinExpr::cast).all(|join| has_condition(&join)) {
        return None;
    }
    let mut statements = SourceFile::cast(root)?.stmts();
    let only = statements.next()?;
    (statements.next().is_none() && has_types(&only)).then_some(only)
}

/// What stands in statements again and again is allocated once.
#[derive(Default)]
struct Known {
    nodes: NodeCache,
    /// Bytes of the texts that it was gathered from.
    bytes: usize,
}

impl Known {
    /// It is forgotten after so many bytes, so that it stays small.
    const MOST: usize = 64 << 10;

    /// What is known before one more text is read.
    fn before(&mut self, text: &str) -> &mut NodeCache {
        self.bytes += text.len();
        if self.bytes > Self::MOST {
            *self = Self { nodes: NodeCache::default(), bytes: text.len() };
        }
        &mut self.nodes
    }
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Whether a join is one of those that need a condition, and has it.
fn has_condition(expression: &ast::JoinExpr) -> bool {
    let Some(join) = expression.join() else { return false };
    let needed = matches!(
        join.join_type(),
        Some(
            ast::JoinType::JoinFull(_)
                | ast::JoinType::JoinInner(_)
                | ast::JoinType::JoinLeft(_)
                | ast::JoinType::JoinRight(_)
        )
    );
    needed && join.natural_token().is_none() && join.join_condition().is_some()
}

/// Whether the first words are those of a statement that mostly holds nothing which squawk checks.
fn begins_plainly(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is = |word: Option<&str>, known: &[&str]| {
        word.is_some_and(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    let first = words.next();
    if is(
        first,
        &[
            "alter", "comment", "delete", "drop", "grant", "insert", "revoke", "select", "truncate",
            "update", "with",
        ],
    ) {
        return true;
    }
    let second = words.next();
    is(first, &["create"])
        && is(
            second,
            &[
                "table",
                "index",
                "unique",
                "type",
                "extension",
                "sequence",
                "trigger",
                "policy",
                "schema",
                "view",
                "materialized",
            ],
        )
}

/// Every column of a new table needs a type, unless the table has those of another.
fn has_types(statement: &ast::Stmt) -> bool {
    let ast::Stmt::CreateTable(create) = statement else { return true };
    let typed = |argument: ast::TableArg| match argument {
        ast::TableArg::Column(column) => column.name().is_none() || column.ty().is_some(),
        ast::TableArg::LikeClause(_) | ast::TableArg::TableConstraint(_) => true,
    };
    create.partition_of().is_some()
        || create.of_type().is_some()
        || create.table_arg_list().is_none_or(|list| list.args().all(typed))
}

/// A tree that grows, and whether there may be something in it that squawk objects to.
struct Tree<'a> {
    nodes: GreenNodeBuilder<'a>,
    open: Vec<K>,
    doubtful: bool,
    /// Whether the next word is a name that must be no keyword.
    named: bool,
    /// Tokens of the literal that is open.
    in_literal: usize,
    /// How many brackets deep the modifiers of a type are.
    modifiers: usize,
    /// Whether there is a join.
    joins: bool,
    /// The kind of the node that was closed last, if none was opened since.
    closed: Option<K>,
}

impl<'a> Tree<'a> {
    fn of(known: &'a mut NodeCache) -> Self {
        Self {
            nodes: GreenNodeBuilder::with_cache(known),
            open: Vec::new(),
            doubtful: false,
            named: false,
            in_literal: 0,
            modifiers: 0,
            joins: false,
            closed: None,
        }
    }

    fn take(&mut self, step: &StrStep<'_>) {
        if self.doubtful {
            return;
        }
        match *step {
            StrStep::Error { .. } => self.doubtful = true,
            StrStep::Enter { kind } => {
                self.enter(kind);
                self.closed = None;
                self.open.push(kind);
                self.nodes.start_node(rowan::SyntaxKind(kind.into()));
            }
            StrStep::Exit => {
                let kind = self.open.pop();
                self.doubtful = kind == Some(K::SET_COLUMN_LIST) && self.closed.is_none();
                self.closed = kind;
                self.modifiers -= usize::from(kind == Some(K::ARG_LIST) && self.modifiers > 0);
                self.nodes.finish_node();
            }
            StrStep::Token { kind, text } => {
                self.token(kind, text);
                self.nodes.token(rowan::SyntaxKind(kind.into()), text);
            }
        }
    }

    fn enter(&mut self, kind: K) {
        let parent = self.open.last().copied();
        match kind {
            K::LITERAL => self.in_literal = 0,
            K::NAME_REF | K::TABLE_NAME => self.named = true,
            K::ARG_LIST if self.modifiers > 0 || parent.is_some_and(ast::Type::can_cast) => {
                self.modifiers += 1
            }
            K::CREATE_TABLE => self.doubtful = self.open.len() > 1,
            K::JOIN_EXPR => self.joins = true,
            // The grammar of squawk takes sub-selects without brackets, and FROM without SELECT or before it.
            K::SELECT => self.doubtful = matches!(parent, Some(K::TUPLE_EXPR | K::PAREN_EXPR)),
            K::FROM_CLAUSE if parent == Some(K::SELECT) => {
                self.doubtful = self.closed != Some(K::SELECT_CLAUSE);
            }
            kind => self.doubtful = is_checked(kind),
        }
    }

    fn token(&mut self, kind: K, text: &str) {
        if kind.is_trivia() {
            return;
        }
        let is_keyword = || {
            kind != K::CURRENT_TIMESTAMP_KW
                && (is_col_name_keyword(kind) || is_reserved_keyword(kind) || is_type_func_name_keyword(kind))
        };
        let is_modifier = || matches!(kind, K::INT_NUMBER | K::COMMA | K::L_PAREN | K::R_PAREN);
        let in_literal = self.open.last() == Some(&K::LITERAL);
        self.in_literal += usize::from(in_literal);
        self.doubtful =
            matches!(kind, K::IN_KW | K::LATERAL_KW | K::OVERLAPS_KW | K::UESCAPE_KW | K::UNICODE_ESC_STRING)
                || (kind == K::IDENT && matches!(text.as_bytes(), [b'u' | b'U', b'&', ..]))
                || (in_literal && (self.in_literal > 1 || kind == K::DEFAULT_KW))
                || (kind == K::DEFAULT_KW && self.open.last() == Some(&K::SET_EXPR))
                || (std::mem::take(&mut self.named) && is_keyword())
                || (self.modifiers > 0 && !is_modifier());
    }
}

/// Whether squawk checks nodes of a kind beyond its grammar, `validation.rs` of squawk-syntax, apart from those whose
/// checks are made here.
fn is_checked(kind: K) -> bool {
    matches!(
        kind,
        K::AGGREGATE
            | K::ALL_FN
            | K::ANY_FN
            | K::ARRAY_EXPR
            | K::ATOMIC_BODY
            | K::CREATE_AGGREGATE
            | K::CREATE_FUNCTION
            | K::CREATE_PROCEDURE
            | K::CUSTOM_OP
            | K::DISTINCT_CLAUSE
            | K::DISTINCT_ON
            | K::DO
            | K::ERROR
            | K::EXCEPT_TABLE_CLAUSE
            | K::FUNCTION_FROM_ITEM
            | K::FUNCTION_SIG
            | K::FUNC_OPTION_LIST
            | K::JSON_ARRAY_FN
            | K::JSON_OBJECT_FN
            | K::NON_STANDARD_PARAM
            | K::PAREN_FROM_ITEM
            | K::PARTITION_FOR_VALUES_WITH
            | K::PERCENT_TYPE
            | K::PROCEDURE_SIG
            | K::ROUTINE_SIG
            | K::RULE_STMT_LIST
            | K::SELECT_INTO
            | K::SOME_FN
            | K::STORAGE_MODE
            | K::TO_CONFIG_VALUE
    )
}
