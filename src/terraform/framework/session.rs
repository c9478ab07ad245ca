//! What one configuration has made of the provider: its clients, or the wait for what it still has to be told.

use std::sync::Arc;

use super::deferral::{Deferred, is_meant, replaces_blindly};
use super::{Host, PlanResponse};
use crate::terraform::diagnostic::Diagnostics;

/// A configured provider, as far as it is configured.
pub(super) struct Session<C> {
    clients: Option<Arc<C>>,
    /// Whether the clients are absent only because the configuration is not known yet.
    waits: bool,
    /// Whether the host means it when it allows deferral.
    may_wait: bool,
}

impl<C> Default for Session<C> {
    /// Before the first configuration.
    fn default() -> Self {
        Self { clients: None, waits: false, may_wait: true }
    }
}

impl<C> Session<C> {
    /// With that configuration, from that host.
    pub(super) fn new(clients: Option<C>, found: &Diagnostics, host: &Host) -> Self {
        Self {
            waits: clients.is_none() && !found.has_error(),
            may_wait: is_meant(&host.terraform_version),
            clients: clients.map(Arc::new),
        }
    }

    pub(super) fn clients(&self) -> Option<Arc<C>> {
        self.clients.clone()
    }

    /// Whether there are no clients only because the configuration is not known yet.
    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    /// Whether an answer with these findings waits for a later run. An error does not wait.
    pub(super) fn deferral(&self, allowed: bool, found: &Diagnostics) -> Option<Deferred> {
        (self.waits && self.may_wait(allowed, found)).then_some(Deferred::ProviderConfigUnknown)
    }

    /// The same for a plan, which can wait for its own object's sake too.
    pub(super) fn deferral_of_plan(&self, allowed: bool, plan: &PlanResponse) -> Option<Deferred> {
        let blindly = || self.may_wait(allowed, &plan.diagnostics) && replaces_blindly(plan);
        let own = || blindly().then_some(Deferred::ResourceConfigUnknown);
        self.deferral(allowed, &plan.diagnostics).or_else(own)
    }

    fn may_wait(&self, allowed: bool, found: &Diagnostics) -> bool {
        allowed && self.may_wait && !found.has_error()
    }
}
