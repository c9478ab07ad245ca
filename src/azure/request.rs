//! Requests as values: what goes over the wire, and nothing of sending it.
//!
//! Ids and documents come in complete from the resource modules; the client adds the token, the ids of the request and `User-Agent`.

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use serde_json::Value;
use url::Url;

use crate::azure::id::{RegistryId, SubnetId, SubscriptionId, VirtualNetworkId};

pub(super) fn read_registry(arm: &Url, id: &RegistryId, api_version: &str) -> Request<Bytes> {
    read(uri(arm, id.as_str(), api_version))
}

pub(super) fn update_registry(arm: &Url, id: &RegistryId, api_version: &str, body: &Value) -> Request<Bytes> {
    with_body(Method::PATCH, uri(arm, id.as_str(), api_version), body)
}

pub(super) fn read_subnet(arm: &Url, id: &SubnetId, api_version: &str) -> Request<Bytes> {
    read(uri(arm, id.as_str(), api_version))
}

/// Replaces the whole subnet, provided it is still the one with this etag.
pub(super) fn replace_subnet(
    arm: &Url,
    id: &SubnetId,
    api_version: &str,
    body: &Value,
    etag: Option<&str>,
) -> Request<Bytes> {
    let mut request = with_body(Method::PUT, uri(arm, id.as_str(), api_version), body);
    if let Some(etag) = etag.and_then(|etag| etag.parse().ok()) {
        request.headers_mut().insert(header::IF_MATCH, etag);
    }
    request
}

pub(super) fn read_virtual_network(arm: &Url, id: &VirtualNetworkId, api_version: &str) -> Request<Bytes> {
    read(uri(arm, id.as_str(), api_version))
}

/// The first page of the list that this path is of, such as `/subscriptions/{id}/providers/Microsoft.ContainerRegistry/registries`.
pub(super) fn list(arm: &Url, path: &str, api_version: &str) -> Request<Bytes> {
    read(uri(arm, path, api_version))
}

pub(super) fn read_provider(
    arm: &Url,
    subscription: &SubscriptionId,
    namespace: &str,
    api_version: &str,
) -> Request<Bytes> {
    read(uri(arm, &format!("/subscriptions/{subscription}/providers/{namespace}"), api_version))
}

pub(super) fn register_provider(
    arm: &Url,
    subscription: &SubscriptionId,
    namespace: &str,
    api_version: &str,
) -> Request<Bytes> {
    let path = format!("/subscriptions/{subscription}/providers/{namespace}/register");
    let mut request = read(uri(arm, &path, api_version));
    *request.method_mut() = Method::POST;
    // Without a body a POST needs it said: some proxies answer 411 otherwise (RFC 9110 §8.6).
    request.headers_mut().insert(header::CONTENT_LENGTH, header::HeaderValue::from_static("0"));
    request
}

/// A link of the service, verbatim.
pub(super) fn poll(link: Uri) -> Request<Bytes> {
    read(link)
}

fn read(uri: Uri) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = uri;
    request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    request
}

fn with_body(method: Method, uri: Uri, body: &Value) -> Request<Bytes> {
    let mut request = read(uri).map(|_| Bytes::from(body.to_string()));
    *request.method_mut() = method;
    request.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    request
}

fn uri(arm: &Url, path: &str, api_version: &str) -> Uri {
    let base = arm.as_str().trim_end_matches('/');
    let mut url =
        Url::parse(&format!("{base}{path}")).expect("invariant: a checked endpoint and a checked id are a URL");
    url.query_pairs_mut().append_pair("api-version", api_version);
    url.as_str().parse().expect("invariant: a URL that is percent-encoded is a URI")
}

#[cfg(test)]
mod tests;
