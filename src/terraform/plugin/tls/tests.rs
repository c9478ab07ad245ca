use std::time::SystemTime;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::{
    Error, SignatureScheme,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, UnixTime, pem::PemObject as _},
    server::danger::ClientCertVerifier as _,
};

use super::{Identity, PinnedHost, TlsError};

/// A certificate of the kind that go-plugin makes for a host.
fn host_pem() -> String {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.self_signed(&key).unwrap().pem()
}

fn pinned(pem: &str) -> PinnedHost {
    PinnedHost {
        certificate: CertificateDer::from_pem_slice(pem.as_bytes()).unwrap(),
        algorithms: aws_lc_rs::default_provider().signature_verification_algorithms,
    }
}

#[test]
fn only_the_pinned_certificate_is_accepted() {
    let (host, foreign) = (host_pem(), host_pem());
    let verifier = pinned(&host);
    let now = UnixTime::now();
    assert!(verifier.verify_client_cert(&verifier.certificate, &[], now).is_ok());
    let foreign = pinned(&foreign).certificate;
    assert!(matches!(verifier.verify_client_cert(&foreign, &[], now), Err(Error::InvalidCertificate(_))));
}

#[test]
fn a_client_without_a_certificate_is_not_an_option() {
    assert!(pinned(&host_pem()).client_auth_mandatory());
}

#[test]
fn the_hosts_kind_of_key_can_be_verified() {
    assert!(pinned(&host_pem()).supported_verify_schemes().contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
}

#[test]
fn each_run_has_a_certificate_of_its_own_and_offers_h2() {
    let pem = host_pem();
    let first = Identity::for_host(&pem, SystemTime::now()).unwrap();
    let second = Identity::for_host(&pem, SystemTime::now()).unwrap();
    assert_ne!(first.certificate, second.certificate);
    assert_eq!(first.config.alpn_protocols, [b"h2"]);
}

#[test]
fn a_broken_host_certificate_is_an_error_that_names_the_variable() {
    let error = Identity::for_host("-----BEGIN NOTHING-----", SystemTime::now()).unwrap_err();
    assert!(matches!(error, TlsError::HostCertificate(_)));
    assert!(error.to_string().contains("PLUGIN_CLIENT_CERT"), "{error}");
}
