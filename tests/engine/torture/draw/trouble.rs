//! What befalls a command: faults of Azure's answers, somebody else's changes, signals, and what the provider's processes lack.

use serde_json::json;

use super::configs::Shape;
use super::{FOREIGN, chance};
use crate::torture::story::{Config, Cue, Happening, Kind, Lack, Net, Outside, Spell, Target, Trouble, Whom};

/// What may happen in a run.
pub(super) struct Scope {
    /// Nobody else touches rules: a configuration would refuse what they leave.
    untouched: bool,
    /// Two teams; then nothing takes so long that one could not see what the other does.
    crowded: bool,
    tokens: bool,
}

impl Scope {
    pub(super) fn of(shape: Shape, untouched: bool, tokens: bool) -> Self {
        Self { untouched, crowded: shape.teams() > 1, tokens }
    }
}

/// The trouble of one step.
pub(super) fn trouble(rng: &mut fastrand::Rng, scope: &Scope, configs: &[Config]) -> Trouble {
    let count = if chance(rng, 85) { rng.u8(1..=4) } else { 0 };
    let mut spells: Vec<Spell> = (0..count).map(|_| spell(rng, scope)).collect();
    if !scope.crowded && chance(rng, 8) {
        // Longer than an impatient configuration waits.
        let kind = Kind::Slow { ms: 2600 };
        spells.push(Spell { kind, on: Target::WriteRegistry, nth: 1, times: 1 });
    }
    let mut cues = Vec::new();
    if chance(rng, 35) {
        cues.extend(outside(rng, scope, false).into_iter().map(Happening::Outside));
    }
    if chance(rng, 15) {
        cues.push(Happening::Jump(rng.u64(1..=8000)));
    }
    if chance(rng, 30) {
        cues.push(signal(rng));
    }
    // Most runs make some ten to forty exchanges: a clean create of one rule set about eight.
    let latest = if configs.len() > 1 { 24 } else { 14 };
    let cues = cues.into_iter().map(|what| Cue { at: rng.u32(1..=latest), what }).collect();
    let lack = chance(rng, 7).then(|| if rng.bool() { Lack::Room } else { Lack::Files(rng.u32(8..=16)) });
    Trouble { spells, cues, lack }
}

fn spell(rng: &mut fastrand::Rng, scope: &Scope) -> Spell {
    let targets = [
        (Target::Any, 25),
        (Target::ReadRegistry, 15),
        (Target::WriteRegistry, 40),
        (Target::ReadSubnet, 8),
        (Target::WriteSubnet, 10),
        (Target::Poll, 7),
        (Target::Token, if scope.tokens { 10 } else { 0 }),
    ];
    let on = weighted(rng, &targets);
    let kind = kind(rng, on);
    let repeats = matches!(kind, Kind::Throttled { .. } | Kind::Broken { .. } | Kind::Busy | Kind::Slow { .. });
    let times = if repeats && chance(rng, 30) { rng.u32(2..=4) } else { 1 };
    // Most commands make one write, and read a registry some four times.
    let nth = match on {
        Target::Any => rng.u32(1..=14),
        Target::WriteRegistry | Target::WriteSubnet if chance(rng, 75) => 1,
        _ => rng.u32(1..=4),
    };
    Spell { kind, on, nth, times }
}

