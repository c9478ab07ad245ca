//! `acrnet_subnet_service_endpoint`: one entry of one list on a subnet that belongs to somebody else.

mod moved;

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::registration::Stage;
use super::replacement::{announce, announced, forget};
use super::report::{Doing, gone, report, without_service_endpoints};
use super::{Clients, SubnetIdentity, call, live, same_id};
use crate::azure::error::Effect;
use crate::azure::id::{RegistryEndpointId, SubnetId};
use crate::azure::snapshot::Reading;
use crate::azure::subnet::{Subnet, add_registry_endpoint, remove_registry_endpoint};
use crate::azure::write::WriteFailed;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::timeouts::{self, Timeouts};
use crate::terraform::framework::{Change, Context, Intent, MoveSource, Partial, Resource};
use crate::terraform::schema::{Attribute, Check, Schema};
use crate::terraform::value::{Path, Tf, Type};

const SERVICE: &str = "Microsoft.ContainerRegistry";

/// Private data: whether the endpoint was there before us.
const ADOPTED: &str = "adopted";

const DESCRIPTION: &str = "\
Owns the service endpoint `Microsoft.ContainerRegistry` of one subnet, and nothing else of it: the subnet may belong to \
another module, team or tool. Every other endpoint and setting of the subnet is left as it is.\n\n\
~> Where the subnet itself is managed by `azurerm_subnet`, add `lifecycle { ignore_changes = [service_endpoint] }` \
(`service_endpoints` before azurerm 5) to it, or it will remove the endpoint again. With `azapi_resource`, use \
`ignore_body_changes = [\"properties.serviceEndpoints\"]`.\n\n\
~> Adding or removing a service endpoint closes open connections from the subnet to the service and changes the source \
address that the registry sees.";

/// The resource type.
#[derive(Debug)]
pub struct SubnetServiceEndpoint;

/// What one call of a run tells another about an endpoint.
#[derive(Clone, Debug)]
pub(in crate::resources) struct Held {
    /// Its state.
    model: Model,
    /// Whether it was there before us.
    adopted: bool,
}

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    id: Tf<String>,
    subnet_id: Tf<String>,
    service: Tf<String>,
    locations: Tf<Vec<String>>,
    virtual_network_id: Tf<String>,
    on_existing: Tf<String>,
    remove_on_destroy: Tf<bool>,
    timeouts: Tf<Timeouts>,
}

impl Resource for SubnetServiceEndpoint {
    const NAME: &'static str = "acrnet_subnet_service_endpoint";
    type Clients = Clients;
    type Model = Model;
    type Identity = SubnetIdentity;

    fn schema() -> Schema {
        Schema::new(DESCRIPTION)
            .attribute(
                Attribute::string(
                    "subnet_id",
                    "Id of the subnet, `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/\
                     <network>/subnets/<name>`. Use this attribute in `virtual_network_subnet_ids` of a rule set: it makes \
                     Terraform add the endpoint before the rule and remove it after. Compared without regard to letter \
                     case. Changing it makes a new endpoint.",
                )
                .required()
                .replaces()
                .check(Check::parses::<SubnetId>())
                .same_when(same_id),
            )
            .attribute(
                Attribute::string(
                    "on_existing",
                    "What to do when the subnet has the endpoint already: `adopt`, which writes nothing and leaves it in \
                     place on destroy, or `fail`, with the `import` block to use instead. Defaults to `adopt`.",
                )
                .default("adopt")
                .check(Check::one_of(&["adopt", "fail"])),
            )
            .attribute(
                Attribute::bool(
                    "remove_on_destroy",
                    "Whether destroying removes the endpoint from the subnet. Defaults to `true`, and to `false` for one \
                     that was there before. With `false`, the subnet keeps it, and nobody looks after it.",
                )
                .optional_computed()
                .kept(),
            )
            .attribute(Attribute::string("id", "`<subnet id>/serviceEndpoints/Microsoft.ContainerRegistry`. An import takes it, or the bare subnet id.").computed().kept())
            .attribute(Attribute::string("service", "Always `Microsoft.ContainerRegistry`.").computed().kept())
            .attribute(
                Attribute::new("locations", Type::list(Type::String), "Regions the endpoint serves, as Azure fills them in: `[\"*\"]`.")
                    .computed()
                    .kept(),
            )
            .attribute(Attribute::string("virtual_network_id", "Id of the network that the subnet is in.").computed().kept())
            .nested_block(timeouts::block())
    }

