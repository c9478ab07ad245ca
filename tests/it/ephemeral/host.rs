//! What core says to a provider about ephemeral resources, and what it checks of the answers.

use std::time::SystemTime;

use acrnet::terraform::framework::{Provider, Server};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;

use crate::core::{Core, Kind, Said, packed, unpacked};
use crate::verdict;

/// Something open, as core keeps it until the end of its phase.
#[derive(Clone, Debug)]
pub struct Lent {
    pub result: Value,
    pub renew_at: Option<SystemTime>,
    /// What core hands to the first renewal, and, whatever renewals say, to the close.
    pub private: Vec<u8>,
}

/// An ephemeral resource type of that provider.
pub fn kind<P: Provider>(provider: P, name: &str) -> Kind {
    let server = Server::new(provider);
    let found = server.ephemeral(name).expect("a type of that name");
    Kind::without_identity(name, found.schema(), found.ty())
}

pub async fn validate(core: &Core, kind: &Kind, config: &Value) -> Said<()> {
    let request = wire::validate_ephemeral_resource_config::Request {
        type_name: kind.name.clone(),
        config: Some(packed(config, &kind.ty)),
    };
    let response = core.rpc.clone().validate_ephemeral_resource_config(request).await.expect("an answer").into_inner();
    Said { answer: (), messages: response.diagnostics }
}

/// Validates and opens a wholly known configuration, in core's order and with its checks.
pub async fn open(core: &Core, kind: &Kind, config: &Value) -> Said<Lent> {
    assert!(config.is_wholly_known(), "core waits with what is not known yet");
    let said = validate(core, kind, config).await;
    assert_eq!(said.errors(), [""; 0], "core does not open what is not valid");
    let opened = open_unchecked(core, kind, config).await;
    if opened.errors().is_empty() {
        let result = &opened.answer.result;
        assert_eq!(verdict::opened(kind, config, result, false), [], "core's verdict");
        assert!(result.is_wholly_known());
    }
    opened
}

/// Opens, and takes whatever comes.
pub async fn open_unchecked(core: &Core, kind: &Kind, config: &Value) -> Said<Lent> {
    let request = wire::open_ephemeral_resource::Request {
        type_name: kind.name.clone(),
        config: Some(packed(config, &kind.ty)),
        client_capabilities: core.generation.capabilities(),
    };
    let response = core.rpc.clone().open_ephemeral_resource(request).await.expect("an answer").into_inner();
    assert!(response.deferred.is_none(), "Provider deferred changes when Terraform did not allow deferrals");
    let lent = Lent {
        result: unpacked(response.result, &kind.ty),
        renew_at: response.renew_at.map(|at| at.try_into().expect("a time")),
        private: response.private.unwrap_or_default(),
    };
    Said { answer: lent, messages: response.diagnostics }
}

/// Renews with the private data of the last renewal; gives the next time, and that data.
pub async fn renew(core: &Core, kind: &Kind, private: &[u8]) -> Said<(Option<SystemTime>, Vec<u8>)> {
    let request =
        wire::renew_ephemeral_resource::Request { type_name: kind.name.clone(), private: Some(private.to_vec()) };
    let response = core.rpc.clone().renew_ephemeral_resource(request).await.expect("an answer").into_inner();
    let next = response.renew_at.map(|at| at.try_into().expect("a time"));
    Said { answer: (next, response.private.unwrap_or_default()), messages: response.diagnostics }
}

/// Closes with the private data of the open.
pub async fn close(core: &Core, kind: &Kind, lent: &Lent) -> Said<()> {
    let request =
        wire::close_ephemeral_resource::Request { type_name: kind.name.clone(), private: Some(lent.private.clone()) };
    let response = core.rpc.clone().close_ephemeral_resource(request).await.expect("an answer").into_inner();
    Said { answer: (), messages: response.diagnostics }
}
