use super::*;

const TOKEN: &str = "pl4nted.access.token.of.many.letters";

/// The answer with that status, body and header of a service that was sent the token.
fn answer(status: u16, body: &str) -> Answer {
    let response = Response::builder().status(status).header("x-ms-request-id", format!("id-{TOKEN}"));
    let response = response.header("content-type", "text/html").header("retry-after", "7");
    Answer::to_one_with(&[&Secret::new(TOKEN)], response.body(Bytes::from(body.to_owned())).unwrap())
}

#[test]
fn a_token_that_an_error_repeats_is_cut_out_of_json_page_and_headers() {
    for body in [
        format!(r#"{{"error": {{"code": "{TOKEN}", "message": "not {TOKEN}", "details": [{{"code": "{TOKEN}"}}]}}}}"#),
        format!("<html>authorization: Bearer {TOKEN}</html>"),
        // As far as a quotation goes, and on: half of a token is one too many.
        format!("{}{TOKEN}", " x".repeat(95)),
    ] {
        let answer = answer(401, &body);
        assert!(!format!("{answer:?}{}", answer.describe()).contains("pl4nted"), "{answer:?}");
        assert!(answer.describe().contains('…') && answer.header("retry-after") == Some("7"), "{answer:?}");
    }
}

#[test]
fn a_success_that_repeats_the_token_is_not_read() {
    let revealing = answer(200, &format!(r#"{{"properties": {{"loginServer": "{TOKEN}"}}}}"#));
    assert_eq!((revealing.readable, &revealing.json), (Readable::Revealing, &None));
    assert!(!format!("{revealing:?}").contains("pl4nted"), "{revealing:?}");
    assert!(revealing.describe().contains("repeats a secret"), "{}", revealing.describe());
    let other = answer(200, r#"{"properties": {"loginServer": "demo1.azurecr.io"}}"#);
    assert_eq!(other.readable, Readable::Yes);
    assert_eq!(other.json.unwrap()["properties"]["loginServer"], "demo1.azurecr.io");
}
