//! Every cause by the literal answer that shows it, sent through the whole client.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use super::remedies::CAUSES;
use super::*;
use crate::azure::call::Call;
use crate::azure::client::{Ambient, ArmClient, Config};
use crate::azure::cloud::Cloud;
use crate::azure::credentials::StaticToken;
use crate::azure::registry::{RegistryEdit, RegistryPatch};
use crate::azure::subnet::add_registry_endpoint;
use crate::azure::transport::{Transport, TransportError};

const REGISTRY: &str =
    "/subscriptions/0000aaaa-0000/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/myregistry";
const NETWORK: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet1";
const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

/// Reads show an empty object; the write is answered like this.
struct Answering {
    status: u16,
    body: Value,
}

impl Transport for Answering {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        let reads = request.method() == Method::GET;
        let (status, body) = if reads { (200, json!({"properties": {}})) } else { (self.status, self.body.clone()) };
        let response = Response::builder().status(status).header("x-ms-request-id", "req-1");
        Box::pin(std::future::ready(Ok(response.body(Bytes::from(body.to_string())).unwrap())))
    }
}

fn client(status: u16, body: Value) -> ArmClient {
    let config = Config::new(Cloud::named(CloudName::Public));
    let tokens = Arc::new(StaticToken::new("t".to_owned()));
    ArmClient::new(config, tokens, Arc::new(Answering { status, body }), Ambient::default())
}

fn call() -> Call {
    Call::within(Duration::from_secs(60))
}

/// What a user reads when a write of the registry gets this answer.
async fn registry_refused(status: u16, body: Value) -> Diagnostic {
    let patch = RegistryPatch { default_action: Some("Deny".to_owned()), ..RegistryPatch::default() };
    let id = REGISTRY.parse().unwrap();
    let failed = client(status, body)
        .update_registry(&id, &call(), RegistryEdit::alone(move |_| Some(patch.clone())))
        .await
        .unwrap_err();
    report(Doing::Updating, REGISTRY, &failed.error)
}

/// The same for the service endpoint of a subnet.
async fn subnet_refused(status: u16, body: Value) -> Diagnostic {
    let id = format!("{NETWORK}/subnets/snet1");
    let edited = client(status, body).edit_subnet(&id.parse().unwrap(), &call(), &add_registry_endpoint).await;
    report(Doing::AddingEndpoint, &id, &edited.unwrap_err().error)
}

