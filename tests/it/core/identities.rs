//! What core from Terraform 1.12 on does with identities: keeps them beside the state, brings old ones up to date, imports by them, and
//! checks those that come back, in its own words.

use acrnet::terraform::conform::{assert_conforms_to_type, assert_identity_kept};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::{Type, Value, json, msgpack};
use serde_json::Value as Json;

use super::{Core, Kind, Object, Plan, Said, packed, raw, unpacked};

/// An identity in a state file.
#[derive(Clone, Debug)]
pub struct Stored {
    pub version: i64,
    pub json: Json,
}

/// An answer that carries an identity.
pub enum Answered<'a> {
    /// A refresh of that object.
    Read(&'a Object),
    /// A plan for that object.
    Plan(&'a Object, &'a Plan),
    /// An apply, an import or a move.
    Other,
}

/// On its way to the provider; null is not sent.
pub fn sent(identity: &Value, ty: &Type) -> Option<wire::ResourceIdentityData> {
    (!identity.is_null()).then(|| wire::ResourceIdentityData { identity_data: Some(packed(identity, ty)) })
}

/// An identity that came back, and what core says about it. Where the answer is an error, it says nothing more.
pub fn received(
    kind: &Kind,
    identity: Option<wire::ResourceIdentityData>,
    answered: &Answered<'_>,
    messages: &mut Vec<wire::Diagnostic>,
) -> Value {
    let failed = messages.iter().any(|message| message.severity() == wire::diagnostic::Severity::Error);
    let (value, findings) = judged(kind, identity, answered);
    messages.extend(findings.into_iter().filter(|_| !failed));
    value
}

fn judged(
    kind: &Kind,
    identity: Option<wire::ResourceIdentityData>,
    answered: &Answered<'_>,
) -> (Value, Option<wire::Diagnostic>) {
    let data = identity.and_then(|identity| identity.identity_data).unwrap_or_default();
    let ty = kind.identity.ty();
    let decoded = if data.msgpack.is_empty() { Ok(Value::Null) } else { msgpack::decode(&data.msgpack, &ty) };
    let name = &kind.name;
    let misfit = |reason: String| {
        let summary = "Provider produced an identity that doesn't match the schema";
        error(summary, format!("returned an identity for {name} that doesn't match the identity schema: {reason}"))
    };
    let value = match decoded {
        Ok(value) => value,
        Err(reason) => return (Value::Null, Some(misfit(reason.to_string()))),
    };
    if let Some(breach) = assert_conforms_to_type(&value, &ty).first() {
        return (value, Some(misfit(breach.to_string())));
    }
    let may_be_unknown =
        matches!(answered, Answered::Plan(prior, plan) if prior.value.is_null() || !plan.replace.is_empty());
    if !value.is_wholly_known() && !may_be_unknown {
        let detail = format!("returned an identity with unknown values for {name}.");
        return (value, Some(error("Provider produced invalid identity", detail)));
    }
    let changed = match answered {
        Answered::Read(object) => !value.is_null() && !assert_identity_kept(&object.identity, &value).is_empty(),
        Answered::Plan(..) | Answered::Other => false,
    };
    let detail = format!("planned an different identity for {name} during refresh.");
    (value, changed.then(|| error("Provider produced different identity", detail)))
}

fn error(summary: &str, detail: String) -> wire::Diagnostic {
    wire::Diagnostic {
        severity: wire::diagnostic::Severity::Error.into(),
        summary: summary.to_owned(),
        detail,
        attribute: None,
    }
}

impl Stored {
    /// What goes into a state file.
    #[track_caller]
    pub fn of(kind: &Kind, identity: &Value) -> Self {
        let json = json::encode(identity, &kind.identity.ty()).expect("an identity can be stored");
        Self { version: kind.identity.version, json }
    }
}

