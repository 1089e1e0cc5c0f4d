//! Types by the names that `format_type` gives them. Refuses to know whether a type exists.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::{expr, name, parse};
use crate::operation::{DataType, Name};

/// Reads a type that stands alone, with its collation.
pub(super) fn from_text(text: &str) -> DataType {
    let unknown = || DataType::plain(expr::squeezed_text(text));
    if !parse::fits(text) {
        return unknown();
    }
    // The line break ends a comment that the text may end with.
    let Ok(ast::Stmt::AlterTable(alter)) = parse::statement(&format!("ALTER TABLE t ADD COLUMN c {text}\n"))
    else {
        return unknown();
    };
    match alter.actions().next() {
        Some(ast::AlterTableAction::AddColumn(column)) if column.constraints().next().is_none() => {
            column.ty().map_or_else(unknown, |ty| read(&ty, column.collate()))
        }
        _ => unknown(),
    }
}

/// Reads a type that stands in a statement.
pub(super) fn read(ty: &ast::Type, collate: Option<ast::Collate>) -> DataType {
    let collation = collate.and_then(|collate| collate.collation_ref());
    DataType { collation: collation.map(|name| expr::squeezed(name.syntax())), ..bare(ty) }
}

fn bare(ty: &ast::Type) -> DataType {
    match ty {
        ast::Type::ArrayType(array) => {
            let element = array.ty().map(|ty| bare(&ty)).unwrap_or_else(|| DataType::plain(""));
            let bounds = array.array_bounds().count().max(1);
            let dimensions = element.dimensions.saturating_add(u8::try_from(bounds).unwrap_or(u8::MAX));
            DataType { dimensions, ..element }
        }
        ast::Type::PathType(path) => named(path),
        ast::Type::VarcharType(ty) => with_arguments("character varying", ty.arg_list()),
        ast::Type::CharacterType(ty) => one_if_bare(with_arguments("character", ty.arg_list())),
        ast::Type::BitType(ty) => one_if_bare(with_arguments("bit", ty.arg_list())),
        ast::Type::BitVaryingType(ty) => with_arguments("bit varying", ty.arg_list()),
        ast::Type::DoubleType(_) => DataType::plain("double precision"),
        ast::Type::TimeType(ty) => zoned("time", ty.timezone(), ty.literal()),
        ast::Type::TimestampType(ty) => zoned("timestamp", ty.timezone(), ty.literal()),
        ast::Type::IntervalType(ty) => {
            let modifiers = ty.literal().and_then(integer).into_iter().collect();
            let fields = ty.interval_qualifier().map(|fields| compact(fields.syntax()));
            let name = fields.map_or_else(|| "interval".to_owned(), |fields| format!("interval {fields}"));
            DataType { modifiers, ..DataType::plain(name) }
        }
    }
}

/// `char` is `char(1)`, and `bit` is `bit(1)`.
fn one_if_bare(ty: DataType) -> DataType {
    if ty.modifiers.is_empty() { DataType { modifiers: vec![1], ..ty } } else { ty }
}

fn zoned(name: &str, zone: Option<ast::Timezone>, precision: Option<ast::Literal>) -> DataType {
    let zone = match zone {
        Some(ast::Timezone::WithTimezone(_)) => "with time zone",
        Some(ast::Timezone::WithoutTimezone(_)) | None => "without time zone",
    };
    let modifiers = precision.and_then(integer).into_iter().collect();
    DataType { modifiers, ..DataType::plain(format!("{name} {zone}")) }
}

fn named(path: &ast::PathType) -> DataType {
    let Some(path_ref) = path.path_ref() else { return DataType::plain("") };
    let name = name::qualified(&path_ref);
    let is_bare = name.schema.is_none() && !path_ref.syntax().text().contains_char('"');
    let in_catalog = name.schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
    let known = match name.name.as_str() {
        keyword if is_bare => of_keyword(keyword).or_else(|| in_pg_type(keyword)),
        typname if in_catalog => in_pg_type(typname),
        _ => None,
    };
    match known {
        Some("float") => float(path.arg_list()),
        Some(known) => with_arguments(known, path.arg_list()),
        None if in_catalog && is_type_keyword(&name.name) => {
            with_arguments(&format!("\"{}\"", name.name), path.arg_list())
        }
        None if in_catalog => with_arguments(&Name { schema: None, ..name }.to_string(), path.arg_list()),
        None => with_arguments(&name.to_string(), path.arg_list()),
    }
}

/// Spellings that only the grammar knows, and `serial`, which is none of its types.
fn of_keyword(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "int" | "integer" => "integer",
        "smallint" => "smallint",
        "bigint" => "bigint",
        "real" => "real",
        "float" => "float",
        "dec" | "decimal" => "numeric",
        "boolean" => "boolean",
        "serial" | "serial4" => "serial",
        "bigserial" | "serial8" => "bigserial",
        "smallserial" | "serial2" => "smallserial",
        _ => return None,
    })
}

/// What the grammar would take for another type without its quotes: `"char"`.
fn is_type_keyword(name: &str) -> bool {
    of_keyword(name).is_some() || matches!(name, "char" | "character" | "nchar" | "interval")
}

/// Names in `pg_type` that `format_type` writes otherwise.
fn in_pg_type(typname: &str) -> Option<&'static str> {
    Some(match typname {
        "int4" => "integer",
        "int2" => "smallint",
        "int8" => "bigint",
        "float4" => "real",
        "float8" => "double precision",
        "bool" => "boolean",
        "varchar" => "character varying",
        "varbit" => "bit varying",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        _ => return None,
    })
}

/// `float(n)`: up to 24 binary digits are a `real`.
fn float(arguments: Option<ast::ArgList>) -> DataType {
    let digits = arguments.and_then(|list| integers(&list)).and_then(|list| list.first().copied());
    DataType::plain(if digits.is_some_and(|digits| digits <= 24) { "real" } else { "double precision" })
}

/// Modifiers that are no whole numbers, such as those of `geometry(Point,4326)`, become part of the name.
fn with_arguments(name: &str, arguments: Option<ast::ArgList>) -> DataType {
    let Some(arguments) = arguments else { return DataType::plain(name) };
    match integers(&arguments) {
        Some(modifiers) => DataType { modifiers, ..DataType::plain(name) },
        None => DataType::plain(format!("{name}{}", compact(arguments.syntax()))),
    }
}

/// As `format_type` writes modifiers: in lower case, without blanks around brackets and commas.
fn compact(node: &SyntaxNode) -> String {
    let text = expr::squeezed(node).to_ascii_lowercase();
    text.replace(" (", "(").replace("( ", "(").replace(" )", ")").replace(", ", ",").replace(" ,", ",")
}

fn integers(arguments: &ast::ArgList) -> Option<Vec<i32>> {
    arguments.args().map(|argument| expr::squeezed(argument.syntax()).replace(' ', "").parse().ok()).collect()
}

fn integer(literal: ast::Literal) -> Option<i32> {
    i32::try_from(literal.integer_value()?).ok()
}
