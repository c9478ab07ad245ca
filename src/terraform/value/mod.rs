//! Values as Terraform sees them: what comes in with a request and goes out with a response.
//!
//! A [`Value`] carries no type of its own; a [`Type`] beside it says how to read it. The codecs
//! ([`msgpack`] for the wire, [`json`] for stored state) are directed by the type, and the serde
//! front end ([`from_value`], [`to_value`]) turns values into the structs that resources work with.
//! This module knows neither schemas nor protobuf.

#[cfg(test)]
pub mod arbitrary;
mod de;
mod dynamic;
pub mod json;
pub mod msgpack;
mod number;
mod path;
mod ser;
#[cfg(test)]
mod tests;
mod tf;
mod ty;

use std::collections::BTreeMap;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub use de::from_value;
pub use dynamic::Dynamic;
pub use number::{Number, NumberError};
pub use path::{Path, Step};
pub use ser::to_value;
pub use tf::Tf;
pub use ty::{Type, TypeError};

/// One value, known, null or not known yet.
///
/// Equality is Terraform's: numbers by their decimal value, sets without regard to order or
/// repetition. Two unknown values compare as equal here, as they do in a plan that did not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Absent.
    #[default]
    Null,
    /// Decided only at apply. Refinements (Terraform 1.6) are accepted on input and dropped.
    Unknown,
    /// A truth value.
    Bool(bool),
    /// A number of any size, exact.
    Number(Number),
    /// Text, in Unicode normalisation form C. Build it with [`Value::string`].
    String(String),
    /// The elements of a list or a tuple.
    List(Vec<Value>),
    /// The elements of a set, sorted. Build it with [`Value::set`].
    Set(Vec<Value>),
    /// The entries of a map, or the attributes and blocks of an object.
    Map(BTreeMap<String, Value>),
    /// A value of the dynamic type, with the type it turned out to have. Null and unknown values of no
    /// type yet are plain [`Value::Null`] and [`Value::Unknown`].
    Dynamic(Box<(Type, Value)>),
}

impl Value {
    /// Text in normalisation form C, the form Terraform compares in.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(normalised(text.into()))
    }

    /// A set: order and repetition of the elements are forgotten. Elements that are not wholly known
    /// stay apart, since each may still become something else.
    #[must_use]
    pub fn set(mut elements: Vec<Self>) -> Self {
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(elements)
    }

    /// A value of the dynamic type, which turned out to be of that type. One that again says it is dynamic is what it holds: there is one form
    /// of each value.
    #[must_use]
    pub fn dynamic(ty: Type, value: Self) -> Self {
        if ty == Type::Dynamic { value } else { Self::Dynamic(Box::new((ty, value))) }
    }

    /// An object or map of these entries.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Whether this is null, with a type beside it or without.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Dynamic(inner) => inner.1.is_null(),
            _ => false,
        }
    }

    /// Whether this value itself is unknown; its elements may be even if it is not.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Dynamic(inner) => inner.1.is_unknown(),
            _ => false,
        }
    }

    /// Whether nothing in it, at any depth, is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(elements) | Self::Set(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(entries) => entries.values().all(Self::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
            _ => true,
        }
    }

    /// The attribute or map entry of that name, if this is a known map or object that has it.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.get(name),
            _ => None,
        }
    }

    /// The entries, if this is a known map or object.
    #[must_use]
    pub fn entries(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The elements, if this is a known list, tuple or set.
    #[must_use]
    pub fn elements(&self) -> Option<&[Self]> {
        match self {
            Self::List(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text, if this is a known string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// What a path leads to. `None` where it leads nowhere (a null parent, an absent key).
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.steps().iter().try_fold(self, |value, step| match (value, step) {
            (Self::Map(entries), Step::Attribute(name) | Step::Key(name)) => entries.get(name),
            (Self::List(elements), Step::Index(index)) => elements.get(usize::try_from(*index).ok()?),
            _ => None,
        })
    }

    /// The null value that an object of this type has when nothing is set: every attribute null.
    /// For types other than objects it is null itself.
    #[must_use]
    pub fn all_null(ty: &Type) -> Self {
        match ty {
            Type::Object(attributes) => Self::map(attributes.keys().map(|name| (name.clone(), Self::Null))),
            _ => Self::Null,
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Number::from(number))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

/// Normalisation form C, in which Terraform compares text and the keys of maps.
fn normalised(text: String) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text,
        _ => text.nfc().collect(),
    }
}

/// A value did not fit the type it was read or written with.
#[derive(Debug, thiserror::Error)]
#[error("{}{reason}", path.prefix())]
pub struct ValueError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub reason: String,
}

impl ValueError {
    fn new(reason: impl Into<String>) -> Self {
        Self { path: Path::root(), reason: reason.into() }
    }

    fn under(mut self, step: Step) -> Self {
        self.path.prepend(step);
        self
    }
}
