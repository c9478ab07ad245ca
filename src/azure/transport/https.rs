//! The transport over the network: reqwest, with rustls on aws-lc-rs.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use url::Url;

use crate::azure::cloud::is_loopback;
use crate::azure::transport::failure::{story, unanswered, unusable};
use crate::azure::transport::names::Names;
use crate::azure::transport::{Obstacle, Transport, TransportError};

/// No answer of Resource Manager comes near this; more is not read.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// What can be set about connections.
#[derive(Debug, Clone)]
pub struct TransportOptions {
    /// How long name resolution, connection and TLS may take together.
    pub connect_timeout: Duration,
    /// The root certificates to trust; `None` for the system's.
    pub roots: Option<Vec<CertificateDer<'static>>>,
    /// The proxy for what is not loopback; `None` for the system's, which may be none.
    pub proxy: Option<Url>,
    /// Whether a connection serves more than one request. Without, each request goes the way that is open at its time.
    pub keeps_connections: bool,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(30), roots: None, proxy: None, keeps_connections: true }
    }
}

/// HTTPS with the system's trusted roots, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, through the proxy that `HTTPS_PROXY`, `NO_PROXY`
/// and the like name. Loopback is reached directly, and so is what speaks plain http: beside loopback that is only the service which gives a machine its
/// identity, and no proxy leads there. Nothing is read or built before the first request.
#[derive(Debug, Default)]
pub struct HttpsTransport {
    options: TransportOptions,
    /// In the clear: needs neither roots nor proxy, and so costs nothing to build.
    plain: OnceCell<reqwest::Client>,
    /// To loopback over TLS.
    direct: OnceCell<reqwest::Client>,
    /// To everywhere else.
    proxied: OnceCell<reqwest::Client>,
}

impl HttpsTransport {
    /// A transport that is built when it is first used.
    #[must_use]
    pub fn new(options: TransportOptions) -> Self {
        Self { options, ..Self::default() }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(unusable)?;
        let client = self.client(request.url()).await?;
        let answer = client.execute(request).await.map_err(unanswered)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = Response::new(whole_body(answer).await?);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    async fn client(&self, url: &Url) -> Result<&reqwest::Client, TransportError> {
        let (cell, tls, proxies) = match Route::to(url) {
            Route::Plain => (&self.plain, false, false),
            Route::Direct => (&self.direct, true, false),
            Route::Proxied => (&self.proxied, true, true),
        };
        cell.get_or_try_init(|| async { build(&self.options, tls, proxies) }).await
    }
}

/// How a URL is reached. Each has a client of its own, as they are not built alike.
#[derive(Debug, PartialEq, Eq)]
enum Route {
    Plain,
    Direct,
    Proxied,
}

impl Route {
    fn to(url: &Url) -> Self {
        match (url.scheme() == "https", is_loopback(url)) {
            (false, _) => Self::Plain,
            (true, true) => Self::Direct,
            (true, false) => Self::Proxied,
        }
    }
}

impl Transport for HttpsTransport {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        Box::pin(self.exchange(request))
    }

    fn proxy(&self, uri: &Uri) -> Option<String> {
        let url = Url::parse(&uri.to_string()).ok()?;
        let matcher = match &self.options.proxy {
            _ if Route::to(&url) != Route::Proxied => return None,
            Some(proxy) => Matcher::builder().all(proxy.as_str()).build(),
            None => Matcher::from_system(),
        };
        matcher.intercept(uri).map(|proxy| proxy.uri().to_string())
    }
}

fn build(options: &TransportOptions, tls: bool, proxies: bool) -> Result<reqwest::Client, TransportError> {
    let roots = if tls { trusted_roots(options)? } else { RootCertStore::empty() };
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls_config(roots)?)
        .connect_timeout(options.connect_timeout)
        .dns_resolver(Names)
        .redirect(reqwest::redirect::Policy::none());
    let builder = if options.keeps_connections { builder } else { builder.pool_max_idle_per_host(0) };
    let builder = match &options.proxy {
        _ if !proxies => builder.no_proxy(),
        Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy.as_str()).map_err(unusable)?),
        None => builder,
    };
    builder.build().map_err(unusable)
}

fn tls_config(roots: RootCertStore) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::Unusable {
            obstacle: Obstacle::Setup,
            reason: story("cannot set up TLS", &error),
        })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The system's roots; the variables `SSL_CERT_FILE` and `SSL_CERT_DIR` take their place, as with OpenSSL and Go.
fn trusted_roots(options: &TransportOptions) -> Result<RootCertStore, TransportError> {
    let mut roots = RootCertStore::empty();
    if let Some(given) = &options.roots {
        roots.add_parsable_certificates(given.iter().cloned());
        return Ok(roots);
    }
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let reasons: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        let reason = format!(
            "no trusted root certificate was found (SSL_CERT_FILE names a file of them): {}",
            reasons.join("; ")
        );
        return Err(TransportError::Unusable { obstacle: Obstacle::Setup, reason });
    }
    Ok(roots)
}

async fn whole_body(mut answer: reqwest::Response) -> Result<Bytes, TransportError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(unanswered)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            let reason = format!("the answer is larger than {} MiB", LARGEST_ANSWER / 1024 / 1024);
            return Err(TransportError::MaybeSent { reason });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests;
