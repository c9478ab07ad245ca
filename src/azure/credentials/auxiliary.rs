//! Tokens of further tenants beside the first: Azure wants them where one request touches resources of several.

use std::pin::Pin;
use std::sync::Arc;

use crate::azure::token::{AccessToken, TokenError, TokenSource};

/// A source whose tokens carry those of up to three further tenants along, for the header `x-ms-authorization-auxiliary`.
pub struct WithAuxiliary {
    own: Arc<dyn TokenSource>,
    others: Vec<Arc<dyn TokenSource>>,
}

impl WithAuxiliary {
    /// `own` signs; `others` come along.
    #[must_use]
    pub fn new(own: Arc<dyn TokenSource>, others: Vec<Arc<dyn TokenSource>>) -> Self {
        Self { own, others }
    }

    async fn all(&self) -> Result<AccessToken, TokenError> {
        let mut token = self.own.token().await?;
        for other in &self.others {
            token = token.accompanied_by(&other.token().await?);
        }
        Ok(token)
    }
}

impl TokenSource for WithAuxiliary {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(self.all())
    }
}

#[cfg(test)]
mod tests;
