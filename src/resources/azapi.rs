//! What somebody else's `azapi_update_resource` was for, read from its state.
//!
//! From a `moved` block comes the state as azapi stored it, back goes the id of the object and the body that azapi kept on it. Each generation has
//! its own form of `body` (`internal/services/azapi_update_resource.go` and `internal/services/migration` of Azure/terraform-provider-azapi):
//! a text of JSON up to 1.12 (schema version 0); a dynamic value, `{"type": …, "value": …}`, since; and in 1.13 and later 1.x (schema version 1) that
//! value may again be a text of JSON. The form tells itself, so the version is not asked for.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value as Json};

use crate::azure::id::IdError;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::MoveSource;

/// What a resource type takes from an `azapi_update_resource`.
#[derive(Debug)]
pub(super) struct Target {
    /// Our type.
    pub name: &'static str,
    /// The type of the object in Azure.
    pub azure_type: &'static str,
    /// The object in a sentence.
    pub object: &'static str,
    /// What our type manages of it, in a sentence.
    pub part: &'static str,
    /// The members of `properties` in a body that become ours.
    pub properties: &'static [&'static str],
    /// Whether a body holds what our type manages.
    pub holds: fn(&Json) -> bool,
}

/// An `azapi_update_resource` of the right kind.
#[derive(Debug)]
pub(super) struct Update<'s, I> {
    /// The object that it changes.
    pub id: I,
    /// What it keeps there, as in a document of that object.
    pub body: Cow<'s, Json>,
    state: &'s Json,
}

impl<'s, I: FromStr<Err = IdError> + Display> Update<'s, I> {
    /// Reads the source of a `moved` block. `None`: a type that has nothing to do with the target.
    pub(super) fn of(source: &'s MoveSource, target: &Target) -> Option<Result<Self, Diagnostics>> {
        if !is_update(source) {
            let id = text(&source.state, "id")?.parse().ok()?;
            return Some(Err(whole_object::<I>(source, target, &id).into()));
        }
        Some(Self::read(&source.state, target).map_err(Diagnostics::from))
    }

    fn read(state: &'s Json, target: &Target) -> Result<Self, Diagnostic> {
        let azure_type = text(state, "type").unwrap_or_default();
        if !azure_type.split('@').next().is_some_and(|name| name.eq_ignore_ascii_case(target.azure_type)) {
            return Err(other_type(azure_type, target));
        }
        let id = id(state, target).ok_or_else(|| unreadable("neither `resource_id` nor `id` is in its state"))?;
        let id: I = id.parse().map_err(|error: IdError| unreadable(&error.to_string()))?;
        let body = body(state).ok_or_else(|| unreadable("its `body` is not JSON"))?;
        if !(target.holds)(&body) {
            return Err(other_purpose(&id, target));
        }
        Ok(Self { id, body, state })
    }

    /// Whether azapi leaves alone what others have in a list: since 2.9, where `list_unique_id_property` names the list.
    pub(super) fn shares(&self, list: &str) -> bool {
        set_members(undressed(&self.state["list_unique_id_property"])).any(|path| path.ends_with(list))
    }

    /// What the body keeps on the object beside ours: nobody does after the move. `more` is what is found inside of what is ours.
    pub(super) fn unmanaged(&self, target: &Target, more: impl IntoIterator<Item = String>) -> Option<Diagnostic> {
        let ours = |name: &str| target.properties.contains(&name);
        let outside = set_members(&self.body).filter(|name| *name != "properties").map(str::to_owned);
        let properties = set_members(&self.body["properties"]).filter(|name| !ours(name));
        let properties = properties.map(|name| format!("properties.{name}"));
        let listed: Vec<String> = outside.chain(properties).chain(more).collect();
        (!listed.is_empty()).then(|| {
            Diagnostic::warning(
                format!("{} does not manage all that the azapi_update_resource did", target.name),
                format!(
                    "Its body also sets, on {}:\n\n  - {}\n\nAzure keeps this as it is. To go on managing it, set it where the {} is managed, or \
                     in an azapi_update_resource of its own.",
                    self.id,
                    listed.join("\n  - "),
                    target.object
                ),
            )
        })
    }
}

