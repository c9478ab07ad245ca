//! Actions of a provider being served.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::types::{ByName, by_name, find, findings};
use super::{Server, not_configured};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::action::WAITING;
use crate::terraform::framework::survive::survive;
use crate::terraform::framework::{ActionEvent, ActionEvents, ErasedAction, Progress, Provider};
use crate::terraform::value::Value;

impl<P: Provider> Server<P> {
    /// The action types by name.
    pub fn actions(&self) -> &ByName<dyn ErasedAction<P::Clients>> {
        self.actions.get_or_init(|| by_name(self.provider.actions(), ErasedAction::name))
    }

    /// One action type.
    ///
    /// # Errors
    ///
    /// As for [`Server::resource`].
    pub fn action(&self, name: &str) -> Result<&dyn ErasedAction<P::Clients>, Diagnostics> {
        find(self.actions(), "action", name)
    }

    /// Findings on an action's configuration.
    pub fn validate_action(&self, name: &str, config: Value) -> Diagnostics {
        findings(self.action(name), |found| found.validate(config))
    }

    /// What an invocation would mean.
    pub async fn plan_action(self: &Arc<Self>, name: String, config: Value) -> Diagnostics {
        let server = Arc::clone(self);
        let call = async move {
            match server.action(&name) {
                Ok(action) => action.plan(server.clients(), server.stop_token(), config).await,
                Err(diagnostics) => diagnostics,
            }
        };
        survive(call).await.unwrap_or_else(Diagnostics::from)
    }

    /// Begins an action. Its last event is how it ended, whatever happens: an error, a panic, an interruption. A host that does not listen any more
    /// does not stop it.
    pub fn invoke_action(self: &Arc<Self>, name: String, config: Value) -> ActionEvents {
        let (sender, events) = mpsc::channel(WAITING);
        let (server, progress) = (Arc::clone(self), Progress::to(sender.clone()));
        let call = async move {
            match (server.action(&name), server.clients()) {
                (Ok(action), Some(clients)) => action.invoke(clients, server.stop_token(), &progress, config).await,
                (Ok(_), None) => not_configured().into(),
                (Err(diagnostics), _) => diagnostics,
            }
        };
        tokio::spawn(async move {
            let end = survive(call).await.unwrap_or_else(Diagnostics::from);
            // Who has hung up does not want to know.
            let _ = sender.send(ActionEvent::Completed(end)).await;
        });
        events
    }
}
