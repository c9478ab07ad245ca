//! A plugin host for tests: it starts the real binary as Terraform does, checks what it announces, and connects.

use std::path::PathBuf;
use std::sync::Arc;

use acrnet::terraform::proto::{
    go_plugin::{Empty, grpc_controller_client::GrpcControllerClient},
    health::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName},
};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_util::either::Either;
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};
use tower::service_fn;

use self::process::{Ended, PluginProcess, provider, toy_provider};

pub mod process;

/// The greeting that Terraform and its fork share.
pub const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// How to start the plugin.
pub struct HostOptions {
    /// The plugin's binary.
    pub program: PathBuf,
    /// Mutual TLS, as hosts do unless `TF_DISABLE_PLUGIN_TLS` is set.
    pub tls: bool,
    /// Further environment variables of the plugin. It has no others than these and the handshake's.
    pub variables: Vec<(String, String)>,
}

impl Default for HostOptions {
    fn default() -> Self {
        Self { program: provider(), tls: true, variables: Vec::new() }
    }
}

impl HostOptions {
    /// The toy provider instead of ours.
    pub fn toy() -> Self {
        Self { program: toy_provider(), ..Self::default() }
    }

    /// One more environment variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A host with its plugin running and connected.
pub struct Host {
    /// The connection, for any client of the provider's services.
    pub channel: Channel,
    /// What the plugin announced.
    pub announcement: Announcement,
    /// Who the host is; `None` without TLS.
    pub identity: Option<HostIdentity>,
    /// The plugin.
    pub process: PluginProcess,
}

impl Host {
    /// Starts the plugin and connects to it.
    pub async fn start(options: HostOptions) -> Self {
        let identity = options.tls.then(HostIdentity::new);
        let mut variables = vec![own(COOKIE), own(("PLUGIN_PROTOCOL_VERSIONS", "5,6"))];
        variables.extend([own(("PLUGIN_MIN_PORT", "10000")), own(("PLUGIN_MAX_PORT", "25000"))]);
        variables.extend(identity.iter().map(|identity| ("PLUGIN_CLIENT_CERT".to_owned(), identity.pem.clone())));
        variables.extend(options.variables);
        let mut process = PluginProcess::start_program(&options.program, &[], variables);
        let line = process.line().await.expect("the plugin announces itself");
        let announcement = Announcement::read(&line);
        let channel = announcement.connect(identity.as_ref()).await.expect("the plugin lets its host in");
        Self { channel, announcement, identity, process }
    }

    /// Asks the plugin to end, and waits until it has.
    pub async fn shut_down(self) -> Ended {
        let mut controller = GrpcControllerClient::new(self.channel);
        controller.shutdown(Empty {}).await.expect("Shutdown is answered before the plugin ends");
        self.process.ended().await
    }
}

fn own((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Asks whether the plugin behind `channel` is well: the simplest call that shows that calls are answered.
pub async fn health(channel: Channel) -> Result<ServingStatus, Status> {
    let request = HealthCheckRequest { service: "plugin".to_owned() };
    Ok(HealthClient::new(channel).check(request).await?.into_inner().status())
}

/// The handshake line, in its parts.
#[derive(Debug)]
pub struct Announcement {
    pub line: String,
    pub core_protocol: String,
    pub protocol: String,
    pub network: String,
    pub address: String,
    pub kind: String,
    pub certificate: Option<CertificateDer<'static>>,
    pub multiplexing: Option<String>,
}

impl Announcement {
    /// Takes the line apart, as strictly as go-plugin does.
    pub fn read(line: &str) -> Self {
        let fields: Vec<&str> = line.split('|').collect();
        let [core_protocol, protocol, network, address, kind, certificate, rest @ ..] = fields.as_slice() else {
            panic!("fewer than six fields: {line}");
        };
        let certificate = STANDARD_NO_PAD.decode(certificate).expect("base64 without padding");
        Self {
            line: line.to_owned(),
            core_protocol: (*core_protocol).to_owned(),
            protocol: (*protocol).to_owned(),
            network: (*network).to_owned(),
            address: (*address).to_owned(),
            kind: (*kind).to_owned(),
            certificate: (!certificate.is_empty()).then(|| certificate.into()),
            multiplexing: rest.first().map(|&field| field.to_owned()),
        }
    }

    /// Connects as `identity`, and trusts no server but the announced one. Without an identity: without a certificate,
    /// where the plugin announced TLS, and else without TLS.
    pub async fn connect(&self, identity: Option<&HostIdentity>) -> Result<Channel, tonic::transport::Error> {
        let tls = self.certificate.as_ref().map(|server| client_config(server, identity));
        connect(&self.address, tls).await
    }

    /// Connects without TLS, whatever was announced.
    pub async fn connect_in_plain_text(&self) -> Result<Channel, tonic::transport::Error> {
        connect(&self.address, None).await
    }
}

/// Opens a gRPC channel to `address`: the path of a unix socket, or a port with its address.
pub async fn connect(address: &str, tls: Option<Arc<ClientConfig>>) -> Result<Channel, tonic::transport::Error> {
    let address = address.to_owned();
    let connector = service_fn(move |_| {
        let (address, tls) = (address.clone(), tls.clone());
        async move {
            let raw = if address.starts_with('/') {
                Either::Left(UnixStream::connect(address).await?)
            } else {
                Either::Right(TcpStream::connect(address).await?)
            };
            let Some(tls) = tls else { return Ok(TokioIo::new(Either::Left(raw))) };
            let name = ServerName::try_from("localhost").expect("a name");
            let stream = TlsConnector::from(tls).connect(name, raw).await?;
            Ok::<_, std::io::Error>(TokioIo::new(Either::Right(stream)))
        }
    });
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await
}

/// What a host presents to its plugin.
pub struct HostIdentity {
    /// The certificate, as it goes into `PLUGIN_CLIENT_CERT`.
    pub pem: String,
    /// The certificate itself.
    pub certificate: CertificateDer<'static>,
    /// Its private key.
    pub key: PrivatePkcs8KeyDer<'static>,
}

impl HostIdentity {
    /// A self-signed P-521 certificate that claims to be an authority: go-plugin's kind.
    pub fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).expect("a key");
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { pem: certificate.pem(), certificate: certificate.der().clone(), key: key.serialize_der().into() }
    }
}

fn client_config(server: &CertificateDer<'static>, identity: Option<&HostIdentity>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(server.clone()).expect("the announced certificate is one");
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(HostIdentity { certificate, key, .. }) => config
            .with_client_auth_cert(vec![certificate.clone()], key.clone_key().into())
            .expect("the key belongs to the certificate"),
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(config)
}
