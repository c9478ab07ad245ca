//! The types of one kind: by name, and one of them asked.

use std::collections::HashMap;

use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::survive::survive_now;

/// Types by their full names.
pub(super) type ByName<T> = HashMap<&'static str, Box<T>>;

pub(super) fn by_name<T: ?Sized>(types: Vec<Box<T>>, name: impl Fn(&T) -> &'static str) -> ByName<T> {
    types.into_iter().map(|found| (name(&found), found)).collect()
}

/// One type; or, for the user, that there is none: the provider is older than the configuration.
pub(super) fn find<'t, T: ?Sized>(types: &'t ByName<T>, kind: &str, name: &str) -> Result<&'t T, Diagnostics> {
    types.get(name).map(|found| &**found).ok_or_else(|| no_such_type(kind, name))
}

/// What a type has to say of a configuration, or why it cannot.
pub(super) fn findings<T: ?Sized>(
    found: Result<&T, Diagnostics>,
    validate: impl FnOnce(&T) -> Diagnostics,
) -> Diagnostics {
    found.map_or_else(|errors| errors, |found| survive_now(|| validate(found)).unwrap_or_else(Diagnostics::from))
}

fn no_such_type(kind: &str, name: &str) -> Diagnostics {
    Diagnostic::error(
        format!("No {kind} type {name}"),
        "This version of the provider does not offer it; `terraform init -upgrade` fetches a newer one.",
    )
    .into()
}
