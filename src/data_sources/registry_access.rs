//! `acrnet_registry_access`: proof, from where Terraform runs, that a registry lets in or keeps out.

use serde::{Deserialize, Serialize};

use super::text;
use crate::azure::call::Call;
use crate::azure::registry_access::{Access, LoginServer};
use crate::resources::access::{self, not_reached, unclear};
use crate::resources::report::Doing;
use crate::resources::{Clients, call};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::{Context, DataSource, timeouts};
use crate::terraform::schema::{Attribute, Schema};
use crate::terraform::value::Tf;

const DESCRIPTION: &str = "\
Asks a registry, from where Terraform runs, whether its network rules let this machine in: `GET https://<login server>/v2/`, without \
signing in. `401` with the registry's challenge means that it is reachable, `403` that it is blocked; the refusal names the address that \
the registry saw. Anything else is an error that says what answered, or what was in the way: DNS, TLS, a proxy, the connection.\n\n\
~> Rules take from seconds to a few minutes to take effect. Without `wait_for` the answer is that of this moment; with it, the question is \
repeated until the answer is the one expected, or the time is over.\n\n\
-> `/v2/` shows the way to the registry itself. Layers of images come from data endpoints (`dataEndpointHostNames` of the registry, or \
`*.blob.core.windows.net`), which a firewall may block all the same.\n\n\
-> A private `client_ip` means that the request came through a service endpoint: a virtual network rule has to let it in, IP rules do \
not count. A registry whose public network access is disabled answers `403` to everyone who does not come through a private endpoint.";

/// The data source type.
#[derive(Debug)]
pub struct RegistryAccess;

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    id: Tf<String>,
    registry_id: Tf<String>,
    login_server: Tf<String>,
    wait_for: Tf<String>,
    timeout: Tf<String>,
    allowed: Tf<bool>,
    status_code: Tf<u16>,
    client_ip: Tf<String>,
    message: Tf<String>,
}

impl DataSource for RegistryAccess {
    const NAME: &'static str = "acrnet_registry_access";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        verdict(question(Schema::new(DESCRIPTION)))
    }

    fn validate(config: &Model) -> Diagnostics {
        access::named_once(&config.registry_id, &config.login_server)
    }

    async fn read(clients: &Clients, context: &mut Context, config: Model) -> Result<Model, Diagnostics> {
        let found = Self::validate(&config);
        if found.has_error() {
            return Err(found);
        }
        let mut bounds = Call::within(access::timeout(&config.timeout, access::TIMEOUT)?);
        bounds.cancel = context.stop.clone();
        let lookup = call(context);
        let (server, attribute) =
            access::server(clients, &lookup, Doing::Finding, &config.registry_id, &config.login_server).await?;
        let access = match access::wanted(&config.wait_for)? {
            Some(allowed) => clients
                .probe
                .wait(&server, allowed, &bounds)
                .await
                .map_err(|end| not_reached(&server, allowed, attribute, &end)),
            None => clients.probe.look(&server, &bounds).await.map_err(|error| unclear(&server, attribute, &error)),
        };
        Ok(config.completed(&server, access?))
    }
}

impl Model {
    fn completed(self, server: &LoginServer, access: Access) -> Self {
        Self {
            id: text(Some(server.as_str())),
            login_server: text(Some(server.as_str())),
            allowed: Tf::Known(access.allowed),
            status_code: Tf::Known(access.status.as_u16()),
            client_ip: Tf::from_option(access.client_ip.map(|address| address.to_string())),
            message: Tf::Known(access.message),
            ..self
        }
    }
}

fn question(schema: Schema) -> Schema {
    schema
        .attribute(access::registry_id())
        .attribute(access::login_server().optional_computed())
        .attribute(access::wait_for(
            "`allowed` or `blocked`: the question is repeated, every 2 to 15 seconds, until this is the answer; an error if it is not when \
             `timeout` is over. Meanwhile failures that pass are waited out: DNS, connection, `429` and `5xx`. Left out, it is asked once, \
             and a refusal is no error.",
        ))
        .attribute(
            Attribute::string(
                "timeout",
                "How long to wait for `wait_for`, as a duration such as `90s` or `10m`. Defaults to `5m`. A single question waits 10 seconds for \
                 its answer in any case.",
            )
            .check(timeouts::duration()),
        )
}

fn verdict(schema: Schema) -> Schema {
    schema
        .attribute(Attribute::string("id", "The login server that was asked.").computed())
        .attribute(Attribute::bool("allowed", "Whether the registry let the request in.").computed())
        .attribute(
            Attribute::number("status_code", "Status of the answer: `401` or `200` where it was let in, `403` where it was not.")
                .computed(),
        )
        .attribute(
            Attribute::string(
                "client_ip",
                "The address from which the registry saw the request come, from its refusal; null when it let the request in or names none.",
            )
            .computed(),
        )
        .attribute(Attribute::string("message", "What the registry answered. A refusal is worded differently each time: do not compare it.").computed())
}