    async fn plan(clients: Option<&Clients>, context: &mut Context, change: &mut Change<Model>) {
        if let (Some(clients), Some(subnet)) = (clients, change.planned.subnet()) {
            clients.planned_endpoints.keep(subnet.as_str(), ());
        }
        if change.prior.is_some() {
            return;
        }
        forget(&mut context.private);
        if let Some(subnet) = change.planned.subnet() {
            announce(&mut context.private, subnet.as_str());
            change.planned.identify(&subnet);
            if let Some(clients) = clients {
                context.diagnostics.extend(live::subnet(clients, &call(context), &subnet).await);
                let missing = registration(clients, context, Stage::Plan, &subnet).await;
                context.diagnostics.extend(missing);
            }
        }
        let cloud = clients.and_then(|clients| without_service_endpoints(clients.arm.config().cloud.name()));
        if let Some(cloud) = cloud {
            let summary = format!("Service endpoints for Container Registry are not offered in {cloud}");
            let detail = "Azure documents them for the public cloud only. Use IP rules or private endpoints there.";
            context.warn(Diagnostic::warning(summary, detail).at(Path::attribute("subnet_id")));
        }
    }

    async fn plan_destroy(clients: Option<&Clients>, context: &mut Context, prior: &Model) {
        forget(&mut context.private);
        if let (Some(clients), Some(subnet)) = (clients, prior.subnet()) {
            clients.planned_endpoints.take(subnet.as_str());
        }
    }

    async fn read(clients: &Clients, context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        let subnet = known_subnet(&state)?;
        match clients.arm.recent_subnet(&subnet, &call(context)).await {
            Ok(Reading::Found(found)) => Ok(observed(&found, &subnet, state)),
            Ok(Reading::Missing(_)) => Ok(None),
            Err(error) => Err(report(Doing::Reading, subnet.as_str(), &error).into()),
        }
    }

    async fn create(clients: &Clients, context: &mut Context, intent: Intent<Model>) -> Result<Model, Partial<Model>> {
        let planned = intent.planned;
        let subnet = known_subnet(&planned).map_err(Partial::nothing_done)?;
        let held = clients.endpoints.handed_over.take(subnet.as_str());
        forget(&mut context.private);
        let missing = registration(clients, context, Stage::Write, &subnet).await;
        if missing.has_error() {
            return Err(Partial::leaving(held.map(|held| held.model), missing));
        }
        let adopts = held.is_some() || planned.on_existing.known().is_none_or(|choice| choice == "adopt");
        let adding = Adding { adopts, existed: Mutex::default() };
        let result = clients.arm.edit_subnet(&subnet, &call(context), &|document| adding.edit(document)).await;
        // One that came while nothing of ours was written is somebody else's as well.
        let existed = adding.existed() || matches!(&result, Ok(updated) if !updated.wrote);
        // An endpoint that only outlived a replacement is as much ours as it was before.
        let adopted = held.as_ref().map_or(existed, |held| held.adopted);
        context.private.keep(ADOPTED, &adopted);
        let (reached, diagnostic) = match result {
            Ok(_) if existed && !adopts => (None, already_there(&subnet)),
            Ok(updated) => {
                let model = planned.completed(&updated.after, &subnet, adopted);
                context.note_reached(&model);
                clients.endpoints.made.keep(subnet.as_str(), Held { model: model.clone(), adopted });
                return Ok(model);
            }
            Err(failed) => {
                let diagnostic = report(Doing::AddingEndpoint, subnet.as_str(), &failed.error);
                (left_behind(&failed, &subnet, planned, adopted), diagnostic)
            }
        };
        // What a replacement did not get to is still there.
        Err(Partial::leaving(reached.or(held.map(|held| held.model)), diagnostic))
    }

