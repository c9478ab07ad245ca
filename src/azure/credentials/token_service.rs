//! The token endpoint of one tenant: proofs in, access tokens for Resource Manager out.

use bytes::Bytes;
use http::{Request, header};
use url::{Url, form_urlencoded};

use crate::azure::cloud::Cloud;
use crate::azure::credentials::exchange::{Exchange, read_token};
use crate::azure::token::AccessToken;

/// The token endpoint of one tenant: `{authority}/{tenant}/oauth2/v2.0/token`.
#[derive(Clone, Debug)]
pub struct TokenService {
    authority: Url,
    tenant: String,
    scope: String,
    exchange: Exchange,
}

impl TokenService {
    /// The token service of a cloud, for a tenant (its id or a domain of it).
    #[must_use]
    pub fn new(cloud: &Cloud, tenant: String, exchange: Exchange) -> Self {
        Self { authority: cloud.authority().clone(), tenant, scope: cloud.scope(), exchange }
    }

    /// A token for what `proof` proves, by the client credentials flow (RFC 6749 §4.4). `secret` is the part of the proof that nobody may see.
    pub(super) async fn client_credentials(&self, proof: &[(&str, &str)], secret: &str) -> Result<AccessToken, String> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &self.scope)
            .extend_pairs(proof)
            .finish();
        let request = Request::post(self.endpoint()?)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form))
            .map_err(|error| error.to_string())?;
        let answer = self.exchange.ask(request).await?;
        read_token(&answer, self.exchange.now(), secret)
    }

    /// The URL that tokens are asked from; also what a signed assertion names as its audience.
    pub(super) fn endpoint(&self) -> Result<String, String> {
        let base = self.authority.as_str().trim_end_matches('/');
        if is_tenant(&self.tenant) {
            Ok(format!("{base}/{}/oauth2/v2.0/token", self.tenant))
        } else {
            Err(format!("{:?} is not a tenant", self.tenant))
        }
    }
}

/// Whether a text can be a tenant: an id, or a domain. Anything else would bend the URL or the command that it becomes part of.
#[must_use]
pub fn is_tenant(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !text.is_empty() && text.bytes().all(plain) && !text.starts_with(['.', '-'])
}
