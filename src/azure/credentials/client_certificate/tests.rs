use std::sync::Arc;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use super::*;
use crate::azure::credentials::exchange::tests::exchange;
use crate::azure::scripted::Script;

const PASSWORD: &str = "planted-pfx-password";
const OPENSSL3: &[u8] = include_bytes!("fixtures/openssl3.pfx");
const PUBLIC_KEY: &[u8] = include_bytes!("fixtures/public_key.der");

fn open(container: &[u8], password: &str) -> Result<Certificate, CertificateError> {
    Certificate::from_pkcs12(container, password, exchange(&Arc::new(Script::new())))
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn the_assertion_names_the_certificate_by_both_thumbprints() {
    let assertion = open(OPENSSL3, PASSWORD).unwrap().assertion("app", "https://login/t/token").await.unwrap();
    let header = decoded(assertion.expose().split('.').next().unwrap());
    assert_eq!(
        header,
        json!({
            "alg": "RS256", "typ": "JWT",
            // as OpenSSL prints them for the first certificate, which is not that of the authority
            "x5t": "M-jHxgFhLysG0K2SNtAlrz3Tl28", "x5t#S256": "93C7E71KaSPiSy9xcviylJZnY51MraO3biAEDd_zkhU",
        })
    );
}

#[tokio::test]
async fn the_assertion_is_for_ten_minutes_and_for_one_endpoint() {
    let certificate = open(OPENSSL3, PASSWORD).unwrap();
    let assertion = certificate.assertion("app", "https://login/t/token").await.unwrap();
    let claims = decoded(assertion.expose().split('.').nth(1).unwrap());
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("app"), &json!("app")));
    assert_eq!(claims["aud"], "https://login/t/token");
    assert_eq!((&claims["nbf"], &claims["exp"]), (&json!(784_111_777), &json!(784_111_777 + 600)));
    let again = certificate.assertion("app", "https://login/t/token").await.unwrap();
    assert_ne!(claims["jti"], decoded(again.expose().split('.').nth(1).unwrap())["jti"], "no assertion is used twice");
}

#[tokio::test]
async fn the_signature_is_that_of_the_key() {
    let assertion = open(OPENSSL3, PASSWORD).unwrap().assertion("app", "aud").await.unwrap();
    let (text, signature) = assertion.expose().rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, PUBLIC_KEY);
    key.verify(text.as_bytes(), &signature).unwrap();
}

#[test]
fn containers_of_old_and_new_tools_are_opened() {
    open(include_bytes!("fixtures/legacy.pfx"), PASSWORD).unwrap();
    open(include_bytes!("fixtures/no_password.pfx"), "").unwrap();
    open(include_bytes!("fixtures/unprotected.pfx"), "").unwrap();
}

#[test]
fn what_is_wrong_with_a_container_is_said() {
    let refusal = |container: &[u8], password: &str| open(container, password).unwrap_err();
    assert_eq!(refusal(OPENSSL3, "another"), CertificateError::Password);
    assert_eq!(refusal(OPENSSL3, ""), CertificateError::Password);
    assert_eq!(refusal(include_bytes!("fixtures/legacy.pfx"), "another"), CertificateError::Password);
    assert_eq!(refusal(include_bytes!("fixtures/ec.pfx"), PASSWORD), CertificateError::NoRsaKey);
    assert_eq!(refusal(include_bytes!("fixtures/certificate_only.pfx"), PASSWORD), CertificateError::NoRsaKey);
    for other in [&b"-----BEGIN CERTIFICATE-----"[..], b"", &OPENSSL3[..1000]] {
        assert!(matches!(refusal(other, PASSWORD), CertificateError::NotPkcs12(_)));
    }
}

#[test]
fn the_debug_form_shows_no_key() {
    let shown = format!("{:?}", open(OPENSSL3, PASSWORD).unwrap());
    assert!(shown.contains("key: \"…\"") && !shown.contains(PASSWORD), "{shown}");
}
