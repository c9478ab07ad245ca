//! What an answer to `GET /v2/` says about access: allowed, blocked, or nothing, because no registry gave it.
//!
//! Pure. A proxy's page, a captive portal and a load balancer answer with the same statuses as a registry; only what is a registry's own form
//! counts. Sources: `docs/AAD-OAuth.md` of Azure/acr (the challenge), docker/build-push-action#1214 and Microsoft's troubleshooting pages (the
//! refusal).

use std::net::IpAddr;

use http::StatusCode;
use http::header::{LOCATION, WWW_AUTHENTICATE};
use serde_json::Value;

use crate::azure::answer::Answer;

/// What a registry said to someone who did not sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whether its network rules let the request in.
    pub allowed: bool,
    /// 401 or 200 when they did, 403 when they did not.
    pub status: StatusCode,
    /// From which address the request came, in the words of a refusal that names it.
    pub client_ip: Option<IpAddr>,
    /// The registry's own words.
    pub message: String,
}

/// Reads an answer; `Err` says what it is, when it is not a registry's word on access.
pub(super) fn read(answer: &Answer) -> Result<Access, String> {
    let says = |allowed, message: &str| {
        Ok(Access { allowed, status: answer.status, client_ip: client_ip(message), message: message.to_owned() })
    };
    match answer.status {
        StatusCode::UNAUTHORIZED if has_challenge(answer) => {
            let (_, message) = error(answer).unwrap_or(("", ""));
            says(true, if message.is_empty() { "authentication required" } else { message })
        }
        StatusCode::OK if is_version_check(answer) => says(true, "the registry asks for no sign-in"),
        StatusCode::FORBIDDEN => match error(answer) {
            Some((code, message)) => says(false, if message.is_empty() { code } else { message }),
            None => Err(describe(answer)),
        },
        _ => Err(describe(answer)),
    }
}

/// `WWW-Authenticate: Bearer realm="https://…/oauth2/token",service="…"`.
fn has_challenge(answer: &Answer) -> bool {
    let challenges = answer.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    challenges.map(str::to_ascii_lowercase).any(|text| text.starts_with("bearer ") && text.contains("realm="))
}

/// The specification of registries: 200 with this header, and with an object in most of them.
fn is_version_check(answer: &Answer) -> bool {
    answer.header("docker-distribution-api-version").is_some() || answer.json.as_ref().is_some_and(Value::is_object)
}

/// Code and message of `{"errors":[{"code":"DENIED","message":"…"}]}`.
fn error(answer: &Answer) -> Option<(&str, &str)> {
    let first = answer.json.as_ref()?.get("errors")?.as_array()?.first()?;
    let text = |member: &str| first.get(member).and_then(Value::as_str);
    Some((text("code")?, text("message").unwrap_or_default()))
}

/// The address in `client with IP '16.17.18.19' is not allowed access`; the quotes have been seen escaped once more, as `\u0027`.
fn client_ip(message: &str) -> Option<IpAddr> {
    let after = message.split_once("client with IP ")?.1.trim_start();
    let after = after.strip_prefix("\\u0027").unwrap_or_else(|| after.trim_start_matches(['\'', '"']));
    let end = after.find(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':'))).unwrap_or(after.len());
    after[..end].parse().ok()
}

fn describe(answer: &Answer) -> String {
    let mut text = match answer.status.canonical_reason() {
        Some(reason) => format!("{} {reason}", answer.status.as_u16()),
        None => answer.status.as_u16().to_string(),
    };
    if let Some(place) = answer.headers.get(LOCATION).and_then(|place| place.to_str().ok()) {
        // What follows the path may be a secret.
        let place = place.split(['?', '#']).next().unwrap_or_default();
        text = format!("{text}, a redirect to {place}, which is not followed");
    }
    match answer.excerpt() {
        Some((kind, words)) => format!("{text} ({kind}): {words}"),
        None => format!("{text}, without a body"),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Response;

    use super::*;

    const CHALLENGE: &str = "Bearer realm=\"https://demo1.azurecr.io/oauth2/token\",service=\"demo1.azurecr.io\"";

    fn said(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Access, String> {
        let response =
            headers.iter().fold(Response::builder().status(status), |all, (name, value)| all.header(*name, *value));
        read(&Answer::new(response.body(Bytes::from(body.to_owned())).unwrap()))
    }

    fn denied(message: &str) -> Access {
        let body = serde_json::json!({"errors": [{"code": "DENIED", "message": message}]});
        said(403, &[("content-type", "application/json")], &body.to_string()).unwrap()
    }

    #[test]
    fn a_challenge_is_access() {
        let body = r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}"#;
        let access = said(401, &[("www-authenticate", CHALLENGE)], body).unwrap();
        assert_eq!((access.allowed, access.message.as_str()), (true, "authentication required"));
        assert!(said(401, &[("www-authenticate", "Negotiate"), ("www-authenticate", CHALLENGE)], "").unwrap().allowed);
    }

    #[test]
    fn a_registry_without_sign_in_is_access() {
        assert!(said(200, &[("docker-distribution-api-version", "registry/2.0")], "").unwrap().allowed);
        assert!(said(200, &[], "{}").unwrap().allowed);
    }

    #[test]
    fn a_refusal_names_the_address_it_saw_in_either_quotes() {
        let text =
            "client with IP '16.17.18.19' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
        let access = denied(text);
        assert_eq!((access.allowed, access.message.as_str()), (false, text));
        for (message, address) in [
            (text, Some("16.17.18.19")),
            (r"client with IP \u002710.0.0.4\u0027 is not allowed access.", Some("10.0.0.4")),
            ("client with IP '2001:db8::7' is not allowed access.", Some("2001:db8::7")),
            ("client with IP 16.17.18.19 is not allowed", Some("16.17.18.19")),
            ("client with IP 'unknown' is not allowed access.", None),
            ("requested access to the resource is denied", None),
        ] {
            let found = denied(message).client_ip.map(|address| address.to_string());
            assert_eq!(found.as_deref(), address, "{message}");
        }
        let escaped = r#"{"errors":[{"code":"DENIED","message":"client with IP \u002716.17.18.19\u0027 is not"}]}"#;
        assert_eq!(said(403, &[], escaped).unwrap().client_ip, Some("16.17.18.19".parse().unwrap()));
    }

    #[test]
    fn what_no_registry_says_is_neither_allowed_nor_blocked() {
        let page = "<html>\n  <h1>Sign in to the guest network</h1></html>";
        for (status, headers, body, part) in [
            (200, &[("content-type", "text/html")][..], page, "200 OK (text/html): <html> <h1>Sign in to"),
            (401, &[("www-authenticate", "Basic realm=\"proxy\"")], "", "401 Unauthorized, without a body"),
            (401, &[("www-authenticate", "Negotiate")], "{}", "401 Unauthorized"),
            (403, &[("content-type", "text/html")], page, "403 Forbidden (text/html)"),
            (403, &[], r#"{"error":"blocked by policy"}"#, "403 Forbidden"),
            (404, &[], r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, "404 Not Found"),
            (302, &[("location", "https://login.example/?token=s3cret")], "", "a redirect to https://login.example/,"),
            (429, &[], "", "429 Too Many Requests"),
            (503, &[], "", "503 Service Unavailable"),
        ] {
            let error = said(status, headers, body).unwrap_err();
            assert!(error.contains(part) && !error.contains("s3cret"), "{error}");
        }
    }
}
