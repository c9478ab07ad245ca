//! Access tokens: where they come from, and how long one is kept.
//!
//! A [`TokenSource`] fetches; [`CachedToken`] stands before it, so that a thousand requests ask for one token. The client takes the token from
//! here and puts it into a header; nobody else sees it, and neither `Debug` nor any error shows it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::azure::secret::Secret;

/// How long before its end a token is renewed, unless it lives too short for that.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// How long after a failed early renewal the next is tried.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a failure answers for those who ask next. A source has tried hard before it fails, and hundreds of resources would each wait for the same.
const ECHO: Duration = Duration::from_secs(5);

/// Fetches access tokens for Resource Manager.
pub trait TokenSource: Send + Sync + 'static {
    /// A new token. Each call may go over the network; [`CachedToken`] sees to it that few do.
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>>;
}

/// A bearer token and when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    secret: Secret,
    expires: Option<Instant>,
    renew: Option<Instant>,
    auxiliary: Vec<Secret>,
}

impl AccessToken {
    /// A token whose end is not known.
    #[must_use]
    pub fn lasting(secret: impl Into<Secret>) -> Self {
        Self { secret: secret.into(), expires: None, renew: None, auxiliary: Vec::new() }
    }

    /// A token that is good for so long from now.
    #[must_use]
    pub fn expiring(secret: impl Into<Secret>, lifetime: Duration) -> Self {
        let expires = Instant::now() + lifetime;
        let renew = expires - EARLY.min(lifetime / 2);
        Self { secret: secret.into(), expires: Some(expires), renew: Some(renew), auxiliary: Vec::new() }
    }

    /// The same with a token of another tenant along; it ends when the first of them does.
    #[must_use]
    pub fn accompanied_by(mut self, other: &Self) -> Self {
        self.expires = self.expires.into_iter().chain(other.expires).min();
        self.renew = self.renew.into_iter().chain(other.renew).min();
        self.auxiliary.push(other.secret.clone());
        self
    }

    /// The token itself, for the header.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The tokens of further tenants.
    #[must_use]
    pub fn auxiliary(&self) -> &[Secret] {
        &self.auxiliary
    }

    /// Everything in it that nobody may see.
    pub(super) fn secrets(&self) -> Vec<&Secret> {
        std::iter::once(&self.secret).chain(&self.auxiliary).collect()
    }

    fn is_valid(&self) -> bool {
        self.expires.is_none_or(|end| Instant::now() < end)
    }

    fn is_fresh(&self) -> bool {
        self.renew.is_none_or(|renewal| Instant::now() < renewal)
    }
}

/// No token could be had: says which way was tried and what the token service answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot get an access token by {method}: {reason}")]
pub struct TokenError {
    /// The kind of credential, such as `client secret`.
    pub method: &'static str,
    /// What went wrong; the token service's own words where it had any.
    pub reason: String,
}

/// Keeps one token of a source: fetched at the first use, renewed five minutes before its end, one fetch at a time.
///
/// A failed early renewal is no error while the old token is still good. Without one, a failure answers for all who wait, and for some seconds.
pub struct CachedToken {
    source: Arc<dyn TokenSource>,
    kept: Mutex<Kept>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    token: Option<AccessToken>,
    not_before: Option<Instant>,
    failure: Option<(Instant, TokenError)>,
}

impl CachedToken {
    /// Nothing is fetched yet.
    #[must_use]
    pub fn new(source: Arc<dyn TokenSource>) -> Self {
        Self { source, kept: Mutex::default(), fetching: tokio::sync::Mutex::new(()) }
    }

    /// A token that is good now.
    ///
    /// # Errors
    ///
    /// When there is no good token and the source gives none.
    pub async fn token(&self) -> Result<AccessToken, TokenError> {
        let usable = match self.look() {
            Look::Fresh(token) => return Ok(token),
            Look::Old(token) => Some(token),
            Look::None => None,
        };
        let _fetching = match (&usable, self.fetching.try_lock()) {
            (_, Ok(turn)) => turn,
            // Another is renewing it; meanwhile the old one serves.
            (Some(old), Err(_)) => return Ok(old.clone()),
            (None, Err(_)) => self.fetching.lock().await,
        };
        if let Look::Fresh(token) = self.look() {
            return Ok(token);
        }
        if let Some(failure) = self.recent_failure() {
            return Err(failure);
        }
        match (self.source.token().await, usable) {
            (Ok(token), _) => {
                *self.kept() = Kept { token: Some(token.clone()), ..Kept::default() };
                Ok(token)
            }
            (Err(error), Some(old)) if old.is_valid() => {
                tracing::debug!(target: "acrnet::azure", %error, "the token could not be renewed early; the old one is kept");
                self.kept().not_before = Some(Instant::now() + PATIENCE);
                Ok(old)
            }
            (Err(error), _) => {
                self.kept().failure = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    fn recent_failure(&self) -> Option<TokenError> {
        let kept = self.kept();
        kept.failure.as_ref().filter(|(then, _)| then.elapsed() < ECHO).map(|(_, error)| error.clone())
    }

    /// Forgets this token, as the service has refused it. Another that has been fetched since is kept.
    pub fn clear(&self, refused: &AccessToken) {
        let mut kept = self.kept();
        if kept.token.as_ref() == Some(refused) {
            *kept = Kept::default();
        }
    }

    fn look(&self) -> Look {
        let kept = self.kept();
        match &kept.token {
            Some(token) if token.is_fresh() => Look::Fresh(token.clone()),
            Some(token) if token.is_valid() && kept.not_before.is_some_and(|then| Instant::now() < then) => {
                Look::Fresh(token.clone())
            }
            Some(token) if token.is_valid() => Look::Old(token.clone()),
            _ => Look::None,
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is at hand without asking anyone.
enum Look {
    Fresh(AccessToken),
    /// Good still, but due for renewal.
    Old(AccessToken),
    None,
}

impl fmt::Debug for CachedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedToken").field("kept", &self.kept()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
