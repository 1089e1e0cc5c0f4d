//! How a routine is called and what it gives back. Refuses to know what it does.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use crate::operation::{DataType, Parameter, Signature};
use crate::sql::{expr, name, types};

pub(super) fn of_function(create: &ast::CreateFunction) -> Signature {
    let returned = create.ret_type();
    let mut parameters = parameters(create.param_list());
    let columns = returned.as_ref().and_then(ast::RetType::return_table_arg_list);
    let is_table = columns.is_some();
    parameters.extend(columns.iter().flat_map(ast::ReturnTableArgList::args).map(|column| Parameter {
        name: column.name().map(|it| name::identifier(&it)),
        data_type: of_type(column.func_type()),
        input: false,
        optional: false,
    }));
    let returns = returned.map(|it| match is_table {
        true => "TABLE".to_owned(),
        false => format!("{}{}", set_of(it.syntax()), of_type(it.func_type())),
    });
    Signature { procedure: false, parameters, returns }
}

pub(super) fn of_procedure(create: &ast::CreateProcedure) -> Signature {
    Signature { procedure: true, parameters: parameters(create.param_list()), returns: None }
}

fn parameters(list: Option<ast::ParamList>) -> Vec<Parameter> {
    list.iter().flat_map(ast::ParamList::params).map(|it| parameter(&it)).collect()
}

fn parameter(parameter: &ast::Param) -> Parameter {
    Parameter {
        name: parameter.name().map(|it| name::identifier(&it)),
        data_type: of_type(parameter.func_type()),
        input: !matches!(parameter.mode(), Some(ast::ParamMode::ParamOut(_))),
        optional: parameter.param_default().is_some(),
    }
}

/// A routine does not keep the modifiers of its types.
fn of_type(written: Option<ast::FuncType>) -> String {
    match written {
        Some(ast::FuncType::Type(ty)) => {
            DataType { modifiers: Vec::new(), ..types::read(&ty, None) }.to_string()
        }
        Some(ast::FuncType::PercentType(ty)) => expr::squeezed(ty.syntax()),
        None => String::new(),
    }
}

fn set_of(returned: &SyntaxNode) -> &'static str {
    let text = expr::squeezed(returned).to_ascii_lowercase();
    if text.starts_with("returns setof ") { "SETOF " } else { "" }
}
