//! Which way to authenticate: block and environment to a source of tokens.
//!
//! Names, variables and the order are azurerm's: client certificate, client secret, OIDC token, Azure DevOps, GitHub, managed identity, Azure CLI. What
//! is set at all decides; what it lacks is one error each, with argument and variable. How a token is had is `azure::credentials`' business, and
//! nothing is asked or started here; files are read only to see that what was given holds together.

mod certificate;
mod identity;
mod oidc;

use std::sync::Arc;

use super::Settings;
use crate::azure::client::{Ambient, Config};
use crate::azure::cloud_source::CloudSource;
use crate::azure::credentials::{
    Assertion, AzureCli, CliAccount, ClientAssertion, ClientSecret, Exchange, ManagedIdentity, StaticToken,
    TokenService, WithAuxiliary, machine_service_url,
};
use crate::azure::secret::Secret;
use crate::azure::token::TokenSource;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::{Path, Tf};

/// How we prove who we are.
enum Way {
    Token(Secret),
    Secret(Secret),
    Assertion(Arc<dyn Assertion>),
    Machine(ManagedIdentity),
    /// With the reason why it is this, for its errors.
    Cli(Option<String>),
}

/// Findings on the block alone, as far as it is known.
pub(super) fn validate(settings: &Settings<'_>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let block = settings.block;
    // What is not known may be null in the end, and an empty text is none.
    let set = |text: &Tf<String>| text.known().is_some_and(|text| !text.is_empty());
    let others = [
        ("client_secret", set(&block.client_secret)),
        ("client_secret_file_path", set(&block.client_secret_file_path)),
        ("client_certificate", set(&block.client_certificate)),
        ("client_certificate_path", set(&block.client_certificate_path)),
        ("oidc_token", set(&block.oidc_token)),
        ("oidc_token_file_path", set(&block.oidc_token_file_path)),
        ("use_oidc", block.use_oidc.known() == Some(&true)),
        ("use_aks_workload_identity", block.use_aks_workload_identity.known() == Some(&true)),
        ("use_msi", block.use_msi.known() == Some(&true)),
    ];
    let others: Vec<&str> = others.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect();
    if set(&block.access_token) && !others.is_empty() {
        found.error_at(
            Path::attribute("access_token"),
            "Two ways to authenticate",
            format!("access_token excludes {}. Remove one of them.", others.join(", ")),
        );
    }
    if set(&block.client_certificate) && set(&block.client_certificate_path) {
        found.error_at(
            Path::attribute("client_certificate"),
            "Two client certificates",
            "client_certificate holds a certificate and client_certificate_path names the file of one. Remove one of them.",
        );
    }
    found
}

