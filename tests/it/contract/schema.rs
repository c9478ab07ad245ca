//! Whether a JSON value is what a Swagger 2.0 schema of Azure describes.
//!
//! Stricter than a validator of JSON Schema: a member that the schema does not name is a finding, as a misspelt one would otherwise pass; so is a
//! value outside an enum, although Azure marks every enum as open (`modelAsString`) for values that are to come.

use std::collections::BTreeMap;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::openapi::Node;

/// Which way a value travels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To Azure: read-only members have no place in it.
    Sent,
    /// From Azure.
    Answered,
}

/// What does not fit, each with its place, e.g. `properties.sku is not described`.
pub fn findings(value: &Value, schema: Node<'_>, way: Way) -> Vec<String> {
    let mut check = Check { way, found: Vec::new() };
    check.value(value, schema, "");
    check.found
}

struct Check {
    way: Way,
    found: Vec<String>,
}

/// An object's members and what is said of the rest, its bases (`allOf`) included.
#[derive(Default)]
struct Shape<'a> {
    members: BTreeMap<&'a str, Node<'a>>,
    required: Vec<&'a str>,
    others: Option<Node<'a>>,
    /// A base was cut away: nothing can be said of unknown members.
    open: bool,
}

impl Check {
    fn value(&mut self, value: &Value, schema: Node<'_>, place: &str) {
        // What was cut away says nothing.
        let Some(schema) = schema.resolved() else { return };
        let kind = schema.text("type").unwrap_or(if is_object(schema) { "object" } else { "any" });
        match (kind, value) {
            ("object", Value::Object(_)) => self.object(value, schema, place),
            ("array", Value::Array(list)) => {
                if let Some(items) = schema.at("items") {
                    for element in list {
                        self.value(element, items, &format!("{place}[]"));
                    }
                }
            }
            ("string", Value::String(text)) => {
                self.found.extend(text_problems(text, schema).into_iter().map(|why| format!("{place} {why}")));
            }
            ("integer", Value::Number(number)) if number.is_i64() || number.is_u64() => {}
            ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) | ("any", _) => {}
            _ => self.found.push(format!("{place} is {}, not {kind}", name_of(value))),
        }
    }

    fn object(&mut self, value: &Value, schema: Node<'_>, place: &str) {
        let mut shape = Shape::default();
        shape.take(schema);
        let inner = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        for name in shape.required {
            let for_us = self.way == Way::Answered || !is_read_only(shape.members.get(name).copied());
            if value.get(name).is_none() && for_us {
                self.found.push(format!("{} is missing", inner(name)));
            }
        }
        for (name, member) in value.as_object().into_iter().flatten() {
            match (shape.members.get(name.as_str()), shape.others) {
                (Some(described), _) if self.way == Way::Sent && is_read_only(Some(*described)) => {
                    self.found.push(format!("{} is read-only", inner(name)));
                }
                (Some(described), _) => self.value(member, *described, &inner(name)),
                (None, Some(others)) => self.value(member, others, &inner(name)),
                (None, None) if shape.open => {}
                (None, None) => self.found.push(format!("{} is not described", inner(name))),
            }
        }
    }
}

