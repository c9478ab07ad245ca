//! Types of values, and the JSON that schemas carry them in.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// The type of a [`Value`](super::Value), as Terraform's type system (cty) has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `dynamic`: any type, carried beside the value
    Dynamic,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `object({…})`
    Object(BTreeMap<String, Type>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
}

/// A JSON type description that is none.
#[derive(Debug, thiserror::Error)]
#[error("not a type: {0}")]
pub struct TypeError(String);

impl Type {
    /// `list(element)`
    #[must_use]
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`
    #[must_use]
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`
    #[must_use]
    pub fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({…})`
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, ty)| (name.into(), ty)).collect())
    }

    /// Whether `dynamic` occurs anywhere in it.
    #[must_use]
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
            Self::Bool | Self::Number | Self::String => false,
        }
    }

    /// Compact JSON, the form of `Attribute.type` in a schema.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Bool => "bool".into(),
            Self::Number => "number".into(),
            Self::String => "string".into(),
            Self::Dynamic => "dynamic".into(),
            Self::List(element) => Json::Array(vec!["list".into(), element.to_json()]),
            Self::Set(element) => Json::Array(vec!["set".into(), element.to_json()]),
            Self::Map(element) => Json::Array(vec!["map".into(), element.to_json()]),
            Self::Object(attributes) => {
                let members = attributes.iter().map(|(name, ty)| (name.clone(), ty.to_json())).collect();
                Json::Array(vec!["object".into(), Json::Object(members)])
            }
            Self::Tuple(elements) => {
                Json::Array(vec!["tuple".into(), Json::Array(elements.iter().map(Self::to_json).collect())])
            }
        }
    }

    /// Reads what [`Type::to_json`] writes. The third element that an object may carry (names of
    /// optional attributes, only meaningful in conversions) is accepted and dropped.
    ///
    /// # Errors
    ///
    /// [`TypeError`] when the JSON describes no type.
    pub fn from_json(json: &Json) -> Result<Self, TypeError> {
        let no_type = || TypeError(json.to_string().chars().take(200).collect());
        match json {
            Json::String(name) => match name.as_str() {
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(no_type()),
            },
            Json::Array(parts) => match (parts.first().and_then(Json::as_str), parts.get(1), parts.len()) {
                (Some("list"), Some(element), 2) => Ok(Self::list(Self::from_json(element)?)),
                (Some("set"), Some(element), 2) => Ok(Self::set(Self::from_json(element)?)),
                (Some("map"), Some(element), 2) => Ok(Self::map(Self::from_json(element)?)),
                (Some("object"), Some(Json::Object(members)), 2 | 3) => members
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), Self::from_json(ty)?)))
                    .collect::<Result<_, TypeError>>()
                    .map(Self::Object),
                (Some("tuple"), Some(Json::Array(elements)), 2) => {
                    elements.iter().map(Self::from_json).collect::<Result<_, TypeError>>().map(Self::Tuple)
                }
                _ => Err(no_type()),
            },
            _ => Err(no_type()),
        }
    }
}
