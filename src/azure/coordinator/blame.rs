//! Who is to blame for a refusal: read from ARM's message, which quotes what it does not like.

use crate::azure::coordinator::fold::Part;

/// Whom a refusal points at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// These members: by their places.
    These(Vec<usize>),
    /// A rule of others, which every write brings along.
    RuleOfOthers,
    /// Nothing in particular.
    Nobody,
}

/// What `message` says of those who took part and of the rules of others that stay.
pub(super) fn blame(message: &str, parts: &[Part], of_others: &[String]) -> Blame {
    let message = message.to_ascii_lowercase();
    for quoted in [names, names_network] {
        let named = |part: &&Part| part.values.iter().any(|value| quoted(&message, &value.to_ascii_lowercase()));
        let suspects: Vec<usize> = parts.iter().filter(named).map(|part| part.member).collect();
        if !suspects.is_empty() {
            return Blame::These(suspects);
        }
        if of_others.iter().any(|value| quoted(&message, &value.to_ascii_lowercase())) {
            return Blame::RuleOfOthers;
        }
    }
    Blame::Nobody
}

/// Whether a message holds an address or range, a subnet's id, or its network's id and its name: `Subnets a, b of virtual network <id>`.
fn names(message: &str, value: &str) -> bool {
    if holds(message, value) {
        return true;
    }
    let Some((network, subnet)) = value.split_once("/subnets/") else { return false };
    holds(message, network) && holds(&message.replace(network, " "), subnet)
}

/// Whether a message holds the id of the network of a subnet, and no more of it.
fn names_network(message: &str, value: &str) -> bool {
    value.split_once("/subnets/").is_some_and(|(network, _)| {
        message.match_indices(network).any(|(at, _)| {
            let rest = &message[at + network.len()..];
            !rest.starts_with("/subnets/") && !rest.starts_with(is_of_name)
        })
    })
}

/// Whether `text` holds `word`, not as a part of a longer address, id or name. A full stop at the end is the sentence's.
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let goes_on = after.starts_with(is_of_name)
            || after.starts_with('/')
            || after.strip_prefix('.').is_some_and(|rest| rest.starts_with(is_of_name));
        !goes_on && !before.ends_with(|c| is_of_name(c) || c == '.')
    })
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORK: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net";

    fn part(member: usize, values: &[&str]) -> Part {
        Part { member, changes: true, values: values.iter().map(|&value| value.to_owned()).collect() }
    }

    fn subnet(name: &str) -> String {
        format!("{NETWORK}/subnets/{name}")
    }

    #[test]
    fn an_address_is_found_as_a_whole_only() {
        let parts = [part(0, &["1.2.3.4"]), part(1, &["11.2.3.4"]), part(2, &["1.2.3.40"]), part(3, &["1.2.3.4/30"])];
        assert_eq!(blame("The rule '1.2.3.4' is bad.", &parts, &[]), Blame::These(vec![0]));
        assert_eq!(blame("The rule 1.2.3.4/30 is bad.", &parts, &[]), Blame::These(vec![3]));
        assert_eq!(blame("Bad: 1.2.3.40.", &parts, &[]), Blame::These(vec![2]));
    }

    #[test]
    fn a_subnet_is_found_by_its_id_in_any_letters_and_by_the_names_of_both() {
        let parts = [part(0, &[&subnet("a")]), part(1, &[&subnet("b")]), part(2, &[&subnet("net")])];
        let id = subnet("A").to_ascii_uppercase();
        assert_eq!(blame(&format!("duplicate {id}."), &parts, &[]), Blame::These(vec![0]));
        let message = format!("Subnets a, b of virtual network {NETWORK} do not have ServiceEndpoints");
        assert_eq!(blame(&message, &parts, &[]), Blame::These(vec![0, 1]));
    }

    #[test]
    fn a_message_about_a_network_points_at_all_of_its_subnets() {
        let parts = [part(0, &[&subnet("a")]), part(1, &["1.2.3.4"]), part(2, &[&subnet("b")])];
        let message =
            format!("no authorization over scope '{NETWORK}/taggedTrafficConsumers/Microsoft.ContainerRegistry'");
        assert_eq!(blame(&message, &parts, &[]), Blame::These(vec![0, 2]));
    }

    #[test]
    fn a_rule_of_others_is_told_from_ours() {
        let message = format!("Virtual network {NETWORK} does not have subnets with names gone.");
        assert_eq!(blame(&message, &[part(0, &[&subnet("a")])], &[subnet("gone")]), Blame::RuleOfOthers);
        assert_eq!(blame("The SKU Basic is not supported.", &[part(0, &["1.2.3.4"])], &[]), Blame::Nobody);
    }
}
