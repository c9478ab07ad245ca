//! JSON codec: stored state, and values inside private data.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Number, Step, Type, Value, ValueError, normalised};

/// Reads a JSON value as the given type says.
///
/// # Errors
///
/// [`ValueError`] with the path to what does not fit.
pub fn decode(json: &Json, ty: &Type) -> Result<Value, ValueError> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    match (ty, json) {
        (Type::Bool, Json::Bool(truth)) => Ok(Value::Bool(*truth)),
        (Type::Bool, Json::String(text)) if text == "true" => Ok(Value::Bool(true)),
        (Type::Bool, Json::String(text)) if text == "false" => Ok(Value::Bool(false)),
        (Type::Bool, _) => Err(ValueError::new("bool is required")),
        (Type::Number, Json::Number(number)) => number_from(&number.to_string()),
        (Type::Number, Json::String(text)) => number_from(text),
        (Type::Number, _) => Err(ValueError::new("number is required")),
        (Type::String, Json::String(text)) => Ok(Value::string(text.as_str())),
        // State written under an older schema may hold the scalar that the attribute once was.
        (Type::String, Json::Number(number)) => Ok(Value::string(number.to_string())),
        (Type::String, Json::Bool(truth)) => Ok(Value::string(truth.to_string())),
        (Type::String, _) => Err(ValueError::new("string is required")),
        (Type::List(element), Json::Array(items)) => elements(items, |_| Ok(&**element)).map(Value::List),
        (Type::Set(element), Json::Array(items)) => elements(items, |_| Ok(&**element)).map(Value::set),
        (Type::Tuple(types), Json::Array(items)) if types.len() == items.len() => {
            elements(items, |index| types.get(index).ok_or_else(|| ValueError::new("no such element"))).map(Value::List)
        }
        (Type::Tuple(types), Json::Array(_)) => {
            Err(ValueError::new(format!("a tuple of length {} is required", types.len())))
        }
        (Type::List(_) | Type::Set(_) | Type::Tuple(_), _) => Err(ValueError::new("a list is required")),
        (Type::Map(element), Json::Object(members)) => members
            .iter()
            .map(|(key, item)| {
                let value = decode(item, element).map_err(|error| error.under(Step::Key(key.clone())))?;
                Ok((normalised(key.clone()), value))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Type::Object(attributes), Json::Object(members)) => object(attributes, members),
        (Type::Map(_) | Type::Object(_), _) => Err(ValueError::new("an object is required")),
        (Type::Dynamic, Json::Object(members)) => dynamic(members),
        (Type::Dynamic, _) => Err(ValueError::new("an object with `type` and `value` is required")),
    }
}

/// Writes a value as the given type says.
///
/// # Errors
///
/// [`ValueError`] when the value does not fit the type, or is not wholly known.
pub fn encode(value: &Value, ty: &Type) -> Result<Json, ValueError> {
    match (ty, value) {
        (_, Value::Null) => Ok(Json::Null),
        (_, Value::Unknown) => Err(ValueError::new("an unknown value cannot be stored")),
        (Type::Bool, Value::Bool(truth)) => Ok(Json::Bool(*truth)),
        (Type::Number, Value::Number(number)) => {
            serde_json::from_str(&number.to_string()).map_err(|_| ValueError::new("number is required"))
        }
        (Type::String, Value::String(text)) => Ok(Json::String(text.clone())),
        (Type::List(element), Value::List(items)) | (Type::Set(element), Value::Set(items)) => {
            array(items.iter().map(|item| (item, &**element)))
        }
        (Type::Tuple(types), Value::List(items)) if types.len() == items.len() => array(items.iter().zip(types)),
        (Type::Map(element), Value::Map(entries)) => entries
            .iter()
            .map(|(key, item)| {
                let json = encode(item, element).map_err(|error| error.under(Step::Key(key.clone())))?;
                Ok((key.clone(), json))
            })
            .collect::<Result<_, _>>()
            .map(Json::Object),
        (Type::Object(attributes), Value::Map(entries)) => encode_object(attributes, entries),
        (Type::Dynamic, Value::Dynamic(inner)) => {
            let mut members = serde_json::Map::new();
            members.insert("value".to_owned(), encode(&inner.1, &inner.0)?);
            members.insert("type".to_owned(), inner.0.to_json());
            Ok(Json::Object(members))
        }
        _ => Err(ValueError::new(format!("the value is not of type {}", ty.to_json()))),
    }
}

fn encode_object(attributes: &BTreeMap<String, Type>, entries: &BTreeMap<String, Value>) -> Result<Json, ValueError> {
    if let Some(stray) = entries.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(ValueError::new(format!("unsupported attribute `{stray}`")));
    }
    attributes
        .iter()
        .map(|(name, ty)| {
            let item = entries.get(name).unwrap_or(&Value::Null);
            let json = encode(item, ty).map_err(|error| error.under(Step::Attribute(name.clone())))?;
            Ok((name.clone(), json))
        })
        .collect::<Result<_, _>>()
        .map(Json::Object)
}

fn number_from(text: &str) -> Result<Value, ValueError> {
    text.parse::<Number>().map(Value::Number).map_err(|error| ValueError::new(error.to_string()))
}

fn elements<'t>(
    items: &[Json],
    type_of: impl Fn(usize) -> Result<&'t Type, ValueError>,
) -> Result<Vec<Value>, ValueError> {
    let indexed = items.iter().enumerate();
    indexed
        .map(|(index, item)| {
            let step = || Step::Index(i64::try_from(index).unwrap_or(i64::MAX));
            type_of(index).and_then(|ty| decode(item, ty)).map_err(|error| error.under(step()))
        })
        .collect()
}

fn object(attributes: &BTreeMap<String, Type>, members: &serde_json::Map<String, Json>) -> Result<Value, ValueError> {
    if let Some(stray) = members.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(ValueError::new(format!("unsupported attribute `{stray}`")));
    }
    attributes
        .iter()
        .map(|(name, ty)| {
            let member = members.get(name).unwrap_or(&Json::Null);
            let value = decode(member, ty).map_err(|error| error.under(Step::Attribute(name.clone())))?;
            Ok((name.clone(), value))
        })
        .collect::<Result<_, _>>()
        .map(Value::Map)
}

fn dynamic(members: &serde_json::Map<String, Json>) -> Result<Value, ValueError> {
    let (Some(ty), Some(value)) = (members.get("type"), members.get("value")) else {
        return Err(ValueError::new("an object with `type` and `value` is required"));
    };
    let ty = Type::from_json(ty).map_err(|error| ValueError::new(error.to_string()))?;
    let value = decode(value, &ty)?;
    Ok(Value::dynamic(ty, value))
}

fn array<'v>(items: impl Iterator<Item = (&'v Value, &'v Type)>) -> Result<Json, ValueError> {
    let indexed = items.enumerate();
    indexed
        .map(|(index, (item, ty))| {
            encode(item, ty).map_err(|error| error.under(Step::Index(i64::try_from(index).unwrap_or(i64::MAX))))
        })
        .collect::<Result<_, _>>()
        .map(Json::Array)
}
