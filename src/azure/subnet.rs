//! Subnets of others: one list in them is ours to change, everything else goes back as it came.
//!
//! Asked by those who plan and apply the registry's service endpoint. ARM has no PATCH for subnets, so a change reads the whole document, changes
//! the list in the raw JSON and puts the whole back: a typed struct would drop what it does not know. No rule of a registry is known here.

mod endpoint;

use http::Request;
use serde_json::Value;
use url::Url;

use crate::azure::answer::Answer;
use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind, Story};
use crate::azure::id::SubnetId;
use crate::azure::lro;
use crate::azure::page::cut_down;
use crate::azure::request;
use crate::azure::retry::Repeat;
use crate::azure::write::{self, Document, Updated, WriteFailed};

pub use endpoint::{RegistryEndpoint, add_registry_endpoint, remove_registry_endpoint};

/// The properties that a view tells of.
const SHOWN: [&str; 4] = ["addressPrefix", "addressPrefixes", "serviceEndpoints", "provisioningState"];

/// What one reading of a subnet showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Subnet {
    raw: Value,
    etag: Option<String>,
}

impl Subnet {
    /// A view of ARM's document.
    #[must_use]
    pub fn new(raw: Value) -> Self {
        let etag = raw.get("etag").and_then(Value::as_str).map(str::to_owned);
        Self { raw, etag }
    }

    pub(super) fn of(answer: Answer) -> Self {
        let in_header = answer.header("etag").map(str::to_owned);
        let shown = Self::new(answer.json.unwrap_or_default());
        Self { etag: shown.etag.or(in_header), raw: shown.raw }
    }

    /// An entry of the network's list, cut down to what a view tells; `None` when it does not show all that a reading of the subnet alone does.
    pub(super) fn listed(entry: Value) -> Option<Self> {
        let subnet = Self::new(cut_down(entry, &["id", "name", "etag"], &SHOWN));
        let shows_endpoints = subnet.raw.pointer("/properties/serviceEndpoints").is_some_and(Value::is_array);
        (shows_endpoints && subnet.provisioning_state().is_some()).then_some(subnet)
    }

    /// The document as it came, or what was kept of it.
    #[must_use]
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// The whole id, as ARM spells it.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.raw.get("id")?.as_str()
    }

    /// The name, as ARM spells it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.raw.get("name")?.as_str()
    }

    /// The address ranges: ARM says one as `addressPrefix` or all as `addressPrefixes`, whichever way they were written (azure-cli#32005).
    #[must_use]
    pub fn address_prefixes(&self) -> Vec<&str> {
        let Some(properties) = self.raw.get("properties") else { return Vec::new() };
        let several = properties.get("addressPrefixes").and_then(Value::as_array);
        let several: Vec<&str> = several.into_iter().flatten().filter_map(Value::as_str).collect();
        if several.is_empty() {
            return properties.get("addressPrefix").and_then(Value::as_str).into_iter().collect();
        }
        several
    }

    /// The version of the document, for `If-Match`.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// `Succeeded`, `Updating`, `Failed` …
    #[must_use]
    pub fn provisioning_state(&self) -> Option<&str> {
        state(&self.raw)
    }

    /// The services that have an endpoint here, in ARM's order and spelling.
    #[must_use]
    pub fn service_endpoints(&self) -> Vec<&str> {
        endpoint::services(&self.raw)
    }

    /// The registry's endpoint, if it is there.
    #[must_use]
    pub fn registry_endpoint(&self) -> Option<RegistryEndpoint> {
        RegistryEndpoint::of(&self.raw)
    }
}

impl ArmClient {
    /// The subnet as it is now; `None` when it, its virtual network or its resource group does not exist.
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering; a subscription that does not exist among it.
    pub async fn subnet(&self, id: &SubnetId, call: &Call) -> Result<Option<Subnet>, ArmError> {
        let config = self.config();
        let arm = self.resource_manager(call).await?;
        let request = request::read_subnet(arm, id, config.network_api_version.as_str());
        Ok(self.look(call, request).await?.map(Subnet::of))
    }

    /// Changes a subnet's document by `edit`, typically [`add_registry_endpoint`] or [`remove_registry_endpoint`].
    ///
    /// One writer per virtual network in this process, as Azure allows no more. Waits until subnet and network are at rest, reads, lets `edit`
    /// change the document, puts it back under the condition that nobody else did meanwhile, waits until both are at rest again, reads back and
    /// checks that `edit` finds nothing left to change. When others are in between, the whole is repeated until the deadline.
    ///
    /// # Errors
    ///
    /// With what was there before and what is there now, as far as it could be read.
    pub async fn edit_subnet(
        &self,
        id: &SubnetId,
        call: &Call,
        edit: &(dyn Fn(&mut Value) -> bool + Send + Sync),
    ) -> Result<Updated<Subnet>, WriteFailed<Subnet>> {
        let arm = self.resource_manager(call).await.map_err(WriteFailed::before_reading)?;
        let editing = Editing { client: self, arm, id, edit };
        let network = id.virtual_network();
        let _turn = call.bound(self.locks().hold(network.as_str())).await.map_err(|why| {
            let what = "waiting for another change in the same virtual network";
            WriteFailed::before_reading(ArmError::stopped(&editing.story(), why, Effect::None, what))
        })?;
        write::update(self, call, &editing).await
    }
}

struct Editing<'a> {
    client: &'a ArmClient,
    arm: &'a Url,
    id: &'a SubnetId,
    edit: &'a (dyn Fn(&mut Value) -> bool + Send + Sync),
}

