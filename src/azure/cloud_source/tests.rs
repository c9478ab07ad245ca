use serde_json::json;

use super::*;
use crate::azure::client::Config;
use crate::azure::credentials::StaticToken;
use crate::azure::registry::RegistryEdit;
use crate::azure::retry::Policy;
use crate::azure::scripted::{Reply, Script, ambient};

const HOST: &str = "management.private.example";
const METADATA: &str = "https://management.private.example/metadata/endpoints?api-version=2022-09-01";
const REGISTRY: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/prod1";

fn source(script: &Arc<Script>, endpoints: Endpoints) -> CloudSource {
    let exchange = Exchange::new(Arc::clone(script) as _, Policy { max_retries: 1, ..Policy::default() }, ambient());
    CloudSource::asking(HOST.parse().unwrap(), CloudName::Public, endpoints, exchange)
}

fn client(script: &Arc<Script>) -> ArmClient {
    let config = Config::new(source(script, Endpoints::default()));
    ArmClient::new(config, Arc::new(StaticToken::new("t".to_owned())), Arc::clone(script) as _, ambient())
}

fn described(audiences: &[&str]) -> Value {
    json!({
        "name": "Private",
        "resourceManager": "https://arm.private.example/",
        "authentication": {"loginEndpoint": "https://login.private.example", "audiences": audiences, "tenant": "common"},
        "suffixes": {"acrLoginServer": "azurecr.private.example"},
    })
}

fn answering(document: &Value) -> Arc<Script> {
    Arc::new(Script::new().on("GET", METADATA, Reply::json(200, document)))
}

