//! A statement of somebody whom the tenant trusts, exchanged for an access token (RFC 7523 §2.2).

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::azure::credentials::TokenService;
use crate::azure::secret::Secret;
use crate::azure::token::{AccessToken, TokenError, TokenSource};

/// Makes or fetches assertions.
pub trait Assertion: fmt::Debug + Send + Sync + 'static {
    /// The method's name in errors, such as `client certificate`.
    fn method(&self) -> &'static str;

    /// A new assertion that the application `client_id` is who it says, for the token endpoint `audience`. `Err` holds the reason, without secrets.
    fn assertion<'a>(
        &'a self,
        client_id: &'a str,
        audience: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Secret, String>> + Send + 'a>>;
}

/// An application that proves itself by assertions. A new one is asked for at each exchange: they live for minutes.
#[derive(Debug)]
pub struct ClientAssertion {
    client_id: String,
    source: Arc<dyn Assertion>,
    service: TokenService,
}

impl ClientAssertion {
    /// The application `client_id` of a tenant, that proves itself by `source` at `service`.
    #[must_use]
    pub fn new(client_id: String, source: Arc<dyn Assertion>, service: TokenService) -> Self {
        Self { client_id, source, service }
    }

    async fn exchange(&self) -> Result<AccessToken, String> {
        let assertion = self.source.assertion(&self.client_id, &self.service.endpoint().await?).await?;
        let proof = [
            ("client_id", self.client_id.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.expose()),
        ];
        self.service.client_credentials(&proof, &assertion).await
    }
}

impl TokenSource for ClientAssertion {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(async { self.exchange().await.map_err(|reason| TokenError { method: self.source.method(), reason }) })
    }
}
