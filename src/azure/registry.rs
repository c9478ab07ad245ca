//! Registries: what the network rules of one are, and how they are changed.
//!
//! Asked by those who plan and apply; answers with a lenient view of ARM's document. A change is a function of what is there now: it runs under
//! a lock of this process, on a fresh reading, and again when others wrote in between. What the rules mean is not known here.

mod patch;
mod view;

use http::Uri;
use serde_json::Value;
use url::Url;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind, Story};
use crate::azure::id::RegistryId;
use crate::azure::request;
use crate::azure::retry::Repeat;
use crate::azure::write::{self, Document, Updated, WriteFailed};

pub use patch::RegistryPatch;
pub use view::{PrivateEndpointConnection, Registry};

/// How many readings a write is given to show up.
const LOOKS: u32 = 3;

impl ArmClient {
    /// The registry as it is now; `None` when it, or its resource group, does not exist.
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering; a subscription that does not exist among it.
    pub async fn registry(&self, id: &RegistryId, call: &Call) -> Result<Option<Registry>, ArmError> {
        let config = self.config();
        let arm = self.resource_manager(call).await?;
        let request = request::read_registry(arm, id, config.registry_api_version.as_str());
        Ok(self.look(call, request).await?.and_then(|answer| answer.json).map(Registry::new))
    }

    /// Changes a registry's network settings.
    ///
    /// One writer per registry in this process. Reads, asks `edit` what to write, writes only that, waits for the operation and proves that what
    /// was sent is stored: by the write's own answer when that is final, otherwise by reading back. When the outcome is not known (an answer was
    /// lost, 5xx) or others were in between (409, 412, 429), it reads again and asks `edit` again; so `edit` must say `None` once all is as wanted.
    ///
    /// # Errors
    ///
    /// With what was there before and what is there now, as far as it could be read.
    pub async fn update_registry(
        &self,
        id: &RegistryId,
        call: &Call,
        edit: &(dyn Fn(&Registry) -> Option<RegistryPatch> + Send + Sync),
    ) -> Result<Updated<Registry>, WriteFailed<Registry>> {
        let arm = self.resource_manager(call).await.map_err(WriteFailed::before_reading)?;
        let writing = Writing { client: self, arm, id, edit };
        let _turn = call.bound(self.locks().hold(id.as_str())).await.map_err(|why| {
            let what = "waiting for another change of the same registry";
            WriteFailed::before_reading(ArmError::stopped(&writing.story(), why, Effect::None, what))
        })?;
        write::update(self, call, &writing).await
    }
}

struct Writing<'a> {
    client: &'a ArmClient,
    arm: &'a Url,
    id: &'a RegistryId,
    edit: &'a (dyn Fn(&Registry) -> Option<RegistryPatch> + Send + Sync),
}

impl Document for Writing<'_> {
    type View = Registry;
    const OUTLASTS_CONTENTION: bool = false;

    async fn read(&self, call: &Call) -> Result<Option<Registry>, ArmError> {
        self.client.registry(self.id, call).await
    }

    async fn write(&self, call: &Call, current: &Registry) -> Result<Option<Registry>, ArmError> {
        let Some(patch) = (self.edit)(current).filter(|patch| !patch.is_empty()) else { return Ok(None) };
        let config = self.client.config();
        let version = &config.registry_api_version;
        let body = patch
            .body(version)
            .map_err(|error| ArmError::of(&self.story(), ErrorKind::Unsupported, Effect::None, error.to_string()))?;
        let request = request::update_registry(self.arm, self.id, version.as_str(), &body);
        let resource = request.uri().clone();
        let answer = self.client.send(call, request, Repeat::Never).await?;
        let polled = self.client.settle(call, &resource, &answer).await?;
        if let (None, Some(document)) = (polled, answer.json) {
            let own = Registry::new(document);
            if own.provisioning_state().is_some_and(|state| state.eq_ignore_ascii_case("Succeeded"))
                && patch.unstored(&own).is_empty()
            {
                return Ok(Some(own));
            }
        }
        self.read_back(call, &resource, &patch).await.map(Some)
    }

    fn missing(&self) -> ArmError {
        ArmError::of(&self.story(), ErrorKind::NotFound, Effect::None, "the registry does not exist")
    }
}

impl Writing<'_> {
    /// Reads until what was sent shows, a few times: a reading may come from a replica that is behind.
    async fn read_back(&self, call: &Call, resource: &Uri, patch: &RegistryPatch) -> Result<Registry, ArmError> {
        let unsure = |error: ArmError| error.after(Effect::Unknown);
        let mut pause = self.client.config().poll_interval;
        for look in 1.. {
            let registry = self.read(call).await.map_err(unsure)?.ok_or_else(|| unsure(self.missing()))?;
            let unstored = patch.unstored(&registry);
            if unstored.is_empty() {
                return Ok(registry);
            }
            if look == LOOKS {
                let message = format!(
                    "Azure accepted the change of {resource} but does not hold what was sent: {}",
                    unstored.join("; ")
                );
                return Err(ArmError::of(&self.story(), ErrorKind::NotStored, Effect::Unknown, message));
            }
            self.client.pause(call, pause, &self.story(), Effect::Unknown, "waiting for the change to show").await?;
            pause *= 2;
        }
        unreachable!("the last look returns")
    }

    fn story(&self) -> Story {
        let version = self.client.config().registry_api_version.as_str();
        let request = request::update_registry(self.arm, self.id, version, &Value::Null);
        self.client.story(&request)
    }
}

#[cfg(test)]
mod tests;
