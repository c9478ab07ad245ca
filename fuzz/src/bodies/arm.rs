//! What Azure Resource Manager answers: the first line names a type and what is done with it, each block after a line of three dashes is an answer.
//!
//! ```text
//! acrnet_registry_ip_rule create read destroy
//! ---
//! 200
//! retry-after: 5
//!
//! {"properties": {…}}
//! ---
//! lost
//! ```
//!
//! Instead of a status: `lost`, `not sent`, `silence`. Whatever comes, each step ends within its time, its answer is one that Terraform takes, no object
//! is made that Azure has not shown, and the requests are those that [`azure`](super::azure) lets pass.

use std::sync::Arc;
use std::time::Duration;

use acrnet::terraform::conform::proposed_new_state;
use acrnet::terraform::framework::{ImportBy, Private, Server};
use acrnet::terraform::value::{Type, Value, json};
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde_json::{Value as Json, json};
use tokio::runtime::Builder;
use tokio::time::{Instant, timeout};

use super::azure::{Azure, Reply, Scripted, TOKEN};
use super::{assert_sound, text};

const MOST_STEPS: usize = 6;
const MOST_REPLIES: usize = 60;
/// Longer than all timeouts of one step together.
const PATIENCE: Duration = Duration::from_secs(2 * 3600);

const REGISTRY: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/Demo1";
const SUBNET: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/app";
const NETWORK: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net";

/// Lives through the steps with the answers of the input.
pub fn run(input: &[u8]) {
    // A fuzzer that sees what is compared finds the token sooner or later; what it says itself is no leak.
    if text(input).contains(TOKEN) {
        return;
    }
    let mut blocks = blocks(input).into_iter();
    let head = text(blocks.next().unwrap_or_default()).into_owned();
    let azure = Azure::new(blocks.take(MOST_REPLIES).filter_map(reply).collect(), []);
    let mut words = head.split_ascii_whitespace();
    let Some(kind) = words.next() else { return };
    let steps: Vec<&str> = words.take(MOST_STEPS).collect();
    on_a_quick_clock(async {
        let server = azure.served();
        match kind.split_once('.') {
            Some(("data", name)) => look(&server, name).await,
            Some(("list", name)) => list(&server, name).await,
            Some(("ephemeral", name)) => open(&server, name).await,
            _ if server.resource(kind).is_ok() => live(&azure, &server, kind, &steps).await,
            _ => {}
        }
    });
}

/// Runs to the end; waits take no time.
pub fn on_a_quick_clock(work: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(work);
}

fn blocks(input: &[u8]) -> Vec<&[u8]> {
    const LINE: &[u8] = b"\n---\n";
    let mut blocks = Vec::new();
    let mut rest = input;
    while let Some(at) = rest.windows(LINE.len()).position(|window| window == LINE) {
        blocks.push(&rest[..at]);
        rest = &rest[at + LINE.len()..];
    }
    blocks.push(rest);
    blocks
}

fn reply(block: &[u8]) -> Option<Reply> {
    let end = block.windows(2).position(|window| window == b"\n\n");
    let (head, body) = end.map_or((block, &[][..]), |end| (&block[..end], &block[end + 2..]));
    let head = text(head);
    let mut lines = head.lines();
    let status = match lines.next()? {
        "lost" => return Some(Reply::Lost),
        "not sent" => return Some(Reply::NotSent),
        "silence" => return Some(Reply::Silence),
        status => status.parse().ok().filter(|status| http::StatusCode::from_u16(*status).is_ok())?,
    };
    let header = |line: &str| -> Option<(HeaderName, HeaderValue)> {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
    };
    Some(Reply::Answer { status, headers: lines.filter_map(header).collect(), body: Bytes::copy_from_slice(body) })
}

/// The object of a managed resource type, step by step.
struct Life<'s> {
    azure: &'s Azure,
    server: &'s Arc<Server<Scripted>>,
    name: &'s str,
    state: Value,
    private: Private,
    identity: Value,
}

async fn live(azure: &Azure, server: &Arc<Server<Scripted>>, name: &str, steps: &[&str]) {
    let mut life = Life { azure, server, name, state: Value::Null, private: Private::default(), identity: Value::Null };
    for step in steps {
        let began = Instant::now();
        match *step {
            "read" => {
                life.read().await;
            }
            "import" => life.import().await,
            "destroy" if !life.state.is_null() => life.apply(Value::Null).await,
            "create" | "change" | "add" => life.apply(config(server, name, step)).await,
            _ => {}
        }
        assert!(began.elapsed() < PATIENCE, "{step} of {name} took {:?}", began.elapsed());
    }
}

