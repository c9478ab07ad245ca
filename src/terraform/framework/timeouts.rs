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

/// The block's declaration.
#[must_use]
pub fn block() -> NestedBlock {
    let block = Operation::ALL.into_iter().fold(Block::new("How long each operation may take."), |block, operation| {
        let default = humantime::format_duration(operation.default_timeout());
        let description = format!(
            "How long {} may take, retries and polling included, as a duration such as `90s`, `10m` or `1h30m`. \
             Defaults to `{default}`.",
            operation.in_words(),
        );
        block.attribute(Attribute::string(operation.name(), description).check(Check::new(check)))
    });
    NestedBlock::single(BLOCK, block)
}

fn check(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(text) => parse(text).map(drop),
        None => Ok(()),
    }
}

fn parse(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration.is_zero() => Err(format!("a timeout of \"{text}\" leaves no time for anything")),
        Ok(duration) => Ok(duration),
        Err(error) => Err(format!("\"{text}\" is not a duration such as \"90s\", \"10m\" or \"1h30m\": {error}")),
    }
}

/// The timeout of an operation on an object with this configuration or state.
#[must_use]
pub fn of(object: &Value, operation: Operation) -> Duration {
    let text = object.entry(BLOCK).and_then(|block| block.entry(operation.name())).and_then(Value::as_str);
    text.and_then(|text| parse(text).ok()).unwrap_or_else(|| operation.default_timeout())
}
