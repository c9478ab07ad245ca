//! The certificates of one run: an authority made on the spot, and a leaf for each name that is asked for.
//!
//! A wildcard would not do: clients refuse `*.localhost`, and `*` stands for one label, which `1-2-3-4.from.<registry>.localhost` has not. The
//! authority lives in this process only, and is trusted by whoever was given its certificate.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use super::SimulatorError;

/// What a client that names nobody may have asked for: an address has no place in the hello.
const UNNAMED: &[&str] = &["localhost", "127.0.0.1", "::1"];

/// Makes leaves; one key serves them all.
struct Leaves {
    authority: CertifiedIssuer<'static, KeyPair>,
    key: KeyPair,
    provider: Arc<CryptoProvider>,
    now: OffsetDateTime,
}

/// The acceptor, and the authority's certificate for clients to trust.
pub(super) fn acceptor(now: OffsetDateTime) -> Result<(TlsAcceptor, String), SimulatorError> {
    let problem = |error: rcgen::Error| SimulatorError::Tls(error.to_string());
    let authority =
        CertifiedIssuer::self_signed(authority_params(now), KeyPair::generate().map_err(problem)?).map_err(problem)?;
    let pem = authority.pem();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let leaves = Leaves { authority, key: KeyPair::generate().map_err(problem)?, provider: Arc::clone(&provider), now };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SimulatorError::Tls(error.to_string()))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(leaves));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), pem))
}

impl Leaves {
    fn leaf(&self, names: &[&str]) -> Option<CertifiedKey> {
        let certificate = leaf_params(names, self.now).ok()?.signed_by(&self.key, &self.authority).ok()?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        CertifiedKey::from_der(vec![certificate.der().clone()], key, &self.provider).ok()
    }
}

impl ResolvesServerCert for Leaves {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let leaf = match hello.server_name() {
            Some(name) if name != "localhost" => self.leaf(&[name]),
            _ => self.leaf(UNNAMED),
        };
        leaf.map(Arc::new)
    }
}

impl std::fmt::Debug for Leaves {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Leaves").finish_non_exhaustive()
    }
}

fn authority_params(now: OffsetDateTime) -> CertificateParams {
    let mut params = base(now);
    params.distinguished_name.push(DnType::CommonName, "arm-simulator authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params
}

/// Python's strict verification wants the authority's key identifier in the leaf.
fn leaf_params(names: &[&str], now: OffsetDateTime) -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = base(now);
    params.subject_alt_names = CertificateParams::new(names)?.subject_alt_names;
    params.distinguished_name.push(DnType::CommonName, "arm-simulator");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn base(now: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(365);
    params
}
