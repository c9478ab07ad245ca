//! Azure DevOps: the organisation's service gives a pipeline's job assertions for one of its service connections.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use http::{Request, header};
use url::Url;

use crate::azure::credentials::Assertion;
use crate::azure::credentials::exchange::{Exchange, bearer, read_secret};
use crate::azure::secret::Secret;

/// The version of the service's REST API.
const API_VERSION: &str = "7.1";

/// The token service of an Azure DevOps job.
pub struct AzureDevOps {
    url: Url,
    token: Secret,
    service_connection: String,
    exchange: Exchange,
}

impl AzureDevOps {
    /// The service at `url` (`SYSTEM_OIDCREQUESTURI`), which knows the job by `token` (`SYSTEM_ACCESSTOKEN`), for a service connection, by its id.
    #[must_use]
    pub fn new(url: Url, token: impl Into<Secret>, service_connection: String, exchange: Exchange) -> Self {
        Self { url, token: token.into(), service_connection, exchange }
    }

    async fn ask(&self) -> Result<Secret, String> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("api-version", API_VERSION)
            .append_pair("serviceConnectionId", &self.service_connection);
        let (name, value) = bearer(&self.token)?;
        let request = Request::post(url.as_str())
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, 0)
            .body(Bytes::new());
        let answer = self.exchange.ask(request.map_err(|error| error.to_string())?, Some(&self.token)).await?;
        read_secret(&answer, "oidcToken", "OIDC token", Some(&self.token))
    }
}

impl Assertion for AzureDevOps {
    fn method(&self) -> &'static str {
        "OIDC token of Azure DevOps"
    }

    fn assertion<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Secret, String>> + Send + 'a>> {
        Box::pin(async { self.ask().await.map_err(|reason| format!("Azure DevOps gives none: {reason}")) })
    }
}

impl fmt::Debug for AzureDevOps {
    /// Of the URL the host only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureDevOps")
            .field("host", &self.url.host_str())
            .field("service_connection", &self.service_connection)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
