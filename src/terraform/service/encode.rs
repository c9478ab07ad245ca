//! Values and messages to the user, to the wire.

use std::borrow::Cow;

use tonic::Status;

use crate::terraform::diagnostic::{Diagnostics, Severity};
use crate::terraform::framework::Deferred;
use crate::terraform::printable::printable;
use crate::terraform::proto::tfplugin6 as wire;
use crate::terraform::proto::tfplugin6::attribute_path::step::Selector;
use crate::terraform::value::{Path, Step, Type, Value, msgpack};

/// A value of a known type, always as msgpack.
pub(super) fn encode_value(value: &Value, ty: &Type) -> Result<Option<wire::DynamicValue>, Status> {
    let msgpack = msgpack::encode(value, ty).map_err(|error| {
        Status::internal(format!("the provider made a value that does not fit its schema: {error}"))
    })?;
    Ok(Some(wire::DynamicValue { msgpack, json: Vec::new() }))
}

/// An identity of a known type; no message for none.
pub(super) fn encode_identity(identity: &Value, ty: &Type) -> Result<Option<wire::ResourceIdentityData>, Status> {
    if identity.is_null() {
        return Ok(None);
    }
    Ok(Some(wire::ResourceIdentityData { identity_data: encode_value(identity, ty)? }))
}

pub(super) fn encode_diagnostics(diagnostics: Diagnostics) -> Vec<wire::Diagnostic> {
    diagnostics
        .into_iter()
        .map(|diagnostic| wire::Diagnostic {
            severity: match diagnostic.severity {
                Severity::Error => wire::diagnostic::Severity::Error.into(),
                Severity::Warning => wire::diagnostic::Severity::Warning.into(),
            },
            summary: shown(diagnostic.summary),
            detail: shown(diagnostic.detail),
            attribute: diagnostic.path.as_ref().map(encode_path),
        })
        .collect()
}

/// A text that the host shows to a person, and that may quote a service.
pub(super) fn shown(text: String) -> String {
    match printable(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(printable) => printable,
    }
}

pub(super) fn encode_path(path: &Path) -> wire::AttributePath {
    let steps = path.steps().iter().map(|step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
        };
        wire::attribute_path::Step { selector: Some(selector) }
    });
    wire::AttributePath { steps: steps.collect() }
}

pub(super) fn encode_deferred(deferred: Option<Deferred>) -> Option<wire::Deferred> {
    let reason = match deferred? {
        Deferred::ResourceConfigUnknown => wire::deferred::Reason::ResourceConfigUnknown,
        Deferred::ProviderConfigUnknown => wire::deferred::Reason::ProviderConfigUnknown,
    };
    Some(wire::Deferred { reason: reason.into() })
}

#[cfg(test)]
mod tests {
    use crate::terraform::diagnostic::{Diagnostic, Diagnostics};

    #[test]
    fn what_a_message_quotes_does_not_steer_the_terminal() {
        let message = Diagnostic::error("not \u{1b}[2Jfound", "Azure says: \u{9b}31mred\r\nnext line");
        let encoded = super::encode_diagnostics(Diagnostics::from(message));
        assert_eq!(encoded[0].summary, "not \\u{1b}[2Jfound");
        assert_eq!(encoded[0].detail, "Azure says: \\u{9b}31mred\nnext line");
    }
}