impl Core {
    /// An identity from a state file, as every command begins with it: what an older schema wrote goes through the provider.
    pub async fn load_identity(&self, kind: &Kind, stored: &Stored) -> Said<Value> {
        let ty = kind.identity.ty();
        if stored.version == kind.identity.version {
            let answer = json::decode(&stored.json, &ty).expect("an identity of the present schema");
            return Said { answer, messages: Vec::new() };
        }
        if stored.version > kind.identity.version {
            let summary = "Resource instance managed by newer provider version";
            let detail = format!("The current state of {} was created by a newer provider version.", kind.name);
            return Said { answer: Value::Null, messages: vec![error(summary, detail)] };
        }
        let upgraded = self.upgrade_identity(kind, stored.version, &stored.json).await;
        let (answer, mut messages) = (upgraded.answer, upgraded.messages);
        let unfit = answer.is_null() || !answer.is_wholly_known() || !assert_conforms_to_type(&answer, &ty).is_empty();
        if messages.is_empty() && unfit {
            let detail =
                format!("The provider upgraded the identity of {}, but produced an invalid result.", kind.name);
            messages.push(error("Invalid resource identity upgrade", detail));
        }
        Said { answer, messages }
    }

    /// The call that this makes.
    pub async fn upgrade_identity(&self, kind: &Kind, version: i64, identity: &Json) -> Said<Value> {
        let request = wire::upgrade_resource_identity::Request {
            type_name: kind.name.clone(),
            version,
            raw_identity: Some(raw(identity)),
        };
        let response = self.rpc.clone().upgrade_resource_identity(request).await.expect("an answer").into_inner();
        let data = response.upgraded_identity.and_then(|identity| identity.identity_data);
        let answer = if data.is_some() { unpacked(data, &kind.identity.ty()) } else { Value::Null };
        Said { answer, messages: response.diagnostics }
    }

    /// An import by what an `identity` block says; the JSON has every attribute.
    pub async fn import_by_identity(&self, kind: &Kind, identity: &Json) -> Said<Option<Object>> {
        let identity = json::decode(identity, &kind.identity.ty()).expect("JSON of that type");
        self.import_identity(kind, &identity).await
    }

    /// The same with a value.
    pub async fn import_identity(&self, kind: &Kind, identity: &Value) -> Said<Option<Object>> {
        let request = wire::import_resource_state::Request {
            type_name: kind.name.clone(),
            identity: sent(identity, &kind.identity.ty()),
            client_capabilities: self.generation.capabilities(),
            ..wire::import_resource_state::Request::default()
        };
        let said = self.imported(kind, request).await;
        if let Some(object) = &said.answer {
            assert!(!object.identity.is_null(), "an import by identity returns it");
        }
        said
    }
}

#[cfg(test)]
mod tests {
    //! That the host finds what core finds.

    use super::*;

    fn messages(kind: &Kind, identity: &Value, ty: &Type, answered: &Answered<'_>) -> Vec<String> {
        let mut messages = Vec::new();
        received(kind, sent(identity, ty), answered, &mut messages);
        Said { answer: (), messages }.errors()
    }

    #[test]
    fn an_identity_of_another_form_or_not_known_or_not_the_stored_one_is_an_error() {
        let kind = Kind::toy("toy_kinds");
        let ty = kind.identity.ty();
        let identity = |id: Value| Value::map([("id", id)]);
        let said = |id: Value, answered: &Answered<'_>| messages(&kind, &identity(id), &ty, answered);
        let object = Object { identity: identity("toy-a".into()), value: identity("toy-a".into()), ..Object::none() };
        let plan = Plan { planned: Value::Null, replace: Vec::new(), private: Vec::new(), identity: Value::Null };
        assert_eq!(said("toy-a".into(), &Answered::Read(&object)), [""; 0]);
        let other = said("toy-b".into(), &Answered::Read(&object));
        assert!(other[0].starts_with("Provider produced different identity: "), "{other:?}");
        let unknown = |answered: &Answered<'_>| said(Value::Unknown, answered);
        for answered in [&Answered::Read(&object), &Answered::Plan(&object, &plan), &Answered::Other] {
            assert!(
                unknown(answered)[0].starts_with("Provider produced invalid identity: "),
                "{:?}",
                unknown(answered)
            );
        }
        assert_eq!(unknown(&Answered::Plan(&Object::none(), &plan)), [""; 0], "of an object to be made");
        let stray = Type::object([("id", Type::String), ("more", Type::String)]);
        let stray = messages(&kind, &Value::map([("id", "a".into()), ("more", "b".into())]), &stray, &Answered::Other);
        assert!(stray[0].starts_with("Provider produced an identity that doesn't match the schema: "), "{stray:?}");
    }
}