impl Life<'_> {
    /// Core reads at once what an import has begun, and stores nothing where that fails.
    async fn import(&mut self) {
        let id = match self.name {
            "acrnet_subnet_service_endpoint" => SUBNET.to_owned(),
            "acrnet_registry_ip_rule" => format!("{REGISTRY}|16.17.18.0/24"),
            "acrnet_registry_virtual_network_rule" => format!("{REGISTRY}|{SUBNET}"),
            _ => REGISTRY.to_owned(),
        };
        let (import, _) = self.server.import(self.name, ImportBy::Id(id), false);
        assert_sound("an import", &import.diagnostics);
        (self.state, self.identity, self.private) = (import.state, import.identity, Private::default());
        if !self.read().await {
            self.state = Value::Null;
        }
    }

    /// Whether it went well.
    async fn read(&mut self) -> bool {
        if self.state.is_null() {
            return true;
        }
        let (state, private, identity) = (self.state.clone(), self.private.clone(), self.identity.clone());
        let read = self.server.read(self.name.to_owned(), state, private, identity).await;
        assert_sound("a read", &read.diagnostics);
        (self.state, self.private, self.identity) = (read.state, read.private, read.identity);
        !read.diagnostics.has_error()
    }

    /// Plans and applies as core would; where the plan asks for a new object, nothing more.
    async fn apply(&mut self, config: Value) {
        let block = &self.server.resource(self.name).expect("a type that was found before").schema().block;
        let proposed = if config.is_null() { Value::Null } else { proposed_new_state(block, &self.state, &config) };
        let values = (self.state.clone(), proposed, config.clone());
        let plan = self.server.plan(self.name.to_owned(), values, self.private.clone(), self.identity.clone()).await;
        assert_sound("a plan", &plan.diagnostics);
        if plan.diagnostics.has_error() || !plan.replace.is_empty() || plan.planned == self.state {
            return;
        }
        let values = (self.state.clone(), plan.planned, config);
        let applied = self.server.apply(self.name.to_owned(), values, plan.private, plan.identity).await;
        assert_sound("an apply", &applied.diagnostics);
        if self.state.is_null() && !applied.diagnostics.has_error() {
            let proof = if self.name == "acrnet_subnet_service_endpoint" {
                "Microsoft.ContainerRegistry"
            } else {
                proof(&applied.state)
            };
            assert!(self.azure.has_said(proof), "a success that nobody has seen: {proof}");
        }
        (self.state, self.private, self.identity) = (applied.state, applied.private, applied.identity);
    }
}

/// A text that Azure must have said before there can be a rule, or rules, in this state.
fn proof(state: &Value) -> &str {
    let of =
        |name: &str| state.entry(name).and_then(|value| value.as_str().or_else(|| value.elements()?.first()?.as_str()));
    of("ip_rules").or_else(|| of("ip_range")).or_else(|| of("subnet_id")).unwrap_or_default().trim_end_matches("/32")
}

fn config(server: &Arc<Server<Scripted>>, name: &str, step: &str) -> Value {
    let changes = step == "change";
    let config = match name {
        "acrnet_registry_network_rule_set" if step == "add" => json!({
            "registry_id": REGISTRY, "default_action": "Deny", "rules_mode": "additive", "ip_rules": ["16.17.18.0/24"],
            "on_destroy": "restore_previous",
        }),
        "acrnet_registry_network_rule_set" => json!({
            "registry_id": REGISTRY, "default_action": "Deny", "ip_rules": if changes { ["52.57.22.38/32"] } else { ["16.17.18.0/24"] },
            "virtual_network_subnet_ids": [SUBNET], "on_existing": "adopt", "public_network_access_enabled": changes,
        }),
        "acrnet_subnet_service_endpoint" => json!({"subnet_id": SUBNET, "remove_on_destroy": changes}),
        "acrnet_registry_ip_rule" => {
            json!({"registry_id": REGISTRY, "ip_range": "16.17.18.0/24", "on_existing": if changes { "fail" } else { "adopt" }})
        }
        _ => {
            json!({"registry_id": REGISTRY, "subnet_id": SUBNET, "on_existing": if changes { "fail" } else { "adopt" }})
        }
    };
    value(&config, server.resource(name).expect("a type that was found before").ty())
}

fn value(json: &Json, ty: &Type) -> Value {
    json::decode(json, ty).expect("a value of that type")
}

async fn look(server: &Arc<Server<Scripted>>, name: &str) {
    let Ok(source) = server.data_source(name) else { return };
    let config = match name {
        "acrnet_subnets" => json!({"virtual_network_id": NETWORK}),
        _ => json!({"registry_id": REGISTRY}),
    };
    let answer = server.read_data_source(name.to_owned(), value(&config, source.ty()), false).await;
    assert_sound("a data source", &answer.diagnostics);
}

async fn list(server: &Arc<Server<Scripted>>, name: &str) {
    let Ok(list) = server.list_type(name) else { return };
    let config = json!({"subscription_id": "11111111-1111-1111-1111-111111111111"});
    let mut events = server.list(name.to_owned(), value(&config, list.ty()), true, 50);
    while let Some(event) = timeout(PATIENCE, events.recv()).await.expect("a list comes to an end") {
        assert_sound("a list", &event.diagnostics);
    }
}

async fn open(server: &Arc<Server<Scripted>>, name: &str) {
    let Ok(found) = server.ephemeral(name) else { return };
    let config = json!({"registry_id": REGISTRY, "ip_range": "16.17.18.19", "wait_for_access": false});
    let opened = server.open(name.to_owned(), value(&config, found.ty()), false).await;
    assert_sound("an open", &opened.diagnostics);
    if opened.diagnostics.has_error() {
        return;
    }
    let renewed = server.renew(name, opened.private).await;
    assert_sound("a renewal", &renewed.diagnostics);
    assert_sound("a close", &server.close(name.to_owned(), renewed.private).await);
}
