//! Ways to prove who we are: each is a [`TokenSource`].
//!
//! What the user configured comes in, tokens go out to the client. A client secret is exchanged by the form POST of the OAuth 2.0 client
//! credentials flow over our own transport, and not by `azure_identity`: that refuses every plain http authority, and with it a simulator on
//! loopback.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, header};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::azure::answer::Answer;
use crate::azure::client::Ambient;
use crate::azure::cloud::Cloud;
use crate::azure::retry::{self, Attempt, Outcome, Policy, Repeat, Verdict};
use crate::azure::token::{AccessToken, TokenError, TokenSource};
use crate::azure::transport::Transport;

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

/// An application and its secret.
pub struct ClientSecret {
    client_id: String,
    secret: String,
    service: TokenService,
}

impl ClientSecret {
    /// An application of a tenant, that proves itself by `client_secret` at `service`.
    #[must_use]
    pub fn new(client_id: String, client_secret: String, service: TokenService) -> Self {
        Self { client_id, secret: client_secret, service }
    }

    async fn exchange(&self) -> Result<AccessToken, TokenError> {
        let grant = [("client_id", self.client_id.as_str()), ("client_secret", &self.secret)];
        self.service.client_credentials(METHOD, &grant).await
    }
}

const METHOD: &str = "client secret";

impl TokenSource for ClientSecret {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(self.exchange())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret").field("client_id", &self.client_id).field("secret", &"…").finish_non_exhaustive()
    }
}

/// The token endpoint of one tenant: `{authority}/{tenant}/oauth2/v2.0/token`.
pub struct TokenService {
    authority: Url,
    tenant: String,
    scope: String,
    transport: Arc<dyn Transport>,
    retry: Policy,
    now: fn() -> SystemTime,
    rng: Mutex<fastrand::Rng>,
}

impl TokenService {
    /// The service that gives tokens for a cloud's Resource Manager to members of `tenant`, a GUID or a domain name.
    ///
    /// A busy or unreachable service is asked again by the rules of `retry`.
    #[must_use]
    pub fn new(cloud: &Cloud, tenant: String, transport: Arc<dyn Transport>, retry: Policy, ambient: Ambient) -> Self {
        let (authority, scope) = (cloud.authority().clone(), cloud.scope());
        Self { authority, tenant, scope, transport, retry, now: ambient.now, rng: Mutex::new(ambient.rng) }
    }

    /// A token for what `proof` proves, by the client credentials flow (RFC 6749 §4.4).
    async fn client_credentials(
        &self,
        method: &'static str,
        proof: &[(&str, &str)],
    ) -> Result<AccessToken, TokenError> {
        let fail = |reason: String| TokenError { method, reason };
        let request = self.request(proof).map_err(fail)?;
        let mut made = 0;
        loop {
            made += 1;
            let result = self.transport.send(request.clone()).await.map(Answer::new);
            // The caller's deadline is around this whole future; asking for a token changes nothing.
            let attempt = Attempt { made, repeat: Repeat::Always, remaining: Duration::MAX };
            let verdict = {
                let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
                retry::decide(&self.retry, attempt, Outcome::of(&result), (self.now)(), &mut rng)
            };
            match (verdict, result) {
                (Verdict::Wait(wait), _) => tokio::time::sleep(wait).await,
                (_, Ok(answer)) => return read_token(&answer).map_err(fail),
                (_, Err(error)) => return Err(fail(error.to_string())),
            }
        }
    }

    fn request(&self, proof: &[(&str, &str)]) -> Result<Request<Bytes>, String> {
        let uri = self.uri().ok_or_else(|| format!("{:?} is not a tenant", self.tenant))?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &self.scope)
            .extend_pairs(proof)
            .finish();
        Request::post(uri)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(Bytes::from(form))
            .map_err(|error| error.to_string())
    }

    fn uri(&self) -> Option<String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let well_formed = !self.tenant.is_empty() && self.tenant.bytes().all(plain) && !self.tenant.starts_with('.');
        let base = self.authority.as_str().trim_end_matches('/');
        well_formed.then(|| format!("{base}/{}/oauth2/v2.0/token", self.tenant))
    }
}

/// `{"access_token","expires_in"}`, or `{"error","error_description"}` (RFC 6749 §5). Some services write the seconds as text.
fn read_token(answer: &Answer) -> Result<AccessToken, String> {
    let text = |member: &str| answer.json.as_ref().and_then(|body| body.get(member)).and_then(Value::as_str);
    if let (true, Some(secret)) = (answer.status.is_success(), text("access_token")) {
        let lifetime = answer.json.as_ref().and_then(|body| body.get("expires_in"));
        let seconds = lifetime.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        let secret = secret.to_owned();
        return Ok(match seconds {
            Some(seconds) => AccessToken::expiring(secret, Duration::from_secs(seconds.min(365 * 24 * 3600))),
            None => AccessToken::lasting(secret),
        });
    }
    let status = answer.status.as_u16();
    Err(match (text("error_description"), text("error")) {
        (Some(words), _) => format!("{status}: {}", words.lines().next().unwrap_or_default()),
        (None, Some(code)) => format!("{status}: {code}"),
        (None, None) if answer.status.is_success() => format!("{status}: the answer holds no access token"),
        (None, None) => format!("{status}: {}", answer.describe()),
    })
}

#[cfg(test)]
mod tests;
