//! An application's certificate, from a PKCS#12 container: signs the assertions that prove who we are.
//!
//! Form of the assertion: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as Pkcs12Error;
use serde_json::{Value, json};

use crate::azure::credentials::Assertion;
use crate::azure::credentials::exchange::{Exchange, since_1970};
use crate::azure::secret::Secret;

/// How long an assertion is good. It is used at once; Microsoft advises five to ten minutes.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// `rsaEncryption` (RFC 8017, appendix C).
const RSA: &str = "1.2.840.113549.1.1.1";

/// A certificate with its RSA key.
pub struct Certificate {
    key: RsaKeyPair,
    sha1: String,
    sha256: String,
    exchange: Exchange,
}

/// Why a container gives no certificate to sign with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The bytes are something else, such as PEM.
    #[error("it is not a PKCS#12 (PFX) container: {0}")]
    NotPkcs12(String),
    /// Its check value does not fit the password, or what is in it cannot be decrypted.
    #[error("the password does not open it")]
    Password,
    /// It holds certificates only, or keys of another kind: Microsoft Entra takes RSA.
    #[error("it holds no RSA private key")]
    NoRsaKey,
    /// None of its certificates is that of its key.
    #[error("it holds no certificate for its private key")]
    NoCertificate,
}

impl Certificate {
    /// Opens a PKCS#12 container. `exchange` lends its clock and chance.
    ///
    /// # Errors
    ///
    /// When the bytes are no such container, the password is wrong, or there is no RSA key with its certificate in it.
    pub fn from_pkcs12(container: &[u8], password: &str, exchange: Exchange) -> Result<Self, CertificateError> {
        let archive = Pkcs12Archive::from_pkcs12(container, password).map_err(|error| refused(&error))?;
        let mut keys = archive.keys.iter().filter(|bag| bag.key.oid().to_string() == RSA);
        let bag = keys.next().ok_or(CertificateError::NoRsaKey)?;
        let key = RsaKeyPair::from_pkcs8(bag.key.as_der()).map_err(|_| CertificateError::NoRsaKey)?;
        // A certificate holds its public key as it is (RFC 5280 §4.1.2.7), and no other certificate holds that.
        let public = key.public_key().as_ref().to_vec();
        let holds_it = |der: &[u8]| der.windows(public.len()).any(|part| part == public);
        let mut certificates = archive.certs.iter().map(|bag| bag.cert.as_der());
        let own = certificates.find(|der| holds_it(der)).ok_or(CertificateError::NoCertificate)?;
        let sha1 = URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, own));
        let sha256 = URL_SAFE_NO_PAD.encode(digest(&SHA256, own));
        Ok(Self { key, sha1, sha256, exchange })
    }

    fn sign(&self, client_id: &str, audience: &str) -> Result<Secret, String> {
        let now = since_1970(self.exchange.now());
        let header = json!({"alg": "RS256", "typ": "JWT", "x5t": self.sha1, "x5t#S256": self.sha256});
        let claims = json!({
            "aud": audience, "iss": client_id, "sub": client_id, "jti": self.exchange.uuid(),
            "nbf": now, "iat": now, "exp": now + LIFETIME.as_secs(),
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| "the certificate's key cannot sign".to_owned())?;
        Ok(Secret::new(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

impl Assertion for Certificate {
    fn method(&self) -> &'static str {
        "client certificate"
    }

    fn assertion<'a>(
        &'a self,
        client_id: &'a str,
        audience: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Secret, String>> + Send + 'a>> {
        Box::pin(std::future::ready(self.sign(client_id, audience)))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("sha256", &self.sha256).field("key", &"…").finish_non_exhaustive()
    }
}

fn refused(error: &Pkcs12Error) -> CertificateError {
    match error {
        Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError | Pkcs12Error::Pkcs5Error(_) => CertificateError::Password,
        other => CertificateError::NotPkcs12(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
