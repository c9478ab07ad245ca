//! The certificate of one run: an authority made on the spot, and a leaf for loopback and for login servers.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use super::SimulatorError;

/// Names the leaf is good for.
const NAMES: &[&str] = &["localhost", "127.0.0.1", "::1", "*.azurecr.io", "*.azurecr.us", "*.azurecr.cn"];

/// The acceptor, and the authority's certificate for clients to trust.
pub(super) fn acceptor(now: OffsetDateTime) -> Result<(TlsAcceptor, String), SimulatorError> {
    let problem = |error: rcgen::Error| SimulatorError::Tls(error.to_string());
    let authority =
        CertifiedIssuer::self_signed(authority_params(now), KeyPair::generate().map_err(problem)?).map_err(problem)?;
    let key = KeyPair::generate().map_err(problem)?;
    let leaf = leaf_params(now).and_then(|params| params.signed_by(&key, &authority)).map_err(problem)?;
    let chain: Vec<CertificateDer<'static>> = vec![leaf.der().clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let problem = |error: rustls::Error| SimulatorError::Tls(error.to_string());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(problem)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), authority.pem()))
}

fn authority_params(now: OffsetDateTime) -> CertificateParams {
    let mut params = base(now);
    params.distinguished_name.push(DnType::CommonName, "arm-simulator authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params
}

/// Python's strict verification wants the authority's key identifier in the leaf.
fn leaf_params(now: OffsetDateTime) -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
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
