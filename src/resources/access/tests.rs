use http::StatusCode;

use super::*;
use crate::azure::registry_access::{Access, AccessError, Failure, NotReached};
use crate::azure::transport::Obstacle;

fn known(text: &str) -> Tf<String> {
    Tf::Known(text.to_owned())
}

fn server() -> LoginServer {
    "demo1.azurecr.io".parse().unwrap()
}

fn only(found: Diagnostics) -> Diagnostic {
    let found: Vec<Diagnostic> = found.into_iter().collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn failed(failure: Failure, proxy: Option<&str>) -> AccessError {
    AccessError { url: "https://demo1.azurecr.io/v2/".to_owned(), proxy: proxy.map(str::to_owned), failure }
}

fn obstructed(obstacle: Obstacle) -> Failure {
    Failure::NoAnswer { obstacle, reason: "cannot connect: why".to_owned() }
}

fn blocked(client_ip: Option<&str>) -> Access {
    let client_ip = client_ip.map(|address| address.parse().unwrap());
    Access { allowed: false, status: StatusCode::FORBIDDEN, client_ip, message: "not allowed access".to_owned() }
}

fn over(last: Result<Access, AccessError>) -> NotReached {
    NotReached::TimeOver { last, after: Duration::from_millis(300_400) }
}

#[test]
fn exactly_one_of_id_and_login_server_is_asked() {
    let (id, server) = (known("id"), known("demo1.azurecr.io"));
    let validate = |registry_id: &Tf<String>, login_server: &Tf<String>| named_once(registry_id, login_server);
    for (registry_id, login_server) in
        [(&id, &Tf::Null), (&Tf::Null, &server), (&Tf::Unknown, &server), (&id, &Tf::Unknown)]
    {
        assert!(validate(registry_id, login_server).is_empty(), "{registry_id:?} {login_server:?}");
    }
    let both = only(validate(&id, &server));
    assert_eq!(
        (both.summary.as_str(), both.path),
        ("Both registry_id and login_server are set", Some(Path::attribute("login_server")))
    );
    let none = only(validate(&Tf::Null, &Tf::Null));
    assert_eq!(
        (none.summary.as_str(), none.path),
        ("Neither registry_id nor login_server is set", Some(Path::attribute("registry_id")))
    );
}

#[test]
fn each_obstacle_is_told_by_its_name_with_its_own_remedy() {
    for (obstacle, summary, remedy) in [
        (Obstacle::Setup, "Registry demo1.azurecr.io cannot be asked from here", "SSL_CERT_DIR"),
        (Obstacle::Name, "The name demo1.azurecr.io could not be resolved", "privatelink.azurecr.io"),
        (Obstacle::Connection, "The connection to registry demo1.azurecr.io failed", "they show as 403"),
        (Obstacle::Timeout, "Registry demo1.azurecr.io did not answer in time", "drops packets"),
        (Obstacle::Handshake, "TLS with registry demo1.azurecr.io failed", "Check the port"),
        (Obstacle::Certificate, "The certificate of registry demo1.azurecr.io is not trusted", "SSL_CERT_FILE"),
        (
            Obstacle::CertificateName,
            "What answered for demo1.azurecr.io has the certificate of another host",
            "another server",
        ),
        (Obstacle::Proxy, "The proxy http://proxy:3128/ did not lead to registry demo1.azurecr.io", "NO_PROXY"),
        (Obstacle::ProxyCredentials, "The proxy http://proxy:3128/ asks for credentials", "user:password"),
    ] {
        let error = only(unclear(&server(), "login_server", &failed(obstructed(obstacle), Some("http://proxy:3128/"))));
        assert_eq!(error.summary, summary);
        assert!(error.detail.contains(remedy), "{}", error.detail);
        assert!(error.detail.contains("The request went through proxy http://proxy:3128/."), "{}", error.detail);
        assert!(error.detail.ends_with("through proxy http://proxy:3128/: cannot connect: why"), "{}", error.detail);
        assert_eq!(error.path, Some(Path::attribute("login_server")));
    }
}

#[test]
fn an_answer_that_is_no_registrys_is_shown() {
    let failure = |status: u16| Failure::NoRegistry {
        status: StatusCode::from_u16(status).unwrap(),
        what: "the answer as it is".to_owned(),
    };
    for (status, remedy) in
        [(429, "too many requests"), (503, "cannot serve now"), (200, "guest network"), (403, "a proxy's page")]
    {
        let error = only(unclear(&server(), "registry_id", &failed(failure(status), None)));
        assert_eq!(error.summary, "What answered for demo1.azurecr.io did not say whether it lets this machine in");
        assert!(error.detail.contains(remedy) && error.detail.contains("the answer as it is"), "{}", error.detail);
    }
}

#[test]
fn a_wait_that_was_in_vain_says_what_still_is_and_after_how_long() {
    let error = only(not_reached(&server(), true, "registry_id", &over(Ok(blocked(Some("16.17.18.19"))))));
    assert_eq!(error.summary, "Registry demo1.azurecr.io still blocks this machine");
    assert!(
        error.detail.starts_with("wait_for = \"allowed\" did not come true within 5m. It saw 16.17.18.19."),
        "{}",
        error.detail
    );
    assert!(error.detail.ends_with("The registry said: not allowed access"), "{}", error.detail);
    assert_eq!(error.path, Some(Path::attribute("wait_for")));

    let open = Access { allowed: true, status: StatusCode::UNAUTHORIZED, ..blocked(None) };
    let error = only(not_reached(&server(), false, "registry_id", &over(Ok(open))));
    assert_eq!(error.summary, "Registry demo1.azurecr.io still lets this machine in");
    assert!(error.detail.contains("default action is Deny"), "{}", error.detail);

    let error = only(not_reached(&server(), true, "registry_id", &over(Err(failed(obstructed(Obstacle::Name), None)))));
    assert_eq!(error.summary, "The name demo1.azurecr.io could not be resolved");
    assert!(error.detail.contains("within 5m. The last question failed. Check the spelling."), "{}", error.detail);
}

#[test]
fn a_private_address_points_to_the_service_endpoint() {
    for (address, says) in [
        (Some("10.0.0.4"), "a private address: the request came through a service endpoint"),
        (Some("16.17.18.19"), "Look whether an IP rule covers that address"),
        (None, "does not name the address"),
    ] {
        let error = only(not_reached(&server(), true, "registry_id", &over(Ok(blocked(address)))));
        assert!(error.detail.contains(says), "{}", error.detail);
    }
}

#[test]
fn a_wait_that_is_of_no_use_is_told_like_a_single_question() {
    let error = failed(obstructed(Obstacle::Certificate), None);
    let end = NotReached::Failed(error.clone());
    assert_eq!(not_reached(&server(), true, "registry_id", &end), unclear(&server(), "registry_id", &error));
}

#[test]
fn what_was_unknown_at_plan_is_checked_when_it_is_read() {
    assert_eq!(timeout(&known("90s"), TIMEOUT), Ok(Duration::from_secs(90)));
    assert_eq!(timeout(&Tf::Null, TIMEOUT), Ok(TIMEOUT));
    assert_eq!(only(timeout(&known("soon"), TIMEOUT).unwrap_err()).path, Some(Path::attribute("timeout")));
    assert_eq!((wanted(&known("allowed")), wanted(&known("blocked"))), (Ok(Some(true)), Ok(Some(false))));
    assert_eq!(only(wanted(&known("open")).unwrap_err()).path, Some(Path::attribute("wait_for")));
}

#[test]
fn the_guide_has_every_summary() {
    let guide = include_str!("../../../docs/guides/troubleshooting.md");
    let obstacles = [
        Obstacle::Name,
        Obstacle::Connection,
        Obstacle::Timeout,
        Obstacle::Handshake,
        Obstacle::Certificate,
        Obstacle::CertificateName,
        Obstacle::Proxy,
        Obstacle::ProxyCredentials,
    ];
    let failures = obstacles.into_iter().map(|obstacle| failed(obstructed(obstacle), Some("http://proxy/")));
    let strange = failed(Failure::NoRegistry { status: StatusCode::OK, what: String::new() }, None);
    let unclear = failures.chain([strange]).map(|error| unclear(&server(), "registry_id", &error));
    let open = Access { allowed: true, ..blocked(None) };
    let in_vain = [blocked(None), open].map(|access| not_reached(&server(), true, "registry_id", &over(Ok(access))));
    for found in unclear.chain(in_vain) {
        let summary = only(found).summary.replace("demo1.azurecr.io", "…").replace("http://proxy/", "…");
        assert!(guide.contains(&summary), "the guide does not have: {summary}");
    }
}
