use http::Response;
use serde_json::json;

use super::*;

const RESOURCE: &str = "https://management.azure.com/subscriptions/s/x?api-version=v";
const LINK: &str = "https://management.azure.com/subscriptions/s/operations/1?api-version=v&t=1&c=A%2Bb&s=~x&h=q";
const OTHER_LINK: &str = "https://management.azure.com/subscriptions/s/operations/2";

fn answer(status: u16, headers: &[(&str, &str)], body: &Value) -> Answer {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Answer::new(response.body(body.into()).unwrap())
}

fn resource() -> Uri {
    RESOURCE.parse().unwrap()
}

fn start(answer: &Answer) -> Step {
    begin(&resource(), answer, SystemTime::UNIX_EPOCH)
}

fn follow(form: Form) -> Follow {
    Follow { uri: LINK.parse().unwrap(), form }
}

fn next(form: Form, answer: &Answer) -> Step {
    follow(form).next(&resource(), answer, SystemTime::UNIX_EPOCH)
}

fn polls(step: Step) -> (String, Form, Option<Duration>) {
    match step {
        Step::Poll { follow, after } => (follow.uri.to_string(), follow.form, after),
        other => panic!("{other:?}"),
    }
}

fn state(state: &str) -> Value {
    json!({"properties": {"provisioningState": state}})
}

#[test]
fn a_plain_success_is_finished() {
    for body in [state("Succeeded"), state("SUCCEEDED"), json!({"name": "x"}), Value::Null] {
        assert_eq!(start(&answer(200, &[], &body)), Step::Finished);
    }
}

#[test]
fn the_operation_link_is_followed_verbatim_and_before_location() {
    let headers = [("azure-asyncoperation", LINK), ("location", OTHER_LINK), ("retry-after", "10")];
    let step = start(&answer(201, &headers, &state("Creating")));
    assert_eq!(polls(step), (LINK.to_owned(), Form::Status, Some(Duration::from_secs(10))));
}

#[test]
fn a_200_with_an_operation_link_is_not_finished() {
    let step = start(&answer(200, &[("Azure-AsyncOperation", LINK)], &state("Updating")));
    assert_eq!(polls(step), (LINK.to_owned(), Form::Status, None));
}

#[test]
fn location_is_followed_when_it_is_all_there_is() {
    assert_eq!(polls(start(&answer(202, &[("location", LINK)], &Value::Null))).1, Form::Location);
    assert_eq!(start(&answer(200, &[("location", LINK)], &state("Succeeded"))), Step::Finished);
}

#[test]
fn without_a_link_a_state_that_is_not_terminal_is_watched_on_the_resource() {
    for (status, body) in [(200, state("Updating")), (201, state("Creating")), (202, Value::Null)] {
        assert_eq!(polls(start(&answer(status, &[], &body))), (RESOURCE.to_owned(), Form::Resource, None));
    }
}

#[test]
fn a_link_to_another_host_is_not_followed() {
    for link in [
        "https://evil.example/x",
        "http://management.azure.com/x",
        "https://management.azure.com:444/x",
        "https://management.azure.com@evil.example/x",
        "https://u@management.azure.com/x",
        "/relative",
        "not a link at all",
    ] {
        let step = start(&answer(202, &[("azure-asyncoperation", link)], &Value::Null));
        assert!(matches!(step, Step::Malformed(_)), "{link}: {step:?}");
    }
    let spelt_otherwise = "HTTPS://Management.Azure.com:443/x";
    assert!(matches!(start(&answer(202, &[("location", spelt_otherwise)], &Value::Null)), Step::Poll { .. }));
}

#[test]
fn states_are_read_in_any_letters_and_unknown_ones_mean_running() {
    for (status, finished) in
        [("Succeeded", true), ("succeeded", true), ("InProgress", false), ("Accepted", false), ("Weird", false)]
    {
        let step = next(Form::Status, &answer(200, &[], &json!({"status": status})));
        assert_eq!(step == Step::Finished, finished, "{status}");
        assert!(finished || polls(step).0 == LINK);
    }
}

#[test]
fn a_failure_gives_arms_code_and_words() {
    let body =
        json!({"status": "Failed", "error": {"code": "C", "message": "M", "details": [{"code": "D", "message": "N"}]}});
    let expected = Step::Failed { code: "C".into(), message: "M (D: N)".into(), detail_codes: vec!["D".into()] };
    assert_eq!(next(Form::Status, &answer(200, &[], &body)), expected);
}

#[test]
fn cancelled_is_a_failure_in_both_spellings() {
    for status in ["Canceled", "cancelled"] {
        let Step::Failed { code, message, .. } = next(Form::Status, &answer(200, &[], &json!({"status": status})))
        else {
            panic!("not a failure")
        };
        assert_eq!(code, status);
        assert!(message.contains("without a reason"));
    }
}

#[test]
fn a_poll_may_move_the_link_and_name_the_wait() {
    let moved =
        answer(200, &[("azure-asyncoperation", OTHER_LINK), ("retry-after", "3")], &json!({"status": "Running"}));
    assert_eq!(polls(next(Form::Status, &moved)), (OTHER_LINK.to_owned(), Form::Status, Some(Duration::from_secs(3))));
}

#[test]
fn an_operation_may_show_its_state_as_a_resource_does() {
    assert_eq!(next(Form::Status, &answer(200, &[], &state("Succeeded"))), Step::Finished);
}

#[test]
fn an_operation_without_a_state_is_malformed() {
    assert!(matches!(next(Form::Status, &answer(200, &[], &json!({}))), Step::Malformed(_)));
}

#[test]
fn location_runs_while_it_says_202() {
    assert_eq!(polls(next(Form::Location, &answer(202, &[], &Value::Null))).0, LINK);
    assert_eq!(polls(next(Form::Location, &answer(200, &[], &state("Updating")))).0, LINK);
    assert_eq!(next(Form::Location, &answer(204, &[], &Value::Null)), Step::Finished);
    assert_eq!(next(Form::Location, &answer(200, &[], &state("Succeeded"))), Step::Finished);
}

#[test]
fn a_link_that_is_not_there_sends_to_the_resource() {
    let gone = answer(404, &[], &json!({"error": {"code": "NotFound", "message": "m"}}));
    assert_eq!(polls(next(Form::Status, &gone)), (RESOURCE.to_owned(), Form::Resource, None));
}

#[test]
fn a_resource_that_ends_failed_is_a_failure() {
    assert!(matches!(next(Form::Resource, &answer(200, &[], &state("Failed"))), Step::Failed { .. }));
}
