//! Ephemeral resources of a provider being served: opened, renewed, and closed by whoever is left to do it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::types::{ByName, by_name, find, findings};
use super::{Server, not_configured};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::context::Reached;
use crate::terraform::framework::ephemeral::{Held, OpenRequest};
use crate::terraform::framework::survive::survive;
use crate::terraform::framework::{ErasedEphemeral, OpenResponse, Private, Provider, RenewResponse};
use crate::terraform::value::Value;

/// How long closing may take once the process ends. Less than the process lasts then: what could not be closed is to be told.
const LAST_CLOSES: Duration = Duration::from_secs(50);

impl<P: Provider> Server<P> {
    /// The ephemeral resource types by name.
    pub fn ephemerals(&self) -> &ByName<dyn ErasedEphemeral<P::Clients>> {
        self.ephemerals.get_or_init(|| by_name(self.provider.ephemerals(), ErasedEphemeral::name))
    }

    /// One ephemeral resource type.
    ///
    /// # Errors
    ///
    /// As for [`Server::resource`].
    pub fn ephemeral(&self, name: &str) -> Result<&dyn ErasedEphemeral<P::Clients>, Diagnostics> {
        find(self.ephemerals(), "ephemeral resource", name)
    }

    /// Findings on an ephemeral resource's configuration.
    pub fn validate_ephemeral(&self, name: &str, config: Value) -> Diagnostics {
        findings(self.ephemeral(name), |found| found.validate(config))
    }

    /// Opens. What fails after there is something to close is closed at once: Terraform closes only what it has seen opened.
    pub async fn open(self: &Arc<Self>, name: String, config: Value, deferral_allowed: bool) -> OpenResponse {
        let refused = |diagnostics| OpenResponse { diagnostics, ..OpenResponse::default() };
        let (reached, clients) = match (self.ephemeral(&name), self.clients()) {
            (Ok(found), Some(clients)) => (Reached::of(found.ty().clone()), clients),
            (Ok(_), None) => match self.deferral(deferral_allowed, &Diagnostics::new()) {
                None => return refused(not_configured().into()),
                deferred => return OpenResponse { deferred, ..OpenResponse::default() },
            },
            (Err(diagnostics), _) => return refused(diagnostics),
        };
        let request = OpenRequest { config, stop: self.stop_token(), reached: reached.clone() };
        let server = Arc::clone(self);
        let call = async move {
            let _under_way = server.opened.opening();
            let (opening, opener, type_name) = (Arc::clone(&server), Arc::clone(&clients), name.clone());
            let open = async move {
                match opening.ephemeral(&type_name) {
                    Ok(found) => found.open(opener, request).await,
                    Err(diagnostics) => refused(diagnostics),
                }
            };
            let mut response = survive(open).await.unwrap_or_else(|panic| refused(panic.into()));
            if !response.diagnostics.has_error() {
                response.private = server.opened.add(Held { name, clients, private: response.private });
                return response;
            }
            if let Some((_, private)) = reached.take() {
                response.diagnostics.extend(server.close_held(Held { name, clients, private }).await);
            }
            refused(response.diagnostics)
        };
        survive(call).await.unwrap_or_else(|panic| refused(panic.into()))
    }

    /// Renews. What this process has closed, or never opened, is left as it is: a renewal may come beside the close, and after it.
    pub async fn renew(self: &Arc<Self>, name: &str, private: Private) -> RenewResponse {
        let refused = |private, diagnostics| RenewResponse { private, diagnostics, renew_at: None };
        let Some(held) = self.opened.find(&private) else {
            tracing::debug!(name, "not renewed: it is not open");
            return refused(private, Diagnostics::new());
        };
        let (server, before) = (Arc::clone(self), held.private.clone());
        let call = async move {
            let _under_way = server.opened.opening();
            match server.ephemeral(&held.name) {
                Ok(found) => {
                    let ending = server.opened.ending.clone();
                    let before = held.private.clone();
                    let response = found.renew(Arc::clone(&held.clients), held.private, ending).await;
                    // Closed meanwhile, without what the renewal has begun since.
                    if !server.opened.remember(&response.private) && response.private != before {
                        let private = response.private.clone();
                        server.close_held(Held { private, name: held.name, clients: held.clients }).await;
                    }
                    response
                }
                Err(diagnostics) => refused(held.private, diagnostics),
            }
        };
        survive(call).await.unwrap_or_else(|panic| refused(before, panic.into()))
    }

    /// Closes.
    pub async fn close(self: &Arc<Self>, name: String, private: Private) -> Diagnostics {
        let server = Arc::clone(self);
        let call = async move {
            let _under_way = server.opened.closing();
            let Some(held) = server.held(name, &private) else { return not_configured().into() };
            server.opened.take(&private);
            server.close_held(held).await
        };
        survive(call).await.unwrap_or_else(Diagnostics::from)
    }

    /// The end of the process: calls under way come to an end, and what is open then is closed, since nobody will ask for it any more. What cannot be
    /// closed is in the log.
    pub async fn end(self: Arc<Self>) {
        self.stop();
        self.opened.ending.cancel();
        let mut closing = JoinSet::new();
        let all_closed = async {
            for held in self.opened.take_all().await {
                let server = Arc::clone(&self);
                tracing::warn!(name = held.name, "closed because the process ends: Terraform has not closed it");
                closing.spawn(async move { server.close_held(held).await });
            }
            while closing.join_next().await.is_some() {}
            self.opened.all_closed().await;
        };
        tokio::pin!(all_closed);
        if timeout(LAST_CLOSES, &mut all_closed).await.is_err() {
            self.opened.given_up.cancel();
            all_closed.await;
        }
    }

    /// The open object with that private data. One that this process has not opened has nothing but that, and the clients of this run.
    fn held(&self, name: String, private: &Private) -> Option<Held<P::Clients>> {
        let unknown = || Some(Held { name, clients: self.clients()?, private: private.clone() });
        self.opened.find(private).or_else(unknown)
    }

    /// Closes on a task of its own, so that a panic of it is a message. Once the process ends, nobody but the log hears what went wrong.
    async fn close_held(self: &Arc<Self>, held: Held<P::Clients>) -> Diagnostics {
        let (server, name) = (Arc::clone(self), held.name.clone());
        let close = async move {
            match server.ephemeral(&held.name) {
                Ok(found) => found.close(held.clients, held.private, server.opened.given_up.clone()).await,
                Err(diagnostics) => diagnostics,
            }
        };
        let found = survive(close).await.unwrap_or_else(Diagnostics::from);
        if found.has_error() && self.opened.ending.is_cancelled() {
            for wrong in &found {
                tracing::error!(name, summary = wrong.summary, detail = wrong.detail, "could not be closed");
            }
        }
        found
    }
}
