//! Configuration and environment to clients. A value in the block wins over its variable.

mod credentials;

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::azure::api_version::ApiVersion;
use crate::azure::client::{Ambient, ArmClient, Config};
use crate::azure::cloud::{Cloud, CloudError, CloudName, Endpoints};
use crate::azure::cloud_source::{CloudSource, MetadataHost};
use crate::azure::credentials::Exchange;
use crate::azure::provider_registration::RegistrationPolicy;
use crate::azure::registry_access::RegistryProbe;
use crate::azure::retry::Policy;
use crate::azure::secret::Secret;
use crate::azure::transport::{HttpsTransport, Transport, TransportOptions};
use crate::resources::Clients;
use crate::rules::Limits;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::environment::Environment;
use crate::terraform::framework::{Configured, Host};
use crate::terraform::value::{Path, Tf, Value, from_value};

/// The first pause between two looks at an operation for which Azure names none. Rules are usually
/// stored within a second.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The values of `refresh`: lists answer where many are read, or each is read alone.
pub(super) const REFRESH: &[&str] = &["batched", INDIVIDUAL];
const INDIVIDUAL: &str = "individual";

/// One field per argument of the block. Without `Debug`: some are secrets.
#[derive(Clone, Default, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    access_token: Tf<String>,
    tenant_id: Tf<String>,
    client_id: Tf<String>,
    client_id_file_path: Tf<String>,
    client_secret: Tf<String>,
    client_secret_file_path: Tf<String>,
    client_certificate: Tf<String>,
    client_certificate_path: Tf<String>,
    client_certificate_password: Tf<String>,
    use_oidc: Tf<bool>,
    oidc_token: Tf<String>,
    oidc_token_file_path: Tf<String>,
    oidc_request_token: Tf<String>,
    oidc_request_url: Tf<String>,
    ado_pipeline_service_connection_id: Tf<String>,
    use_aks_workload_identity: Tf<bool>,
    use_msi: Tf<bool>,
    msi_endpoint: Tf<String>,
    use_cli: Tf<bool>,
    subscription_id: Tf<String>,
    auxiliary_tenant_ids: Tf<Vec<Tf<String>>>,
    environment: Tf<String>,
    metadata_host: Tf<String>,
    endpoint: Tf<Endpoint>,
    registry_api_version: Tf<String>,
    network_api_version: Tf<String>,
    ip_rule_limit: Tf<u32>,
    virtual_network_rule_limit: Tf<u32>,
    resource_provider_registration: Tf<String>,
    refresh: Tf<String>,
    max_retries: Tf<u32>,
    max_concurrent_requests: Tf<u32>,
    partner_id: Tf<String>,
    disable_correlation_request_id: Tf<bool>,
}

#[derive(Clone, Debug, Default, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are those of the arguments")]
struct Endpoint {
    resource_manager_endpoint: Tf<String>,
    resource_manager_audience: Tf<String>,
    active_directory_authority_host: Tf<String>,
}

/// Findings on the block, as far as it is known. What is missing altogether is found when configuring:
/// `terraform validate` runs without credentials.
pub(super) fn validate(config: &Value, environment: &Environment) -> Diagnostics {
    let Ok(block) = from_value::<Block>(config.clone()) else { return Diagnostics::new() };
    let settings = Settings { block: &block, environment };
    let mut found = Diagnostics::new();
    found.extend(settings.place().err().flatten());
    found.extend(credentials::validate(&settings));
    found
}

/// The clients, or what is wrong. A value that is not known yet leaves the provider unconfigured,
/// without an error: plans go on without looking at Azure.
pub(super) fn configure(config: &Value, environment: &Environment, host: &Host) -> Configured<Clients> {
    let mut diagnostics = Diagnostics::new();
    let block: Block = match from_value(config.clone()) {
        Ok(block) => block,
        Err(error) => {
            diagnostics.push(Diagnostic::error("The provider block does not fit its schema", error.to_string()));
            return Configured { clients: None, diagnostics };
        }
    };
    if !config.is_wholly_known() {
        tracing::debug!("the provider's configuration holds unknown values; nothing is read from Azure in this run");
        return Configured { clients: None, diagnostics };
    }
    let clients = match (Settings { block: &block, environment }).clients(host) {
        Ok(clients) => Some(clients),
        Err(errors) => {
            diagnostics.extend(errors);
            None
        }
    };
    Configured { clients, diagnostics }
}

