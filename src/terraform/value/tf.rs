//! Three states for every field that configuration can set.

use serde::{Deserialize, Serialize};

/// A field of a model: known, null, or decided only at apply.
///
/// An ordinary serde enum; only this module's serializer and deserializer know, by the enum's name,
/// how it looks inside a [`Value`](super::Value). Unknown never decodes to an empty value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tf<T> {
    /// Set, and known now.
    Known(T),
    /// Not set.
    #[default]
    Null,
    /// Set to something that is only known at apply.
    Unknown,
}

impl<T> Tf<T> {
    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value, where it is known, by value.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Whether nothing was set.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is decided only at apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// This, unless it was left to be found out; then what was found.
    #[must_use]
    pub fn or_found(self, found: Self) -> Self {
        if self.is_unknown() { found } else { self }
    }

    /// Null for `None`.
    pub fn from_option(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl<T> From<T> for Tf<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}