fn error(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

fn uncoded(message: &str) -> Value {
    json!({"error": {"code": null, "message": message}})
}

/// The advice holds all of this, ARM's own words follow it, and the attribute is this.
#[track_caller]
fn says(diagnostic: &Diagnostic, attribute: Option<&str>, body: &Value, parts: &[&str]) {
    let detail = &diagnostic.detail;
    let message = body["error"]["message"].as_str().unwrap();
    let at = detail.find(message).unwrap_or_else(|| panic!("ARM's words are missing in: {detail}"));
    for part in parts {
        assert!(detail[..at].contains(part), "{part} is not in the advice: {detail}");
    }
    assert!(detail[at..].contains("request id req-1"), "{detail}");
    assert_eq!(diagnostic.path, attribute.map(Path::attribute), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn a_subnet_without_the_endpoint_is_named_with_its_network_and_subscription() {
    let body = error(
        "NetworkRuleValidationError",
        "Could not validate network rule - Subnets snet1, snet2 of virtual network /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet1 do not have ServiceEndpoints for Microsoft.ContainerRegistry resources configured. Add Microsoft.ContainerRegistry to subnet's ServiceEndpoints collection before trying to ACL Microsoft.ContainerRegistry resources to these subnets.",
    );
    let told = registry_refused(400, body.clone()).await;
    let (one, two) = (format!("- {NETWORK}/subnets/snet1\n"), format!("- {NETWORK}/subnets/snet2\n"));
    says(
        &told,
        Some("virtual_network_subnet_ids"),
        &body,
        &[&one, &two, SUBSCRIPTION, "acrnet_subnet_service_endpoint"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_words_of_a_missing_right_are_told_as_a_missing_registration() {
    let body = uncoded(
        "Could not validate network rule - The client '00000000-0000-0000-0000-000000000000' with object id '00000000-0000-0000-0000-000000000000' does not have authorization to perform action 'Microsoft.Network/virtualNetworks/taggedTrafficConsumers/validate/action' over scope '/subscriptions/0000dddd-0000/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet1/taggedTrafficConsumers/Microsoft.ContainerRegistry' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    );
    for status in [400, 403] {
        let told = registry_refused(status, body.clone()).await;
        let command = "az provider register --namespace Microsoft.ContainerRegistry --subscription 0000dddd-0000";
        says(&told, Some("virtual_network_subnet_ids"), &body, &[command, "virtualNetworks/vnet1", "not registered"]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unregistered_subscription_is_named_with_the_command() {
    let body = error(
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace 'Microsoft.ContainerRegistry'. See https://aka.ms/rps-not-found for how to register subscriptions.",
    );
    let told = registry_refused(409, body.clone()).await;
    says(&told, Some("registry_id"), &body, &["--namespace Microsoft.ContainerRegistry --subscription 0000aaaa-0000 "]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_subnet_is_named() {
    let message = format!("Virtual network {NETWORK} does not have subnets with names gone, away.v2.");
    for message in [message.clone(), format!("Could not validate network rule - {message} Try again.")] {
        let body = error("NetworkRuleValidationError", &message);
        let told = registry_refused(400, body.clone()).await;
        let (one, two) = (format!("- {NETWORK}/subnets/gone\n"), format!("- {NETWORK}/subnets/away.v2\n"));
        // One by one, they would keep each other on the registry.
        let together = "several block each other, and go in one write";
        says(&told, Some("virtual_network_subnet_ids"), &body, &[&one, &two, together, "az rest --method patch"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_is_named_at_its_list() {
    let subnet = format!("{NETWORK}/subnets/snet1");
    let text = format!(
        "Virtual network rule is not valid - Found duplicate virtual network rule {subnet}. For more information, please visit https://aka.ms/acr/vnet"
    );
    let body = uncoded(&text);
    let found = format!("Azure found {subnet} twice");
    says(&registry_refused(400, body.clone()).await, Some("virtual_network_subnet_ids"), &body, &[&found]);
    let body =
        uncoded("IP rule is not valid - Found duplicate IP rule 1.2.3.0/24. For more information, please visit x");
    says(&registry_refused(400, body.clone()).await, Some("ip_rules"), &body, &["Azure found 1.2.3.0/24 twice"]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_right_on_a_subnet_names_action_and_subnet() {
    let text = format!(
        "The client 'c' with object id 'o' has permission to perform action 'Microsoft.ContainerRegistry/registries/write' on scope '{REGISTRY}'; however, it does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action' on the linked scope(s) '{NETWORK}/subnets/snet1,{NETWORK}/subnets/snet2' (respectively) or the linked scope(s) are invalid."
    );
    let body = error("LinkedAuthorizationFailed", &text);
    let told = registry_refused(403, body.clone()).await;
    let (one, two) = (format!("- {NETWORK}/subnets/snet1\n"), format!("- {NETWORK}/subnets/snet2\n"));
    let action = "The identity lacks Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action";
    says(&told, Some("virtual_network_subnet_ids"), &body, &[action, &one, &two, SUBSCRIPTION]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_right_names_action_scope_and_subscription() {
    let text = format!(
        "The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.Network/virtualNetworks/subnets/write' over scope '{NETWORK}/subnets/snet1' or the scope is invalid. If access was recently granted, please refresh your credentials."
    );
    let body = error("AuthorizationFailed", &text);
    let told = subnet_refused(403, body.clone()).await;
    let right = format!(
        "lacks Microsoft.Network/virtualNetworks/subnets/write on {NETWORK}/subnets/snet1 (subscription {SUBSCRIPTION})"
    );
    says(&told, Some("subnet_id"), &body, &[&right]);
}

#[tokio::test(start_paused = true)]
async fn a_quota_names_its_number_and_the_argument_that_plans_for_it() {
    let body = uncoded("The requested feature IP rule exceeds allowed quota 100 for the SKU Premium.");
    let told = registry_refused(400, body.clone()).await;
    says(&told, Some("ip_rules"), &body, &["no more than 100 of the feature IP rule", "ip_rule_limit"]);
    let body = uncoded("The requested feature virtual network rule exceeds allowed quota 7 for the SKU Premium.");
    let told = registry_refused(400, body.clone()).await;
    says(&told, Some("virtual_network_subnet_ids"), &body, &["no more than 7", "virtual_network_rule_limit"]);
}

#[tokio::test(start_paused = true)]
async fn a_sku_that_is_not_enough_is_named() {
    let body = error("SkuNotSupported", "The SKU Basic is not supported.");
    says(&registry_refused(400, body.clone()).await, Some("registry_id"), &body, &["Premium, and this one is Basic."]);
    let body = error(
        "DisablingPublicNetworkAccessNotSupported",
        "Disabling public network access is not supported for the SKU Basic. For more information, please visit https://aka.ms/acr/private-link.",
    );
    let told = registry_refused(400, body.clone()).await;
    says(&told, Some("public_network_access_enabled"), &body, &["this one is Basic"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_version_is_told_with_those_that_are_supported() {
    let text = "No registered resource provider found for location 'westeurope' and API version '2026-03-01-preview' for type 'registries'. The supported api-versions are '2019-05-01, 2023-07-01, 2026-09-01-preview'. The supported locations are 'westeurope, northeurope'.";
    let body = error("NoRegisteredProviderFound", text);
    let told = registry_refused(400, body.clone()).await;
    let versions = "\n  - 2019-05-01\n  - 2023-07-01\n  - 2026-09-01-preview\n";
    says(&told, None, &body, &[versions, "Set registry_api_version in the provider block"]);
    let body = error(
        "InvalidApiVersionParameter",
        "The api-version '2031-01-01' is invalid. The supported versions are '2025-01-01,2024-07-01'.",
    );
    let told = subnet_refused(400, body.clone()).await;
    says(&told, None, &body, &["\n  - 2025-01-01\n  - 2024-07-01\n", "Set network_api_version in the provider block"]);
}

#[tokio::test(start_paused = true)]
async fn a_subnet_written_by_a_newer_version_names_that_version() {
    let body = uncoded(
        "Resource /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet1/subnets/snet1 cannot be updated using API version 2017-10-01 since it uses the property Delegations which has been set using a higher API version 2018-04-01. Please use api version greater than or equal to 2018-04-01 to update the resource.",
    );
    let told = subnet_refused(400, body.clone()).await;
    says(&told, Some("subnet_id"), &body, &["uses Delegations", "Set network_api_version", "to 2018-04-01 or later"]);
}

#[tokio::test(start_paused = true)]
async fn another_operation_is_named() {
    let body = error(
        "AnotherOperationInProgress",
        "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Network/locations/westeurope/operations/11111111-1111-1111-1111-111111111111?api-version=2024-07-01",
    );
    for status in [409, 429] {
        let told = subnet_refused(status, body.clone()).await;
        says(&told, None, &body, &["11111111-1111-1111-1111-111111111111", SUBSCRIPTION, "apply again"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_not_at_rest_is_named() {
    let detail = format!(
        "Cannot proceed with operation because resource {NETWORK} used by resource {NETWORK}/subnets/snet1 is not in Succeeded state. Resource is in Updating state and the last operation that updated/is updating the resource is PutSubnetOperation."
    );
    let body = json!({"error": {"code": "RetryableError", "message": "A retryable error occurred.", "details": [
        {"code": "ReferencedResourceNotProvisioned", "message": detail},
    ]}});
    let told = subnet_refused(429, body.clone()).await;
    says(&told, None, &body, &[&format!("{NETWORK} was being changed"), "timeouts"]);
    assert!(told.detail.contains(&detail), "{}", told.detail);
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_others_keep_changing_is_told_as_that() {
    let body = error(
        "PreconditionFailed",
        "ETAG provided in if-match header W/\"1\" does not match ETAG W/\"2\" in the store.",
    );
    says(&subnet_refused(412, body.clone()).await, None, &body, &["Somebody else changed the subnet"]);
}

#[tokio::test(start_paused = true)]
async fn a_used_up_quota_of_requests_names_the_subscription() {
    let body = error("SubscriptionRequestsThrottled", "Number of 'write' requests for subscription 's' exceeded.");
    says(&registry_refused(429, body.clone()).await, None, &body, &["0000aaaa-0000", "-parallelism"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_refusal_passes_arms_words_through() {
    let body = error("SomethingNew", "Something else happened.");
    let told = registry_refused(400, body).await;
    assert!(told.detail.starts_with("PATCH https://management.azure.com/"), "{}", told.detail);
    assert!(told.detail.contains("400 SomethingNew: Something else happened."), "{}", told.detail);
    assert!(told.detail.ends_with(&format!("Object: {REGISTRY}")), "{}", told.detail);
    assert_eq!((told.summary.as_str(), told.path), ("Could not change the network rules of registry myregistry", None));
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_the_version_ignores_is_blamed_on_its_attribute() {
    let mut config = Config::new(Cloud::named(CloudName::Public));
    config.registry_api_version = "2023-07-01".parse().unwrap();
    let answering = Arc::new(Answering { status: 200, body: json!({}) });
    let client = ArmClient::new(config, Arc::new(StaticToken::new("t".to_owned())), answering, Ambient::default());
    let patch = RegistryPatch { bypass_for_tasks: Some(true), ..RegistryPatch::default() };
    let edit = RegistryEdit::alone(move |_| Some(patch.clone()));
    let failed = client.update_registry(&REGISTRY.parse().unwrap(), &call(), edit).await.unwrap_err();
    let told = report(Doing::Updating, REGISTRY, &failed.error);
    assert_eq!(told.path, Some(Path::attribute("network_rule_bypass_for_tasks_enabled")));
    assert!(told.detail.contains("registry_api_version"), "{}", told.detail);
}

#[tokio::test(start_paused = true)]
async fn sentences_that_have_changed_still_get_the_general_advice() {
    for message in [
        "do not have ServiceEndpoints",
        "does not have subnets with names",
        "taggedTrafficConsumers",
        "Found duplicate",
    ] {
        let body = uncoded(message);
        says(&registry_refused(400, body.clone()).await, Some("virtual_network_subnet_ids"), &body, &[]);
    }
    for message in
        ["exceeds allowed quota", "SKU", "because resource  used by resource", "' is not supported for the SKU"]
    {
        registry_refused(400, error("LinkedAuthorizationFailed", message)).await;
        registry_refused(400, error("RetryableError", message)).await;
        registry_refused(400, error("SkuNotSupported", message)).await;
        registry_refused(400, uncoded(message)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_being_destroyed_has_no_attribute_to_blame() {
    let patch = RegistryPatch { default_action: Some("Deny".to_owned()), ..RegistryPatch::default() };
    let client = client(400, error("SkuNotSupported", "The SKU Basic is not supported."));
    let id = REGISTRY.parse().unwrap();
    let failed =
        client.update_registry(&id, &call(), RegistryEdit::alone(move |_| Some(patch.clone()))).await.unwrap_err();
    assert_eq!(report(Doing::Restoring, REGISTRY, &failed.error).path, None);
}

/// What a user of a single rule reads when its write gets this answer.
async fn rule_refused(rule: &str, body: Value) -> Diagnostic {
    let patch = RegistryPatch { default_action: Some("Deny".to_owned()), ..RegistryPatch::default() };
    let id = REGISTRY.parse().unwrap();
    let failed = client(400, body)
        .update_registry(&id, &call(), RegistryEdit::alone(move |_| Some(patch.clone())))
        .await
        .unwrap_err();
    report(Doing::AddingRule, &format!("{REGISTRY}|{rule}"), &failed.error)
}

#[tokio::test(start_paused = true)]
async fn a_single_rule_is_named_and_blamed_at_attributes_that_its_type_has() {
    let own = format!("{NETWORK}/subnets/Snet1");
    let lacks = format!(
        "Could not validate network rule - Subnets snet1 of virtual network {NETWORK} do not have ServiceEndpoints for Microsoft.ContainerRegistry resources configured."
    );
    let body = error("NetworkRuleValidationError", &lacks);
    let told = rule_refused(&own, body.clone()).await;
    let remedy = "set subnet_id to its subnet_id";
    says(&told, Some("subnet_id"), &body, &[&format!("- {NETWORK}/subnets/snet1\n"), remedy]);
    assert_eq!(told.summary, "Could not add a virtual network rule for subnet vnet1/Snet1 to registry myregistry");
    let told = rule_refused("1.2.3.4", body.clone()).await;
    says(&told, None, &body, &[&format!("- {NETWORK}/subnets/snet1\n")]);
    assert_eq!(told.summary, "Could not add IP rule 1.2.3.4 to registry myregistry");
    let body = uncoded("The requested feature IP rule exceeds allowed quota 100 for the SKU Premium.");
    says(&rule_refused("1.2.3.4", body.clone()).await, Some("ip_range"), &body, &["ip_rule_limit"]);
    let body = error("SkuNotSupported", "The SKU Basic is not supported.");
    says(&rule_refused("1.2.3.4", body.clone()).await, Some("registry_id"), &body, &["Premium"]);
}

#[tokio::test(start_paused = true)]
async fn a_single_rule_is_not_blamed_for_the_subnet_of_somebody_else() {
    let message = format!("Virtual network {NETWORK} does not have subnets with names gone.");
    let body = error("NetworkRuleValidationError", &message);
    let gone = format!("- {NETWORK}/subnets/gone\n");
    for rule in [format!("{NETWORK}/subnets/snet1"), "1.2.3.4".to_owned()] {
        says(&rule_refused(&rule, body.clone()).await, None, &body, &[&gone, "Whoever lists them"]);
    }
    let own = rule_refused(&format!("{NETWORK}/subnets/gone"), body.clone()).await;
    says(&own, Some("subnet_id"), &body, &[&gone]);
}

#[test]
fn the_guide_has_a_heading_for_every_cause_and_no_other() {
    let guide = include_str!("../../../docs/guides/troubleshooting.md");
    let headings: Vec<&str> = guide.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    for cause in CAUSES {
        assert!(headings.contains(&cause.heading), "no heading {}", cause.heading);
    }
    let of_plans = [
        "If this stops a destroy, run terraform destroy -refresh=false",
        "Destroying opens registry … to all networks",
        "Registry … already has network rules",
        "… is not a usable IP rule",
        "Registry … cannot have …",
        "Microsoft.ContainerRegistry is not registered in subscription …",
        "Registry … already has IP rule …, already has a virtual network rule …",
        "… of registry … is in this configuration twice",
        "The authoritative rule set of registry … would remove rules of other resources",
        "cannot be moved to",
        "holds nothing that … manages",
        "The state of azapi_update_resource cannot be read",
        "IP rules are more than the … that a registry holds",
        "Registry … is not Premium",
        "lacks the service endpoint Microsoft.ContainerRegistry",
        "has virtual network rules beside private endpoints",
        "Rules have no effect while public network access is disabled",
    ];
    for heading in headings {
        let known = CAUSES.iter().any(|cause| cause.heading == heading) || of_plans.contains(&heading);
        assert!(known, "nothing shows {heading}");
    }
}
