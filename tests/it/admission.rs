//! Who is let in: the host that started the process, by its certificate and its key, and nobody else; and who could knock at all.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use acrnet::terraform::proto::health::health_check_response::ServingStatus;
use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs::{default_provider, sign::any_supported_type};
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::host::process::{PluginProcess, provider};
use crate::host::{Announcement, COOKIE, Host, HostIdentity, HostOptions, connect, health};

/// Shows these certificates and signs with this key, whether they belong together or not.
#[derive(Debug)]
struct Claim(Arc<CertifiedKey>);

impl ResolvesClientCert for Claim {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Whether somebody is served who shows that chain and signs with the key of `signer`, over that version of TLS.
async fn is_served(
    host: &Host,
    chain: &[&HostIdentity],
    signer: &HostIdentity,
    version: &'static SupportedProtocolVersion,
) -> bool {
    let chain: Vec<CertificateDer<'static>> = chain.iter().map(|identity| identity.certificate.clone()).collect();
    let key = any_supported_type(&signer.key.clone_key().into()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(host.announcement.certificate.clone().expect("TLS")).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(Claim(Arc::new(CertifiedKey::new(chain, key)))));
    config.alpn_protocols = vec![b"h2".to_vec()];
    match connect(&host.announcement.address, Some(Arc::new(config))).await {
        Ok(channel) => health(channel).await.is_ok(),
        Err(_) => false,
    }
}

#[tokio::test]
async fn a_certificate_without_its_key_is_worth_nothing_over_either_version_of_tls() {
    let host = Host::start(HostOptions::default()).await;
    let (own, foreign) = (host.identity.as_ref().unwrap(), HostIdentity::new());
    for version in [&TLS12, &TLS13] {
        assert!(is_served(&host, &[own], own, version).await, "the host itself, over {version:?}");
        assert!(!is_served(&host, &[own], &foreign, version).await, "its certificate, another key, over {version:?}");
        assert!(!is_served(&host, &[&foreign], &foreign, version).await, "a stranger, over {version:?}");
    }
}

#[tokio::test]
async fn the_hosts_certificate_vouches_for_no_other() {
    let host = Host::start(HostOptions::default()).await;
    let (own, foreign) = (host.identity.as_ref().unwrap(), HostIdentity::new());
    assert!(!is_served(&host, &[&foreign, own], &foreign, &TLS13).await);
}

#[tokio::test]
async fn the_host_of_one_plugin_is_a_stranger_to_another() {
    let (one, other) = (Host::start(HostOptions::default()).await, Host::start(HostOptions::default()).await);
    let stranger = other.identity.as_ref().unwrap();
    assert!(!is_served(&one, &[stranger], stranger, &TLS13).await);
    assert!(is_served(&other, &[stranger], stranger, &TLS13).await);
}

#[tokio::test]
async fn who_is_refused_is_told_in_the_log() {
    let host = Host::start(HostOptions::default().with("TF_LOG", "WARN")).await;
    let foreign = HostIdentity::new();
    assert!(!is_served(&host, &[&foreign], &foreign, &TLS13).await);
    let log = host.shut_down().await.stderr.join("\n");
    assert!(log.contains("a connection was refused: it is not the host that started this process"), "{log}");
}

/// A greeting of a client that speaks no newer version than this one.
fn client_hello(version: [u8; 2]) -> Vec<u8> {
    let mut hello = version.to_vec();
    hello.extend([7; 32]); // random
    hello.push(0); // no session
    hello.extend([0, 4, 0xc0, 0x09, 0xc0, 0x2b]); // ECDHE-ECDSA with AES-128, by CBC and by GCM
    hello.extend([1, 0]); // no compression
    hello.extend([0, 22]); // as many bytes of extensions:
    hello.extend([0, 13, 0, 4, 0, 2, 4, 3]); // signatures by ECDSA with P-256
    hello.extend([0, 10, 0, 4, 0, 2, 0, 23]); // on the curve P-256
    hello.extend([0, 11, 0, 2, 1, 0]); // with its points written out
    let length = u8::try_from(hello.len()).unwrap();
    [&[0x16, 3, 1, 0, length + 4, 1, 0, 0, length], &hello[..]].concat()
}

#[tokio::test]
async fn nothing_older_than_tls_1_2_is_spoken() {
    let host = Host::start(HostOptions::default()).await;
    for old in [[3, 1], [3, 2]] {
        let mut stream = UnixStream::connect(&host.announcement.address).await.unwrap();
        stream.write_all(&client_hello(old)).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        // RFC 5246 §7.2: a fatal alert, protocol_version.
        assert_eq!((answer.first(), &answer[answer.len() - 2..]), (Some(&0x15), &[2, 70][..]), "{answer:?}");
    }
    let mut stream = UnixStream::connect(&host.announcement.address).await.unwrap();
    stream.write_all(&client_hello([3, 3])).await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), 0x16, "of TLS 1.2 the same greeting is answered by a handshake");
    assert_eq!(health(host.channel).await.unwrap(), ServingStatus::Serving);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_socket_is_its_owners_whatever_the_umask() {
    for umask in ["000", "077"] {
        let script = format!("umask {umask}; exec {}", provider().display());
        let variables = [COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "6")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let mut process = PluginProcess::start_program(Path::new("/bin/sh"), &["-c", &script], variables);
        let announced = Announcement::read(&process.line().await.unwrap());
        let socket = Path::new(&announced.address);
        assert_eq!((mode(socket.parent().unwrap()), mode(socket)), (0o700, 0o600), "umask {umask}");
        assert_eq!(socket.parent().unwrap().parent(), Some(process.temporary.path()));
        process.signal("TERM");
        assert!(process.ended().await.left_behind.is_empty());
    }
}
