//! Provider functions: pure, usable in any expression (Terraform 1.8).

use std::fmt;

use crate::terraform::value::{Type, Value};

/// A function and its declaration.
#[derive(Clone)]
pub struct Function {
    /// Its name after `provider::<local name>::`.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Markdown.
    pub description: &'static str,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// Takes all further arguments.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// What it does. Arguments arrive in order, the variadic ones at the end; the same arguments must
    /// always give the same result.
    pub call: fn(&[Value]) -> Result<Value, FunctionError>,
}

/// A parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, an identifier.
    pub name: &'static str,
    /// Markdown.
    pub description: &'static str,
    /// Its type.
    pub ty: Type,
    /// Whether the function wants to see null; otherwise Terraform refuses it.
    pub allow_null: bool,
    /// Whether the function wants to see unknown values; otherwise Terraform answers unknown itself.
    pub allow_unknown: bool,
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// A sentence for the user.
    pub text: String,
    /// The argument at fault, counted from 0.
    pub argument: Option<i64>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Function {
    /// The parameter that the argument at that position belongs to.
    #[must_use]
    pub fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters.get(position).or(self.variadic.as_ref())
    }

    /// Calls it, and keeps from it what it does not want to see: Terraform does the same, but the
    /// protocol does not promise that every host does.
    pub(super) fn answer(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        if arguments.len() < self.parameters.len() {
            let (wanted, given) = (self.parameters.len(), arguments.len());
            let text = format!("{} takes {wanted} arguments, not {given}", self.name);
            return Err(FunctionError { text, argument: None });
        }
        let mut unknown = false;
        for (position, argument) in (0_i64..).zip(arguments) {
            let index = usize::try_from(position).unwrap_or(usize::MAX);
            let Some(parameter) = self.parameter(index) else {
                let text = format!("{} takes no more than {} arguments", self.name, self.parameters.len());
                return Err(FunctionError { text, argument: Some(position) });
            };
            if argument.is_null() && !parameter.allow_null {
                let text = format!("{} must not be null", parameter.name);
                return Err(FunctionError { text, argument: Some(position) });
            }
            unknown |= !argument.is_wholly_known() && !parameter.allow_unknown;
        }
        if unknown { Ok(Value::Unknown) } else { (self.call)(arguments) }
    }
}