fn kind(rng: &mut fastrand::Rng, on: Target) -> Kind {
    let writes = matches!(on, Target::WriteRegistry | Target::WriteSubnet);
    let status = [500, 502, 503, 504][rng.usize(0..4)];
    let (after, page) = (writes && rng.bool(), chance(rng, 25));
    let seconds = chance(rng, 20);
    let throttled =
        Kind::Throttled { ms: if seconds { 1000 } else { rng.u64(5..=80) }, as_date: seconds && rng.bool() };
    let lost = match on {
        Target::WriteRegistry => ["ipRules", "virtualNetworkRules", "all"][rng.usize(0..3)],
        _ => "serviceEndpoints",
    };
    let of_writes = |weight: u32| if writes { weight } else { 0 };
    let kinds = [
        (throttled, 14),
        (Kind::Broken { status, after, page }, 20),
        (Kind::Reset { after: writes && rng.bool() }, 16),
        (Kind::Truncated, 12),
        (Kind::Slow { ms: rng.u64(20..=350) }, 8),
        (Kind::Expired, if on == Target::Token { 0 } else { 8 }),
        (Kind::Fails { cancelled: chance(rng, 25), kept: chance(rng, 30) }, of_writes(14)),
        (Kind::Busy, of_writes(8)),
        (Kind::Forbidden, of_writes(5)),
        (Kind::NotStored(lost), of_writes(8)),
    ];
    weighted(rng, &kinds)
}

/// One or two changes by somebody else. Only between two commands does anybody close or open the registry: who edits rules meanwhile writes the
/// default action as it was read (docs/design/writers.md, "What remains").
pub(super) fn outside(rng: &mut fastrand::Rng, scope: &Scope, between: bool) -> Vec<Outside> {
    (0..rng.u8(1..=2)).map(|_| one_outside(rng, scope, between)).collect()
}

fn one_outside(rng: &mut fastrand::Rng, scope: &Scope, between: bool) -> Outside {
    let rules = if scope.untouched { 0 } else { 10 };
    // Whoever shares a registry with others leaves its default action to whoever owns it.
    let action = if between && !scope.untouched && !scope.crowded { 6 } else { 0 };
    let net = [Net::App, Net::Build, Net::Ready, Net::Built][rng.usize(0..4)];
    let ours = ["52.10.0.1", "52.10.1.0/24", "52.10.3.7", "52.11.0.1", "52.11.1.0/24", "53.20.0.1"];
    let choices = [
        (Outside::AddRule(FOREIGN[rng.usize(0..3)]), 3 * rules),
        (Outside::RemoveRule(FOREIGN[rng.usize(0..3)]), rules),
        (Outside::RemoveRule(ours[rng.usize(0..ours.len())]), rules),
        (Outside::Deny(rng.bool()), action),
        (Outside::Setting("anonymousPullEnabled", json!(rng.bool())), 8),
        (Outside::Setting("networkRuleBypassOptions", json!(["None", "AzureServices"][rng.usize(0..2)])), 8),
        (Outside::Setting("networkRuleBypassAllowedForTasks", json!(rng.bool())), 5),
        (Outside::Setting("publicNetworkAccess", json!("Enabled")), 3),
        (Outside::Endpoint(net, ["Microsoft.KeyVault", "Microsoft.Storage"][rng.usize(0..2)], rng.bool()), 14),
        (Outside::Subnet(net, "futureThing", json!({"number": rng.u8(..)})), 8),
        (Outside::Subnet(net, "routeTable", json!({"id": format!("/tables/{}", rng.u8(..))})), 8),
    ];
    weighted(rng, &choices)
}

fn signal(rng: &mut fastrand::Rng) -> Happening {
    let choices = [
        ((Whom::All, "KILL"), 24),
        ((Whom::Terraform, "KILL"), 14),
        ((Whom::Provider, "KILL"), 14),
        ((Whom::All, "INT"), 20),
        ((Whom::All, "TERM"), 12),
        ((Whom::Terraform, "TERM"), 8),
        ((Whom::Provider, "TERM"), 8),
    ];
    let (to, name) = weighted(rng, &choices);
    let after_ms = if rng.bool() { 0 } else { rng.u64(1..=60) };
    Happening::Signal { to, name, after_ms }
}

fn weighted<T: Clone>(rng: &mut fastrand::Rng, choices: &[(T, u32)]) -> T {
    let mut left = rng.u32(0..choices.iter().map(|(_, weight)| weight).sum());
    for (choice, weight) in choices {
        if left < *weight {
            return choice.clone();
        }
        left -= weight;
    }
    unreachable!("what is left is less than the weights before it")
}