    async fn update(
        _clients: &Clients,
        context: &mut Context,
        prior: Model,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        // Only choices for later can change in place; nothing in Azure depends on them.
        let planned = intent.planned;
        let Some(subnet) = planned.subnet() else { return Ok(planned) };
        // All of it is known from the plan on, unless the state was written by hand.
        let adopted = context.private.read::<bool>(ADOPTED).unwrap_or(false);
        let mut made = Model::default();
        made.identify(&subnet);
        Ok(Model {
            id: planned.id.or_found(made.id),
            service: planned.service.or_found(made.service),
            virtual_network_id: planned.virtual_network_id.or_found(made.virtual_network_id),
            locations: planned.locations.or_found(prior.locations),
            remove_on_destroy: planned.remove_on_destroy.or_found(Tf::Known(!adopted)),
            ..planned
        })
    }

    async fn delete(clients: &Clients, context: &mut Context, prior: Model) -> Result<(), Diagnostics> {
        let subnet = known_subnet(&prior)?;
        if announced(&context.private, subnet.as_str()) {
            // A tainted object comes without its private data; then its state tells.
            let remembered = context.private.read::<bool>(ADOPTED);
            let adopted = remembered.unwrap_or(prior.remove_on_destroy == Tf::Known(false));
            clients.endpoints.handed_over.keep(subnet.as_str(), Held { model: prior, adopted });
            return Ok(());
        }
        if let Some(made) = clients.endpoints.made.of(subnet.as_str()) {
            context.diagnostics.extend(stays(&subnet, &prior, &made));
            return Ok(());
        }
        if prior.remove_on_destroy == Tf::Known(false) {
            return Ok(());
        }
        match clients.arm.edit_subnet(&subnet, &call(context), &remove_registry_endpoint).await {
            Ok(_) => Ok(()),
            Err(failed) if gone(&failed.error) => Ok(()),
            Err(failed) => Err(report(Doing::RemovingEndpoint, subnet.as_str(), &failed.error).into()),
        }
    }

    fn import(id: &str) -> Result<Model, Diagnostics> {
        match id.parse::<RegistryEndpointId>() {
            Ok(endpoint) => Ok(Model::begun(endpoint.subnet())),
            Err(error) => Err(Diagnostic::error("Not the id of a subnet or its endpoint", error.to_string()).into()),
        }
    }

    fn identity(model: &Model) -> Option<SubnetIdentity> {
        model.subnet().as_ref().map(SubnetIdentity::of)
    }

    fn import_identity(identity: SubnetIdentity) -> Result<Model, Diagnostics> {
        match identity.id() {
            Ok(subnet) => Ok(Model::begun(&subnet)),
            Err(error) => Err(Diagnostic::error("Not the identity of a subnet", error.to_string()).into()),
        }
    }

    fn moved(source: &MoveSource, warnings: &mut Diagnostics) -> Option<Result<Model, Diagnostics>> {
        moved::moved(source, warnings)
    }
}

impl Model {
    /// The endpoint of a subnet, as an import knows it.
    fn begun(subnet: &SubnetId) -> Self {
        Self { subnet_id: Tf::Known(subnet.to_string()), ..Self::default() }
    }

    fn subnet(&self) -> Option<SubnetId> {
        self.subnet_id.known().and_then(|id| id.parse().ok())
    }

    /// What follows from the subnet's id alone.
    fn identify(&mut self, subnet: &SubnetId) {
        self.id = Tf::Known(RegistryEndpointId::of(subnet.clone()).to_string());
        self.service = Tf::Known(SERVICE.to_owned());
        self.virtual_network_id = Tf::Known(subnet.virtual_network().to_string());
    }

    fn completed(mut self, found: &Subnet, subnet: &SubnetId, adopted: bool) -> Self {
        self.identify(subnet);
        let locations = found.registry_endpoint().map(|endpoint| endpoint.locations).unwrap_or_default();
        self.locations = self.locations.or_found(Tf::Known(locations));
        self.remove_on_destroy = self.remove_on_destroy.or_found(Tf::Known(!adopted));
        self
    }
}

