//! A ready access token.

use std::pin::Pin;

use crate::azure::secret::Secret;
use crate::azure::token::{AccessToken, TokenError, TokenSource};

/// A token that the user brings along.
#[derive(Clone, Debug)]
pub struct StaticToken(AccessToken);

impl StaticToken {
    /// The token as it goes behind `Bearer`. Its end is not known here; Azure says when it is over.
    #[must_use]
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(AccessToken::lasting(token))
    }
}

impl TokenSource for StaticToken {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}
