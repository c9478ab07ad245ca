//! Mutual TLS between one host and one plugin process: each side knows the other by one certificate, made for this run.
//!
//! The host's certificate comes in through its environment, ours goes out in the handshake line. No authority and no
//! root store takes part. tonic's own TLS cannot be used: it verifies clients with webpki, which refuses the host's
//! certificate (it is marked as an authority), and a verification made optional for that reason lets anybody in.

use std::{sync::Arc, time::SystemTime};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName as RootHint, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime, pem, pem::PemObject as _},
    server::danger::{ClientCertVerified, ClientCertVerifier},
    version::{TLS12, TLS13},
};
use thiserror::Error;
use time::{Duration, OffsetDateTime};

/// The name that hosts ask for in the server's certificate.
const SERVER_NAME: &str = "localhost";

/// The plugin's half of the connection's security.
#[derive(Clone, Debug)]
pub struct Identity {
    /// For the handshake line.
    pub certificate: CertificateDer<'static>,
    /// For each connection.
    pub config: Arc<ServerConfig>,
}

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// `PLUGIN_CLIENT_CERT` cannot be read.
    #[error("the host's certificate in PLUGIN_CLIENT_CERT is not a PEM certificate: {0}")]
    HostCertificate(#[source] pem::Error),
    /// Making the certificate of this run failed.
    #[error("cannot make a certificate for this run: {0}")]
    OwnCertificate(#[from] rcgen::Error),
    /// rustls refuses the parts.
    #[error("cannot set TLS up: {0}")]
    Config(#[from] rustls::Error),
}

impl Identity {
    /// Makes a key and a certificate for this run, valid around `now`, and lets nobody connect but the owner of the
    /// certificate in `host_pem`.
    ///
    /// # Errors
    ///
    /// [`TlsError`] when `host_pem` is not a certificate in PEM, or the crypto library fails.
    pub fn for_host(host_pem: &str, now: SystemTime) -> Result<Self, TlsError> {
        let host = CertificateDer::from_pem_slice(host_pem.as_bytes()).map_err(TlsError::HostCertificate)?;
        let (certificate, key) = own_certificate(now.into())?;
        let provider = aws_lc_rs::default_provider();
        let verifier = PinnedHost { certificate: host, algorithms: provider.signature_verification_algorithms };
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_single_cert(vec![certificate.clone()], key.into())?;
        // grpc-go since 1.67 hangs up on a server that does not agree on h2.
        config.alpn_protocols = vec![b"h2".to_vec()];
        // One connection for the life of the process: nothing would ever be resumed.
        config.send_tls13_tickets = 0;
        Ok(Self { certificate, config: Arc::new(config) })
    }
}

/// A self-signed P-256 certificate. Valid from yesterday, for clocks that disagree, and for as long as the host's own
/// lasts, so that it is never this side that expires.
fn own_certificate(
    now: OffsetDateTime,
) -> Result<(CertificateDer<'static>, PrivatePkcs8KeyDer<'static>), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, SERVER_NAME);
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(30 * 365);
    let certificate = params.self_signed(&key)?.der().clone();
    Ok((certificate, PrivatePkcs8KeyDer::from(key.serialize_der())))
}

/// Accepts one certificate, byte for byte, from a client that proves to hold its key.
#[derive(Debug)]
struct PinnedHost {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for PinnedHost {
    /// None: a Go client that is told of authorities sends only certificates issued by one of them.
    fn root_hint_subjects(&self) -> &[RootHint] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests;
