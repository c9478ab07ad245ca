//! Wire codec: what is inside the `msgpack` field of every `DynamicValue`.
//!
//! Forms and limits are those of go-cty's msgpack encoding, which Terraform reads and writes:
//! any extension means unknown, numbers come as integer, double or decimal text, and a dynamic value
//! is a pair of type description and value.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::decode;
use rmp::encode;

use super::{Number, Step, Type, Value, ValueError, normalised};

/// How deep values may nest. A type bounds its values, but for dynamic ones, whose types arrive with
/// them: without a limit, a short message could exhaust the stack.
const DEPTH_LIMIT: u32 = 128;

/// How many elements are made room for before they are seen. A claimed length is not trusted with more
/// memory than that.
const ROOM: usize = 1024;

/// Reads one value of the given type; bytes after it are an error.
///
/// No bytes at all are the null of the type, as Terraform reads an absent `DynamicValue`.
///
/// # Errors
///
/// [`ValueError`] with the path to what does not fit, or is cut short.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let mut rest = bytes;
    let value = read(&mut rest, ty, DEPTH_LIMIT)?;
    if rest.is_empty() { Ok(value) } else { Err(ValueError::new("more bytes than one value has")) }
}

/// Writes one value as the given type says. Objects get all their attributes, absent ones as null.
///
/// # Errors
///
/// [`ValueError`] when the value does not fit the type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, ValueError> {
    let mut bytes = Vec::with_capacity(128);
    write(&mut bytes, value, ty)?;
    Ok(bytes)
}

fn read(rest: &mut &[u8], ty: &Type, depth: u32) -> Result<Value, ValueError> {
    let depth = depth.checked_sub(1).ok_or_else(|| ValueError::new("the value is nested too deeply"))?;
    let marker = peek(rest)?;
    if marker == Marker::Null {
        skip(rest, 1)?;
        return Ok(Value::Null);
    }
    if is_extension(marker) {
        return read_unknown(rest);
    }
    match ty {
        Type::Bool => decode::read_bool(rest).map(Value::Bool).map_err(|_| ValueError::new("bool is required")),
        Type::Number => read_number(rest, marker).map(Value::Number),
        Type::String => read_text(rest).map(Value::string),
        Type::List(element) => read_elements(rest, depth, |_| Some(&**element)).map(Value::List),
        Type::Set(element) => read_elements(rest, depth, |_| Some(&**element)).map(Value::set),
        Type::Tuple(types) => {
            let elements = read_elements(rest, depth, |index| types.get(index))?;
            if elements.len() == types.len() {
                return Ok(Value::List(elements));
            }
            Err(ValueError::new(format!("a tuple of length {} is required", types.len())))
        }
        Type::Map(element) => read_map(rest, depth, element),
        Type::Object(attributes) => read_object(rest, depth, attributes),
        Type::Dynamic => read_dynamic(rest, depth),
    }
}

/// An unknown value: an extension of any code. What its refinements say is dropped.
fn read_unknown(rest: &mut &[u8]) -> Result<Value, ValueError> {
    let extension = decode::read_ext_meta(rest).map_err(|_| ValueError::new("an extension is cut short"))?;
    skip(rest, extension.size as usize)?;
    Ok(Value::Unknown)
}

fn read_number(rest: &mut &[u8], marker: Marker) -> Result<Number, ValueError> {
    let required = || ValueError::new("number is required");
    match marker {
        Marker::F32 => {
            let single = decode::read_f32(rest).map_err(|_| required())?;
            Number::from_f64(f64::from(single)).ok_or_else(required)
        }
        Marker::F64 => {
            let double = decode::read_f64(rest).map_err(|_| required())?;
            Number::from_f64(double).ok_or_else(required)
        }
        Marker::U64 => decode::read_u64(rest).map(Number::from).map_err(|_| required()),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            let text = read_text(rest)?;
            text.parse().map_err(|error: super::NumberError| ValueError::new(error.to_string()))
        }
        _ => decode::read_int::<i64, _>(rest).map(Number::from).map_err(|_| required()),
    }
}

