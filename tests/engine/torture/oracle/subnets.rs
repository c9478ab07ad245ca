//! Each write of a subnet, judged by itself. A subnet has an etag: nothing excuses a write that undoes what others did.

use acrnet::simulator::Change;

use super::content::{Content, Rule, Subnet};
use super::{Command, Evidence, Verdict};
use crate::torture::hcl;
use crate::torture::story::{Net, OnDestroy, Verb};

pub(super) fn judge(evidence: &Evidence, verdict: &mut Verdict) {
    for (net, first) in &evidence.subnets {
        for (before, after, change) in evidence.steps(&hcl::id(*net), first) {
            let Some(record) = evidence.request(change) else { continue };
            let Some(command) = evidence.command_of(record) else {
                verdict.violations.push(format!("nobody knows who wrote subnet {net:?}"));
                continue;
            };
            let (before, after) = (Subnet::of(before), Subnet::of(after));
            let lost = record.fault.as_deref() == Some("not_stored");
            let found = changed(&before, &after).into_iter().chain(turned(
                evidence,
                command,
                *net,
                (&before, &after),
                change,
                lost,
            ));
            let says = |what: String| format!("{} ({:?}), subnet {net:?}: {what}", command.label, command.verb);
            verdict.violations.extend(found.map(says));
        }
    }
}

/// What is not ours and changed.
fn changed(before: &Subnet, after: &Subnet) -> Vec<String> {
    let mut found = Vec::new();
    if before.others != after.others {
        found.push(format!("endpoints of others changed from {:?} to {:?}", before.others, after.others));
    }
    if before.rest != after.rest {
        found.push(format!("something else changed from {} to {}", before.rest, after.rest));
    }
    found
}

/// The registry endpoint that came or went, and should not have.
fn turned(
    evidence: &Evidence,
    command: &Command,
    net: Net,
    (before, after): (&Subnet, &Subnet),
    change: &Change,
    lost: bool,
) -> Vec<String> {
    let wanted = command.verb == Verb::Apply && command.config.endpoints.iter().any(|endpoint| endpoint.net == net);
    let past = evidence.past(command);
    let ever = || past.configs().flat_map(|config| &config.endpoints).filter(|endpoint| endpoint.net == net);
    match (before.serves, after.serves) {
        (false, true) if !wanted => vec!["the registry endpoint was added, and nobody asked for it".to_owned()],
        // What Azure did not store is not the writer's doing.
        (true, false) if !lost => {
            let mut found = Vec::new();
            let ours =
                ever().any(|endpoint| endpoint.remove == Some(true) || endpoint.remove.is_none() && !net.is_ready());
            if wanted || !ours || command.verb == Verb::Plan {
                found.push("the registry endpoint was removed, and nobody asked for it".to_owned());
            }
            let content: Content = evidence.registry_at(change.number);
            let rule = Rule::subnet(&hcl::id(net));
            let left = past.leaves(OnDestroy::Keep) || past.leaves(OnDestroy::Previous);
            if content.rules.contains(&rule) && past.listed().contains(&rule) && !left {
                found.push("the endpoint went before the rule that needs it".to_owned());
            }
            found
        }
        _ => Vec::new(),
    }
}
