//! GitHub Actions: the runner's service gives assertions to a workflow that has `permissions: id-token: write`.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use http::Request;
use url::Url;

use crate::azure::credentials::Assertion;
use crate::azure::credentials::exchange::{Exchange, bearer, read_secret};
use crate::azure::secret::Secret;

/// The audience that Microsoft Entra expects of other identity providers' tokens.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// The token service of a GitHub Actions run.
pub struct GitHub {
    url: Url,
    token: Secret,
    exchange: Exchange,
}

impl GitHub {
    /// The service at `url` (`ACTIONS_ID_TOKEN_REQUEST_URL`), which knows the run by `token` (`ACTIONS_ID_TOKEN_REQUEST_TOKEN`).
    #[must_use]
    pub fn new(url: Url, token: impl Into<Secret>, exchange: Exchange) -> Self {
        Self { url, token: token.into(), exchange }
    }

    async fn ask(&self) -> Result<Secret, String> {
        let mut url = self.url.clone();
        if !url.query_pairs().any(|(name, value)| name == "audience" && !value.is_empty()) {
            url.query_pairs_mut().append_pair("audience", AUDIENCE);
        }
        let (name, value) = bearer(&self.token)?;
        let request = Request::get(url.as_str()).header(name, value).body(Bytes::new());
        let answer = self.exchange.ask(request.map_err(|error| error.to_string())?, Some(&self.token)).await?;
        read_secret(&answer, "value", "OIDC token", Some(&self.token))
    }
}

impl Assertion for GitHub {
    fn method(&self) -> &'static str {
        "OIDC token of GitHub Actions"
    }

    fn assertion<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Secret, String>> + Send + 'a>> {
        Box::pin(async { self.ask().await.map_err(|reason| format!("GitHub gives none: {reason}")) })
    }
}

impl fmt::Debug for GitHub {
    /// Of the URL the host only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub").field("host", &self.url.host_str()).field("token", &self.token).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
