//! The identity of the machine: a virtual machine's metadata service (IMDS), or the service of App Service and its kin, gives tokens itself.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use url::Url;

use crate::azure::cloud_source::CloudSource;
use crate::azure::credentials::exchange::{Exchange, read_token};
use crate::azure::secret::Secret;
use crate::azure::token::{AccessToken, TokenError, TokenSource};

/// Where every virtual machine of Azure finds its identity.
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
/// How long one attempt may take: off Azure nobody answers at that address.
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_RETRIES: u32 = 2;

/// An identity that Azure has given to the machine or service that we run on.
pub struct ManagedIdentity {
    endpoint: Url,
    /// The header that proves to App Service's endpoint that we run there; `None` for IMDS.
    header: Option<Secret>,
    client_id: Option<String>,
    cloud: CloudSource,
    exchange: Exchange,
}

impl ManagedIdentity {
    /// The identity `client_id`, or the only one, from IMDS, or what takes its place at `endpoint`, for the Resource Manager of `cloud`.
    #[must_use]
    pub fn of_machine(
        endpoint: Option<Url>,
        client_id: Option<String>,
        cloud: &CloudSource,
        exchange: &Exchange,
    ) -> Self {
        let imds = || Url::parse(IMDS).expect("invariant: a constant URL");
        Self::new(endpoint.unwrap_or_else(imds), None, client_id, cloud, exchange)
    }

    /// The same from the endpoint of App Service, Functions or Container Apps (`IDENTITY_ENDPOINT`), with its `IDENTITY_HEADER`.
    #[must_use]
    pub fn of_app_service(
        endpoint: Url,
        header: impl Into<Secret>,
        client_id: Option<String>,
        cloud: &CloudSource,
        exchange: &Exchange,
    ) -> Self {
        Self::new(endpoint, Some(header.into()), client_id, cloud, exchange)
    }

    fn new(
        endpoint: Url,
        header: Option<Secret>,
        client_id: Option<String>,
        cloud: &CloudSource,
        exchange: &Exchange,
    ) -> Self {
        let cloud = cloud.clone();
        Self { endpoint, header, client_id, cloud, exchange: exchange.impatient(PATIENCE, MAX_RETRIES) }
    }

    async fn ask(&self) -> Result<AccessToken, String> {
        let answer = self.exchange.ask(self.request().await?, self.header.as_ref()).await?;
        read_token(&answer, self.exchange.now(), self.header.as_ref())
    }

    async fn request(&self) -> Result<Request<Bytes>, String> {
        let version = if self.header.is_some() { "2019-08-01" } else { "2018-02-01" };
        let scope = self.cloud.cloud().await.map_err(|error| error.to_string())?.scope();
        let resource = scope.strip_suffix("/.default").unwrap_or(&scope);
        let mut url = self.endpoint.clone();
        url.query_pairs_mut().append_pair("api-version", version).append_pair("resource", resource);
        if let Some(id) = &self.client_id {
            url.query_pairs_mut().append_pair("client_id", id);
        }
        let request = Request::get(url.as_str());
        let request = match &self.header {
            None => request.header("metadata", "true"),
            Some(header) => {
                let Ok(mut value) = HeaderValue::from_str(header.expose()) else {
                    return Err("IDENTITY_HEADER holds characters that no header can carry".to_owned());
                };
                value.set_sensitive(true);
                request.header("x-identity-header", value)
            }
        };
        request.body(Bytes::new()).map_err(|error| error.to_string())
    }
}

impl TokenSource for ManagedIdentity {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(async { self.ask().await.map_err(|reason| TokenError { method: "managed identity", reason }) })
    }
}

impl fmt::Debug for ManagedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentity")
            .field("endpoint", &self.endpoint.host_str())
            .field("header", &self.header)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