fn read_text(rest: &mut &[u8]) -> Result<String, ValueError> {
    let (text, after) = decode::read_str_from_slice(*rest).map_err(|_| ValueError::new("string is required"))?;
    *rest = after;
    Ok(text.to_owned())
}

fn read_elements<'t>(
    rest: &mut &[u8],
    depth: u32,
    type_of: impl Fn(usize) -> Option<&'t Type>,
) -> Result<Vec<Value>, ValueError> {
    let length = decode::read_array_len(rest).map_err(|_| ValueError::new("a list is required"))? as usize;
    let mut elements = Vec::with_capacity(length.min(ROOM));
    for index in 0..length {
        let step = || Step::Index(i64::try_from(index).unwrap_or(i64::MAX));
        let ty = type_of(index).ok_or_else(|| ValueError::new("the list is longer than its type"))?;
        elements.push(read(rest, ty, depth).map_err(|error| error.under(step()))?);
    }
    Ok(elements)
}

fn read_map(rest: &mut &[u8], depth: u32, element: &Type) -> Result<Value, ValueError> {
    let length = decode::read_map_len(rest).map_err(|_| ValueError::new("a map is required"))?;
    let mut entries = BTreeMap::new();
    for _ in 0..length {
        let key = normalised(read_text(rest)?);
        let value = read(rest, element, depth).map_err(|error| error.under(Step::Key(key.clone())))?;
        entries.insert(key, value);
    }
    Ok(Value::Map(entries))
}

fn read_object(rest: &mut &[u8], depth: u32, attributes: &BTreeMap<String, Type>) -> Result<Value, ValueError> {
    let length = decode::read_map_len(rest).map_err(|_| ValueError::new("an object is required"))? as usize;
    let mut entries = BTreeMap::new();
    for _ in 0..length {
        let name = read_text(rest)?;
        let Some(ty) = attributes.get(&name) else {
            return Err(ValueError::new(format!("unsupported attribute `{name}`")));
        };
        let value = read(rest, ty, depth).map_err(|error| error.under(Step::Attribute(name.clone())))?;
        entries.insert(name, value);
    }
    if entries.len() == attributes.len() && length == attributes.len() {
        return Ok(Value::Map(entries));
    }
    Err(ValueError::new(format!("an object with {} attributes is required ({length} given)", attributes.len())))
}

fn read_dynamic(rest: &mut &[u8], depth: u32) -> Result<Value, ValueError> {
    let length = decode::read_array_len(rest).ok();
    if length != Some(2) {
        return Err(ValueError::new("dynamic value array must have exactly two elements"));
    }
    let description = match peek(rest)? {
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
            let length = decode::read_bin_len(rest).map_err(|_| ValueError::new("the type is cut short"))? as usize;
            skip(rest, length)?.to_vec()
        }
        _ => read_text(rest)?.into_bytes(),
    };
    let json = serde_json::from_slice(&description).map_err(|_| ValueError::new("the type is not JSON"))?;
    let ty = Type::from_json(&json).map_err(|error| ValueError::new(error.to_string()))?;
    let value = read(rest, &ty, depth)?;
    Ok(Value::dynamic(ty, value))
}

fn peek(rest: &[u8]) -> Result<Marker, ValueError> {
    rest.first().map(|byte| Marker::from_u8(*byte)).ok_or_else(|| ValueError::new("the value is cut short"))
}

fn skip<'b>(rest: &mut &'b [u8], length: usize) -> Result<&'b [u8], ValueError> {
    if rest.len() < length {
        return Err(ValueError::new("the value is cut short"));
    }
    let (skipped, after) = rest.split_at(length);
    *rest = after;
    Ok(skipped)
}

fn is_extension(marker: Marker) -> bool {
    matches!(
        marker,
        Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32
    )
}

