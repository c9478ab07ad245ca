//! serde front end, writing: a model struct becomes a [`Value`] of a given type.

use std::collections::BTreeMap;

use serde::ser::{self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};

use super::{Number, Path, Step, Type, Value, ValueError, msgpack};

/// Encodes a model as a value of the given type: sequences become lists or sets as the type says,
/// and attributes that the model leaves out become null.
///
/// # Errors
///
/// [`ValueError`] when the model does not fit the type.
pub fn to_value<T: Serialize>(model: &T, ty: &Type) -> Result<Value, ValueError> {
    shape(model.serialize(Writer)?, ty)
}

/// What serde wrote knows no sets and no dynamic values; the type adds them.
fn shape(value: Value, ty: &Type) -> Result<Value, ValueError> {
    match (ty, value) {
        (_, Value::Null) => Ok(Value::Null),
        (_, Value::Unknown) => Ok(Value::Unknown),
        (Type::Bool, value @ Value::Bool(_))
        | (Type::Number, value @ Value::Number(_))
        | (Type::String, value @ Value::String(_))
        | (Type::Dynamic, value @ Value::Dynamic(_)) => Ok(value),
        (Type::List(element), Value::List(items)) => each(items, |_| Some(&**element)).map(Value::List),
        (Type::Set(element), Value::List(items)) => each(items, |_| Some(&**element)).map(Value::set),
        (Type::Tuple(types), Value::List(items)) if types.len() == items.len() => {
            each(items, |index| types.get(index)).map(Value::List)
        }
        (Type::Map(element), Value::Map(entries)) => entries
            .into_iter()
            .map(|(key, item)| {
                let item = shape(item, element).map_err(|error| error.under(Step::Key(key.clone())))?;
                Ok((key, item))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Type::Object(attributes), Value::Map(entries)) => shape_object(entries, attributes),
        (ty, _) => Err(ValueError::new(format!("the model's field is not of type {}", ty.to_json()))),
    }
}

fn each<'t>(items: Vec<Value>, type_of: impl Fn(usize) -> Option<&'t Type>) -> Result<Vec<Value>, ValueError> {
    let indexed = items.into_iter().enumerate();
    indexed
        .map(|(index, item)| {
            let step = || Step::Index(i64::try_from(index).unwrap_or(i64::MAX));
            let ty = type_of(index).ok_or_else(|| ValueError::new("the list is longer than its type"))?;
            shape(item, ty).map_err(|error| error.under(step()))
        })
        .collect()
}

fn shape_object(
    mut entries: BTreeMap<String, Value>,
    attributes: &BTreeMap<String, Type>,
) -> Result<Value, ValueError> {
    let mut shaped = BTreeMap::new();
    for (name, ty) in attributes {
        let item = entries.remove(name).unwrap_or(Value::Null);
        shaped.insert(name.clone(), shape(item, ty).map_err(|error| error.under(Step::Attribute(name.clone())))?);
    }
    match entries.keys().next() {
        None => Ok(Value::Map(shaped)),
        Some(stray) => Err(ValueError::new(format!("the model has a field `{stray}` that the schema lacks"))),
    }
}

struct Writer;

impl ser::Serializer for Writer {
    type Ok = Value;
    type Error = ValueError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Impossible<Value, ValueError>;
    type SerializeTupleVariant = Impossible<Value, ValueError>;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Impossible<Value, ValueError>;

    fn serialize_bool(self, truth: bool) -> Result<Value, ValueError> {
        Ok(Value::Bool(truth))
    }

    fn serialize_i8(self, number: i8) -> Result<Value, ValueError> {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Result<Value, ValueError> {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Result<Value, ValueError> {
        self.serialize_i64(number.into())
    }

    fn serialize_i64(self, number: i64) -> Result<Value, ValueError> {
        Ok(Value::Number(Number::from(number)))
    }

    fn serialize_u8(self, number: u8) -> Result<Value, ValueError> {
        self.serialize_u64(number.into())
    }

    fn serialize_u16(self, number: u16) -> Result<Value, ValueError> {
        self.serialize_u64(number.into())
    }

    fn serialize_u32(self, number: u32) -> Result<Value, ValueError> {
        self.serialize_u64(number.into())
    }

    fn serialize_u64(self, number: u64) -> Result<Value, ValueError> {
        Ok(Value::Number(Number::from(number)))
    }

    fn serialize_f32(self, number: f32) -> Result<Value, ValueError> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<Value, ValueError> {
        Number::from_f64(number).map(Value::Number).ok_or_else(|| ValueError::new("the number is not finite"))
    }

    fn serialize_char(self, letter: char) -> Result<Value, ValueError> {
        Ok(Value::string(letter))
    }

    fn serialize_str(self, text: &str) -> Result<Value, ValueError> {
        Ok(Value::string(text))
    }

    /// The only bytes in a model are dynamic values.
    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, ValueError> {
        msgpack::decode(bytes, &Type::Dynamic)
    }

    fn serialize_none(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ValueError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Value, ValueError> {
        match (name, variant) {
            ("Tf", "Null") => Ok(Value::Null),
            ("Tf", "Unknown") => Ok(Value::Unknown),
            _ => Ok(Value::string(variant)),
        }
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Value, ValueError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        value: &T,
    ) -> Result<Value, ValueError> {
        if name == "Tf" {
            return value.serialize(self);
        }
        Err(ValueError::new("an enum of a model has no variants with fields"))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, ValueError> {
        Ok(Items(Vec::with_capacity(length.unwrap_or(0))))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, ValueError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, ValueError> {
        Err(ValueError::new("a model holds no structs without names"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, ValueError> {
        Err(ValueError::new("an enum of a model has no variants with fields"))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Fields, ValueError> {
        Ok(Fields::default())
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Fields, ValueError> {
        Ok(Fields::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, ValueError> {
        Err(ValueError::new("an enum of a model has no variants with fields"))
    }
}

struct Items(Vec<Value>);

impl SerializeSeq for Items {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), ValueError> {
        let index = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        self.0.push(element.serialize(Writer).map_err(|error| error.under(Step::Index(index)))?);
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Value::List(self.0))
    }
}

impl SerializeTuple for Items {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), ValueError> {
        SerializeSeq::serialize_element(self, element)
    }

    fn end(self) -> Result<Value, ValueError> {
        SerializeSeq::end(self)
    }
}

#[derive(Default)]
struct Fields {
    entries: BTreeMap<String, Value>,
    key: Option<String>,
}

impl SerializeMap for Fields {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ValueError> {
        match key.serialize(Writer)? {
            Value::String(text) => self.key = Some(text),
            _ => return Err(ValueError::new("the key of a map must be text")),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        let key = self.key.take().ok_or_else(|| ValueError::new("a value was written before its key"))?;
        let value = value.serialize(Writer).map_err(|error| error.under(Step::Key(key.clone())))?;
        self.entries.insert(key, value);
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Value::Map(self.entries))
    }
}

impl SerializeStruct for Fields {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), ValueError> {
        let value = value.serialize(Writer).map_err(|error| error.under(Step::Attribute(name.to_owned())))?;
        self.entries.insert(name.to_owned(), value);
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Value::Map(self.entries))
    }
}

impl ser::Error for ValueError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self { path: Path::root(), reason: message.to_string() }
    }
}
