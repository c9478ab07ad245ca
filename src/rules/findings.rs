//! Everything that is wrong or doubtful about a content, as data.
//!
//! The texts of a configuration come in, and, where they are known, the rules of others that it has to share a registry with; whoever calls leaves out what is not known yet and turns each [`Finding`] into a diagnostic at the element
//! it names. Whether a subnet's id has the right form is not judged here: it is opaque text to the rules.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use crate::rules::aggregate::aggregate;
use crate::rules::ip_range::{IpRange, IpRangeError};
use crate::rules::limits::{Fill, Limits};
use crate::rules::rule_set::{DefaultAction, Rules, SubnetRef};
use crate::rules::special::{SpecialBlock, Standing};

#[cfg(test)]
mod tests;

/// The known part of a configured content.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Contents<'a> {
    /// The default action, if it is known.
    pub default_action: Option<DefaultAction>,
    /// The texts of the IP rules that are known.
    pub ip_rules: Vec<&'a str>,
    /// The ids of the subnets that are known.
    pub subnets: Vec<&'a str>,
    /// Rules of others that will be on the registry beside these, as far as they are known: they count against its limits.
    pub others: Rules,
}

impl Contents<'_> {
    /// Checks everything: first the IP rules in their order, then the subnets, then what concerns all of them.
    ///
    /// An element has at most one error, and warnings only if it has none.
    #[must_use]
    pub fn findings(&self, limits: &Limits) -> Vec<Finding> {
        let (mut findings, ranges) = check_ip_rules(&self.ip_rules);
        findings.extend(contained_ranges(&ranges));
        let (doubled, subnet_count) = doubled_subnets(&self.subnets);
        findings.extend(doubled);
        findings.extend(ip_rule_limit(&ranges, self.others.ip_rules.len(), limits.ip_rules));
        let counts = Counts { ours: subnet_count, others: self.others.subnets.len() };
        findings.extend(virtual_network_rule_limit(counts, limits.virtual_network_rules));
        findings.extend(self.rules_without_effect());
        findings
    }

    fn rules_without_effect(&self) -> Option<Finding> {
        let any = !(self.ip_rules.is_empty() && self.subnets.is_empty());
        (self.default_action == Some(DefaultAction::Allow) && any).then(|| {
            Finding::warning(
                Subject::DefaultAction,
                "rules have no effect while the default action is \"Allow\"",
                "every client is let in, whether or not a rule names it; set the default action to \"Deny\" to let in only those that one names",
            )
        })
    }
}

/// Checks one IP rule by itself.
///
/// # Errors
///
/// The finding of severity [`Severity::Error`] that makes the text unusable as a rule.
pub fn check_ip_rule(text: &str) -> Result<(IpRange, Option<Finding>), Finding> {
    let range: IpRange = text.parse().map_err(|error: IpRangeError| {
        Finding::error(Subject::IpRule(text.to_owned()), format!("{text:?} is not a usable IP rule"), error.to_string())
    })?;
    match standing_finding(&range) {
        Some(finding) if finding.severity == Severity::Error => Err(finding),
        warning => Ok((range, warning)),
    }
}

/// Whether a range can be a rule: no finding of severity [`Severity::Error`] is about it by itself.
#[must_use]
pub fn is_usable(range: &IpRange) -> bool {
    standing_finding(range).is_none_or(|finding| finding.severity != Severity::Error)
}

/// One thing to say about one element.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Whether it stops the plan.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong, quoting the element, without a full stop.
    pub summary: String,
    /// Why, and what to do.
    pub detail: String,
}

impl Finding {
    fn error(subject: Subject, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, subject, summary: summary.into(), detail: detail.into() }
    }

    fn warning(subject: Subject, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(subject, summary, detail) }
    }
}

/// How much a [`Finding`] weighs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// Azure refuses it, or it can never do what it says.
    Error,
    /// It works, and is probably not what was meant.
    Warning,
}

/// What a [`Finding`] is about; elements by their text as written, because elements of a set have no other name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Subject {
    /// One IP rule.
    IpRule(String),
    /// One subnet.
    Subnet(String),
    /// The IP rules together.
    IpRules,
    /// The subnets together.
    Subnets,
    /// The default action.
    DefaultAction,
}

/// The findings on single elements and doubles, and the distinct sound ranges in the order they were written.
fn check_ip_rules(texts: &[&str]) -> (Vec<Finding>, Vec<IpRange>) {
    let mut findings = Vec::new();
    let mut ranges: Vec<IpRange> = Vec::new();
    let mut seen: BTreeMap<IpRange, &str> = BTreeMap::new();
    for text in texts {
        let (range, warning) = match check_ip_rule(text) {
            Ok(checked) => checked,
            Err(finding) => {
                findings.push(finding);
                continue;
            }
        };
        if let Some(first) = seen.get(&range) {
            findings.push(doubled_ip_rule(&range, first));
            continue;
        }
        findings.extend(warning);
        seen.insert(range.clone(), text);
        ranges.push(range);
    }
    (findings, ranges)
}

fn doubled_ip_rule(range: &IpRange, first: &str) -> Finding {
    Finding::error(
        Subject::IpRule(range.to_string()),
        format!("\"{range}\" is the same rule as {first:?}"),
        format!("both mean {}, which a registry holds once: keep one of the two", range.canonical()),
    )
}

