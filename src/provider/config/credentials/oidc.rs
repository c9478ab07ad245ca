//! OIDC: a token of another identity provider, given, in a file, or from GitHub Actions or Azure DevOps.

use std::sync::Arc;

use crate::azure::credentials::{Assertion, AzureDevOps, Exchange, GitHub, OidcToken, service_url};
use crate::azure::secret::Secret;
use crate::provider::config::Settings;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::Path;

/// What GitHub, and then Azure DevOps, call these.
const REQUEST_TOKEN: [&str; 3] = ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"];
const REQUEST_URL: [&str; 3] = ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"];
const SERVICE_CONNECTION: [&str; 2] =
    ["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"];

/// Why OIDC was asked for and another way is gone, as in azurerm: one configuration serves a pipeline and a developer's machine.
pub(super) fn hint(oidc: bool, aks: bool) -> Option<String> {
    match (aks, oidc) {
        (true, _) => Some(
            "use_aks_workload_identity (ARM_USE_AKS_WORKLOAD_IDENTITY) is set, but AZURE_FEDERATED_TOKEN_FILE is not".to_owned(),
        ),
        (false, true) => Some(
            "use_oidc (ARM_USE_OIDC) is set, but there is no OIDC token: neither oidc_token (ARM_OIDC_TOKEN) nor oidc_token_file_path \
             (ARM_OIDC_TOKEN_FILE_PATH), and no oidc_request_url, which GitHub sets for a workflow with \"permissions: id-token: write\""
                .to_owned(),
        ),
        (false, false) => None,
    }
}

impl Settings<'_> {
    /// The source of OIDC tokens; `None` when nothing of any is set.
    pub(super) fn oidc(&self, aks: bool, exchange: &Exchange) -> Result<Option<Arc<dyn Assertion>>, Diagnostics> {
        if let Some(token) = self.oidc_token(aks)? {
            return Ok(Some(Arc::new(token)));
        }
        self.requested_token(exchange)
    }

    /// A token or its file. Where several are set they must hold the same, as in azurerm.
    fn oidc_token(&self, aks: bool) -> Result<Option<OidcToken>, Diagnostic> {
        let given = self.secret(&self.block.oidc_token, "ARM_OIDC_TOKEN").map(OidcToken::Given);
        let file = |path: String| OidcToken::File(path.into());
        let own_file = self.text(&self.block.oidc_token_file_path, "ARM_OIDC_TOKEN_FILE_PATH").map(file);
        let aks_file = self.environment.var("AZURE_FEDERATED_TOKEN_FILE").filter(|_| aks).map(str::to_owned).map(file);
        let found = [
            (aks_file, "AZURE_FEDERATED_TOKEN_FILE"),
            (own_file, "oidc_token_file_path (ARM_OIDC_TOKEN_FILE_PATH)"),
            (given, "oidc_token (ARM_OIDC_TOKEN)"),
        ];
        let mut found = found.into_iter().filter_map(|(token, name)| Some((token?, name)));
        let Some((first, name)) = found.next() else { return Ok(None) };
        for (other, other_name) in found {
            let read = |token: &OidcToken| {
                token.read().map_err(|reason| Diagnostic::error("Cannot read the OIDC token", format!("{reason}.")))
            };
            if read(&first)? != read(&other)? {
                return Err(Diagnostic::error(
                    "The OIDC tokens disagree",
                    format!("{name} and {other_name} hold different tokens. Remove one of them."),
                ));
            }
        }
        Ok(Some(first))
    }

    /// GitHub Actions, or Azure DevOps where a service connection is named.
    fn requested_token(&self, exchange: &Exchange) -> Result<Option<Arc<dyn Assertion>>, Diagnostics> {
        let block = self.block;
        let url = self.first_of(&block.oidc_request_url, &REQUEST_URL);
        let token = self.first_of(&block.oidc_request_token, &REQUEST_TOKEN).map(Secret::new);
        let connection = self.first_of(&block.ado_pipeline_service_connection_id, &SERVICE_CONNECTION);
        if url.is_none() && connection.is_none() {
            return Ok(None);
        }
        let is_devops = connection.is_some() || url.as_deref() == self.environment.var("SYSTEM_OIDCREQUESTURI");
        let method = if is_devops { "Azure DevOps" } else { "GitHub Actions" };
        let mut mistakes = Diagnostics::new();
        if url.is_none() {
            mistakes.push(missing(method, "oidc_request_url", &REQUEST_URL));
        }
        if token.is_none() {
            mistakes.push(missing(method, "oidc_request_token", &REQUEST_TOKEN));
        }
        if is_devops && connection.is_none() {
            mistakes.push(missing(method, "ado_pipeline_service_connection_id", &SERVICE_CONNECTION));
        }
        let parsed = url.map(|url| service_url(&url)).transpose().map_err(|error| {
            let detail = format!("oidc_request_url ({}): {error}.", REQUEST_URL.join(", "));
            mistakes
                .push(Diagnostic::error("Invalid oidc_request_url", detail).at(Path::attribute("oidc_request_url")));
        });
        let (Ok(Some(url)), Some(token)) = (parsed, token) else { return Err(mistakes) };
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Some(match connection {
            Some(connection) => Arc::new(AzureDevOps::new(url, token, connection, exchange.clone())),
            None => Arc::new(GitHub::new(url, token, exchange.clone())),
        }))
    }
}

fn missing(method: &str, argument: &str, variables: &[&str]) -> Diagnostic {
    let detail = format!(
        "To authenticate with an OIDC token of {method}, {argument} is needed: set it in the provider block or as one of {}.{}",
        variables.join(", "),
        if variables.contains(&"SYSTEM_ACCESSTOKEN") {
            " Azure DevOps hands its token only to a step that asks for it: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)."
        } else {
            ""
        }
    );
    Diagnostic::error(format!("{argument} is missing"), detail).at(Path::attribute(argument))
}
