//! Messages to values.

use serde_json::Value as Json;
use tonic::Status;

use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::proto::tfplugin6 as wire;
use crate::terraform::value::{Type, Value, ValueError, json, msgpack};

/// A value of a known type. No message, and an empty one, are the null of the type.
pub(super) fn decode_value(value: Option<wire::DynamicValue>, ty: &Type) -> Result<Value, Status> {
    let Some(value) = value else { return Ok(Value::Null) };
    let decoded = if value.msgpack.is_empty() && !value.json.is_empty() {
        decode_json(&value.json).and_then(|json| json::decode(&json, ty))
    } else {
        msgpack::decode(&value.msgpack, ty)
    };
    decoded.map_err(|error| Status::invalid_argument(format!("a value does not fit its schema: {error}")))
}

/// An identity of a known type. No message, and an empty one, are none.
pub(super) fn decode_identity(identity: Option<wire::ResourceIdentityData>, ty: &Type) -> Result<Value, Status> {
    decode_value(identity.and_then(|identity| identity.identity_data), ty)
}

/// Values in a row, each of the type that its position says.
pub(super) fn decode_with<'t>(
    values: Vec<wire::DynamicValue>,
    type_of: impl Fn(usize) -> Option<&'t Type>,
) -> Result<Vec<Value>, Status> {
    let indexed = values.into_iter().enumerate();
    indexed
        .map(|(index, value)| {
            let ty = type_of(index).ok_or_else(|| Status::invalid_argument("more arguments than parameters"))?;
            decode_value(Some(value), ty)
        })
        .collect()
}

/// State as stored. The form of Terraform 0.11 and older is refused: no version of this provider wrote it.
pub(super) fn decode_state(raw: Option<wire::RawState>) -> Result<Json, Diagnostics> {
    let raw = raw.unwrap_or_default();
    if raw.json.is_empty() && !raw.flatmap.is_empty() {
        return Err(Diagnostic::error(
            "State of an unsupported form",
            "The state was written by Terraform 0.11 or older. Remove the object with `terraform state rm` and import it again.",
        )
        .into());
    }
    decode_json(&raw.json).map_err(|error| Diagnostic::error("Unreadable state", error.to_string()).into())
}

/// Whether the host lets an answer wait for a later run. Hosts that know nothing of that say nothing.
pub(super) fn deferral_allowed(client: Option<wire::ClientCapabilities>) -> bool {
    client.is_some_and(|capabilities| capabilities.deferral_allowed)
}

fn decode_json(bytes: &[u8]) -> Result<Json, ValueError> {
    serde_json::from_slice(bytes).map_err(|error| serde::de::Error::custom(format!("not JSON: {error}")))
}