/// What keeps the subnet's subscription from using registries.
async fn registration(clients: &Clients, context: &Context, stage: Stage, subnet: &SubnetId) -> Diagnostics {
    let subnets = std::iter::once(subnet.as_str());
    clients.registrations.missing(&clients.arm, &call(context), stage, subnets, "subnet_id").await
}

fn known_subnet(state: &Model) -> Result<SubnetId, Diagnostics> {
    state.subnet().ok_or_else(|| {
        Diagnostic::error(
            "The state holds no subnet id",
            "Remove the object with `terraform state rm` and import it again.",
        )
        .into()
    })
}

/// The model of a subnet's endpoint as it is; `None` when it has none.
fn observed(found: &Subnet, subnet: &SubnetId, mut state: Model) -> Option<Model> {
    let endpoint = found.registry_endpoint()?;
    state.identify(subnet);
    state.locations = Tf::Known(endpoint.locations);
    if state.on_existing.is_null() {
        state.on_existing = Tf::Known("adopt".to_owned());
    }
    if state.remove_on_destroy.is_null() {
        state.remove_on_destroy = Tf::Known(true);
    }
    Some(state)
}

/// The model of the endpoint of a subnet that a list shows, and the subnet's id: what an import and a read of it give. `None` when it has none.
pub(crate) fn listed(shown: &Subnet) -> Option<(SubnetId, Model)> {
    let id = shown.id()?.parse::<SubnetId>().ok()?;
    // In the spelling in which an import by identity begins.
    let id = SubnetIdentity::of(&id).id().unwrap_or(id);
    let model = observed(shown, &id, Model::begun(&id))?;
    Some((id, model))
}

/// Adds the endpoint. Runs again after each fresh read: only the first one can show that it was there before us.
struct Adding {
    adopts: bool,
    existed: Mutex<Option<bool>>,
}

impl Adding {
    fn edit(&self, document: &mut Json) -> bool {
        let mut changed = document.clone();
        let adds = add_registry_endpoint(&mut changed);
        let mut existed = self.existed.lock().unwrap_or_else(PoisonError::into_inner);
        let existed = *existed.get_or_insert(!adds);
        if !adds || (existed && !self.adopts) {
            return false;
        }
        *document = changed;
        true
    }

    fn existed(&self) -> bool {
        self.existed.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(false)
    }
}

fn already_there(subnet: &SubnetId) -> Diagnostic {
    Diagnostic::error(
        format!("Subnet {} already has the service endpoint", subnet.name()),
        format!(
            "on_existing is \"fail\". To manage the endpoint that is there, import it:\n\n  import {{\n    to = \
             acrnet_subnet_service_endpoint.<name>\n    id = \"{subnet}\"\n  }}\n\nTo use it and leave it in place on \
             destroy, set on_existing = \"adopt\"."
        ),
    )
    .at(Path::attribute("subnet_id"))
}

/// The new object of a `create_before_destroy` found the endpoint of the old one, and took it for somebody else's.
fn stays(subnet: &SubnetId, old: &Model, new: &Held) -> Option<Diagnostic> {
    let forgotten = old.remove_on_destroy == Tf::Known(true) && new.model.remove_on_destroy == Tf::Known(false);
    forgotten.then(|| {
        Diagnostic::warning(
            format!("The service endpoint of subnet {} will stay when its new object is destroyed", subnet.name()),
            "With create_before_destroy the new object found the endpoint in place and adopted it. Set remove_on_destroy = \
             true if it is to be removed in the end.",
        )
    })
}

/// What a failed create has left: the endpoint as a read afterwards showed it, or, when even that
/// failed or may have overtaken the write, as it may be there.
fn left_behind(failed: &WriteFailed<Subnet>, subnet: &SubnetId, planned: Model, adopted: bool) -> Option<Model> {
    match (&failed.seen, &failed.before) {
        (Some(seen), _) => {
            let may_be_there = seen.registry_endpoint().is_some() || failed.error.may_still_come();
            (may_be_there && !adopted).then(|| planned.completed(seen, subnet, adopted))
        }
        (None, Some(before)) if failed.error.effect == Effect::Unknown => {
            Some(planned.completed(before, subnet, adopted))
        }
        (None, _) => None,
    }
}
