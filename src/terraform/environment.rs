//! The environment variables of the process, as a value: read once in `main`, handed to everything that wants one.
//!
//! Nothing else in the crate reads the process's environment, so a test passes the variables that it means and tests run
//! side by side. This module knows no variable by name.

use std::{collections::BTreeMap, env, fmt};

/// Environment variables, by name.
///
/// An empty variable counts as absent. Go programs, Terraform and its providers among them, cannot tell the two apart,
/// so a CI system that defines a variable without a value must not change what a provider does.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The environment of this process. A name or value that is not Unicode is left out: nothing of ours could use it.
    #[must_use]
    pub fn process() -> Self {
        Self::from_pairs(
            env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Exactly these variables. Of a name given twice, the later value counts.
    #[must_use]
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = pairs.into_iter().map(|(name, value)| (spelling(&name.into()), value.into())).collect();
        Self { variables }
    }

    /// The value of `name`, unless it is absent or empty.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.variables.get(&spelling(name)).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Environment {
    /// Names only: values may be credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// Windows does not look at the case of a variable's name.
fn spelling(name: &str) -> String {
    if cfg!(windows) { name.to_ascii_uppercase() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn an_empty_variable_is_an_absent_one() {
        let environment = Environment::from_pairs([("SET", "value"), ("EMPTY", "")]);
        assert_eq!(environment.var("SET"), Some("value"));
        assert_eq!(environment.var("EMPTY"), None);
        assert_eq!(environment.var("ABSENT"), None);
    }

    #[test]
    fn the_debug_form_names_variables_and_never_shows_a_value() {
        let environment = Environment::from_pairs([("PROVIDER_SECRET", "hunter2")]);
        assert_eq!(format!("{environment:?}"), r#"{"PROVIDER_SECRET"}"#);
    }
}