impl Document for Editing<'_> {
    type View = Subnet;

    /// A list that cannot be changed is none that has, or lacks, what the edit is about.
    async fn read(&self, call: &Call) -> Result<Option<Subnet>, ArmError> {
        let found = self.client.subnet(self.id, call).await?;
        if found.as_ref().is_some_and(|subnet| !endpoint::has_list(&subnet.raw)) {
            let message = "the subnet's service endpoints are shown in a form that is not known here";
            return Err(ArmError::of(&self.story(), ErrorKind::Malformed, Effect::None, message));
        }
        Ok(found)
    }

    async fn write(&self, call: &Call, current: &Subnet) -> Result<Option<Subnet>, ArmError> {
        // Also when there is nothing to change: what is being made, perhaps by a write of ours whose answer was lost, is not there yet.
        let subnet = self.at_rest(call, current.clone(), Effect::None).await?;
        if !self.changes(&subnet) {
            return Ok(None);
        }
        let waited = self.network_at_rest(call, Effect::None).await?;
        let subnet = if waited { self.read_again(call, Effect::None).await? } else { subnet };
        let mut body = subnet.raw.clone();
        if !(self.edit)(&mut body) {
            return Ok(None);
        }
        let request = self.request(&body, subnet.etag());
        let resource = request.uri().clone();
        let _written = self.client.snapshots().subnets.writing(self.id);
        let answer = self.client.send(call, request, Repeat::Never).await?;
        self.client.settle(call, &resource, &answer).await?;
        let after = self.read_again(call, Effect::Unknown).await?;
        let after = self.at_rest(call, after, Effect::Unknown).await?;
        self.network_at_rest(call, Effect::Unknown).await?;
        self.check(after).map(Some)
    }

    fn missing(&self) -> ArmError {
        ArmError::of(&self.story(), ErrorKind::NotFound, Effect::None, "the subnet does not exist")
    }
}

impl Editing<'_> {
    fn changes(&self, subnet: &Subnet) -> bool {
        (self.edit)(&mut subnet.raw.clone())
    }

    /// The outcome of a write, unless Azure failed or did not store it.
    fn check(&self, after: Subnet) -> Result<Subnet, ArmError> {
        let failed = after.provisioning_state().is_some_and(|state| lro::settled(state) == Some(false));
        if failed {
            let message =
                format!("the subnet is in state {} after the change", after.provisioning_state().unwrap_or_default());
            return Err(ArmError::of(&self.story(), ErrorKind::OperationFailed, Effect::Unknown, message));
        }
        if self.changes(&after) {
            let found = after.service_endpoints().join(", ");
            let message = format!(
                "Azure accepted the change of the subnet but does not hold it; its service endpoints are: [{found}]"
            );
            return Err(ArmError::of(&self.story(), ErrorKind::NotStored, Effect::Unknown, message));
        }
        Ok(after)
    }

    /// Reads until no operation is under way on the subnet. `Failed` is at rest: a write is what mends it.
    async fn at_rest(&self, call: &Call, mut subnet: Subnet, effect: Effect) -> Result<Subnet, ArmError> {
        let mut pause = self.client.config().poll_interval;
        while subnet.provisioning_state().is_some_and(|state| lro::settled(state).is_none()) {
            self.wait(call, &mut pause, effect, "an operation on the subnet was running").await?;
            subnet = self.read_again(call, effect).await?;
        }
        Ok(subnet)
    }

    /// Waits until no operation is under way on the virtual network, and says whether it had to. Where we may not read it, nothing is waited for.
    async fn network_at_rest(&self, call: &Call, effect: Effect) -> Result<bool, ArmError> {
        let mut pause = self.client.config().poll_interval;
        let mut waited = false;
        loop {
            let version = self.client.config().network_api_version.as_str();
            let request = request::read_virtual_network(self.arm, &self.id.virtual_network(), version);
            let document = match self.client.look(call, request).await {
                Ok(answer) => answer.and_then(|answer| answer.json).unwrap_or_default(),
                Err(error) if error.kind == ErrorKind::Forbidden => return Ok(waited),
                Err(error) => return Err(error.after(effect)),
            };
            if state(&document).is_none_or(|state| lro::settled(state).is_some()) {
                return Ok(waited);
            }
            self.wait(call, &mut pause, effect, "an operation on the virtual network was running").await?;
            waited = true;
        }
    }

    async fn read_again(&self, call: &Call, effect: Effect) -> Result<Subnet, ArmError> {
        let found = self.read(call).await.and_then(|found| found.ok_or_else(|| self.missing()));
        found.map_err(|error| error.after(effect))
    }

    async fn wait(
        &self,
        call: &Call,
        pause: &mut std::time::Duration,
        effect: Effect,
        what: &str,
    ) -> Result<(), ArmError> {
        self.client.pause(call, *pause, &self.story(), effect, what).await?;
        *pause = (*pause * 2).min(self.client.config().poll_interval * 10);
        Ok(())
    }

    fn story(&self) -> Story {
        self.client.story(&self.request(&Value::Null, None))
    }

    fn request(&self, body: &Value, etag: Option<&str>) -> Request<bytes::Bytes> {
        let version = self.client.config().network_api_version.as_str();
        request::replace_subnet(self.arm, self.id, version, body, etag)
    }
}

fn state(document: &Value) -> Option<&str> {
    document.get("properties")?.get("provisioningState")?.as_str()
}

#[cfg(test)]
mod tests;
