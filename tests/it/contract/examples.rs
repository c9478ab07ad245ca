//! The official examples: their bodies are accepted, and our answers have every member that theirs have.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use acrnet::simulator::{Config, Simulator};
use serde_json::{Value, json};

use super::exceptions;
use super::judge::{Finding, Side};
use super::openapi::Specs;
use super::schema::{self, Way};
use super::wire::Wire;

const PROVIDERS: &[(&str, &str)] =
    &[("containerregistry", "Microsoft.ContainerRegistry"), ("network", "Microsoft.Network")];

/// One example that writes: where to, and its text.
struct Example<'a> {
    /// `2023-07-01 RegistryUpdate`.
    name: String,
    version: String,
    method: &'static str,
    path: String,
    body: &'a Value,
    shown: &'a Value,
}

#[tokio::test]
async fn the_official_examples_are_accepted_and_answered_in_their_shape() {
    let Some(specs) = Specs::load() else { return };
    let mut found = Vec::new();
    let mut tried = 0;
    for (folder, provider) in PROVIDERS {
        for (file, text) in
            specs.folder(folder).filter(|(file, _)| file.components().any(|part| part.as_os_str() == "examples"))
        {
            let Some(example) = Example::of(&specs, file, text, provider) else { continue };
            found.extend(described(&specs, &example));
            found.extend(example.tried().await);
            tried += 1;
        }
    }
    assert!(tried >= 10, "only {tried} examples were there");
    let finding = |(operation, what): (String, String)| Finding { operation, what };
    exceptions::settle(Side::Example, &found.into_iter().map(finding).collect::<Vec<_>>());
}

impl<'a> Example<'a> {
    /// An example of a PUT or PATCH; `None` for all others.
    fn of(specs: &'a Specs, file: &Path, text: &'a Value, provider: &str) -> Option<Self> {
        let parameters = text["parameters"].as_object()?;
        let own = |name: &str| parameters.get(name).and_then(Value::as_str).unwrap_or_default();
        let group = format!("/subscriptions/{}/resourceGroups/{}", own("subscriptionId"), own("resourceGroupName"));
        let path = match (own("registryName"), own("virtualNetworkName"), own("subnetName")) {
            ("", network, "") => format!("{group}/providers/{provider}/virtualNetworks/{network}"),
            ("", network, subnet) => format!("{group}/providers/{provider}/virtualNetworks/{network}/subnets/{subnet}"),
            (registry, ..) => format!("{group}/providers/{provider}/registries/{registry}"),
        };
        let title = file.file_stem()?.to_str()?;
        let method = if title.contains("Update") { "PATCH" } else { "PUT" };
        let version = own("api-version").to_owned();
        let operation = specs.operation(method, &path, &version)?;
        let body = parameters.get(operation.body_parameter()?.text("name")?)?;
        let shown = &text["responses"]["200"]["body"];
        Some(Self { name: format!("{version} {title}"), version, method, path, body, shown })
    }

    /// Sends it to an Azure in which it makes sense; what it lacks afterwards.
    async fn tried(&self) -> Vec<(String, String)> {
        let azure = Simulator::start(Config::default()).unwrap();
        azure.seed(&self.surroundings()).unwrap();
        let wire = Arc::new(Wire::default());
        let url = format!("{}{}?api-version={}", azure.url(), self.path, self.version);
        let begun = wire.ask(self.method, &url, self.body).await;
        if begun.status >= 300 {
            return vec![(self.name.clone(), format!("was refused: {}", begun.body))];
        }
        super::end(&wire, &begun).await;
        let shown = wire.ask("GET", &url, &Value::Null).await.body;
        let (ours, theirs) = (shape_of(&shown), shape_of(self.shown));
        theirs.difference(&ours).map(|path| (self.name.clone(), format!("the answer lacks {path}"))).collect()
    }

    fn surroundings(&self) -> Value {
        let (parent, _) = self.path.rsplit_once('/').unwrap_or_default();
        let group = self.path.split("/providers/").next().unwrap_or_default();
        match parent.rsplit_once('/') {
            Some((_, "registries")) if self.method == "PATCH" => {
                json!({"registries": [{"id": self.path, "sku": "Premium"}]})
            }
            Some((network, "subnets")) => json!({"virtualNetworks": [{"id": network}]}),
            _ => json!({"resourceGroups": [group]}),
        }
    }
}

/// The examples themselves against the documents: a check of our checking.
fn described(specs: &Specs, example: &Example<'_>) -> Vec<(String, String)> {
    let operation = specs.operation(example.method, &example.path, &example.version).expect("it was found before");
    let sent = operation.body_parameter().and_then(|parameter| parameter.at("schema"));
    let answered = operation.response(200).and_then(|response| response.at("schema"));
    let both = [(example.body, sent, Way::Sent), (example.shown, answered, Way::Answered)];
    let found = both
        .into_iter()
        .flat_map(|(value, schema, way)| schema.map_or_else(Vec::new, |schema| schema::findings(value, schema, way)));
    found.map(|what| (example.name.clone(), format!("the example itself: {what}"))).collect()
}

/// Every path to a value; arrays count by their elements. What is null or a tag says nothing of the shape.
fn shape_of(value: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    gather(value, "", &mut paths);
    paths
}

fn gather(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                gather(value, &format!("{path}.{name}"), into);
            }
        }
        Value::Array(list) => {
            into.insert(format!("{path}[]"));
            for value in list {
                gather(value, &format!("{path}[]"), into);
            }
        }
        Value::Null => {}
        _ => drop(into.insert(path.to_owned())),
    }
}
