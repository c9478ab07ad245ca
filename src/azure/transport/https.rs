//! The transport over the network: reqwest, with rustls on aws-lc-rs.

use std::error::Error;
use std::fmt::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use url::Url;

use crate::azure::cloud::is_loopback;
use crate::azure::transport::{Transport, TransportError};

/// No answer of Resource Manager comes near this; more is not read.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// What can be set about connections.
#[derive(Debug, Clone)]
pub struct TransportOptions {
    /// How long name resolution, connection and TLS may take together.
    pub connect_timeout: Duration,
    /// The root certificates to trust; `None` for the system's.
    pub roots: Option<Vec<CertificateDer<'static>>>,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(30), roots: None }
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
}

fn build(options: &TransportOptions, tls: bool, proxies: bool) -> Result<reqwest::Client, TransportError> {
    let roots = if tls { trusted_roots(options)? } else { RootCertStore::empty() };
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls_config(roots)?)
        .connect_timeout(options.connect_timeout)
        .redirect(reqwest::redirect::Policy::none());
    let builder = if proxies { builder } else { builder.no_proxy() };
    builder.build().map_err(unusable)
}

fn tls_config(roots: RootCertStore) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::Unusable { reason: story("cannot set up TLS", &error) })?
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
        return Err(TransportError::Unusable { reason });
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

fn unusable(error: reqwest::Error) -> TransportError {
    TransportError::Unusable { reason: story("cannot send", &error.without_url()) }
}

fn unanswered(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    if error.is_builder() {
        unusable(error)
    } else if is_about_a_certificate(&error) {
        TransportError::Unusable { reason: story("cannot connect", &error) }
    } else if error.is_connect() {
        TransportError::NotSent { reason: story("cannot connect", &error) }
    } else {
        TransportError::MaybeSent { reason: story("the answer did not arrive whole", &error) }
    }
}

/// Whether the server's certificate is the cause. `io::Error` hides what it holds from `source`, so it is opened.
fn is_about_a_certificate(error: &(dyn Error + 'static)) -> bool {
    if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
        return true;
    }
    let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    let next = held.map(|held| held as &(dyn Error + 'static)).or_else(|| error.source());
    next.is_some_and(is_about_a_certificate)
}

/// The error with its causes, outermost first, each once: reqwest keeps the telling part innermost.
fn story(opening: &str, error: &dyn Error) -> String {
    let mut text = opening.to_owned();
    let mut next = Some(error);
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            let _ = write!(text, ": {words}");
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
