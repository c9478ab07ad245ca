//! Networks and subnets.

use super::*;

fn body(properties: &Value) -> Value {
    json!({"properties": properties})
}

fn with_endpoint() -> Value {
    body(&json!({"addressPrefix": "10.0.1.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}))
}

#[tokio::test]
async fn a_read_carries_the_etag_in_body_and_header() {
    let azure = Azure::small();
    let answer = azure.get(OPEN, NRP).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("etag"), answer.body["etag"].as_str());
    assert_eq!(answer.body["properties"]["serviceEndpoints"][0]["locations"], json!(["*"]));
}

#[tokio::test]
async fn a_put_answers_updating_with_an_operation_and_no_retry_after() {
    let azure = Azure::small();
    let answer = azure.put(PLAIN, NRP, &with_endpoint()).await;
    assert_eq!(answer.status, 200);
    let properties = &answer.body["properties"];
    assert_eq!(properties["provisioningState"], "Updating");
    assert_eq!(
        properties["serviceEndpoints"],
        json!([{"provisioningState": "Updating", "service": "Microsoft.ContainerRegistry", "locations": ["*"]}])
    );
    for absent in ["retry-after", "location", "etag"] {
        assert_eq!(answer.header(absent), None);
    }
    let network = azure.get(NETWORK, NRP).await;
    assert_eq!(network.body["properties"]["provisioningState"], "Updating");

    let link = answer.header("azure-asyncoperation").expect("a link").to_owned();
    let poll = |link: String| seen(azure.client.get(link).header("authorization", "Bearer any"));
    assert_eq!(poll(link.clone()).await.body, json!({"status": "InProgress"}));
    assert_eq!(poll(link).await.body, json!({"status": "Succeeded"}));
    let done = azure.get(PLAIN, NRP).await;
    assert_eq!(done.body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(done.body["properties"]["serviceEndpoints"][0]["provisioningState"], "Succeeded");
    assert_eq!(azure.get(NETWORK, NRP).await.body["properties"]["provisioningState"], "Succeeded");
}

#[tokio::test]
async fn the_etag_changes_at_the_put_and_again_at_the_end() {
    let azure = Azure::small();
    let first = azure.get(PLAIN, NRP).await.body["etag"].clone();
    let answer = azure.put(PLAIN, NRP, &with_endpoint()).await;
    let second = answer.body["etag"].clone();
    azure.follow(answer.header("azure-asyncoperation").expect("a link")).await;
    let third = azure.get(PLAIN, NRP).await.body["etag"].clone();
    assert!(first != second && second != third && first != third);
}

#[tokio::test]
async fn a_put_removes_what_it_leaves_out() {
    let azure = Azure::small();
    assert!(azure.get(PLAIN, NRP).await.body["properties"].get("networkSecurityGroup").is_some());
    let answer = azure.put(PLAIN, NRP, &with_endpoint()).await;
    for gone in ["networkSecurityGroup", "futureThing"] {
        assert_eq!(answer.body["properties"].get(gone), None);
    }
}

#[tokio::test]
async fn unknown_members_their_order_and_the_text_of_numbers_survive() {
    let azure = Azure::small();
    let text = azure.get(PLAIN, NRP).await.body.to_string();
    assert!(text.contains(r#""futureThing":{"b":1,"a":1.5}"#), "{text}");
    let sent = r#"{"properties":{"zeta":{"n":1.50,"big":123456789012345678901234567890},"addressPrefix":"10.0.1.0/24"},"odd":[]}"#;
    let request = azure.request(Method::PUT, PLAIN, NRP).header("content-type", "application/json").body(sent);
    let link = seen(request).await.header("azure-asyncoperation").expect("a link").to_owned();
    azure.follow(&link).await;
    let raw = azure.request(Method::GET, PLAIN, NRP).send().await.expect("an answer").text().await.expect("a body");
    let kept = r#""zeta":{"n":1.50,"big":123456789012345678901234567890},"addressPrefix":"10.0.1.0/24""#;
    assert!(raw.contains(kept) && raw.contains(r#""odd":[]"#), "{raw}");
}

#[tokio::test]
async fn what_hangs_on_a_subnet_stays_although_the_body_leaves_it_out() {
    let azure = Azure::small();
    let used = json!([{"id": "/nic1/ipConfigurations/a"}]);
    azure.simulator.edit(PLAIN, &body(&json!({"ipConfigurations": used}))).expect("the subnet");
    let answer = azure.put(PLAIN, NRP, &with_endpoint()).await;
    assert_eq!(answer.body["properties"]["ipConfigurations"], used);
    azure.follow(answer.header("azure-asyncoperation").expect("a link")).await;
    let answer = azure.delete(PLAIN, NRP).await;
    assert_eq!((answer.status, answer.code()), (400, "InUseSubnetCannotBeDeleted"));
}

#[tokio::test]
async fn a_put_without_addresses_is_refused() {
    let azure = Azure::small();
    let answer = azure.put(PLAIN, NRP, &body(&json!({"serviceEndpoints": []}))).await;
    assert_eq!((answer.status, answer.code()), (400, "AddressPrefixStringCannotBeNullOrEmpty"));
}

#[tokio::test]
async fn addresses_must_lie_in_the_network_and_beside_the_other_subnets() {
    let azure = Azure::small();
    let fresh = format!("{NETWORK}/subnets/fresh");
    for (prefix, code) in [("192.168.0.0/24", "NetcfgInvalidSubnet"), ("10.0.0.128/25", "NetcfgSubnetRangesOverlap")] {
        let answer = azure.put(&fresh, NRP, &body(&json!({"addressPrefix": prefix}))).await;
        assert_eq!((answer.status, answer.code()), (400, code));
    }
    let answer = azure.put(&fresh, NRP, &body(&json!({"addressPrefixes": ["10.0.9.0/24"]}))).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn if_match_is_honoured() {
    let azure = Azure::small();
    let etag = azure.get(PLAIN, NRP).await.body["etag"].as_str().expect("an etag").to_owned();
    let put = |etag: &str| {
        let request = azure.request(Method::PUT, PLAIN, NRP).header("content-type", "application/json");
        seen(request.header("if-match", etag).body(with_endpoint().to_string()))
    };
    let stale = put("W/\"00000000-0000-0000-0000-000000000000\"").await;
    assert_eq!((stale.status, stale.code()), (412, "PreconditionFailed"));
    assert_eq!(put(&etag).await.status, 200);
}

#[tokio::test]
async fn another_write_on_the_same_network_is_refused_while_one_runs() {
    use crate::simulator::BusyAnswer;
    let azure = Azure::small();
    let answer = azure.put(PLAIN, NRP, &with_endpoint()).await;
    let other = body(&json!({"addressPrefix": "10.0.0.0/24"}));
    let seen_answers = [
        (BusyAnswer::TooManyRequests, 429, "AnotherOperationInProgress"),
        (BusyAnswer::Conflict, 409, "AnotherOperationInProgress"),
        (BusyAnswer::Retryable, 429, "RetryableError"),
    ];
    for (kind, status, code) in seen_answers {
        azure.turn(|settings| settings.busy_answer = kind);
        let busy = azure.put(OPEN, NRP, &other).await;
        assert_eq!((busy.status, busy.code()), (status, code));
    }
    azure.follow(answer.header("azure-asyncoperation").expect("a link")).await;
    assert_eq!(azure.put(OPEN, NRP, &other).await.status, 200);
}

#[tokio::test]
async fn a_version_older_than_a_property_in_use_hides_it_and_may_not_write() {
    let azure = Azure::small();
    let delegation = json!([{"name": "d", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}]);
    azure.simulator.edit(PLAIN, &body(&json!({"delegations": delegation}))).expect("the subnet");
    assert_eq!(azure.get(PLAIN, "2017-10-01").await.body["properties"].get("delegations"), None);
    let answer = azure.put(PLAIN, "2017-10-01", &with_endpoint()).await;
    assert_eq!(answer.status, 400);
    assert!(answer.message().contains("since it uses the property Delegations which has been set"), "{answer:?}");
}

#[tokio::test]
async fn a_deleted_subnet_is_gone_when_its_operation_ends() {
    let azure = Azure::small();
    let answer = azure.delete(PLAIN, NRP).await;
    assert_eq!(answer.status, 202);
    assert_eq!(azure.follow(answer.header("location").expect("a link")).await.status, 204);
    let gone = azure.get(PLAIN, NRP).await;
    assert_eq!((gone.status, gone.code()), (404, "NotFound"));
    assert_eq!(azure.delete(PLAIN, NRP).await.status, 204);
}

#[tokio::test]
async fn networks_are_listed_with_their_subnets_and_subnets_in_pages() {
    let azure = Azure::small();
    azure.turn(|settings| settings.page_size = 1);
    let networks = azure.get("/subscriptions/s1/providers/Microsoft.Network/virtualNetworks", NRP).await;
    assert_eq!(networks.body["value"][0]["properties"]["subnets"].as_array().map(Vec::len), Some(2));
    let first = azure.get(&format!("{NETWORK}/subnets"), NRP).await;
    assert_eq!(first.body["value"][0]["name"], "open");
    let next = first.body["nextLink"].as_str().expect("a next page");
    let second = seen(azure.client.get(next).header("authorization", "Bearer any")).await;
    assert_eq!(second.body["value"][0]["name"], "plain");
    assert_eq!(second.body.get("nextLink"), None);
}

#[tokio::test]
async fn a_network_put_without_subnets_keeps_them() {
    let azure = Azure::small();
    let body = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/15"]}}});
    let answer = azure.put(NETWORK, NRP, &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["properties"]["subnets"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_subnet_needs_its_network() {
    let azure = Azure::small();
    let answer = azure.put(&PLAIN.replace("net1", "net9"), NRP, &with_endpoint()).await;
    assert_eq!((answer.status, answer.code()), (404, "ParentResourceNotFound"));
}

#[tokio::test]
async fn a_subnet_has_no_patch() {
    let azure = Azure::small();
    assert_eq!(azure.send(Method::PATCH, PLAIN, NRP, &with_endpoint()).await.status, 404);
}
