//! serde front end, reading: a [`Value`] becomes a model struct.

use std::collections::{BTreeMap, btree_map};

use serde::de::value::StringDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::{Path, Step, Type, Value, ValueError, dynamic, msgpack};

/// Decodes a value into a model. Unknown decodes only into [`Tf`](super::Tf), never into an empty value.
///
/// # Errors
///
/// [`ValueError`] with the path to the field that does not fit.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ValueError> {
    T::deserialize(Reader(value))
}

struct Reader(Value);

impl<'de> de::Deserializer<'de> for Reader {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Unknown => Err(ValueError::new("the value is not known yet")),
            Value::Bool(truth) => visitor.visit_bool(truth),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(integer), _) => visitor.visit_i64(integer),
                (None, Some(integer)) => visitor.visit_u64(integer),
                (None, None) => visitor.visit_f64(number.to_f64()),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::List(items) => visitor.visit_seq(Elements { items: items.into_iter(), index: Some(0) }),
            Value::Set(items) => visitor.visit_seq(Elements { items: items.into_iter(), index: None }),
            Value::Map(entries) => visitor.visit_map(Entries::of(entries, Step::Attribute)),
            Value::Dynamic(inner) => Reader(inner.1).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// Into a map of a model, whose entries are addressed by key; structs have attributes.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::Map(entries) => visitor.visit_map(Entries::of(entries, Step::Key)),
            other => Reader(other).deserialize_any(visitor),
        }
    }

    /// What a model does not look at may also be unknown.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        if name == dynamic::NAME {
            return visitor.visit_byte_buf(msgpack::encode(&self.0, &Type::Dynamic)?);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        if name == "Tf" {
            return visitor.visit_enum(ThreeStates(self.0));
        }
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.into_deserializer()),
            Value::Unknown => Err(ValueError::new("the value is not known yet")),
            Value::Dynamic(inner) => Reader(inner.1).deserialize_enum(name, variants, visitor),
            _ => Err(ValueError::new("string is required")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct struct identifier
    }
}

struct Elements {
    items: std::vec::IntoIter<Value>,
    /// Of the next element; elements of sets have none.
    index: Option<i64>,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = ValueError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ValueError> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index = index.map(|index| index + 1);
        seed.deserialize(Reader(item)).map(Some).map_err(|error| match index {
            Some(index) => error.under(Step::Index(index)),
            None => error,
        })
    }
}

struct Entries {
    left: btree_map::IntoIter<String, Value>,
    value: Option<(String, Value)>,
    /// How an entry is addressed: an attribute of an object, or a key of a map.
    step: fn(String) -> Step,
}

impl Entries {
    fn of(entries: BTreeMap<String, Value>, step: fn(String) -> Step) -> Self {
        Self { left: entries.into_iter(), value: None, step }
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ValueError> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        let key: StringDeserializer<ValueError> = name.clone().into_deserializer();
        self.value = Some((name, value));
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ValueError> {
        let (name, value) = self.value.take().ok_or_else(|| ValueError::new("a value was read before its key"))?;
        seed.deserialize(Reader(value)).map_err(|error| error.under((self.step)(name)))
    }
}

/// The enum `Tf`: which of the three states the value is in.
struct ThreeStates(Value);

impl<'de> EnumAccess<'de> for ThreeStates {
    type Error = ValueError;
    type Variant = State;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, State), ValueError> {
        let (variant, state) = match self.0 {
            null if null.is_null() => ("Null", None),
            unknown if unknown.is_unknown() => ("Unknown", None),
            known => ("Known", Some(known)),
        };
        let name: de::value::StrDeserializer<'_, ValueError> = variant.into_deserializer();
        Ok((seed.deserialize(name)?, State(state)))
    }
}

struct State(Option<Value>);

impl<'de> de::VariantAccess<'de> for State {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ValueError> {
        let known = self.0.ok_or_else(|| ValueError::new("a value is required"))?;
        seed.deserialize(Reader(known))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, _visitor: V) -> Result<V::Value, ValueError> {
        Err(ValueError::new("an enum of a model has no variants with several fields"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, ValueError> {
        Err(ValueError::new("an enum of a model has no variants with fields"))
    }
}

impl de::Error for ValueError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self { path: Path::root(), reason: message.to_string() }
    }
}
