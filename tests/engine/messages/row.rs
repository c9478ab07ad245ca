//! One row of the table: a configuration, what is in Azure, and whether something is to be said about it.

use std::fmt::Write as _;

use acrnet::simulator::Fault;
use serde_json::{Value, json};

use super::text;
use crate::azure::{GROUP, NETWORK};
use crate::run::Said;
use crate::support::Workspace;

/// A subscription in which nobody has registered the resource provider.
pub(super) const FAR: &str = "44444444-4444-4444-4444-444444444444";

/// Rows about one sentence of the contract.
pub(super) struct Group {
    /// The sentence, or what it is if the contract has none.
    pub(super) title: &'static str,
    /// That of the rows that speak.
    pub(super) severity: Severity,
    /// The rows, silent neighbours among them.
    pub(super) rows: Vec<Row>,
}

/// What Terraform makes of a message.
#[derive(Clone, Copy)]
pub(super) enum Severity {
    /// The run ends.
    Error,
    /// The run goes on.
    Warning,
}

/// A configuration and its world. `NAME` stands for the row's name in the configuration, `"REGISTRY"` for the id of its own registry.
pub(super) struct Row {
    /// What the case is, and the name of its objects.
    pub(super) name: &'static str,
    /// Whether something is to be said.
    pub(super) speaks: bool,
    first: Option<String>,
    last: String,
    registry: Option<Value>,
    moved: Option<Value>,
    fault: Option<Fault>,
    login_server: Option<&'static str>,
}

/// Which configuration of a row that changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The one that is applied.
    First,
    /// The one that is planned.
    Last,
}

/// A row that is spoken about.
pub(super) fn says(name: &'static str, configuration: impl Into<String>) -> Row {
    let registry = Some(json!({}));
    Row {
        name,
        speaks: true,
        first: None,
        last: configuration.into(),
        registry,
        moved: None,
        fault: None,
        login_server: None,
    }
}

/// A neighbour that is not.
pub(super) fn silent(name: &'static str, configuration: impl Into<String>) -> Row {
    Row { speaks: false, ..says(name, configuration) }
}

impl Row {
    /// Whose registry has these members.
    pub(super) fn on(self, registry: Value) -> Self {
        Self { registry: Some(registry), ..self }
    }

    /// Whose registry holds rules.
    pub(super) fn holding(self, rules: &Value) -> Self {
        self.on(json!({"properties": {"networkRuleSet": rules}}))
    }

    /// Whose registry denies, and has no rules.
    pub(super) fn denying(self) -> Self {
        self.holding(&json!({"defaultAction": "Deny"}))
    }

    /// Whose registry denies, and names this as its login server, at the simulator's port.
    pub(super) fn at(self, login_server: &'static str) -> Self {
        Self { login_server: Some(login_server), ..self.denying() }
    }

    /// Whose registry's writes go wrong like that.
    pub(super) fn with(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// Whose registry is not there.
    pub(super) fn nowhere(self) -> Self {
        Self { registry: None, ..self }
    }

    /// With that configuration applied before.
    pub(super) fn after(self, configuration: impl Into<String>) -> Self {
        Self { first: Some(configuration.into()), ..self }
    }

    /// Whose registry somebody else changes before the plan.
    pub(super) fn moved(self, registry: Value) -> Self {
        Self { moved: Some(registry), ..self }
    }

    /// Whether a message is about this row.
    pub(super) fn owns(&self, said: &Said) -> bool {
        let own = |word: &str| word.strip_suffix("_again").unwrap_or(word) == self.name;
        let named = |text: &str| text.split(['.', '"', ' ']).any(own);
        if said.address.is_empty() && said.context.is_empty() {
            said.summary.contains(&self.registry_name()) || said.detail.contains(&format!("/{}", self.registry_name()))
        } else {
            named(&said.address) || said.address.is_empty() && named(&said.context)
        }
    }

    fn registry_name(&self) -> String {
        self.name.replace('_', "")
    }

    fn registry_id(&self) -> String {
        format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/{}", self.registry_name())
    }

    fn configuration(&self, stage: Stage) -> String {
        let text = if stage == Stage::First { self.first.as_ref().unwrap_or(&self.last) } else { &self.last };
        let text = text.replace("\"NAME", &format!("\"{}", self.name));
        let text = text.replace("NAME.", &format!("{}.", self.name)).replace(".NAME\n", &format!(".{}\n", self.name));
        let text = text.replace(".NAME]", &format!(".{}]", self.name));
        text.replace("\"REGISTRY", &format!("\"{}", self.registry_id()))
    }
}

impl Group {
    /// Whether that is the address of a registry on which a row of errors wants something.
    pub(super) fn refuses(&self, path: &str) -> bool {
        let of_row = |row: &Row| row.speaks && path.eq_ignore_ascii_case(&row.registry_id());
        matches!(self.severity, Severity::Error) && self.rows.iter().any(of_row)
    }

