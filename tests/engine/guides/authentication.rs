//! The pages on signing in: their tables name arguments and variables as the schema does, and with exactly what a page shows, as a block and as
//! variables, the provider signs in by the way that the page is about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use acrnet::simulator::Record;
use serde_json::{Value, json};

use super::page::{Page, page, pages, quoted, root};
use crate::run::Run;
use crate::support::Workspace;

/// Each page, and how its way shows itself.
const WAYS: &[(&str, Sign)] = &[
    ("client-certificate", Sign::Form("client_assertion")),
    ("client-secret", Sign::Form("client_secret")),
    ("oidc", Sign::Form("client_assertion")),
    ("aks", Sign::Form("client_assertion")),
    ("github", Sign::Error("GitHub gives none")),
    ("azure-devops", Sign::Error("Azure DevOps gives none")),
    ("managed-identity", Sign::Asked("/metadata/identity/oauth2/token")),
    ("azure-cli", Sign::Error("the Azure CLI (az) is not on the PATH")),
    ("access-token", Sign::Nothing),
];

/// What tells a way from the others.
#[derive(Clone, Copy)]
enum Sign {
    /// The token service is sent this field.
    Form(&'static str),
    /// Another service is asked at this path.
    Asked(&'static str),
    /// Who is asked for a token gives none here, and the error says who.
    Error(&'static str),
    /// No token is asked for.
    Nothing,
}

/// Arguments of the provider block that have nothing to do with signing in.
const OTHERS: &[&str] = &[
    "disable_correlation_request_id",
    "endpoint",
    "environment",
    "ip_rule_limit",
    "max_concurrent_requests",
    "max_retries",
    "metadata_host",
    "network_api_version",
    "partner_id",
    "refresh",
    "registry_api_version",
    "resource_provider_registration",
    "virtual_network_rule_limit",
];

/// The arguments of the provider block with their descriptions; those of `endpoint` as `endpoint.name`.
fn arguments() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("tests/golden/schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let block = &schema["provider_schemas"]["registry.terraform.io/acrnet/acrnet"]["provider"]["block"]["attributes"];
    let described = |prefix: &str, attributes: &Value| -> Vec<(String, String)> {
        let of = |(name, attribute): (&String, &Value)| {
            (format!("{prefix}{name}"), attribute["description"].as_str().unwrap().to_owned())
        };
        attributes.as_object().unwrap().iter().map(of).collect()
    };
    let nested = described("endpoint.", &block["endpoint"]["nested_type"]["attributes"]);
    described("", block).into_iter().chain(nested).collect()
}

/// The variables in a text.
fn variables(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'));
    let prefixes = ["ARM_", "AZURE_", "ACTIONS_", "SYSTEM_", "IDENTITY_"];
    words
        .filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix) && word.len() > prefix.len()))
        .map(str::to_owned)
        .collect()
}

/// The pages with a table of arguments.
fn with_tables() -> Vec<Page> {
    pages()
        .into_iter()
        .filter(|page| page.name.contains("/authentication") || page.name.contains("/sovereign"))
        .collect()
}

#[test]
fn tables_name_each_argument_with_the_variables_of_the_schema() {
    let arguments = arguments();
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for page in with_tables() {
        for row in page.rows().iter().filter(|row| row.len() == 3 && row[1].contains("`ARM_")) {
            let [name] = quoted(&row[0])[..] else { panic!("{}: {row:?}", page.name) };
            let description =
                arguments.get(name).unwrap_or_else(|| panic!("{}: the provider block has no {name}", page.name));
            // What a pod of AKS has counts for three arguments, and is described at one.
            let known =
                variables(description).union(&variables(&arguments["use_aks_workload_identity"])).cloned().collect();
            let named = variables(&row[1]);
            assert!(named.is_subset(&known), "{}: {name} is not set by {named:?}", page.name);
            told.entry(name.to_owned()).or_default().extend(named);
        }
    }
    for (name, description) in arguments.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str())) {
        let named = told.get(name).unwrap_or_else(|| panic!("no page names {name}"));
        let lost: Vec<String> =
            variables(description).difference(named).filter(|name| name.starts_with("ARM_")).cloned().collect();
        assert!(lost.is_empty(), "no page names {lost:?} of {name}");
    }
}