async fn refusal(reply: Reply) -> String {
    let script = Arc::new(Script::new().on("GET", METADATA, reply));
    source(&script, Endpoints::default()).cloud().await.unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn the_host_says_where_everything_is_and_is_asked_once_without_a_token() {
    let text = format!("\u{feff}{}", described(&["https://first.example", "https://arm.private.example"]));
    let script = Arc::new(Script::new().on("GET", METADATA, Reply::text(200, &text)));
    let source = source(&script, Endpoints::default());
    assert!(source.known().is_none() && script.seen().is_empty(), "nothing is asked before");
    let twin = source.clone();
    let (one, other) = tokio::join!(source.cloud(), twin.cloud());
    let cloud = one.unwrap();
    assert_eq!(cloud, other.unwrap());
    assert_eq!(cloud.resource_manager().as_str(), "https://arm.private.example/");
    assert_eq!(cloud.authority().as_str(), "https://login.private.example/");
    assert_eq!(cloud.scope(), "https://arm.private.example/.default");
    assert_eq!((source.known(), script.seen().len()), (Some(cloud), 1));
    assert_eq!(script.seen()[0].header("authorization"), "");
}

#[tokio::test(start_paused = true)]
async fn a_cloud_that_does_not_list_its_resource_manager_is_asked_by_its_first_audience() {
    let script = answering(&described(&["https://management.stack.onmicrosoft.example/0d1e"]));
    let source = source(&script, Endpoints::default());
    assert_eq!(source.cloud().await.unwrap().scope(), "https://management.stack.onmicrosoft.example/0d1e/.default");
}

#[tokio::test(start_paused = true)]
async fn what_the_user_sets_wins_over_the_host() {
    let manager = Some("https://mine.example".to_owned());
    let script = answering(&described(&["https://arm.private.example"]));
    let own = Endpoints { resource_manager_endpoint: manager, ..Endpoints::default() };
    let source = source(&script, own);
    let cloud = source.cloud().await.unwrap();
    assert_eq!(cloud.resource_manager().as_str(), "https://mine.example/");
    assert_eq!(
        (cloud.authority().as_str(), cloud.scope().as_str()),
        ("https://login.private.example/", "https://mine.example/.default")
    );
}

#[tokio::test(start_paused = true)]
async fn a_set_authority_and_audience_win_over_the_host() {
    let script = answering(&described(&["https://arm.private.example"]));
    let own = Endpoints {
        active_directory_authority_host: Some("https://sts.example".to_owned()),
        resource_manager_audience: Some("https://for.example".to_owned()),
        ..Endpoints::default()
    };
    let source = source(&script, own);
    let cloud = source.cloud().await.unwrap();
    assert_eq!(cloud.resource_manager().as_str(), "https://arm.private.example/");
    assert_eq!(
        (cloud.authority().as_str(), cloud.scope().as_str()),
        ("https://sts.example/", "https://for.example/.default")
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_cloud_is_told_with_host_argument_and_variable() {
    let mut plain = described(&[]);
    plain["resourceManager"] = "http://arm.private.example".into();
    for (reply, words) in [
        (Reply::json(200, &json!([])), "200: "),
        (Reply::text(200, "<html>sign in</html>"), "sign in"),
        (Reply::error(404, "NotFound", "m"), "404: "),
        (Reply::json(200, &json!({"authentication": {}})), "its answer lacks resourceManager"),
        (Reply::json(200, &json!({"resourceManager": "https://a"})), "its answer lacks authentication.loginEndpoint"),
        (Reply::json(200, &plain), "is plain http"),
    ] {
        let error = refusal(reply).await;
        let begin = "metadata host \"management.private.example\" (metadata_host, ARM_METADATA_HOSTNAME) does not describe a cloud: ";
        assert!(error.starts_with(begin) && error.contains(words), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_answers_for_all_who_wait_and_for_some_seconds() {
    let script = Script::new().on("GET", METADATA, Reply::not_sent()).on("GET", METADATA, Reply::not_sent()).on(
        "GET",
        METADATA,
        Reply::json(200, &described(&[])),
    );
    let script = Arc::new(script);
    let source = source(&script, Endpoints::default());
    let (one, other) = tokio::join!(source.cloud(), source.cloud());
    let error = one.unwrap_err();
    assert!(
        error.to_string().contains("could not be asked for the cloud's endpoints: management.private.example: "),
        "{error}"
    );
    assert_eq!((Err(&error), script.seen().len()), (other.as_ref().map(|_| ()), 2));
    tokio::time::advance(ECHO).await;
    assert!(source.cloud().await.is_ok(), "later it is asked again");
}

#[tokio::test(start_paused = true)]
async fn the_clients_first_call_asks_and_the_second_does_not() {
    let script = Script::new()
        .on("GET", METADATA, Reply::json(200, &described(&[])))
        .on("GET", "https://arm.private.example/subscriptions/", Reply::error(404, "ResourceNotFound", "m"))
        .on("GET", "https://arm.private.example/subscriptions/", Reply::error(404, "ResourceNotFound", "m"));
    let script = Arc::new(script);
    let (client, id, call) = (client(&script), REGISTRY.parse().unwrap(), Call::within(Duration::from_secs(600)));
    assert!(client.registry(&id, &call).await.unwrap().is_none());
    assert!(client.registry(&id, &call).await.unwrap().is_none());
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_call_fails_with_the_hosts_failure_and_has_changed_nothing() {
    let (lost, page) = ([Reply::not_sent(), Reply::not_sent()], [Reply::text(200, "<html>")]);
    for (replies, kind) in [(&lost[..], ErrorKind::Transport), (&page[..], ErrorKind::Malformed)] {
        let script = replies.iter().fold(Script::new(), |script, reply| script.on("GET", METADATA, reply.clone()));
        let (script, id) = (Arc::new(script), REGISTRY.parse().unwrap());
        let call = Call::within(Duration::from_secs(600));
        let failed = client(&script).update_registry(&id, &call, RegistryEdit::alone(|_| None)).await.unwrap_err();
        assert_eq!((failed.error.kind, failed.error.effect), (kind, Effect::None));
        assert!(failed.error.is_of_metadata_host());
        assert!(failed.before.is_none() && failed.error.to_string().contains(METADATA), "{failed}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_call_ends_in_time_while_the_host_is_silent() {
    let script = Arc::new(Script::new().on("GET", METADATA, Reply::Hang));
    let error =
        client(&script).registry(&REGISTRY.parse().unwrap(), &Call::within(Duration::from_secs(3))).await.unwrap_err();
    assert_eq!((error.kind, error.elapsed), (ErrorKind::Timeout, Duration::from_secs(3)));
    assert!(error.message.contains("the metadata host was asked"), "{error}");
}

#[test]
fn a_host_is_a_name_or_a_url_and_plain_http_is_for_loopback() {
    for (text, url) in [
        ("management.azure.com", "https://management.azure.com/"),
        ("arm.local:8443", "https://arm.local:8443/"),
        ("https://arm.local/", "https://arm.local/"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
    ] {
        assert_eq!(text.parse::<MetadataHost>().unwrap().url.as_str(), url);
    }
    for bad in ["http://arm.local", "", "ftp://a", "a/?b", "u:p@a"] {
        assert!(bad.parse::<MetadataHost>().is_err(), "{bad}");
    }
}
