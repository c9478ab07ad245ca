use super::*;
use crate::rules::{IpRule, SubnetRef};

const SUBNET: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/one";

fn restoration(keep_rules: bool) -> Restoration {
    let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/myregistry";
    Restoration { registry: id.parse().unwrap(), keep_rules }
}

fn rules() -> Rules {
    Rules { ip_rules: ["1.2.3.4", "5.6.7.0/24"].map(IpRule::read).into(), subnets: [SubnetRef::new(SUBNET)].into() }
}

fn taken(opens: bool, rules: Rules) -> Taken {
    Taken { rules, opens, shows_subnets: true, ..Taken::default() }
}

#[test]
fn a_plan_counts_and_lists_what_would_go() {
    let all = planned(&restoration(false), &taken(true, rules()), false).unwrap();
    assert_eq!(
        all.summary,
        "Registry myregistry will be opened to all networks, and 2 IP rules and 1 virtual network rule removed"
    );
    assert!(all.detail.contains("\n  - 1.2.3.4\n  - 5.6.7.0/24\n  - /subscriptions/s/"), "{}", all.detail);
    assert!(all.detail.contains("With keep_rules = true they stay"), "{}", all.detail);
    let open = planned(&restoration(false), &taken(true, rules()), true).unwrap();
    assert!(open.detail.contains("keep_rules is not known yet"), "{}", open.detail);
    let without_effect = planned(&restoration(false), &taken(false, rules()), false).unwrap();
    assert_eq!(
        without_effect.summary,
        "The network rules of registry myregistry will be removed: 2 IP rules and 1 virtual network rule"
    );
    let kept = Taken { kept: rules(), ..taken(true, Rules::default()) };
    let kept = planned(&restoration(true), &kept, false).unwrap();
    assert_eq!(kept.summary, "Registry myregistry will be opened to all networks");
    assert!(kept.detail.contains("Its rules (2 IP rules and 1 virtual network rule) stay"), "{}", kept.detail);
    let empty = planned(&restoration(false), &taken(true, Rules::default()), false).unwrap();
    assert!(empty.detail.ends_with("It holds no rules."), "{}", empty.detail);
    assert_eq!(planned(&restoration(false), &taken(false, Rules::default()), false), None);
}

#[test]
fn progress_says_what_is_done_and_what_was() {
    let of = |taken: &Taken| (doing(&restoration(false), taken), done(&restoration(false), taken));
    let (doing_all, done_all) = of(&taken(true, rules()));
    assert!(
        doing_all.starts_with(
            "Setting the default action of registry myregistry to Allow and removing 2 IP rules and 1 virtual network rule:\n  - 1.2.3.4\n"
        ),
        "{doing_all}"
    );
    assert_eq!(done_all, "Registry myregistry lets all networks in; 2 IP rules and 1 virtual network rule removed");
    let (opening, opened) = of(&taken(true, Rules::default()));
    assert_eq!(opening, "Setting the default action of registry myregistry to Allow");
    assert_eq!(opened, "Registry myregistry lets all networks in");
    let (removing, _) = of(&taken(false, rules()));
    assert!(removing.starts_with("Removing from registry myregistry 2 IP rules and"), "{removing}");
    let nothing = "Registry myregistry lets all networks in and holds no rules already: nothing was written";
    assert_eq!(done(&restoration(false), &Taken::default()), nothing);
    let kept = "Registry myregistry lets all networks in already: nothing was written";
    assert_eq!(done(&restoration(true), &Taken::default()), kept);
}

#[test]
fn what_stays_closed_or_may_be_left_is_said_only_then() {
    let open = taken(true, rules());
    assert_eq!(private(&restoration(false), &open), None);
    let closed = private(&restoration(false), &Taken { is_private: true, ..open.clone() }).unwrap();
    assert!(closed.detail.contains("--name myregistry --public-network-enabled true"), "{}", closed.detail);
    assert_eq!(unseen(&restoration(false), &open), None);
    let hidden = Taken { shows_subnets: false, ..open };
    assert!(unseen(&restoration(false), &hidden).is_some());
    assert_eq!(unseen(&restoration(true), &hidden), None, "rules are to stay");
}

#[test]
fn the_next_apply_is_told_by_what_the_configuration_owns() {
    let said = |closes, rules| brought_back(&restoration(false), &BroughtBack { rules, closes }).detail;
    let both = said(true, rules());
    assert!(
        both.starts_with("A rule set of this configuration has default_action = \"Deny\", and its resources own"),
        "{both}"
    );
    assert!(both.contains("- 1.2.3.4"), "{both}");
    assert!(
        said(true, Rules::default()).starts_with("A rule set of this configuration has default_action = \"Deny\".\n")
    );
    assert!(said(false, rules()).starts_with("Resources of this configuration own these rules:\n"));
}