#[test]
fn every_variable_in_a_page_is_one_that_the_provider_reads() {
    let mut known: BTreeSet<String> = arguments().values().flat_map(|description| variables(description)).collect();
    known.extend(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"].map(str::to_owned)); // of App Service, not of the user
    for page in pages() {
        let unknown: Vec<String> = variables(&page.text).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{}: nobody reads {unknown:?}", page.name);
    }
}

#[test]
fn each_page_signs_in_by_its_own_way() {
    let named: BTreeSet<String> =
        WAYS.iter().map(|(name, _)| format!("docs/guides/authentication-{name}.md")).collect();
    let there: BTreeSet<String> =
        pages().into_iter().map(|page| page.name).filter(|name| name.contains("/authentication-")).collect();
    assert_eq!(named, there);
    for (name, sign) in WAYS {
        let page = page(&format!("docs/guides/authentication-{name}.md"));
        let block = page.blocks().into_iter().find(|block| block.language == "hcl").expect("a provider block").text;
        assert_signs_in(&page, *sign, &block, &BTreeMap::new());
        let environment = environment(&page);
        if !environment.is_empty() {
            assert_signs_in(&page, *sign, "provider \"acrnet\" {}\n", &environment);
        }
    }
}

/// What the page sets: lines of a shell, or of the `env` of a pipeline.
fn environment(page: &Page) -> BTreeMap<String, String> {
    let blocks = page.blocks();
    let lines = blocks
        .iter()
        .filter(|block| ["sh", "yaml"].contains(&block.language.as_str()))
        .flat_map(|block| block.text.lines());
    let pair = |line: &str| {
        let line = line.split(" #").next().unwrap_or_default().trim();
        let (name, value) =
            line.strip_prefix("export ").map_or_else(|| line.split_once(": "), |line| line.split_once('='))?;
        variables(name).contains(name).then(|| (name.to_owned(), value.trim_matches('"').to_owned()))
    };
    lines.filter_map(pair).collect()
}

fn assert_signs_in(page: &Page, sign: Sign, block: &str, environment: &BTreeMap<String, String>) {
    let mut workspace = Workspace::new();
    let url = workspace.azure.simulator().url().to_owned();
    let data = "data \"acrnet_registry_network_rule_set\" \"this\" {\n  registry_id = \"REGISTRY\"\n}\n";
    workspace.write_all(&(super::configuration::whole(&real(block)) + data));
    for (name, value) in environment {
        workspace.set(name, &real(&secret(name, value)));
    }
    for (name, value) in beside(page, &url) {
        workspace.set(name, &value);
    }
    let run = workspace.plan();
    let calls = workspace.azure.simulator().requests();
    assert!(
        shows(sign, &calls, &run),
        "{}: with {block}and {environment:?}: {:?}\n{calls:#?}",
        page.name,
        run.errors()
    );
}

fn shows(sign: Sign, calls: &[Record], run: &Run) -> bool {
    let for_token: Vec<&Record> = calls.iter().filter(|call| call.path.contains("/oauth2/")).collect();
    match sign {
        Sign::Form(field) => run.errors().is_empty() && for_token.len() == 1 && for_token[0].body.get(field).is_some(),
        Sign::Asked(path) => run.errors().is_empty() && for_token.len() == 1 && for_token[0].path == path,
        Sign::Error(said) => run.errors().iter().any(|error| error.detail.contains(said)),
        Sign::Nothing => run.errors().is_empty() && for_token.is_empty(),
    }
}

/// What is behind a placeholder.
fn secret(name: &str, value: &str) -> String {
    let value = match (name, value) {
        ("ARM_CLIENT_CERTIFICATE_PASSWORD", "…") => "planted-pfx-password",
        ("ARM_OIDC_TOKEN", "…") => "a.b.c",
        (_, "…" | "$(System.AccessToken)") => "a-secret",
        (_, value) => value,
    };
    value.to_owned()
}

/// The text with files that are there.
fn real(text: &str) -> String {
    let pfx = root().join("src/azure/credentials/client_certificate/fixtures/openssl3.pfx");
    let token = root().join("tests/engine/guides/token.txt");
    let files = [
        ("/run/secrets/client.pfx", pfx),
        ("/run/secrets/oidc-token", token.clone()),
        ("/var/run/secrets/azure/tokens/azure-identity-token", token),
    ];
    files.iter().fold(text.to_owned(), |text, (shown, there)| text.replace(shown, there.to_str().unwrap()))
}

/// What the place where the page's way is taken sets by itself, and where this Azure is.
fn beside(page: &Page, url: &str) -> Vec<(&'static str, String)> {
    let mut set = vec![
        ("ARM_RESOURCE_MANAGER_ENDPOINT", url.to_owned()),
        ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", url.to_owned()),
        ("TF_VAR_client_secret", "a-secret".to_owned()),
        ("TF_VAR_client_certificate_password", "planted-pfx-password".to_owned()),
        ("TF_VAR_access_token", "a-token".to_owned()),
    ];
    let way = page.name.trim_start_matches("docs/guides/authentication-").trim_end_matches(".md");
    match way {
        "github" => {
            set.push(("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{url}/github")));
            set.push(("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "a-secret".to_owned()));
        }
        "azure-devops" => {
            set.push(("SYSTEM_OIDCREQUESTURI", format!("{url}/devops")));
            set.push(("SYSTEM_ACCESSTOKEN", "a-secret".to_owned()));
        }
        "aks" => {
            let token = root().join("tests/engine/guides/token.txt");
            set.push(("AZURE_TENANT_ID", "00000000-0000-0000-0000-000000000000".to_owned()));
            set.push(("AZURE_CLIENT_ID", "11111111-1111-1111-1111-111111111111".to_owned()));
            set.push(("AZURE_FEDERATED_TOKEN_FILE", token.to_str().unwrap().to_owned()));
        }
        "managed-identity" => set.push(("ARM_MSI_ENDPOINT", format!("{url}/metadata/identity/oauth2/token"))),
        "azure-cli" => set.push(("PATH", "/nowhere".to_owned())),
        _ => {}
    }
    set
}

#[test]
fn what_a_page_sets_is_read_from_shell_and_pipeline() {
    let text =
        "```sh\nexport ARM_USE_OIDC=true # why\nexport HOME=/a\n```\n\n```yaml\nenv:\n  ARM_CLIENT_ID: \"b\"\n```\n";
    let page = Page { name: "a.md".to_owned(), text: text.to_owned() };
    let expected =
        [("ARM_USE_OIDC", "true"), ("ARM_CLIENT_ID", "b")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(environment(&page), BTreeMap::from(expected));
    assert_eq!(json!(variables("`ARM_A1`, or ARM_ and AZURE_B")), json!(["ARM_A1", "AZURE_B"]));
}
