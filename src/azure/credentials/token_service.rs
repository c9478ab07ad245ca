//! The token endpoint of one tenant: proofs in, access tokens for Resource Manager out.

use bytes::Bytes;
use http::{Request, header};
use url::form_urlencoded;

use crate::azure::cloud::Cloud;
use crate::azure::cloud_source::CloudSource;
use crate::azure::credentials::exchange::{Exchange, read_token};
use crate::azure::secret::Secret;
use crate::azure::token::AccessToken;

/// The token endpoint of one tenant: `{authority}/{tenant}/oauth2/v2.0/token`.
#[derive(Clone, Debug)]
pub struct TokenService {
    cloud: CloudSource,
    tenant: String,
    exchange: Exchange,
}

impl TokenService {
    /// The token service of a cloud, for a tenant (its id or a domain of it).
    #[must_use]
    pub fn new(cloud: impl Into<CloudSource>, tenant: String, exchange: Exchange) -> Self {
        Self { cloud: cloud.into(), tenant, exchange }
    }

    /// A token for what `proof` proves, by the client credentials flow (RFC 6749 §4.4). `secret` is the part of the proof that nobody may see.
    pub(super) async fn client_credentials(
        &self,
        proof: &[(&str, &str)],
        secret: &Secret,
    ) -> Result<AccessToken, String> {
        let cloud = self.cloud().await?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &cloud.scope())
            .extend_pairs(proof)
            .finish();
        let request = Request::post(self.endpoint().await?)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form))
            .map_err(|error| error.to_string())?;
        let answer = self.exchange.ask(request, Some(secret)).await?;
        read_token(&answer, self.exchange.now(), Some(secret))
    }

    /// The URL that tokens are asked from; also what a signed assertion names as its audience.
    pub(super) async fn endpoint(&self) -> Result<String, String> {
        let base = self.cloud().await?.authority().as_str().trim_end_matches('/');
        if is_tenant(&self.tenant) {
            Ok(format!("{base}/{}/oauth2/v2.0/token", self.tenant))
        } else {
            Err(format!("{:?} is not a tenant", self.tenant))
        }
    }

    async fn cloud(&self) -> Result<&Cloud, String> {
        self.cloud.cloud().await.map_err(|error| error.to_string())
    }
}

/// Whether a text can be a tenant: an id, or a domain. Anything else would bend the URL or the command that it becomes part of.
#[must_use]
pub fn is_tenant(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !text.is_empty() && text.bytes().all(plain) && !text.starts_with(['.', '-'])
}