    /// The group as the golden file has it.
    pub(super) fn shown(&self, said: &[Said]) -> String {
        let mut text = format!("# {} ({})\n", self.title, self.severity.word());
        for row in &self.rows {
            write!(text, "\n## {}\n", row.name).expect("a String takes all");
            if let Some(first) = &row.first {
                write!(text, "  before: {}", abridged(first)).expect("a String takes all");
            }
            text.push_str(&abridged(&row.last));
            let mut own: Vec<String> = said.iter().filter(|said| row.owns(said)).map(read).collect();
            own.sort_unstable();
            text.push_str(&if own.is_empty() { "silent\n".to_owned() } else { own.concat() });
        }
        text
    }
}

/// A configuration, a block in a line, without the lines that most have.
fn abridged(configuration: &str) -> String {
    let usual = ["  registry_id = \"REGISTRY\"", "  default_action = \"Deny\"", "  input = \"REGISTRY\""];
    let blocks = configuration.split("\n}\n").filter(|block| !block.is_empty());
    let line = |block: &str| {
        let mut lines = block.lines().filter(|line| !line.is_empty() && !usual.contains(line));
        let head = lines
            .next()
            .unwrap_or_default()
            .trim_end_matches([' ', '{'])
            .replace(" \"NAME\"", "")
            .replace(" \"NAME_again\"", "");
        let body: Vec<String> = lines.map(|line| text::shortened(line.trim())).collect();
        format!("  {head} {{ {} }}\n", body.join("; "))
    };
    let text: String = blocks.map(line).collect();
    if text.is_empty() { "  nothing\n".to_owned() } else { text }
}

/// The message as its reader sees it.
fn read(said: &Said) -> String {
    let in_block = ["resource ", "data ", "output ", "ephemeral "].iter().any(|word| said.line.starts_with(word));
    let place = if in_block { "" } else { said.line.split('=').next().unwrap_or_default().trim() };
    let place = if place.is_empty() { "the block" } else { place };
    text::as_read(&said.severity, place, &said.summary, &said.detail)
}

/// A workspace in which all rows are, as they are planned.
pub(super) fn place(groups: &[Group]) -> Workspace {
    let place = Workspace::new();
    let registries: Vec<Value> = rows(groups).filter_map(document).collect();
    place.azure.simulator().add(&json!({"registries": registries})).unwrap();
    for row in rows(groups) {
        if let Some(fault) = &row.fault {
            place.azure.fault(fault.clone().on("PATCH", &row.registry_id()));
        }
        if let Some(server) = row.login_server {
            let port = place.azure.simulator().url().rsplit(':').next().expect("a port");
            let server = json!({"properties": {"loginServer": format!("{server}:{port}")}});
            place.azure.simulator().edit(&row.registry_id(), &server).unwrap();
        }
    }
    place.azure.simulator().add(&neighbourhood()).unwrap();
    write(&place, groups, Stage::Last);
    place
}

/// Writes the configuration of all rows at that stage.
pub(super) fn write(place: &Workspace, groups: &[Group], stage: Stage) {
    let all: String = rows(groups).map(|row| row.configuration(stage)).collect();
    place.write(&format!("{}{all}{}", providers(place.azure.simulator().url()), needing(&all)));
}

/// Something that needs all that is ephemeral: nothing is opened for nobody.
fn needing(configuration: &str) -> String {
    let blocks = configuration.split("ephemeral \"").skip(1);
    let address = |block: &str| block.splitn(4, '"').step_by(2).take(2).collect::<Vec<_>>().join(".");
    let all: Vec<String> = blocks.map(|block| format!("ephemeral.{}", address(block))).collect();
    if all.is_empty() {
        return String::new();
    }
    format!("resource \"terraform_data\" \"needs\" {{\n  depends_on = [{}]\n}}\n", all.join(", "))
}

/// What somebody else does between the apply and the plan.
pub(super) fn move_on(place: &Workspace, groups: &[Group]) {
    for row in rows(groups) {
        if let Some(change) = &row.moved {
            place.azure.simulator().edit(&row.registry_id(), change).unwrap();
        }
    }
}

fn rows(groups: &[Group]) -> impl Iterator<Item = &Row> {
    groups.iter().flat_map(|group| &group.rows)
}

fn document(row: &Row) -> Option<Value> {
    let mut document = json!({"id": row.registry_id(), "location": "westeurope", "sku": {"name": "Premium"}});
    for (member, value) in row.registry.as_ref()?.as_object().expect("members of a registry") {
        document[member] = value.clone();
    }
    Some(document)
}

/// Provider blocks of other settings, by their alias.
fn providers(url: &str) -> String {
    let blocks = [
        ("few", "ip_rule_limit = 10\n  virtual_network_rule_limit = 10"),
        ("many", "ip_rule_limit = 1000\n  virtual_network_rule_limit = 1000"),
        ("without_subnets", "registry_api_version = \"2025-11-01\""),
        ("without_tasks", "registry_api_version = \"2023-07-01\""),
        ("government", "environment = \"usgovernment\""),
        ("china", "environment = \"china\""),
        ("unchecked", "resource_provider_registration = \"skip\""),
    ];
    let block = |(alias, lines): (&str, &str)| {
        format!(
            "provider \"acrnet\" {{\n  alias = \"{alias}\"\n  endpoint = {{ resource_manager_endpoint = \"{url}\" }}\n  access_token = \"any\"\n  \
             {lines}\n}}\n"
        )
    };
    blocks.map(block).concat()
}

/// A network of many subnets that have the endpoint, one in a subscription without registration, and a registry that lets nobody in.
fn neighbourhood() -> Value {
    let subnet = |at: usize| json!({"name": format!("s{at}"), "properties": {"addressPrefix": format!("10.2.{at}.0/24"), "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}});
    let network = |id: String, subnets: Vec<Value>| json!({"id": id, "location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.2.0.0/16"]}, "subnets": subnets}});
    json!({
        "registries": [{
            "id": format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/refusing"), "location": "westeurope", "sku": {"name": "Premium"},
            "properties": {"networkRuleSet": {"defaultAction": "Deny"}},
        }],
        "subscriptions": [{"id": FAR, "providers": {"Microsoft.ContainerRegistry": "NotRegistered"}}],
        "virtualNetworks": [network(wide_network(), (0..101).map(subnet).collect()), network(far_network(), vec![subnet(1)])],
    })
}

/// The network of subnets `s0` to `s100`, which have the endpoint.
pub(super) fn wide_network() -> String {
    format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/wide")
}

/// The network in the subscription [`FAR`].
pub(super) fn far_network() -> String {
    NETWORK.replace("11111111-1111-1111-1111-111111111111", FAR)
}
