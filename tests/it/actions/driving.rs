//! The part of core that plays with actions.

use acrnet::terraform::framework::{Provider, Server};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use tonic::Streaming;
use wire::invoke_action::Event;
use wire::invoke_action::event::{Progress, Type};

use crate::core::{Core, Kind, Said, packed};

/// An action type of that provider.
pub fn action<P: Provider>(provider: P, name: &str) -> Kind {
    let server = Server::new(provider);
    let found = server.action(name).expect("an action of that name");
    Kind::without_identity(name, found.schema(), found.ty())
}

/// An action under way.
pub struct Invocation {
    events: Streaming<Event>,
    said: Vec<String>,
}

impl Core {
    /// As `terraform validate` does.
    pub async fn validate_action(&self, kind: &Kind, config: &Value) -> Said<()> {
        let request = wire::validate_action_config::Request {
            action_type: kind.name.clone(),
            config: Some(packed(config, &kind.ty)),
        };
        let response = self.rpc.clone().validate_action_config(request).await.expect("an answer").into_inner();
        Said { answer: (), messages: response.diagnostics }
    }

    /// As a plan does in which something triggers the action. It validates nothing before.
    pub async fn plan_action(&self, kind: &Kind, config: &Value) -> Said<()> {
        let request = wire::plan_action::Request {
            action_type: kind.name.clone(),
            config: Some(packed(config, &kind.ty)),
            client_capabilities: self.generation.capabilities(),
        };
        let response = self.rpc.clone().plan_action(request).await.expect("an answer").into_inner();
        assert!(response.deferred.is_none(), "Provider deferred changes when Terraform did not allow deferrals");
        Said { answer: (), messages: response.diagnostics }
    }

    /// Begins it.
    pub async fn invoke_action(&self, kind: &Kind, config: &Value) -> Invocation {
        assert!(config.is_wholly_known(), "core: The action was not fully known during apply");
        let request = wire::invoke_action::Request {
            action_type: kind.name.clone(),
            config: Some(packed(config, &kind.ty)),
            client_capabilities: self.generation.capabilities(),
        };
        let events = self.rpc.clone().invoke_action(request).await.expect("a stream").into_inner();
        Invocation { events, said: Vec::new() }
    }

    /// The whole way: validated and planned while nothing is known, then as it is, then done. Stops where core would.
    pub async fn act(&self, kind: &Kind, config: &Value) -> Said<Vec<String>> {
        let unknown = kind.schema.block.attributes.iter().map(|attribute| {
            let value = config.entry(&attribute.name).filter(|value| value.is_null()).cloned();
            (attribute.name.clone(), value.unwrap_or(Value::Unknown))
        });
        let unknown = Value::map(unknown);
        self.validate_action(kind, &unknown).await.ok();
        self.plan_action(kind, &unknown).await.ok();
        for found in [self.validate_action(kind, config).await, self.plan_action(kind, config).await] {
            if !found.errors().is_empty() {
                return Said { answer: Vec::new(), messages: found.messages };
            }
        }
        self.invoke_action(kind, config).await.end().await
    }
}

impl Invocation {
    /// The next event, which must be one of progress.
    pub async fn progress(&mut self) -> String {
        let event = self.events.message().await.expect("the stream goes on").expect("the action is not over");
        match typed(event) {
            Type::Progress(Progress { message }) => {
                self.said.push(message.clone());
                message
            }
            Type::Completed(end) => panic!("the action is over: {:?}", end.diagnostics),
        }
    }

    /// Reads on until something is said that holds this.
    #[cfg(feature = "simulator")]
    pub async fn until(&mut self, part: &str) -> String {
        loop {
            let message = self.progress().await;
            if message.contains(part) {
                return message;
            }
        }
    }

    /// Everything to the end: all that was said on the way, and the last event's messages.
    pub async fn end(mut self) -> Said<Vec<String>> {
        let end = loop {
            let event = self.events.message().await.expect("a stream ends well, whatever the action does");
            match typed(event.expect("a stream does not end without the event that completes the action")) {
                Type::Progress(progress) => self.said.push(progress.message),
                Type::Completed(end) => break end,
            }
        };
        let after = self.events.message().await.expect("a stream ends well");
        assert!(after.is_none(), "an action is completed once, at the end; after that came {after:?}");
        Said { answer: self.said, messages: end.diagnostics }
    }
}

/// Core panics here: `unexpected event type in InvokeAction response`.
fn typed(event: Event) -> Type {
    event.r#type.expect("an event is one of progress or of completion")
}
