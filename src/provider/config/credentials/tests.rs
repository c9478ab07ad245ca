use std::path::Path as FilePath;

use crate::provider::config::tests::block;
use crate::provider::config::{configure, validate};
use crate::terraform::diagnostic::Diagnostic;
use crate::terraform::environment::Environment;
use crate::terraform::framework::Host;
use crate::terraform::value::{Path, Value};

const PFX: &str = "src/azure/credentials/client_certificate/fixtures/openssl3.pfx";
const PFX_PASSWORD: &str = "planted-pfx-password";
const APPLICATION: [(&str, &str); 2] = [("ARM_TENANT_ID", "t"), ("ARM_CLIENT_ID", "i")];
const REQUEST: [(&str, &str); 2] =
    [("ACTIONS_ID_TOKEN_REQUEST_URL", "https://runner/token"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "planted-token")];

/// What is wrong with these arguments and variables.
fn mistakes(arguments: &[(&str, Value)], variables: &[(&str, &str)]) -> Vec<Diagnostic> {
    let environment = Environment::from_pairs(variables.iter().copied());
    let configured = configure(&block(arguments), &environment, &Host::default());
    assert_eq!(configured.clients.is_none(), configured.diagnostics.has_error());
    configured.diagnostics.into_iter().collect()
}

fn summaries(arguments: &[(&str, Value)], variables: &[(&str, &str)]) -> Vec<String> {
    mistakes(arguments, variables).into_iter().map(|mistake| mistake.summary).collect()
}

/// What is configured, as `Debug` shows it: the source's name is in it, and no secret may be.
fn shown(arguments: &[(&str, Value)], variables: &[(&str, &str)]) -> String {
    let environment = Environment::from_pairs(variables.iter().copied());
    let ok = configure(&block(arguments), &environment, &Host::default());
    assert!(ok.clients.is_some(), "{:?}", ok.diagnostics);
    format!("{:?}", ok.clients)
}

fn with<'a>(base: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [base, more].concat()
}

fn pfx_path() -> String {
    FilePath::new(env!("CARGO_MANIFEST_DIR")).join(PFX).to_str().unwrap().to_owned()
}

#[test]
fn with_nothing_set_it_is_the_azure_cli() {
    assert!(summaries(&[], &[]).is_empty());
    let all_off = mistakes(&[("use_cli", false.into())], &[]);
    assert_eq!(all_off[0].summary, "No way to authenticate");
    assert!(all_off[0].detail.contains("use_msi (ARM_USE_MSI)"), "{}", all_off[0].detail);
}

#[test]
fn every_missing_part_of_a_client_secret_is_an_error_of_its_own() {
    assert_eq!(summaries(&[("client_secret", "s".into())], &[]), ["tenant_id is missing", "client_id is missing"]);
    let missing = mistakes(&[("tenant_id", "t".into())], &[("ARM_CLIENT_SECRET", "s")]);
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].path, Some(Path::attribute("client_id")));
    assert!(missing[0].detail.contains("a client secret") && missing[0].detail.contains("ARM_CLIENT_ID"));
}

#[test]
fn an_empty_variable_is_none() {
    let variables = with(
        &APPLICATION,
        &[("ARM_CLIENT_SECRET", ""), ("ARM_USE_OIDC", ""), ("ARM_USE_MSI", ""), ("ARM_USE_CLI", "")],
    );
    assert!(summaries(&[], &variables).is_empty(), "what is left is the Azure CLI");
    let only_cli_off = with(&variables, &[("ARM_USE_CLI", "false")]);
    assert_eq!(summaries(&[], &only_cli_off), ["No way to authenticate"]);
}