impl Settings<'_> {
    /// The source of tokens, or one error per mistake.
    pub(super) fn tokens(&self, config: &Config, exchange: &Exchange) -> Result<Arc<dyn TokenSource>, Diagnostics> {
        let mut mistakes = Mistakes::default();
        let way = self.way(&config.cloud, exchange, &mut mistakes);
        let auxiliary = self.auxiliary_tenants(way.as_ref(), &mut mistakes);
        let source = way.and_then(|way| self.source(way, &config.cloud, exchange, &auxiliary, &mut mistakes));
        match source {
            Some(source) if mistakes.0.is_empty() => Ok(source),
            _ => Err(mistakes.0),
        }
    }

    /// The first way for which something is set, in azurerm's order.
    fn way(&self, cloud: &CloudSource, exchange: &Exchange, mistakes: &mut Mistakes) -> Option<Way> {
        let block = self.block;
        if let Some(token) = self.secret(&block.access_token, "ARM_ACCESS_TOKEN") {
            return Some(Way::Token(token));
        }
        if self.has_certificate() {
            return mistakes.take(self.certificate(exchange)).map(Way::Assertion);
        }
        let secret = (&block.client_secret, "client_secret", "ARM_CLIENT_SECRET");
        if let Some(secret) = mistakes.take(self.text_or_file(secret, &block.client_secret_file_path))? {
            return Some(Way::Secret(Secret::new(secret)));
        }
        let mut flag = |value, variable, default| mistakes.take(self.flag(value, variable, default));
        let oidc = flag(block.use_oidc, "ARM_USE_OIDC", false);
        let aks = flag(block.use_aks_workload_identity, "ARM_USE_AKS_WORKLOAD_IDENTITY", false);
        let msi = flag(block.use_msi, "ARM_USE_MSI", false);
        let cli = flag(block.use_cli, "ARM_USE_CLI", true);
        let (oidc, aks, msi, cli) = (oidc?, aks?, msi?, cli?);
        if (oidc || aks)
            && let Some(assertion) = mistakes.take_all(self.oidc(aks, exchange))?
        {
            return Some(Way::Assertion(assertion));
        }
        if msi {
            return mistakes.take(self.machine(cloud, exchange, aks)).map(Way::Machine);
        }
        let hint = oidc::hint(oidc, aks);
        if cli {
            return Some(Way::Cli(hint));
        }
        mistakes.add(Diagnostic::error("No way to authenticate", nothing_set(hint.as_deref())));
        None
    }

    fn source(
        &self,
        way: Way,
        cloud: &CloudSource,
        exchange: &Exchange,
        auxiliary: &[String],
        mistakes: &mut Mistakes,
    ) -> Option<Arc<dyn TokenSource>> {
        let service = |tenant: &str| TokenService::new(cloud.clone(), tenant.to_owned(), exchange.clone());
        match way {
            Way::Token(token) => Some(Arc::new(StaticToken::new(token))),
            Way::Machine(identity) => Some(Arc::new(identity)),
            Way::Secret(secret) => {
                let (tenant, id) = self.application("a client secret", mistakes)?;
                Some(with_auxiliary(&tenant, auxiliary, |tenant| {
                    Arc::new(ClientSecret::new(id.clone(), secret.clone(), service(tenant)))
                }))
            }
            Way::Assertion(assertion) => {
                let method = format!("a {}", assertion.method()).replace("a OIDC", "an OIDC");
                let (tenant, id) = self.application(&method, mistakes)?;
                Some(with_auxiliary(&tenant, auxiliary, |tenant| {
                    Arc::new(ClientAssertion::new(id.clone(), Arc::clone(&assertion), service(tenant)))
                }))
            }
            Way::Cli(hint) => {
                let account = self.cli_account(mistakes)?;
                let cli = |account| {
                    AzureCli::new(account, cloud.clone(), Ambient::default().now, self.environment.var("PATH"))
                        .with_hint(hint.clone())
                };
                let others = auxiliary.iter().map(|tenant| source(cli(CliAccount::Tenant(tenant.clone()))));
                Some(accompanied(source(cli(account)), others.collect()))
            }
        }
    }

    fn machine(&self, cloud: &CloudSource, exchange: &Exchange, aks: bool) -> Result<ManagedIdentity, Diagnostic> {
        let id = self.client_id(aks)?;
        let wrong = |argument: &str, variable: &str, error: &dyn std::fmt::Display| {
            Diagnostic::error(format!("Invalid {argument}"), format!("{argument} ({variable}): {error}."))
        };
        if let Some(text) = self.text(&self.block.msi_endpoint, "ARM_MSI_ENDPOINT") {
            let url = machine_service_url(&text).map_err(|error| {
                wrong("msi_endpoint", "ARM_MSI_ENDPOINT", &error).at(Path::attribute("msi_endpoint"))
            })?;
            return Ok(ManagedIdentity::of_machine(Some(url), id, cloud, exchange));
        }
        let variable = |name| self.environment.var(name);
        let (Some(endpoint), Some(header)) = (variable("IDENTITY_ENDPOINT"), variable("IDENTITY_HEADER")) else {
            return Ok(ManagedIdentity::of_machine(None, id, cloud, exchange));
        };
        let url = machine_service_url(endpoint)
            .map_err(|error| wrong("endpoint of the managed identity", "IDENTITY_ENDPOINT", &error))?;
        Ok(ManagedIdentity::of_app_service(url, header.to_owned(), id, cloud, exchange))
    }

    /// A truth value; the words are those of Go's `strconv.ParseBool`, which azurerm reads its variables with, in any case.
    fn flag(&self, value: Tf<bool>, variable: &str, default: bool) -> Result<bool, Diagnostic> {
        if let Some(set) = value.known() {
            return Ok(*set);
        }
        let Some(text) = self.environment.var(variable) else { return Ok(default) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Ok(true),
            "false" | "f" | "0" => Ok(false),
            _ => Err(Diagnostic::error(
                format!("Invalid {variable}"),
                format!("The environment variable {variable} is {text:?}; expected \"true\" or \"false\"."),
            )),
        }
    }
}

/// What was found so far; a step that failed leaves its error here and `None` behind.
#[derive(Default)]
struct Mistakes(Diagnostics);

impl Mistakes {
    fn add(&mut self, mistake: Diagnostic) {
        self.0.push(mistake);
    }

    fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        self.take_all(result.map_err(Diagnostics::from))
    }

    fn take_all<T>(&mut self, result: Result<T, Diagnostics>) -> Option<T> {
        result.map_err(|mistakes| self.0.extend(mistakes)).ok()
    }
}

fn with_auxiliary<S: TokenSource>(
    tenant: &str,
    auxiliary: &[String],
    of_tenant: impl Fn(&str) -> Arc<S>,
) -> Arc<dyn TokenSource> {
    let others = auxiliary.iter().map(|tenant| of_tenant(tenant) as Arc<dyn TokenSource>).collect();
    accompanied(of_tenant(tenant), others)
}

fn accompanied(own: Arc<dyn TokenSource>, others: Vec<Arc<dyn TokenSource>>) -> Arc<dyn TokenSource> {
    if others.is_empty() { own } else { Arc::new(WithAuxiliary::new(own, others)) }
}

fn source(cli: AzureCli) -> Arc<dyn TokenSource> {
    Arc::new(cli)
}

fn nothing_set(hint: Option<&str>) -> String {
    let ways = "use_cli (ARM_USE_CLI) is false and nothing else is set. Set one of: client_certificate or client_certificate_path \
                (ARM_CLIENT_CERTIFICATE, ARM_CLIENT_CERTIFICATE_PATH), client_secret (ARM_CLIENT_SECRET), use_oidc (ARM_USE_OIDC), \
                use_aks_workload_identity (ARM_USE_AKS_WORKLOAD_IDENTITY), use_msi (ARM_USE_MSI), use_cli, or access_token \
                (ARM_ACCESS_TOKEN).";
    hint.map_or_else(|| ways.to_owned(), |hint| format!("{ways} {hint}"))
}

#[cfg(test)]
mod tests;
