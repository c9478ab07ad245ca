//! The `timeouts` block: how long each operation of a resource may take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::terraform::schema::{Attribute, Block, Check, NestedBlock};
use crate::terraform::value::{Tf, Value};

/// The name of the block in configuration.
pub const BLOCK: &str = "timeouts";

/// An operation that can be bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Making the object.
    Create,
    /// Reading it: refresh, and the reads of a plan.
    Read,
    /// Changing it in place.
    Update,
    /// Removing it.
    Delete,
}

impl Operation {
    const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Update, Self::Delete];

    /// The argument's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Create => "creating",
            Self::Read => "reading",
            Self::Update => "updating",
            Self::Delete => "deleting",
        }
    }

    /// What applies when configuration says nothing: 30 minutes, 5 for a read, as in azurerm.
    #[must_use]
    pub fn default_timeout(self) -> Duration {
        match self {
            Self::Read => Duration::from_secs(5 * 60),
            Self::Create | Self::Update | Self::Delete => Duration::from_secs(30 * 60),
        }
    }
}

/// The block as a model's field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeouts {
    create: Tf<String>,
    read: Tf<String>,
    update: Tf<String>,
    delete: Tf<String>,
}

/// The block of a data source as a model's field: there is nothing but reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadTimeout {
    read: Tf<String>,
}

/// The block's declaration.
#[must_use]
pub fn block() -> NestedBlock {
    declared(&Operation::ALL)
}

/// The declaration of a data source's block, whose model is [`ReadTimeout`].
#[must_use]
pub fn read_block() -> NestedBlock {
    declared(&[Operation::Read])
}

fn declared(operations: &[Operation]) -> NestedBlock {
    let block = operations.iter().fold(Block::new("How long each operation may take."), |block, operation| {
        let default = humantime::format_duration(operation.default_timeout());
        let description = format!(
            "How long {} may take, retries and polling included, as a duration such as `90s`, `10m` or `1h30m`. \
             Defaults to `{default}`.",
            operation.in_words(),
        );
        block.attribute(Attribute::string(operation.name(), description).check(duration()))
    });
    NestedBlock::single(BLOCK, block)
}

fn check(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(text) => parse(text).map(drop),
        None => Ok(()),
    }
}

/// Text that must be a duration.
#[must_use]
pub fn duration() -> Check {
    Check::new(check)
}

/// A duration as it is written everywhere: `90s`, `10m`, `1h30m`.
///
/// # Errors
///
/// What is wrong with it, as a sentence for the user; no time at all is wrong too.
pub fn parse(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration.is_zero() => {
            Err(format!("\"{text}\" leaves no time for anything: write a longer time, or leave it out for the default"))
        }
        Ok(duration) => Ok(duration),
        Err(_) => Err(format!(
            "\"{text}\" is not a duration: write numbers with units, such as \"90s\", \"10m\" or \"1h30m\""
        )),
    }
}

/// The timeout of an operation on an object with this configuration or state.
#[must_use]
pub fn of(object: &Value, operation: Operation) -> Duration {
    let text = object.entry(BLOCK).and_then(|block| block.entry(operation.name())).and_then(Value::as_str);
    text.and_then(|text| parse(text).ok()).unwrap_or_else(|| operation.default_timeout())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Operation, block, of};
    use crate::terraform::schema::{Schema, validate};
    use crate::terraform::value::Value;

    fn object(create: &str) -> Value {
        let entry = |name: &str, value: Value| (name.to_owned(), value);
        let unset = ["read", "update", "delete"].map(|name| entry(name, Value::Null));
        let set = [entry("create", create.into())];
        Value::map([("timeouts", Value::map(set.into_iter().chain(unset)))])
    }

    #[test]
    fn what_is_written_counts_and_what_is_not_has_a_default() {
        assert_eq!(of(&object("1h30m"), Operation::Create), Duration::from_secs(90 * 60));
        assert_eq!(of(&object("90s"), Operation::Create), Duration::from_secs(90));
        assert_eq!(of(&object("90s"), Operation::Delete), Duration::from_secs(30 * 60));
        assert_eq!(of(&object("90s"), Operation::Read), Duration::from_secs(5 * 60));
        assert_eq!(of(&Value::Null, Operation::Update), Duration::from_secs(30 * 60), "a destroyed or new object");
        let absent = Value::map([("timeouts", Value::Null)]);
        assert_eq!(of(&absent, Operation::Create), Duration::from_secs(30 * 60));
        let unknown = Value::map([("timeouts", Value::map([("create", Value::Unknown)]))]);
        assert_eq!(of(&unknown, Operation::Create), Duration::from_secs(30 * 60), "while it is not known");
    }

    #[test]
    fn what_is_no_duration_is_refused_at_its_place() {
        let schema = Schema::new("").nested_block(block());
        let found = |text: &str| {
            let found = validate(&schema.block, &object(text), true);
            found
                .iter()
                .map(|one| format!("{}: {}", one.path.clone().unwrap_or_default(), one.detail))
                .collect::<Vec<_>>()
        };
        for good in ["90s", "10m", "1h30m", "2days"] {
            assert_eq!(found(good), [""; 0], "{good}");
        }
        for (bad, reason) in [("soon", "is not a duration"), ("10", "is not a duration"), ("0s", "leaves no time")] {
            let found = found(bad);
            assert!(found.len() == 1 && found[0].starts_with("timeouts.create: "), "{found:?}");
            assert!(found[0].contains(reason) && found[0].contains(bad), "{found:?}");
        }
    }
}
