//! Whether a subscription may use `Microsoft.ContainerRegistry`, and making it so.
//!
//! The virtual network's subscription needs it, also when no registry is there: otherwise Azure refuses the rule with words about missing rights
//! (Azure/acr, Troubleshooting Guide). Registration is per subscription, and nobody takes it back here.

use std::fmt;

use serde_json::Value;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::id::SubscriptionId;
use crate::azure::request;
use crate::azure::retry::Repeat;

const NAMESPACE: &str = "Microsoft.ContainerRegistry";

/// The state of a registration. ARM types it as plain text, so unknown ones are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationState {
    /// Never registered.
    NotRegistered,
    /// Under way; takes a minute or so.
    Registering,
    /// Ready for use.
    Registered,
    /// Being taken back.
    Unregistering,
    /// Taken back.
    Unregistered,
    /// Something else, as ARM spells it.
    Other(String),
}

/// What to do about the registration in the subscription of a subnet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RegistrationPolicy {
    /// Look, and stop where it is missing.
    #[default]
    Check,
    /// Register where it is missing, before the first write.
    Register,
    /// Do not look.
    Skip,
}

impl RegistrationPolicy {
    /// `check`, `register` and `skip`.
    pub const NAMES: &'static [&'static str] = &["check", "register", "skip"];

    /// The policy of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "check" => Some(Self::Check),
            "register" => Some(Self::Register),
            "skip" => Some(Self::Skip),
            _ => None,
        }
    }
}

impl RegistrationState {
    fn of(document: &Value) -> Option<Self> {
        let text = document.get("registrationState")?.as_str()?;
        Some(match text.to_ascii_lowercase().as_str() {
            "notregistered" => Self::NotRegistered,
            "registering" => Self::Registering,
            "registered" => Self::Registered,
            "unregistering" => Self::Unregistering,
            "unregistered" => Self::Unregistered,
            _ => Self::Other(text.to_owned()),
        })
    }
}

impl fmt::Display for RegistrationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotRegistered => "NotRegistered",
            Self::Registering => "Registering",
            Self::Registered => "Registered",
            Self::Unregistering => "Unregistering",
            Self::Unregistered => "Unregistered",
            Self::Other(text) => text,
        })
    }
}

impl ArmClient {
    /// Whether `Microsoft.ContainerRegistry` is registered in a subscription.
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering; a subscription that does not exist or may not be read among it.
    pub async fn registration(
        &self,
        subscription: &SubscriptionId,
        call: &Call,
    ) -> Result<RegistrationState, ArmError> {
        let config = self.config();
        let arm = self.resource_manager(call).await?;
        let request = request::read_provider(arm, subscription, NAMESPACE, config.resources_api_version.as_str());
        let story = self.story(&request);
        let answer = self.send(call, request, Repeat::Always).await?;
        answer.json.as_ref().and_then(RegistrationState::of).ok_or_else(|| {
            let message = "the answer does not show the registration's state";
            ArmError::of(&story, ErrorKind::Malformed, Effect::None, message).with_answer(&answer)
        })
    }

    /// Registers `Microsoft.ContainerRegistry` in a subscription and waits until it is ready. Doing it again does no harm.
    ///
    /// # Errors
    ///
    /// When ARM refuses (it needs `Microsoft.ContainerRegistry/register/action`), or the call ends before the registration does.
    pub async fn register(&self, subscription: &SubscriptionId, call: &Call) -> Result<(), ArmError> {
        let config = self.config();
        let arm = self.resource_manager(call).await?;
        let request = request::register_provider(arm, subscription, NAMESPACE, config.resources_api_version.as_str());
        let story = self.story(&request);
        let answer = self.send(call, request, Repeat::Always).await?;
        let mut state = answer.json.as_ref().and_then(RegistrationState::of);
        let mut pause = config.poll_interval;
        while state != Some(RegistrationState::Registered) {
            self.pause(call, pause, &story, Effect::Unknown, "the registration was under way").await?;
            pause = (pause * 2).min(config.poll_interval * 10);
            let read = self.registration(subscription, call).await;
            state = Some(read.map_err(|error| error.after(Effect::Unknown))?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
