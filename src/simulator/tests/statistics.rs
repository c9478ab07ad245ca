//! Many writers: who undid what, and who wrote last.

use super::*;
use crate::simulator::{Overwrite, RegistryStatistics};

/// One process among several.
struct Writer<'a>(&'a Azure, &'static str);

impl Writer<'_> {
    async fn read(&self) -> Seen {
        seen(self.0.request(Method::GET, REGISTRY, NEW).header("x-ms-correlation-request-id", self.1)).await
    }

    async fn write(&self, addresses: &[&str]) -> Seen {
        let request = self.0.request(Method::PATCH, REGISTRY, NEW).header("x-ms-correlation-request-id", self.1);
        let body = rules("Deny", addresses, &[]);
        seen(request.header("content-type", "application/json").body(body.to_string())).await
    }
}

fn figures(azure: &Azure) -> RegistryStatistics {
    azure.simulator.statistics().remove(&REGISTRY.to_lowercase()).expect("writes of the registry")
}

#[tokio::test]
async fn a_write_that_drops_what_its_writer_never_saw_is_an_overwrite() {
    let azure = Azure::small();
    let (one, two) = (Writer(&azure, "one"), Writer(&azure, "two"));
    one.read().await;
    two.read().await;
    one.write(&["1.1.1.1"]).await;
    two.write(&["2.2.2.2"]).await;
    let overwrite = Overwrite { dropped: vec!["1.1.1.1".to_owned()], restored: Vec::new() };
    assert_eq!(azure.simulator.requests()[3].overwrite, Some(overwrite));
    let seen = figures(&azure);
    assert_eq!((seen.patches, seen.overwrites, seen.dropped), (2, 1, vec!["1.1.1.1".to_owned()]));
}

#[tokio::test]
async fn a_write_that_brings_back_what_another_removed_is_an_overwrite() {
    let azure = Azure::small();
    let (one, two) = (Writer(&azure, "one"), Writer(&azure, "two"));
    one.read().await;
    one.write(&["1.1.1.1"]).await;
    two.read().await;
    one.write(&[]).await;
    two.write(&["1.1.1.1", "2.2.2.2"]).await;
    let seen = figures(&azure);
    assert_eq!((seen.overwrites, seen.dropped.len(), seen.restored), (1, 0, vec!["1.1.1.1".to_owned()]));
}

#[tokio::test]
async fn a_writer_that_has_read_may_drop_and_bring_back() {
    let azure = Azure::small();
    let (one, two) = (Writer(&azure, "one"), Writer(&azure, "two"));
    one.read().await;
    one.write(&["1.1.1.1"]).await;
    two.read().await;
    two.write(&[]).await;
    one.read().await;
    one.write(&["1.1.1.1"]).await;
    assert_eq!(figures(&azure), RegistryStatistics { patches: 3, ..RegistryStatistics::default() });
}

#[tokio::test]
async fn a_refused_write_undoes_nothing() {
    let azure = Azure::small();
    let (one, two) = (Writer(&azure, "one"), Writer(&azure, "two"));
    two.read().await;
    one.write(&["1.1.1.1"]).await;
    two.write(&["10.0.0.1"]).await;
    assert_eq!(figures(&azure), RegistryStatistics { patches: 1, refused: 1, ..RegistryStatistics::default() });
}

#[tokio::test]
async fn figures_are_had_over_http_and_go_with_the_log() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    let url = |what: &str| format!("{}/_sim/{what}", azure.simulator.url());
    let figures = seen(azure.client.get(url("statistics"))).await;
    assert_eq!(figures.body[REGISTRY.to_lowercase()]["patches"], json!(1));
    seen(azure.client.delete(url("requests"))).await;
    assert_eq!(seen(azure.client.get(url("statistics"))).await.body, json!({}));
}

#[tokio::test]
async fn every_write_shows_a_later_moment_and_its_writer() {
    let azure = Azure::small();
    let form = "grant_type=client_credentials&client_id=app-7&client_secret=s&scope=x/.default";
    let token = seen(azure.client.post(format!("{}/t1/oauth2/v2.0/token", azure.simulator.url())).body(form)).await;
    let bearer = format!("Bearer {}", token.body["access_token"].as_str().expect("a token"));
    let url = format!("{}{REGISTRY}?api-version={NEW}", azure.simulator.url());
    let mut seen_so_far = Vec::new();
    for rule in ["1.1.1.1", "2.2.2.2"] {
        let request = azure.client.patch(&url).header("authorization", &bearer);
        let answer = seen(request.body(rules("Deny", &[rule], &[]).to_string())).await;
        seen_so_far.push(answer.body["systemData"].clone());
    }
    azure.simulator.edit(REGISTRY, &json!({"tags": {"a": "b"}})).expect("the registry");
    seen_so_far.push(azure.get(REGISTRY, NEW).await.body["systemData"].clone());
    let writers: Vec<_> =
        seen_so_far.iter().map(|data| (&data["lastModifiedBy"], &data["lastModifiedByType"])).collect();
    let app = (&json!("app-7"), &json!("Application"));
    assert_eq!(writers, [app, app, (&json!("somebody.else@example.com"), &json!("User"))]);
    let moments: Vec<_> = seen_so_far.iter().map(|data| data["lastModifiedAt"].as_str().expect("a moment")).collect();
    assert!(moments.is_sorted_by(|earlier, later| earlier < later), "{moments:?}");
    assert!(moments.iter().all(|moment| moment.len() == "2022-06-20T16:09:38.0316878+00:00".len()), "{moments:?}");
    assert_eq!(seen_so_far[2]["createdBy"], "simulator@example.com");
}
