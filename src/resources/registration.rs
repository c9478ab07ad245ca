//! Whether the subscriptions of subnets may use `Microsoft.ContainerRegistry`: asked once per subscription and process.
//!
//! Azure needs the registration in the *virtual network's* subscription, also when no registry is there, and refuses a rule for a subnet without
//! it in words about a missing right. So plans ask before, and writes again. Asked by the resource types; answers with diagnostics.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::report;
use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, ErrorKind};
use crate::azure::id::{SubnetId, SubscriptionId};
use crate::azure::provider_registration::{RegistrationPolicy, RegistrationState};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::Path;

/// How long anything but a registration is believed: one plan asks once, and the next run of a long-lived process asks again.
const BELIEVED: Duration = Duration::from_secs(10);

/// What is known about the subscriptions.
#[derive(Debug, Default)]
pub(super) struct Registrations {
    policy: RegistrationPolicy,
    known: Mutex<HashMap<SubscriptionId, Arc<tokio::sync::Mutex<Option<Known>>>>>,
}

/// When it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Plan,
    /// Right before the first write that needs it: what `register` allows is done now.
    Write,
}

/// What was heard of one subscription.
#[derive(Clone, Debug)]
struct Known {
    problem: Option<Diagnostic>,
    /// `None`: good for the whole process.
    until: Option<Instant>,
}

impl Registrations {
    pub(super) fn new(policy: RegistrationPolicy) -> Self {
        Self { policy, known: Mutex::default() }
    }

    /// What stands in the way of rules or endpoints for these subnets, at the attribute that lists them. Ids that are none are left out.
    pub(super) async fn missing<'i>(
        &self,
        arm: &ArmClient,
        call: &Call,
        stage: Stage,
        subnets: impl Iterator<Item = &'i str>,
        attribute: &str,
    ) -> Diagnostics {
        let mut found = Diagnostics::new();
        if self.policy == RegistrationPolicy::Skip {
            return found;
        }
        let subscriptions: BTreeSet<SubscriptionId> =
            subnets.filter_map(|id| id.parse::<SubnetId>().ok()?.subscription().parse().ok()).collect();
        for subscription in subscriptions {
            let problem = self.problem(arm, call, stage, &subscription).await;
            found.extend(problem.map(|problem| problem.at(Path::attribute(attribute))));
        }
        found
    }

    /// One asks, the others wait for what it hears.
    async fn problem(
        &self,
        arm: &ArmClient,
        call: &Call,
        stage: Stage,
        subscription: &SubscriptionId,
    ) -> Option<Diagnostic> {
        // It will be registered before the first write.
        if self.policy == RegistrationPolicy::Register && stage == Stage::Plan {
            return None;
        }
        let entry = Arc::clone(self.lock().entry(subscription.clone()).or_default());
        // Whose time is over while another asks goes on, and is told by its next call.
        let mut known = tokio::time::timeout_at(call.deadline, entry.lock()).await.ok()?;
        if let Some(known) = known.as_ref().filter(|known| known.until.is_none_or(|end| Instant::now() < end)) {
            return known.problem.clone();
        }
        let (problem, lasts) = self.ask(arm, call, subscription).await;
        *known = Some(Known { problem: problem.clone(), until: (!lasts).then(|| Instant::now() + BELIEVED) });
        problem
    }

    /// The problem, and whether the answer is good for the whole process.
    async fn ask(&self, arm: &ArmClient, call: &Call, subscription: &SubscriptionId) -> (Option<Diagnostic>, bool) {
        match arm.registration(subscription, call).await {
            Ok(RegistrationState::Registered) => (None, true),
            Ok(_) if self.policy == RegistrationPolicy::Register => match arm.register(subscription, call).await {
                Ok(()) => {
                    tracing::debug!(%subscription, "Microsoft.ContainerRegistry is now registered");
                    (None, true)
                }
                Err(error) => (Some(not_registered(subscription, &error)), false),
            },
            Ok(state) if is_missing(&state) => (Some(unregistered(subscription, &state)), false),
            // Somebody is at it, or ARM has a new word: the write will tell.
            Ok(state) => {
                tracing::debug!(%subscription, %state, "the registration of Microsoft.ContainerRegistry is not settled");
                (None, false)
            }
            Err(error) => {
                tracing::debug!(%subscription, %error, "whether Microsoft.ContainerRegistry is registered could not be read");
                (None, error.kind == ErrorKind::Forbidden)
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SubscriptionId, Arc<tokio::sync::Mutex<Option<Known>>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_missing(state: &RegistrationState) -> bool {
    use RegistrationState::{NotRegistered, Unregistered, Unregistering};
    matches!(state, NotRegistered | Unregistered | Unregistering)
}

fn unregistered(subscription: &SubscriptionId, state: &RegistrationState) -> Diagnostic {
    Diagnostic::error(
        format!("Microsoft.ContainerRegistry is not registered in subscription {subscription}"),
        format!(
            "Azure needs the resource provider in the subscription of every subnet that a registry admits, also when the \
             registry is in another one. Its state there is {state}.\n\n{}\n\nOr let the provider do it: \
             resource_provider_registration = \"register\" in the provider block (\"skip\" leaves it to Azure to complain).",
            report::register_command(subscription.as_str())
        ),
    )
}

fn not_registered(subscription: &SubscriptionId, error: &ArmError) -> Diagnostic {
    let why = match error.kind {
        ErrorKind::Forbidden => {
            "The identity lacks Microsoft.ContainerRegistry/register/action on the subscription (Contributor and Owner have \
             it). Let somebody who has it register the provider"
        }
        _ => {
            "resource_provider_registration is \"register\", but the registration did not come to its end. Apply again, or register it by hand"
        }
    };
    Diagnostic::error(
        format!("Could not register Microsoft.ContainerRegistry in subscription {subscription}"),
        format!("{why}.\n\n{}\n\n{error}", report::register_command(subscription.as_str())),
    )
}

#[cfg(test)]
mod tests;
