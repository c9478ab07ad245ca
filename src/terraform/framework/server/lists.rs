//! Lists of objects, and configuration generated for them.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::types::{ByName, by_name, find, findings};
use super::{Server, not_configured};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::generate::configuration;
use crate::terraform::framework::survive::{survive, survive_now};
use crate::terraform::framework::{ErasedList, ErasedResource, ListEvent, ListRequest, Provider};
use crate::terraform::value::Value;

/// How many steps of a list wait for a host that does not read.
const AHEAD: usize = 16;

impl<P: Provider> Server<P> {
    /// The lists by the names of their types.
    pub fn lists(&self) -> &ByName<dyn ErasedList<P::Clients>> {
        self.lists.get_or_init(|| by_name(self.provider.lists(), ErasedList::name))
    }

    /// One list.
    ///
    /// # Errors
    ///
    /// As for [`Server::resource`].
    pub fn list_type(&self, name: &str) -> Result<&dyn ErasedList<P::Clients>, Diagnostics> {
        find(self.lists(), "list resource", name)
    }

    /// Findings on a list's configuration.
    pub fn validate_list(&self, name: &str, config: Value) -> Diagnostics {
        findings(self.list_type(name), |found| found.validate(config))
    }

    /// Lists objects, step by step: the list goes on as steps are taken, and is dropped where it stands when nobody takes them any more.
    pub fn list(
        self: &Arc<Self>,
        name: String,
        config: Value,
        with_objects: bool,
        limit: i64,
    ) -> mpsc::Receiver<ListEvent> {
        let (events, told) = mpsc::channel(AHEAD);
        let (server, ending) = (Arc::clone(self), events.clone());
        let request = ListRequest { config, with_objects, limit, stop: self.stop_token(), events: events.clone() };
        let call = async move {
            let list = server.list_type(&name)?;
            let resource = server.resource(&name)?;
            let clients = server.clients().ok_or_else(not_configured)?;
            tokio::select! {
                biased;
                () = events.closed() => {}
                () = list.list(clients, resource, request) => {}
            }
            Ok(())
        };
        tokio::spawn(async move {
            let outcome: Result<(), Diagnostics> = survive(call).await.unwrap_or_else(|panic| Err(panic.into()));
            if let Err(diagnostics) = outcome {
                // Who has hung up does not want to know.
                drop(ending.send(ListEvent { diagnostics, ..ListEvent::default() }).await);
            }
        });
        told
    }

    /// A configuration for an object in that state.
    pub fn generate(&self, name: &str, state: &Value) -> (Value, Diagnostics) {
        let generate = |resource: &dyn ErasedResource<P::Clients>| {
            if state.is_null() {
                return (Value::Null, nothing_to_generate_from(name).into());
            }
            survive_now(|| configuration(&resource.schema().block, state))
                .map_or_else(|panic| (Value::Null, panic.into()), |config| (config, Diagnostics::new()))
        };
        self.resource(name).map_or_else(|errors| (Value::Null, errors), generate)
    }
}

fn nothing_to_generate_from(name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("There is no state to generate a configuration of {name} from"),
        "Terraform asked for a configuration without saying of what. In a `list` block, include_resource = true gives it the object.",
    )
}