fn write(bytes: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), ValueError> {
    match (ty, value) {
        (_, Value::Null) => done(encode::write_nil(bytes)),
        (_, Value::Unknown) => {
            bytes.extend_from_slice(&[0xd4, 0x00, 0x00]);
            Ok(())
        }
        (Type::Bool, Value::Bool(truth)) => done(encode::write_bool(bytes, *truth)),
        (Type::Number, Value::Number(number)) => write_number(bytes, number),
        (Type::String, Value::String(text)) => done(encode::write_str(bytes, text)),
        (Type::List(element), Value::List(items)) | (Type::Set(element), Value::Set(items)) => {
            write_elements(bytes, items, items.iter().map(|item| (item, &**element)))
        }
        (Type::Tuple(types), Value::List(items)) if types.len() == items.len() => {
            write_elements(bytes, items, items.iter().zip(types))
        }
        (Type::Map(element), Value::Map(entries)) => {
            write_map_length(bytes, entries.len())?;
            for (key, item) in entries {
                done(encode::write_str(bytes, key))?;
                write(bytes, item, element).map_err(|error| error.under(Step::Key(key.clone())))?;
            }
            Ok(())
        }
        (Type::Object(attributes), Value::Map(entries)) => write_object(bytes, entries, attributes),
        (Type::Dynamic, Value::Dynamic(inner)) => write_dynamic(bytes, &inner.0, &inner.1),
        _ => Err(ValueError::new(format!("the value is not of type {}", ty.to_json()))),
    }
}

fn write_object(
    bytes: &mut Vec<u8>,
    entries: &BTreeMap<String, Value>,
    attributes: &BTreeMap<String, Type>,
) -> Result<(), ValueError> {
    if let Some(stray) = entries.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(ValueError::new(format!("unsupported attribute `{stray}`")));
    }
    write_map_length(bytes, attributes.len())?;
    for (name, ty) in attributes {
        done(encode::write_str(bytes, name))?;
        let item = entries.get(name).unwrap_or(&Value::Null);
        write(bytes, item, ty).map_err(|error| error.under(Step::Attribute(name.clone())))?;
    }
    Ok(())
}

/// Integers of 64 bits as integers, everything else as decimal text: both are exact.
fn write_number(bytes: &mut Vec<u8>, number: &Number) -> Result<(), ValueError> {
    match number.as_i64() {
        Some(integer) => done(encode::write_sint(bytes, integer).map(|_| ())),
        None => done(encode::write_str(bytes, &number.to_string())),
    }
}

fn write_elements<'v>(
    bytes: &mut Vec<u8>,
    items: &[Value],
    typed: impl Iterator<Item = (&'v Value, &'v Type)>,
) -> Result<(), ValueError> {
    let length = u32::try_from(items.len()).map_err(|_| ValueError::new("too many elements"))?;
    done(encode::write_array_len(bytes, length).map(|_| ()))?;
    for (index, (item, ty)) in typed.enumerate() {
        let step = || Step::Index(i64::try_from(index).unwrap_or(i64::MAX));
        write(bytes, item, ty).map_err(|error| error.under(step()))?;
    }
    Ok(())
}

/// An untyped null is a bare nil, and an unknown of unknown type a bare extension.
fn write_dynamic(bytes: &mut Vec<u8>, ty: &Type, value: &Value) -> Result<(), ValueError> {
    if *ty == Type::Dynamic {
        return write(bytes, value, &Type::Dynamic);
    }
    done(encode::write_array_len(bytes, 2).map(|_| ()))?;
    done(encode::write_bin(bytes, ty.to_json().to_string().as_bytes()))?;
    write(bytes, value, ty)
}

fn write_map_length(bytes: &mut Vec<u8>, length: usize) -> Result<(), ValueError> {
    let length = u32::try_from(length).map_err(|_| ValueError::new("too many entries"))?;
    done(encode::write_map_len(bytes, length).map(|_| ()))
}

fn done<E>(written: Result<(), E>) -> Result<(), ValueError> {
    written.map_err(|_| ValueError::new("the value does not fit msgpack"))
}
