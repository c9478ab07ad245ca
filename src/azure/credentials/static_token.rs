//! A ready access token.

use std::fmt;
use std::pin::Pin;

use crate::azure::token::{AccessToken, TokenError, TokenSource};

/// A token that the user brings along.
#[derive(Clone)]
pub struct StaticToken(AccessToken);

impl StaticToken {
    /// The token as it goes behind `Bearer`. Its end is not known here; Azure says when it is over.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(AccessToken::lasting(token))
    }
}

impl TokenSource for StaticToken {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticToken(…)")
    }
}
