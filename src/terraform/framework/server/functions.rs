//! Functions of a provider being served.

use super::Server;
use crate::terraform::framework::survive::survive_now;
use crate::terraform::framework::{Function, FunctionError, Provider};
use crate::terraform::value::Value;

impl<P: Provider> Server<P> {
    /// The functions.
    pub fn functions(&self) -> &[Function] {
        self.functions.get_or_init(|| self.provider.functions())
    }

    /// Calls a function.
    ///
    /// # Errors
    ///
    /// The function's own, what is wrong with the arguments, or that there is no function of that name.
    pub fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let Some(function) = self.functions().iter().find(|function| function.name == name) else {
            let text = format!("this version of the provider has no function {name}");
            return Err(FunctionError { text, argument: None });
        };
        survive_now(|| function.answer(arguments)).unwrap_or_else(|panic| {
            Err(FunctionError { text: format!("{}: {}", panic.summary, panic.detail), argument: None })
        })
    }
}
