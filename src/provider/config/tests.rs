use super::*;
use crate::terraform::framework::Provider;
use crate::terraform::value::Type;

const LOOPBACK: &str = "http://127.0.0.1:8080";

/// The block with these arguments, everything else left out.
pub(super) fn block(arguments: &[(&str, Value)]) -> Value {
    let ty = super::super::schema::schema().ty();
    let Value::Map(mut entries) = Value::all_null(&ty) else { panic!("a schema is an object") };
    for (name, value) in arguments {
        assert!(entries.insert((*name).to_owned(), value.clone()).is_some(), "no argument {name}");
    }
    Value::Map(entries)
}

fn endpoint(url: &str) -> Value {
    Value::map([
        ("resource_manager_endpoint", Value::from(url)),
        ("resource_manager_audience", Value::Null),
        ("active_directory_authority_host", Value::Null),
    ])
}

fn configured(arguments: &[(&str, Value)], variables: &[(&str, &str)]) -> Result<Clients, Vec<String>> {
    let environment = Environment::from_pairs(variables.iter().copied());
    let host = Host { terraform_version: "1.11.4".to_owned() };
    let configured = configure(&block(arguments), &environment, &host);
    configured.clients.ok_or_else(|| configured.diagnostics.iter().map(|found| found.summary.clone()).collect())
}

fn ready(arguments: &[(&str, Value)], variables: &[(&str, &str)]) -> ArmClient {
    configured(arguments, variables).expect("a configuration with credentials").arm
}

#[test]
fn a_ready_token_is_all_that_is_needed() {
    let arm = ready(&[("access_token", "t".into())], &[]);
    assert_eq!(arm.config().cloud.name(), CloudName::Public);
    assert_eq!(arm.config().registry_api_version.as_str(), "2026-03-01-preview");
    assert_eq!(arm.config().network_api_version.as_str(), "2025-01-01");
}

#[test]
fn the_same_can_be_said_by_variables() {
    let variables = [("ARM_ACCESS_TOKEN", "t"), ("ARM_ENVIRONMENT", "china")];
    assert_eq!(ready(&[], &variables).config().cloud.name(), CloudName::China);
}

#[test]
fn the_block_wins_over_the_variable() {
    let arguments = [("environment", "usgovernment".into()), ("access_token", "t".into())];
    let arm = ready(&arguments, &[("ARM_ENVIRONMENT", "china")]);
    assert_eq!(arm.config().cloud.name(), CloudName::UsGovernment);
}

#[test]
fn an_endpoint_on_loopback_may_be_plain_http() {
    let arm = ready(&[("endpoint", endpoint(LOOPBACK)), ("access_token", "t".into())], &[]);
    assert_eq!(arm.config().cloud.known().unwrap().resource_manager().as_str(), "http://127.0.0.1:8080/");
}

#[test]
fn plain_http_to_another_host_is_refused_by_validation_already() {
    let config = block(&[("endpoint", endpoint("http://10.0.0.1/")), ("access_token", "t".into())]);
    let found = validate(&config, &Environment::default());
    assert_eq!(found.iter().map(|found| found.path.clone()).collect::<Vec<_>>(), [Some(Path::attribute("endpoint"))]);
}

#[test]
fn validation_asks_for_no_credentials() {
    assert!(validate(&block(&[]), &Environment::default()).is_empty());
}

#[test]
fn a_token_beside_a_secret_is_one_way_too_many() {
    let found = |secret: Value| {
        let config = block(&[("access_token", "t".into()), ("client_secret", secret)]);
        let found = validate(&config, &Environment::default());
        found.iter().map(|found| found.summary.clone()).collect::<Vec<_>>()
    };
    assert_eq!(found("s".into()), ["Two ways to authenticate"]);
    // A variable that is null by default is not known to `terraform validate`, and an empty text is none.
    assert_eq!(found(Value::Unknown), [""; 0]);
    assert_eq!(found("".into()), [""; 0]);
}