impl<'a> Shape<'a> {
    fn take(&mut self, schema: Node<'a>) {
        for base in schema.each("allOf") {
            match base.resolved() {
                Some(base) => self.take(base),
                None => self.open = true,
            }
        }
        for (name, json) in schema.json["properties"].as_object().into_iter().flatten() {
            self.members.insert(name, Node { json, ..schema });
        }
        self.required.extend(schema.json["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        match schema.at("additionalProperties") {
            Some(others) if others.json.is_object() => self.others = Some(others),
            Some(others) => self.open |= others.json == true,
            // A bare `{"type": "object"}` describes any object.
            None if !is_object(schema) => self.open = true,
            None => {}
        }
    }
}

fn is_object(schema: Node<'_>) -> bool {
    ["properties", "allOf", "additionalProperties"].iter().any(|name| schema.json.get(*name).is_some())
}

/// Beside a `$ref`, or where it leads.
fn is_read_only(schema: Option<Node<'_>>) -> bool {
    let marked = |schema: Node<'_>| schema.json["readOnly"] == true;
    schema.is_some_and(|schema| marked(schema) || schema.resolved().is_some_and(marked))
}

/// Enum, format, pattern and length of a text; also of a path parameter.
pub fn text_problems(text: &str, schema: Node<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(values) = schema.json["enum"].as_array()
        && !values.iter().any(|value| value == text)
    {
        problems.push(format!("{text:?} is not one of {}", Value::from(values.clone())));
    }
    match schema.text("pattern") {
        Some("^[a-zA-Z0-9]*$") if text.chars().all(|letter| letter.is_ascii_alphanumeric()) => {}
        Some(pattern @ "^[a-zA-Z0-9]*$") => problems.push(format!("{text:?} does not match {pattern}")),
        // The one pattern in these documents is not worth a crate.
        Some(other) => problems.push(format!("{text:?}: the test cannot judge the pattern {other}")),
        None => {}
    }
    let bound = |name: &str| schema.json[name].as_u64();
    let length = text.chars().count() as u64;
    if bound("minLength").is_some_and(|least| length < least) || bound("maxLength").is_some_and(|most| length > most) {
        problems.push(format!("{text:?} has {length} characters"));
    }
    let well_formed = match schema.text("format") {
        Some("date-time") => OffsetDateTime::parse(text, &Rfc3339).is_ok(),
        Some("uuid") => uuid::Uuid::try_parse(text).is_ok(),
        Some("arm-id") => is_arm_id(text, schema),
        _ => true,
    };
    if !well_formed {
        problems.push(format!("{text:?} is no {}", schema.text("format").unwrap_or_default()));
    }
    problems
}

/// A resource id, of one of the allowed types where some are named.
fn is_arm_id(text: &str, schema: Node<'_>) -> bool {
    let types = schema.json["x-ms-arm-id-details"]["allowedResources"].as_array();
    let allowed: Vec<&str> = types.into_iter().flatten().filter_map(|kind| kind["type"].as_str()).collect();
    text.starts_with("/subscriptions/") && (allowed.is_empty() || allowed.iter().any(|kind| kind_of(text) == *kind))
}

/// `…/providers/Namespace/type/name/child/name` is a `Namespace/type/child`.
fn kind_of(id: &str) -> String {
    let parts: Vec<&str> = id.rsplit_once("/providers/").map_or("", |(_, rest)| rest).split('/').collect();
    let types = parts.iter().skip(1).step_by(2);
    std::iter::once(&parts[0]).chain(types).copied().collect::<Vec<_>>().join("/")
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::openapi::Specs;
    use super::*;

    /// A mistake, the way it travels, and the finding.
    type Planted = (fn(&mut Value), Way, &'static str);

    const FILE: &str = "containerregistry/2023-07-01/containerregistry.json";

    fn registry(change: impl FnOnce(&mut Value), way: Way) -> Option<Vec<String>> {
        let specs = Specs::load()?;
        let mut registry = json!({
            "location": "westeurope", "sku": {"name": "Premium"},
            "properties": {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": "16.17.18.19"}]}},
        });
        change(&mut registry);
        Some(findings(&registry, specs.definition(FILE, "Registry"), way))
    }

    #[test]
    fn a_planted_mistake_is_found() {
        let table: [Planted; 8] = [
            (|it| it["propertys"] = json!({}), Way::Sent, "propertys is not described"),
            (|it| it["tags"] = json!({"a": 1}), Way::Sent, "tags.a is a number, not string"),
            (|it| it["sku"] = json!({}), Way::Sent, "sku.name is missing"),
            (|it| it["id"] = json!("/x"), Way::Sent, "id is read-only"),
            (
                |it| it["properties"]["creationDate"] = json!("today"),
                Way::Answered,
                "properties.creationDate \"today\" is no date-time",
            ),
            (
                |it| it["properties"]["adminUserEnabled"] = json!(null),
                Way::Answered,
                "properties.adminUserEnabled is null, not boolean",
            ),
            (
                |it| it["properties"]["networkRuleSet"]["ipRules"] = json!([{"valeu": "1.2.3.4"}]),
                Way::Sent,
                "properties.networkRuleSet.ipRules[].value is missing",
            ),
            (
                |it| it["properties"]["networkRuleSet"]["defaultAction"] = json!("deny"),
                Way::Sent,
                "properties.networkRuleSet.defaultAction \"deny\" is not one of [\"Allow\",\"Deny\"]",
            ),
        ];
        for (mistake, way, told) in table {
            let Some(found) = registry(mistake, way) else { return };
            assert!(found.iter().any(|finding| finding == told), "{told}: {found:?}");
        }
    }

    #[test]
    fn what_is_right_is_let_through() {
        let Some(found) = registry(|_| {}, Way::Sent) else { return };
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn an_id_is_of_the_type_that_is_wanted() {
        let Some(specs) = Specs::load() else { return };
        let schema =
            specs.definition("containerregistry/2026-03-01-preview/containerregistry.json", "VirtualNetworkRule");
        let group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n";
        for (id, right) in [(format!("{group}/subnets/a"), true), (group.to_owned(), false), ("a".to_owned(), false)] {
            let rule = json!({"virtualNetworkSubnetResourceId": id});
            assert_eq!(findings(&rule, schema, Way::Sent).is_empty(), right, "{id}");
        }
    }
}
