//! Registries: what the network rules of one are, and how they are changed.
//!
//! Asked by those who plan and apply; answers with a lenient view of ARM's document. A change is a function of what is there now; when it is asked,
//! and what is written when, is for the [coordinator](crate::azure::coordinator). What the rules mean is not known here.

mod edit;
mod patch;
mod view;

use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind, Story};
use crate::azure::id::RegistryId;
use crate::azure::request;
use crate::azure::retry::Repeat;

pub use edit::RegistryEdit;
pub use patch::RegistryPatch;
pub use view::{PrivateEndpointConnection, Registry};

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

    /// Sends a patch once, by that moment or not at all, and waits for the operation. Gives the write's own answer if that is final and holds what
    /// was sent.
    pub(super) async fn write_registry(
        &self,
        arm: &Url,
        id: &RegistryId,
        call: &Call,
        patch: &RegistryPatch,
        by: Instant,
    ) -> Result<Option<Registry>, ArmError> {
        let version = &self.config().registry_api_version;
        let body = patch.body(version).map_err(|error| {
            ArmError::of(&self.registry_story(arm, id), ErrorKind::Unsupported, Effect::None, error.to_string())
        })?;
        let request = request::update_registry(arm, id, version.as_str(), &body);
        let resource = request.uri().clone();
        let _written = self.snapshots().registries.writing(id);
        let answer = self.send(call, request, Repeat::NotAfter(by)).await?;
        let polled = self.settle(call, &resource, &answer).await?;
        let own = answer.json.filter(|_| polled.is_none()).map(Registry::new);
        let is_final = |own: &Registry| {
            own.provisioning_state().is_some_and(|state| state.eq_ignore_ascii_case("Succeeded"))
                && patch.unstored(own).is_empty()
        };
        Ok(own.filter(is_final))
    }

    /// What an error about a write of the registry tells besides itself.
    pub(super) fn registry_story(&self, arm: &Url, id: &RegistryId) -> Story {
        let version = self.config().registry_api_version.as_str();
        self.story(&request::update_registry(arm, id, version, &Value::Null))
    }

    pub(super) fn registry_is_missing(&self, arm: &Url, id: &RegistryId) -> ArmError {
        let story = self.registry_story(arm, id);
        ArmError::of(&story, ErrorKind::NotFound, Effect::None, "the registry does not exist")
    }
}

#[cfg(test)]
mod tests;