fn standing_finding(range: &IpRange) -> Option<Finding> {
    let subject = Subject::IpRule(range.to_string());
    match Standing::of(range.network()) {
        Standing::Public => None,
        Standing::Private(blocks) => Some(Finding::error(
            subject,
            format!("\"{range}\" {} private address space", relation(range, &blocks)),
            format!(
                "{}; Azure takes only public addresses in IP rules{}",
                described(&blocks),
                instead_of_private(range, &blocks)
            ),
        )),
        Standing::NeverPublic(blocks) => Some(Finding::error(
            subject,
            format!("\"{range}\" can never be the source of a request"),
            format!(
                "{}, so this rule allows nobody; write the public address that the traffic leaves through",
                described(&blocks)
            ),
        )),
        Standing::Doubtful(blocks) => Some(Finding::warning(
            subject,
            format!("\"{range}\" {} special-purpose address space", relation(range, &blocks)),
            format!(
                "{}, which no client on the internet is expected to send from; check that the range is the one that was meant",
                described(&blocks)
            ),
        )),
    }
}

/// Who writes a private address means a client, who writes a wide range means nearly everybody: the remedies differ.
fn instead_of_private(range: &IpRange, blocks: &[&SpecialBlock]) -> &'static str {
    if range.network().prefix_len() == 0 {
        ": to let everybody in, leave the IP rules out and set the default action to \"Allow\""
    } else if lies_in(range, blocks) {
        ", so write the public address that the traffic leaves through, or allow the subnet with a virtual network rule"
    } else {
        ", so write the public parts of the range as ranges of their own"
    }
}

fn relation(range: &IpRange, blocks: &[&SpecialBlock]) -> &'static str {
    if lies_in(range, blocks) { "lies in" } else { "overlaps" }
}

fn lies_in(range: &IpRange, blocks: &[&SpecialBlock]) -> bool {
    blocks.iter().any(|block| block.network.contains(&range.network()))
}

/// `10.0.0.0/8 is private space (RFC 1918) and …`
fn described(blocks: &[&SpecialBlock]) -> String {
    let each = blocks.iter().map(|block| format!("{} is {} ({})", block.network, block.name, block.source));
    each.collect::<Vec<_>>().join(", ")
}

fn contained_ranges(ranges: &[IpRange]) -> Vec<Finding> {
    let holder = |inner: &IpRange| {
        let outer = ranges.iter().filter(|outer| *outer != inner && outer.network().contains(&inner.network()));
        outer.min_by_key(|outer| outer.network().prefix_len())
    };
    let inner_and_outer = ranges.iter().filter_map(|inner| holder(inner).map(|outer| (inner, outer)));
    inner_and_outer
        .map(|(inner, outer)| {
            Finding::warning(
                Subject::IpRule(inner.to_string()),
                format!("\"{inner}\" is inside \"{outer}\""),
                format!("\"{outer}\" allows all of its addresses already: leave \"{inner}\" out, or narrow \"{outer}\" if it is too wide"),
            )
        })
        .collect()
}

/// The findings on doubles, and how many different subnets there are.
fn doubled_subnets(ids: &[&str]) -> (Vec<Finding>, usize) {
    let mut findings = Vec::new();
    let mut seen: BTreeMap<SubnetRef, &str> = BTreeMap::new();
    for id in ids {
        if let Some(first) = seen.get(&SubnetRef::new(*id)) {
            findings.push(Finding::error(
                Subject::Subnet((*id).to_owned()),
                format!("{id:?} is the same subnet as {first:?}"),
                "the letter case of a resource id means nothing to Azure, and a registry holds a rule for one subnet once: keep one of the two",
            ));
        } else {
            seen.insert(SubnetRef::new(*id), id);
        }
    }
    (findings, seen.len())
}

/// How many rules there would be on a registry.
#[derive(Clone, Copy)]
struct Counts {
    ours: usize,
    others: usize,
}

fn ip_rule_limit(ranges: &[IpRange], others: usize, limit: usize) -> Option<Finding> {
    let counts = Counts { ours: ranges.len(), others };
    let aggregated = aggregate(ranges.iter().map(IpRange::network).collect::<Vec<Ipv4Net>>()).len();
    let remedy = if aggregated < counts.ours {
        format!(
            "The function aggregate_ip_rules turns the {} listed here into {aggregated}, for the same addresses",
            counts.ours
        )
    } else {
        "No shorter list has the same addresses: allow wider ranges, or fewer".to_owned()
    };
    limit_finding(Subject::IpRules, "IP rules", counts, limit, &remedy)
}

fn virtual_network_rule_limit(counts: Counts, limit: usize) -> Option<Finding> {
    let remedy = "Let clients share subnets, or use a private endpoint";
    limit_finding(Subject::Subnets, "virtual network rules", counts, limit, remedy)
}

fn limit_finding(subject: Subject, what: &str, counts: Counts, limit: usize, remedy: &str) -> Option<Finding> {
    let count = counts.ours + counts.others;
    let whose = match counts {
        // Who adds nothing has nothing to leave out.
        Counts { ours: 0, .. } => return None,
        Counts { others: 0, .. } => String::new(),
        Counts { ours, others } => format!("{others} of others and {ours} listed here: "),
    };
    match Fill::of(count, limit) {
        Fill::Roomy => None,
        Fill::Tight => {
            let summary = format!("{count} {what} are more than 90 % of the {limit} that a registry holds");
            let room = match limit - count {
                0 => "no more".to_owned(),
                more => format!("{more} more"),
            };
            Some(Finding::warning(subject, summary, format!("{whose}there is room for {room}. {remedy}")))
        }
        Fill::Over => {
            let summary = format!("{count} {what} are more than the {limit} that a registry holds");
            Some(Finding::error(subject, summary, format!("{whose}{} too many. {remedy}", count - limit)))
        }
    }
}