#[test]
fn truth_values_are_those_of_go_and_others_are_named() {
    for (text, count) in [("false", 1), ("0", 1), ("F", 1), ("true", 0), ("1", 0), ("T", 0)] {
        assert_eq!(mistakes(&[], &[("ARM_USE_CLI", text)]).len(), count, "{text}");
    }
    assert_eq!(
        summaries(&[], &[("ARM_USE_MSI", "yes"), ("ARM_USE_OIDC", "no")]),
        ["Invalid ARM_USE_OIDC", "Invalid ARM_USE_MSI"]
    );
    assert!(summaries(&[("use_msi", false.into())], &[("ARM_USE_MSI", "yes")]).is_empty(), "the block wins");
}

#[test]
fn a_certificate_may_be_a_file_or_base64_in_lines() {
    use base64::Engine as _;
    let variables = with(&APPLICATION, &[("ARM_CLIENT_CERTIFICATE_PASSWORD", PFX_PASSWORD)]);
    assert!(summaries(&[("client_certificate_path", pfx_path().as_str().into())], &variables).is_empty());
    let text = base64::engine::general_purpose::STANDARD.encode(std::fs::read(pfx_path()).unwrap());
    let lines: Vec<String> =
        text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    assert!(summaries(&[("client_certificate", lines.join("\n").as_str().into())], &variables).is_empty());
    assert!(summaries(&[("client_certificate", text.trim_end_matches('=').into())], &variables).is_empty());
}

#[test]
fn a_certificate_that_cannot_be_opened_is_told_at_its_argument_and_without_its_content() {
    let refused = |argument: &str, value: &str, password: &str| {
        let variables = with(&APPLICATION, &[("ARM_CLIENT_CERTIFICATE_PASSWORD", password)]);
        let found = mistakes(&[(argument, value.into())], &variables);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(!format!("{found:?}").contains("planted"), "{found:?}");
        (found[0].path.clone().unwrap(), found[0].detail.clone())
    };
    let (path, detail) = refused("client_certificate_path", &pfx_path(), "planted-wrong");
    assert_eq!(path, Path::attribute("client_certificate_password"));
    assert!(detail.contains("a wrong one is set") && detail.contains("ARM_CLIENT_CERTIFICATE_PASSWORD"), "{detail}");
    assert!(refused("client_certificate_path", &pfx_path(), "").1.contains("none is set"));
    let (path, detail) = refused("client_certificate_path", "/nowhere/a.pfx", "");
    assert_eq!(path, Path::attribute("client_certificate_path"));
    assert!(detail.contains("/nowhere/a.pfx"), "{detail}");
    assert!(refused("client_certificate", "planted!", "").1.contains("it is not base64"));
    assert!(refused("client_certificate", "cGxhbnRlZA==", "").1.contains("not a PKCS#12"));
}

