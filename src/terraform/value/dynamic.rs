//! A value of the dynamic type as a field of a model.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{self, Serialize, Serializer};

use super::{Type, Value, msgpack};

/// The name by which this module's serializer and deserializer know it.
pub(super) const NAME: &str = "Dynamic";

/// What configuration gave for an attribute of type [`Type::Dynamic`]: a value, and the type it turned
/// out to have. Put [`Tf`](super::Tf) around it for null and unknown, which then have no type any more. No
/// type of the provider itself is dynamic.
///
/// Through serde it travels as bytes, the wire form of the pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dynamic(Value);

impl Dynamic {
    /// A value of that type.
    #[must_use]
    pub fn new(ty: Type, value: Value) -> Self {
        Self(Value::Dynamic(Box::new((ty, value))))
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> &Type {
        match &self.0 {
            Value::Dynamic(inner) => &inner.0,
            _ => &Type::Dynamic,
        }
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Value {
        match &self.0 {
            Value::Dynamic(inner) => &inner.1,
            bare => bare,
        }
    }
}

impl Serialize for Dynamic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = msgpack::encode(&self.0, &Type::Dynamic).map_err(ser::Error::custom)?;
        serializer.serialize_newtype_struct(NAME, &Bytes(&bytes))
    }
}

struct Bytes<'b>(&'b [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de> Deserialize<'de> for Dynamic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, FromBytes)
    }
}

struct FromBytes;

impl Visitor<'_> for FromBytes {
    type Value = Dynamic;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its type")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Dynamic, E> {
        msgpack::decode(bytes, &Type::Dynamic).map(Dynamic).map_err(E::custom)
    }
}