#[test]
fn a_secret_may_lie_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "s3cret\n").unwrap();
    let path: Value = path.to_str().unwrap().into();
    let rest = [("tenant_id", "t".into()), ("client_id", "i".into()), ("client_secret_file_path", path)];
    assert!(configured(&rest, &[]).is_ok());
    assert!(configured(&rest, &[("ARM_CLIENT_SECRET", "s3cret")]).is_ok());
    let disagreeing = configured(&rest, &[("ARM_CLIENT_SECRET", "another")]).unwrap_err();
    assert_eq!(disagreeing, ["client_secret and client_secret_file_path disagree"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_nothing_else_is_missing() {
    let arguments =
        [("tenant_id", "t".into()), ("client_id", "i".into()), ("client_secret_file_path", "/nowhere/secret".into())];
    assert_eq!(configured(&arguments, &[]).unwrap_err(), ["Cannot read client_secret_file_path"]);
}

#[test]
fn what_is_not_known_yet_leaves_the_provider_unconfigured_without_an_error() {
    for unknown in ["endpoint", "access_token", "tenant_id", "max_retries"] {
        assert_eq!(configured(&[(unknown, Value::Unknown)], &[]).unwrap_err(), Vec::<String>::new(), "{unknown}");
    }
}

#[test]
fn limits_and_retries_are_taken_from_the_block() {
    let arguments = [
        ("access_token", "t".into()),
        ("ip_rule_limit", 400.into()),
        ("virtual_network_rule_limit", 150.into()),
        ("max_retries", 0.into()),
        ("max_concurrent_requests", 2.into()),
    ];
    let clients = configured(&arguments, &[]).unwrap();
    assert_eq!(clients.limits, Limits { ip_rules: 400, virtual_network_rules: 150 });
    assert_eq!(clients.arm.config().retry.max_retries, 0);
    assert_eq!(clients.arm.config().max_concurrent_requests, 2);
}

#[test]
fn the_user_agent_says_who_asks_and_for_whom() {
    let variables = [
        ("ARM_ACCESS_TOKEN", "t"),
        ("AZURE_HTTP_USER_AGENT", "pipeline/7"),
        ("ARM_PARTNER_ID", "222c6c49-1b0a-5959-a213-6608f9eb8820"),
    ];
    let agent = ready(&[], &variables).config().user_agent.clone();
    assert!(
        agent.starts_with("HashiCorp Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-acrnet/"),
        "{agent}"
    );
    assert!(agent.ends_with(" pipeline/7 pid-222c6c49-1b0a-5959-a213-6608f9eb8820"), "{agent}");
}

#[test]
fn one_correlation_id_a_process_unless_it_is_given_or_switched_off() {
    let token = ("ARM_ACCESS_TOKEN", "t");
    assert!(ready(&[], &[token]).config().correlation_id.is_some());
    let given = ready(&[], &[token, ("ARM_CORRELATION_REQUEST_ID", "run-7")]);
    assert_eq!(given.config().correlation_id.as_deref(), Some("run-7"));
    for off in [
        &[token, ("ARM_DISABLE_CORRELATION_REQUEST_ID", "true")],
        &[token, ("ARM_DISABLE_CORRELATION_REQUEST_ID", "1")],
    ] {
        assert_eq!(ready(&[], off).config().correlation_id, None);
    }
    let argument = [("disable_correlation_request_id", true.into())];
    assert_eq!(ready(&argument, &[token]).config().correlation_id, None);
}

#[test]
fn no_credential_shows_in_the_debug_form_of_what_is_configured() {
    let arguments = [("tenant_id", "t".into()), ("client_id", "i".into()), ("client_secret", "planted-secret".into())];
    let clients = configured(&arguments, &[]).unwrap();
    assert!(!format!("{clients:?}").contains("planted-secret"));
    let clients = configured(&[("access_token", "planted-token".into())], &[]).unwrap();
    assert!(!format!("{clients:?}").contains("planted-token"));
}

#[test]
fn the_model_and_the_schema_of_the_block_agree() {
    let ty = super::super::AcrnetProvider::new(Environment::default()).schema().ty();
    let Type::Object(attributes) = &ty else { panic!("a schema is an object") };
    let unknown = Value::map(attributes.keys().map(|name| (name.clone(), Value::Unknown)));
    for value in [Value::all_null(&ty), unknown] {
        let model: Block = from_value(value.clone()).unwrap();
        assert_eq!(crate::terraform::value::to_value(&model, &ty).unwrap(), value);
    }
}

#[test]
fn every_named_policy_of_registration_is_understood() {
    for name in RegistrationPolicy::NAMES {
        assert!(RegistrationPolicy::named(name).is_some(), "{name}");
        let block = Block { resource_provider_registration: Tf::Known((*name).to_owned()), ..Block::default() };
        let settings = Settings { block: &block, environment: &Environment::default() };
        assert_eq!(Some(settings.registration()), RegistrationPolicy::named(name));
    }
    assert_eq!(RegistrationPolicy::default(), RegistrationPolicy::Check);
}

#[test]
fn a_metadata_host_is_not_asked_when_configuring() {
    let variables = [("ARM_ACCESS_TOKEN", "t"), ("ARM_METADATA_HOSTNAME", "management.private.example")];
    assert!(ready(&[], &variables).config().cloud.known().is_none());
    let argument = ("metadata_host", Value::from("other.private.example"));
    let shown = format!("{:?}", ready(&[argument], &variables).config().cloud);
    assert!(shown.contains("other.private.example"), "{shown}");
}

#[test]
fn nothing_is_left_to_ask_where_both_endpoints_are_set() {
    let variables = [
        ("ARM_ACCESS_TOKEN", "t"),
        ("ARM_METADATA_HOSTNAME", "management.private.example"),
        ("ARM_RESOURCE_MANAGER_ENDPOINT", "https://arm.private.example"),
        ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "https://login.private.example"),
    ];
    let arm = ready(&[], &variables);
    assert_eq!(arm.config().cloud.known().unwrap().authority().as_str(), "https://login.private.example/");
    assert!(ready(&[], &variables[..3]).config().cloud.known().is_none(), "one of two is not all");
}

#[test]
fn a_metadata_host_that_is_none_is_refused_with_argument_and_variable() {
    for bad in ["http://management.private.example", "a b", "https://user:planted@host"] {
        let environment = Environment::from_pairs([("ARM_METADATA_HOSTNAME", bad)]);
        let found: Vec<_> = validate(&block(&[]), &environment).into_iter().collect();
        assert_eq!((found.len(), &found[0].path), (1, &Some(Path::attribute("metadata_host"))), "{found:?}");
        assert!(found[0].detail.contains("metadata_host") && found[0].detail.contains("ARM_METADATA_HOSTNAME"));
        assert!(!found[0].detail.contains("planted"), "{found:?}");
    }
}

#[test]
fn every_argument_that_holds_a_secret_is_marked_as_such() {
    let schema = super::super::schema::schema();
    let attributes = &schema.block.attributes;
    let marked: Vec<&str> =
        attributes.iter().filter(|attribute| attribute.sensitive).map(|attribute| attribute.name.as_str()).collect();
    let told_by_name = |name: &str| {
        let holds = ["token", "secret", "password", "certificate"].iter().any(|word| name.contains(word));
        holds && !name.ends_with("_path")
    };
    let expected: Vec<&str> =
        attributes.iter().map(|attribute| attribute.name.as_str()).filter(|name| told_by_name(name)).collect();
    assert_eq!(marked, expected);
    assert_eq!(marked.len(), 6, "{marked:?}");
}
