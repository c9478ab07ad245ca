//! An application and its secret.

use std::fmt;
use std::pin::Pin;

use crate::azure::credentials::TokenService;
use crate::azure::secret::Secret;
use crate::azure::token::{AccessToken, TokenError, TokenSource};

const METHOD: &str = "client secret";

/// An application and its secret.
pub struct ClientSecret {
    client_id: String,
    secret: Secret,
    service: TokenService,
}

impl ClientSecret {
    /// An application of a tenant, that proves itself by `client_secret` at `service`.
    #[must_use]
    pub fn new(client_id: String, client_secret: impl Into<Secret>, service: TokenService) -> Self {
        Self { client_id, secret: client_secret.into(), service }
    }

    async fn exchange(&self) -> Result<AccessToken, TokenError> {
        let proof = [("client_id", self.client_id.as_str()), ("client_secret", self.secret.expose())];
        let token = self.service.client_credentials(&proof, &self.secret).await;
        token.map_err(|reason| TokenError { method: METHOD, reason })
    }
}

impl TokenSource for ClientSecret {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(self.exchange())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret")
            .field("client_id", &self.client_id)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