/// Whether it is azapi's type, whatever registry the provider was fetched from.
fn is_update(source: &MoveSource) -> bool {
    let mut address = source.provider.rsplitn(3, '/');
    let (name, namespace) = (address.next().unwrap_or_default(), address.next().unwrap_or_default());
    source.type_name == "azapi_update_resource"
        && name.eq_ignore_ascii_case("azapi")
        && namespace.eq_ignore_ascii_case("Azure")
}

/// The object's id: azapi keeps all of these, and takes what the configuration has.
fn id<'s>(state: &'s Json, target: &Target) -> Option<Cow<'s, str>> {
    if let Some(id) = text(state, "resource_id").or_else(|| text(state, "id")) {
        return Some(Cow::Borrowed(id));
    }
    let (parent, name) = (text(state, "parent_id")?, text(state, "name")?);
    let mut kinds = target.azure_type.rsplit('/');
    let (kind, parents) = (kinds.next()?, kinds.count());
    let provider =
        if parents == 1 { format!("providers/{}/", target.azure_type.split('/').next()?) } else { String::new() };
    Some(Cow::Owned(format!("{parent}/{provider}{kind}/{name}")))
}

fn text<'s>(state: &'s Json, name: &str) -> Option<&'s str> {
    state[name].as_str().filter(|text| !text.is_empty())
}

fn body(state: &Json) -> Option<Cow<'_, Json>> {
    match undressed(&state["body"]) {
        Json::String(text) if text.is_empty() => Some(Cow::Owned(Json::Object(Map::new()))),
        Json::String(text) => serde_json::from_str(text).ok().map(Cow::Owned),
        body => Some(Cow::Borrowed(body)),
    }
}

/// A value that is stored with its type, without it.
fn undressed(stored: &Json) -> &Json {
    match stored.as_object() {
        Some(members) if members.len() == 2 && members.contains_key("type") => members.get("value").unwrap_or(stored),
        _ => stored,
    }
}

/// The names of the members that have a value: a null is how a configuration leaves one out.
fn set_members(json: &Json) -> impl Iterator<Item = &str> {
    json.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str())
}

fn import_block(target: &Target, id: &impl Display) -> String {
    format!("  import {{\n    to = {}.<name>\n    id = \"{id}\"\n  }}", target.name)
}

fn whole_object<I: Display>(source: &MoveSource, target: &Target, id: &I) -> Diagnostic {
    let (moved, Target { name, object, part, .. }) = (&source.type_name, target);
    Diagnostic::error(
        format!("{moved} cannot be moved to {name}"),
        format!(
            "{name} manages only {part} of a {object}, and does not take the place of {moved}. Keep its `resource` block, delete the `moved` \
             block, and import:\n\n{}",
            import_block(target, id)
        ),
    )
}

fn other_type(azure_type: &str, target: &Target) -> Diagnostic {
    Diagnostic::error(
        format!("azapi_update_resource of another type cannot be moved to {}", target.name),
        format!(
            "Its type is {azure_type:?}. One of type Microsoft.ContainerRegistry/registries can be moved to \
             acrnet_registry_network_rule_set, and one of type Microsoft.Network/virtualNetworks/subnets to \
             acrnet_subnet_service_endpoint. Correct the `moved` block."
        ),
    )
}

fn other_purpose<I: Display>(id: &I, target: &Target) -> Diagnostic {
    let Target { name, part, .. } = target;
    Diagnostic::error(
        format!("azapi_update_resource holds nothing that {name} manages"),
        format!(
            "Its body does not set {part} of {id}; `sensitive_body` is never stored and cannot be looked at. Keep its `resource` block, \
             delete the `moved` block, and import what is there:\n\n{}",
            import_block(target, id)
        ),
    )
}

fn unreadable(why: &str) -> Diagnostic {
    Diagnostic::error(
        "The state of azapi_update_resource cannot be read",
        format!(
            "It cannot be moved: {why}. Delete the `moved` block, import the object, and let Terraform forget the \
             azapi_update_resource with a `removed` block."
        ),
    )
}
