use std::time::Duration;

use http::StatusCode;

use super::*;
use crate::azure::registry_access::{AccessError, Failure, NotReached};
use crate::azure::transport::Obstacle;

fn known(text: &str) -> Tf<String> {
    Tf::Known(text.to_owned())
}

fn server() -> LoginServer {
    "demo1.azurecr.io".parse().unwrap()
}

fn refusal(address: Option<&str>) -> Access {
    let client_ip = address.map(|address| address.parse().unwrap());
    Access { allowed: false, status: StatusCode::FORBIDDEN, client_ip, message: "not allowed access".to_owned() }
}

#[test]
fn access_is_waited_for_where_the_address_is_found_out() {
    let model = |ip_range, wait_for_access| Model { ip_range, wait_for_access, ..Model::default() };
    assert!(model(Tf::Null, Tf::Null).waits() && !model(known("1.2.3.4"), Tf::Null).waits());
    assert!(model(known("1.2.3.4"), Tf::Known(true)).waits() && !model(Tf::Null, Tf::Known(false)).waits());
}

#[test]
fn an_address_that_no_rule_can_be_for_is_not_used_and_told() {
    assert_eq!(usable(&refusal(Some("52.57.22.38"))).as_deref(), Some("52.57.22.38"));
    for (address, part) in [
        (Some("10.0.1.4"), "acrnet_registry_virtual_network_rule"),
        (Some("2001:db8::7"), "IPv4 only"),
        (None, "names no address"),
    ] {
        let access = refusal(address);
        assert_eq!(usable(&access), None);
        let told = unusable_address(&server(), &access);
        assert!(told.detail.contains(part) && told.detail.ends_with("not allowed access"), "{told:?}");
    }
}

#[test]
fn each_end_of_the_wait_has_its_words() {
    let failed = |failure| AccessError { url: "https://demo1.azurecr.io/v2/".to_owned(), proxy: None, failure };
    let no_answer = || Failure::NoAnswer { obstacle: Obstacle::Certificate, reason: "no trust".to_owned() };
    let over = |last| NotReached::TimeOver { last, after: Duration::from_secs(9) };
    for (end, summary, part) in [
        (NotReached::Failed(failed(Failure::Cancelled)), "was interrupted", "The run was interrupted."),
        (NotReached::Failed(failed(no_answer())), "is not trusted", "wait_for_access = false"),
        (over(Ok(refusal(None))), "still blocks this machine", "not allowed access"),
        (over(Err(failed(no_answer()))), "is not trusted", "no trust"),
    ] {
        let told = not_let_in(&server(), "1.2.3.4", &end);
        assert!(told.summary.contains(summary) && told.detail.contains(part), "{told:?}");
        assert!(told.detail.ends_with("The temporary rule for 1.2.3.4 is taken off again."), "{told:?}");
    }
    let unasked = unclear(&server(), &failed(no_answer()));
    assert!(unasked.detail.contains("Set ip_range") && unasked.detail.contains("no trust"), "{unasked:?}");
}