#[test]
fn the_order_is_azurerms() {
    // Each way misses its application, and the error names the way that was chosen.
    let pfx = pfx_path();
    let mut ways = vec![
        (
            vec![("ARM_CLIENT_CERTIFICATE_PATH", pfx.as_str()), ("ARM_CLIENT_CERTIFICATE_PASSWORD", PFX_PASSWORD)],
            "a client certificate",
        ),
        (vec![("ARM_CLIENT_SECRET", "s")], "a client secret"),
        (vec![("ARM_OIDC_TOKEN", "a.b.c")], "an OIDC token"),
        (vec![("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "c")], "an OIDC token of Azure DevOps"),
        (REQUEST.to_vec(), "an OIDC token of GitHub Actions"),
    ];
    while !ways.is_empty() {
        let mut variables: Vec<_> = ways.iter().flat_map(|(variables, _)| variables.clone()).collect();
        variables.extend([("ARM_USE_OIDC", "true"), ("ARM_USE_MSI", "true")]);
        if ways.len() > 1 || ways[0].1.ends_with("DevOps") {
            variables.extend(REQUEST);
        }
        let found = mistakes(&[], &variables);
        let expected = format!("To authenticate with {}, tenant_id", ways[0].1);
        assert!(found.iter().any(|found| found.detail.starts_with(&expected)), "{expected}: {found:?}");
        ways.remove(0);
    }
    assert!(mistakes(&[], &[("ARM_USE_MSI", "true")]).is_empty(), "an identity of the machine needs nothing else");
}

#[test]
fn use_oidc_without_any_token_goes_on_to_the_next_way_as_in_azurerm() {
    let variables = with(&APPLICATION, &[("ARM_USE_OIDC", "true")]);
    assert!(summaries(&[], &variables).is_empty(), "a developer's machine has the Azure CLI");
    let found = mistakes(&[("use_cli", false.into())], &variables);
    assert!(found[0].detail.contains("id-token: write"), "{found:?}");
}

#[test]
fn without_use_oidc_its_tokens_are_not_looked_at() {
    let variables = with(&REQUEST, &[("ARM_OIDC_TOKEN", "a.b.c"), ("ARM_USE_CLI", "false")]);
    assert_eq!(summaries(&[], &variables), ["No way to authenticate"]);
}

#[test]
fn half_of_a_token_request_is_an_error_for_each_missing_part() {
    let oidc = with(&APPLICATION, &[("ARM_USE_OIDC", "true")]);
    let missing = |more: &[(&str, &str)]| summaries(&[], &[&oidc[..], more].concat());
    assert_eq!(missing(&REQUEST[..1]), ["oidc_request_token is missing"]);
    assert_eq!(
        missing(&[("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "c")]),
        ["oidc_request_url is missing", "oidc_request_token is missing"]
    );
    assert_eq!(
        missing(&[("SYSTEM_OIDCREQUESTURI", "https://dev.azure.com/o/oidctoken")]),
        ["oidc_request_token is missing", "ado_pipeline_service_connection_id is missing"]
    );
    assert_eq!(
        missing(&[("ARM_OIDC_REQUEST_URL", "http://runner/token?sig=planted"), ("ARM_OIDC_REQUEST_TOKEN", "t")]),
        ["Invalid oidc_request_url"]
    );
}

#[test]
fn tokens_in_several_places_must_be_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "planted.a.b\n").unwrap();
    let file = ("ARM_OIDC_TOKEN_FILE_PATH", path.to_str().unwrap());
    let oidc = with(&APPLICATION, &[("ARM_USE_OIDC", "true"), file]);
    assert!(summaries(&[], &with(&oidc, &[("ARM_OIDC_TOKEN", "planted.a.b")])).is_empty());
    let found = mistakes(&[], &with(&oidc, &[("ARM_OIDC_TOKEN", "planted.other")]));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].detail.contains("ARM_OIDC_TOKEN_FILE_PATH") && !format!("{found:?}").contains("planted"),
        "{found:?}"
    );
}

#[test]
fn a_file_of_a_token_is_not_read_before_it_is_needed() {
    let oidc = with(&APPLICATION, &[("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN_FILE_PATH", "/nowhere/token")]);
    assert!(summaries(&[], &oidc).is_empty());
}

#[test]
fn aks_names_application_tenant_and_file() {
    let aks = [("AZURE_CLIENT_ID", "i"), ("AZURE_TENANT_ID", "t"), ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token")];
    let on = with(&aks, &[("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"), ("ARM_USE_CLI", "false")]);
    assert!(summaries(&[], &on).is_empty());
    assert!(summaries(&[], &with(&on, &APPLICATION)).is_empty(), "the same said twice");
    assert_eq!(
        summaries(&[("tenant_id", "t2".into()), ("client_id", "i2".into())], &on),
        ["tenant_id and AKS workload identity disagree", "client_id and AKS workload identity disagree"]
    );
    let off = with(&aks, &[("ARM_USE_CLI", "false")]);
    assert_eq!(summaries(&[], &off), ["No way to authenticate"]);
    let missing = mistakes(&[], &with(&aks[2..], &[("ARM_USE_AKS_WORKLOAD_IDENTITY", "true")]));
    assert!(missing.iter().any(|mistake| mistake.detail.contains("AZURE_TENANT_ID")), "{missing:?}");
}

#[test]
fn the_endpoint_of_a_managed_identity_is_checked() {
    let found = mistakes(&[("use_msi", true.into()), ("msi_endpoint", "http://identity.example/".into())], &[]);
    assert_eq!(found[0].path, Some(Path::attribute("msi_endpoint")));
    assert!(found[0].detail.contains("ARM_MSI_ENDPOINT"), "{found:?}");
    let app_service =
        [("ARM_USE_MSI", "true"), ("IDENTITY_HEADER", "planted"), ("IDENTITY_ENDPOINT", "http://8.8.8.8/")];
    assert_eq!(summaries(&[], &app_service), ["Invalid endpoint of the managed identity"]);
    assert!(summaries(&[], &app_service[..2]).is_empty(), "without an endpoint it is the machine's");
}

#[test]
fn auxiliary_tenants_are_three_at_most_and_well_formed() {
    let secret = with(&APPLICATION, &[("ARM_CLIENT_SECRET", "s")]);
    assert!(summaries(&[], &with(&secret, &[("ARM_AUXILIARY_TENANT_IDS", "a; b;;c;")])).is_empty());
    let four = with(&secret, &[("ARM_AUXILIARY_TENANT_IDS", "a;b;c;d")]);
    assert_eq!(summaries(&[], &four), ["Too many auxiliary tenants"]);
    let one = Value::List(vec!["a/b".into()]);
    assert_eq!(summaries(&[("auxiliary_tenant_ids", one)], &four), ["Invalid auxiliary_tenant_ids"]);
}

#[test]
fn auxiliary_tenants_of_a_way_with_one_tenant_are_a_mistake_in_the_block_only() {
    let msi = ("use_msi", Value::from(true));
    assert!(summaries(std::slice::from_ref(&msi), &[("ARM_AUXILIARY_TENANT_IDS", "a")]).is_empty());
    let given = ("auxiliary_tenant_ids", Value::List(vec!["a".into()]));
    assert_eq!(summaries(&[msi, given], &[]), ["auxiliary_tenant_ids has no effect"]);
}

#[test]
fn ids_that_would_bend_a_url_or_a_command_are_refused() {
    assert_eq!(summaries(&[("tenant_id", "--debug".into())], &[]), ["Invalid tenant_id"]);
    assert_eq!(summaries(&[("subscription_id", "a b".into())], &[]), ["Invalid subscription_id"]);
}

#[test]
fn two_certificates_and_two_ways_in_one_block_are_found_by_validation() {
    let certificates = |certificate: Value| {
        let arguments = [("client_certificate", certificate), ("client_certificate_path", "a".into())];
        let found = validate(&block(&arguments), &Environment::default());
        found.iter().map(|found| found.summary.clone()).collect::<Vec<_>>()
    };
    assert_eq!(certificates("c".into()), ["Two client certificates"]);
    assert_eq!(certificates(Value::Unknown), [""; 0]);
    let arguments = [("access_token", "t".into()), ("use_oidc", true.into()), ("use_msi", true.into())];
    let found = validate(&block(&arguments), &Environment::default());
    assert!(found.iter().next().unwrap().detail.contains("use_oidc, use_msi"), "{found:?}");
}

#[test]
fn no_credential_shows_in_the_debug_form_of_what_is_configured() {
    let oidc = with(&APPLICATION, &[("ARM_USE_OIDC", "true")]);
    for variables in [
        with(&APPLICATION, &[("ARM_CLIENT_SECRET", "planted-secret")]),
        with(&oidc, &[("ARM_OIDC_TOKEN", "planted.a.b")]),
        with(&oidc, &REQUEST),
        vec![
            ("ARM_USE_MSI", "true"),
            ("IDENTITY_ENDPOINT", "http://127.0.0.1/"),
            ("IDENTITY_HEADER", "planted-header"),
        ],
    ] {
        let shown = shown(&[], &variables);
        assert!(!shown.contains("planted"), "{shown}");
    }
}
