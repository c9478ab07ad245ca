//! How a function is called, and what comes back.

use acrnet::terraform::framework::{Function, Parameter};
use acrnet::terraform::value::Type;

use super::schema::type_words;

/// The sections of a page: signature, arguments, result.
pub fn section(function: &Function) -> String {
    let name = function.name;
    let parameters: Vec<String> = function.parameters.iter().map(declared).collect();
    let variadic = function.variadic.iter().map(|last| format!("{}...", declared(last)));
    let all: Vec<String> = parameters.into_iter().chain(variadic).collect();
    let arguments =
        function.parameters.iter().chain(&function.variadic).enumerate().map(|(number, one)| {
            format!("{}. `{}` ({}) {}\n", number + 1, one.name, type_words(&one.ty), one.description)
        });
    let arguments: String = arguments.collect();
    let parts = match &function.returns {
        Type::Object(parts) => {
            let line = |(name, ty): (&String, &Type)| format!("- `{name}` ({})\n", type_words(ty));
            format!(" with\n\n{}", parts.iter().map(line).collect::<Vec<_>>().concat())
        }
        _ => String::new(),
    };
    format!(
        "## Signature\n\n```text\n{name}({}) {}\n```\n\n## Arguments\n\n{arguments}\n## Return Type\n\n{}{parts}",
        all.join(", "),
        lower(&function.returns),
        type_words(&function.returns),
    )
    .trim_end()
    .to_owned()
}

fn declared(parameter: &Parameter) -> String {
    format!("{} {}", parameter.name, lower(&parameter.ty))
}

fn lower(ty: &Type) -> String {
    type_words(ty).to_lowercase()
}