struct Settings<'s> {
    block: &'s Block,
    environment: &'s Environment,
}

impl Settings<'_> {
    fn clients(&self, host: &Host) -> Result<Clients, Diagnostics> {
        let transport: Arc<dyn Transport> = Arc::new(HttpsTransport::new(TransportOptions::default()));
        let exchange = Exchange::new(Arc::clone(&transport), self.retry(), Ambient::default());
        let cloud = self.cloud(&exchange).map_err(|error| error.into_iter().collect::<Diagnostics>())?;
        let mut config = Config::new(cloud);
        config.retry = self.retry();
        config.poll_interval = POLL_INTERVAL;
        config.registry_api_version = version(&self.block.registry_api_version, config.registry_api_version);
        config.network_api_version = version(&self.block.network_api_version, config.network_api_version);
        if let Some(requests) = self.block.max_concurrent_requests.known() {
            config.max_concurrent_requests = usize::try_from(*requests).unwrap_or(usize::MAX);
        }
        config.lists = self.block.refresh.known().is_none_or(|refresh| refresh != INDIVIDUAL);
        config.user_agent = self.user_agent(host);
        config.correlation_id = self.correlation_id();
        let tokens = self.tokens(&config, &exchange)?;
        let probe = RegistryProbe::new(fresh_connections(), config.cloud.clone(), config.user_agent.clone());
        let arm = ArmClient::new(config, tokens, transport, Ambient::default());
        let subscription = self.text(&self.block.subscription_id, "ARM_SUBSCRIPTION_ID");
        let clients = Clients::new(arm, probe, self.limits()).with_registration(self.registration());
        Ok(clients.with_subscription(subscription))
    }

    fn retry(&self) -> Policy {
        let default = Policy::default();
        Policy { max_retries: self.block.max_retries.known().copied().unwrap_or(default.max_retries), ..default }
    }

    /// The cloud, as far as it is named here; the metadata host is asked for the rest when that is needed.
    fn cloud(&self, exchange: &Exchange) -> Result<CloudSource, Option<Diagnostic>> {
        let (cloud, endpoints, host) = self.place()?;
        let is_named =
            endpoints.resource_manager_endpoint.is_some() && endpoints.active_directory_authority_host.is_some();
        Ok(match host {
            Some(host) if !is_named => CloudSource::asking(host, cloud.name(), endpoints, exchange.clone()),
            _ => cloud.into(),
        })
    }

    /// What names the cloud; `Err(None)` while it is not known.
    fn place(&self) -> Result<(Cloud, Endpoints, Option<MetadataHost>), Option<Diagnostic>> {
        let block = self.block;
        let endpoint = block.endpoint.known().cloned().unwrap_or_default();
        let parts = [
            &block.environment,
            &block.metadata_host,
            &endpoint.resource_manager_endpoint,
            &endpoint.resource_manager_audience,
            &endpoint.active_directory_authority_host,
        ];
        if block.endpoint.is_unknown() || parts.iter().any(|part| part.is_unknown()) {
            return Err(None);
        }
        let name = match self.text(&block.environment, "ARM_ENVIRONMENT") {
            Some(name) => name.parse().map_err(|error| Some(invalid_endpoint(&error, "environment")))?,
            None => CloudName::default(),
        };
        let endpoints = Endpoints {
            resource_manager_endpoint: self.text(&endpoint.resource_manager_endpoint, "ARM_RESOURCE_MANAGER_ENDPOINT"),
            resource_manager_audience: self.text(&endpoint.resource_manager_audience, "ARM_RESOURCE_MANAGER_AUDIENCE"),
            active_directory_authority_host: self
                .text(&endpoint.active_directory_authority_host, "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"),
        };
        let cloud = Cloud::new(name, &endpoints).map_err(|error| Some(invalid_endpoint(&error, "endpoint")))?;
        let host = self.text(&block.metadata_host, "ARM_METADATA_HOSTNAME").map(|host| host.parse());
        let host = host.transpose().map_err(|error| Some(invalid_endpoint(&error, "metadata_host")))?;
        Ok((cloud, endpoints, host))
    }

    /// An argument, its variable, or the content of the file that the pair of them names. Both, and
    /// different, is an error, as in azurerm.
    fn text_or_file(
        &self,
        (value, argument, variable): (&Tf<String>, &str, &str),
        file: &Tf<String>,
    ) -> Result<Option<String>, Diagnostic> {
        let file_argument = format!("{argument}_file_path");
        let value = self.text(value, variable);
        let Some(path) = self.text(file, &format!("{variable}_FILE_PATH")) else { return Ok(value) };
        let content = std::fs::read_to_string(&path).map_err(|error| {
            Diagnostic::error(format!("Cannot read {file_argument}"), format!("{path}: {error}."))
                .at(Path::attribute(file_argument.as_str()))
        })?;
        let content = content.trim().to_owned();
        match value {
            Some(value) if value != content => Err(Diagnostic::error(
                format!("{argument} and {file_argument} disagree"),
                format!("Both are set (also by {variable} and {variable}_FILE_PATH), to different values. Remove one of them."),
            )
            .at(Path::attribute(argument))),
            _ => Ok(Some(content)),
        }
    }

    fn text(&self, value: &Tf<String>, variable: &str) -> Option<String> {
        self.first_of(value, &[variable])
    }

    fn secret(&self, value: &Tf<String>, variable: &str) -> Option<Secret> {
        self.text(value, variable).map(Secret::new)
    }

    /// The argument, or the first of its variables; an empty text is none.
    fn first_of(&self, value: &Tf<String>, variables: &[&str]) -> Option<String> {
        let set = value.known().filter(|text| !text.is_empty()).cloned();
        set.or_else(|| variables.iter().find_map(|variable| self.environment.var(variable)).map(str::to_owned))
    }

    fn limits(&self) -> Limits {
        let default = Limits::default();
        let or =
            |value: &Tf<u32>, default: usize| value.known().and_then(|n| usize::try_from(*n).ok()).unwrap_or(default);
        Limits {
            ip_rules: or(&self.block.ip_rule_limit, default.ip_rules),
            virtual_network_rules: or(&self.block.virtual_network_rule_limit, default.virtual_network_rules),
        }
    }

    fn registration(&self) -> RegistrationPolicy {
        let name = self.block.resource_provider_registration.known();
        name.and_then(|name| RegistrationPolicy::named(name)).unwrap_or_default()
    }

    fn user_agent(&self, host: &Host) -> String {
        let terraform = format!("HashiCorp Terraform/{} (+https://www.terraform.io)", host.terraform_version);
        let own = concat!("terraform-provider-acrnet/", env!("CARGO_PKG_VERSION"));
        let more = self.environment.var("AZURE_HTTP_USER_AGENT").map(|agent| format!(" {agent}")).unwrap_or_default();
        let partner = self.text(&self.block.partner_id, "ARM_PARTNER_ID");
        let partner = partner.map(|id| format!(" pid-{id}")).unwrap_or_default();
        format!("{terraform} {own}{more}{partner}")
    }

    fn correlation_id(&self) -> Option<String> {
        let disabled = match self.block.disable_correlation_request_id.known() {
            Some(disabled) => *disabled,
            None => self.environment.var("ARM_DISABLE_CORRELATION_REQUEST_ID").is_some_and(is_true),
        };
        if disabled {
            return None;
        }
        let given = self.environment.var("ARM_CORRELATION_REQUEST_ID").map(str::to_owned);
        Some(given.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()))
    }
}

/// For questions whose answer depends on the way that is open now.
fn fresh_connections() -> Arc<dyn Transport> {
    Arc::new(HttpsTransport::new(TransportOptions { keeps_connections: false, ..TransportOptions::default() }))
}

fn invalid_endpoint(error: &CloudError, attribute: &str) -> Diagnostic {
    let variable = if attribute == "metadata_host" { " (variable ARM_METADATA_HOSTNAME)" } else { "" };
    Diagnostic::error("Invalid endpoint of Azure", format!("{error}{variable}.")).at(Path::attribute(attribute))
}

fn version(value: &Tf<String>, default: ApiVersion) -> ApiVersion {
    value.known().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text == "1"
}

#[cfg(test)]
mod tests;
