use super::*;
use crate::rules::ip_rule::IpRule;

fn findings(default_action: DefaultAction, ip_rules: &[&str], subnets: &[&str]) -> Vec<Finding> {
    let contents = Contents {
        default_action: Some(default_action),
        ip_rules: ip_rules.to_vec(),
        subnets: subnets.to_vec(),
        others: Rules::default(),
    };
    contents.findings(&Limits::default())
}

fn on_ip_rules(ip_rules: &[&str]) -> Vec<Finding> {
    findings(DefaultAction::Deny, ip_rules, &[])
}

fn only(mut findings: Vec<Finding>) -> Finding {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

fn ip(text: &str) -> Subject {
    Subject::IpRule(text.to_owned())
}

#[test]
fn a_sound_content_has_no_findings() {
    assert_eq!(findings(DefaultAction::Deny, &["16.17.18.0/24", "16.17.19.20"], &["/a", "/b"]), []);
    assert_eq!(findings(DefaultAction::Allow, &[], &[]), []);
}

#[test]
fn each_text_that_is_no_range_is_one_error_that_quotes_it_and_says_what_to_write() {
    let found = on_ip_rules(&["16.17.18.5/24", "16.17.19.20", "nonsense"]);
    assert_eq!(
        found.iter().map(|finding| finding.subject.clone()).collect::<Vec<_>>(),
        [ip("16.17.18.5/24"), ip("nonsense")]
    );
    assert!(found.iter().all(|finding| finding.severity == Severity::Error));
    assert_eq!(found[0].summary, r#""16.17.18.5/24" is not a usable IP rule"#);
    assert!(found[0].detail.contains(r#"write "16.17.18.0/24""#), "{}", found[0].detail);
}

#[test]
fn private_space_is_an_error_that_names_the_block_and_its_rfc() {
    let finding = only(on_ip_rules(&["10.1.0.0/16"]));
    assert_eq!((finding.severity, finding.subject), (Severity::Error, ip("10.1.0.0/16")));
    assert_eq!(finding.summary, r#""10.1.0.0/16" lies in private address space"#);
    assert!(finding.detail.starts_with("10.0.0.0/8 is private space (RFC 1918)"), "{}", finding.detail);
}

#[test]
fn a_wide_range_with_private_space_in_it_is_an_error_that_names_every_block() {
    let finding = only(on_ip_rules(&["0.0.0.0/0"]));
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(finding.summary, r#""0.0.0.0/0" overlaps private address space"#);
    for block in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] {
        assert!(finding.detail.contains(block), "{}", finding.detail);
    }
}

#[test]
fn the_remedy_for_private_space_depends_on_what_was_probably_meant() {
    let remedy = |rule: &str| only(on_ip_rules(&[rule])).detail;
    assert!(remedy("10.1.2.3").ends_with("IP rules, so write the public address that the traffic leaves through, or allow the subnet with a virtual network rule"));
    assert!(remedy("172.0.0.0/8").ends_with("IP rules, so write the public parts of the range as ranges of their own"));
    assert!(
        remedy("0.0.0.0/0")
            .ends_with("IP rules: to let everybody in, leave the IP rules out and set the default action to \"Allow\"")
    );
}

#[test]
fn a_range_is_usable_exactly_if_it_has_no_error_by_itself() {
    for text in ["16.17.18.19", "203.0.113.7", "100.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "127.0.0.1"] {
        assert_eq!(is_usable(&text.parse().unwrap()), check_ip_rule(text).is_ok(), "{text}");
    }
    assert!(!is_usable(&"10.0.0.1".parse().unwrap()) && is_usable(&"203.0.113.7".parse().unwrap()));
}

#[test]
fn space_that_is_never_a_source_is_an_error() {
    let finding = only(on_ip_rules(&["169.254.169.254"]));
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.detail.contains("link-local space (RFC 3927)"), "{}", finding.detail);
}

#[test]
fn a_range_that_touches_special_space_is_a_warning() {
    let finding = only(on_ip_rules(&["100.0.0.0/8"]));
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.summary, r#""100.0.0.0/8" overlaps special-purpose address space"#);
    assert!(finding.detail.contains("100.64.0.0/10 is carrier-grade NAT space (RFC 6598)"), "{}", finding.detail);
}

#[test]
fn documentation_space_is_a_warning() {
    let finding = only(on_ip_rules(&["203.0.113.7"]));
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.summary, r#""203.0.113.7" lies in special-purpose address space"#);
}

#[test]
fn the_same_rule_in_another_spelling_is_an_error_on_the_second() {
    let finding = only(on_ip_rules(&["16.17.18.19", "16.17.18.19/32"]));
    assert_eq!((finding.severity, finding.subject), (Severity::Error, ip("16.17.18.19/32")));
    assert_eq!(finding.summary, r#""16.17.18.19/32" is the same rule as "16.17.18.19""#);
}

#[test]
fn a_doubled_private_range_is_refused_for_what_it_is_and_not_for_being_doubled() {
    let found = on_ip_rules(&["10.0.0.1", "10.0.0.1/32"]);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|finding| finding.summary.contains("private")));
}

#[test]
fn a_doubled_doubtful_range_is_warned_about_once() {
    let found = on_ip_rules(&["203.0.113.7", "203.0.113.7/32"]);
    assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Warning, Severity::Error]);
}

#[test]
fn a_range_inside_another_is_a_warning_on_the_inner_that_names_the_widest_outer() {
    let found = on_ip_rules(&["16.17.18.19", "16.17.0.0/16", "16.17.18.0/24"]);
    assert_eq!(
        found.iter().map(|finding| finding.subject.clone()).collect::<Vec<_>>(),
        [ip("16.17.18.19"), ip("16.17.18.0/24")]
    );
    assert!(found.iter().all(
        |finding| finding.severity == Severity::Warning && finding.summary.ends_with(r#"is inside "16.17.0.0/16""#)
    ));
}

#[test]
fn a_range_inside_a_refused_one_is_no_finding_of_its_own() {
    assert_eq!(only(on_ip_rules(&["0.0.0.0/0", "16.17.18.19"])).subject, ip("0.0.0.0/0"));
}

#[test]
fn the_same_subnet_in_other_letters_is_an_error_on_the_second() {
    let finding = only(findings(DefaultAction::Deny, &[], &["/subnets/web", "/subnets/WEB", "/subnets/db"]));
    assert_eq!((finding.severity, finding.subject), (Severity::Error, Subject::Subnet("/subnets/WEB".into())));
    assert!(finding.summary.contains(r#""/subnets/web""#));
}

fn addresses(count: usize, step: usize) -> Vec<String> {
    (0..count).map(|n| format!("16.17.{}.{}", n * step / 256, n * step % 256)).collect()
}

fn on_addresses(count: usize, step: usize) -> Vec<Finding> {
    let texts = addresses(count, step);
    on_ip_rules(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn more_ip_rules_than_the_limit_are_an_error_that_says_what_aggregation_would_leave() {
    let finding = only(on_addresses(256, 1));
    assert_eq!((finding.severity, finding.subject), (Severity::Error, Subject::IpRules));
    assert_eq!(finding.summary, "256 IP rules are more than the 200 that a registry holds");
    assert_eq!(
        finding.detail,
        "56 too many. The function aggregate_ip_rules turns the 256 listed here into 1, for the same addresses"
    );
}

#[test]
fn where_aggregation_does_not_help_the_error_says_so() {
    let finding = only(on_addresses(201, 2));
    assert!(finding.detail.starts_with("1 too many. No shorter list"), "{}", finding.detail);
}

#[test]
fn more_than_nine_tenths_of_a_limit_is_a_warning() {
    assert_eq!(on_addresses(180, 2), []);
    let finding = only(on_addresses(181, 2));
    assert_eq!((finding.severity, finding.subject), (Severity::Warning, Subject::IpRules));
    assert!(finding.detail.starts_with("there is room for 19 more"), "{}", finding.detail);
}

#[test]
fn more_subnets_than_the_limit_are_an_error() {
    let ids: Vec<String> = (0..101).map(|n| format!("/subnets/{n}")).collect();
    let finding = only(findings(DefaultAction::Deny, &[], &ids.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!((finding.severity, finding.subject), (Severity::Error, Subject::Subnets));
    assert_eq!(finding.summary, "101 virtual network rules are more than the 100 that a registry holds");
}

#[test]
fn the_limits_are_those_of_the_caller() {
    let contents = Contents { ip_rules: vec!["16.17.18.19", "16.17.18.21"], ..Contents::default() };
    assert_eq!(contents.findings(&Limits { ip_rules: 20, virtual_network_rules: 20 }), []);
    let finding = only(contents.findings(&Limits { ip_rules: 1, virtual_network_rules: 20 }));
    assert_eq!(finding.subject, Subject::IpRules);
}

#[test]
fn rules_of_others_count_and_are_told_apart() {
    let others = |count: u32| Rules {
        ip_rules: (0..count).map(|n| IpRule::read(&format!("20.0.0.{n}"))).collect(),
        ..Rules::default()
    };
    let beside = |count: u32, ip_rules: &[&'static str]| {
        let contents = Contents { ip_rules: ip_rules.to_vec(), others: others(count), ..Contents::default() };
        contents.findings(&Limits { ip_rules: 20, virtual_network_rules: 20 })
    };
    assert_eq!(beside(16, &["16.17.18.0", "16.17.18.1"]), []);
    let tight = only(beside(17, &["16.17.18.0", "16.17.18.1"]));
    assert_eq!(tight.severity, Severity::Warning);
    assert_eq!(tight.summary, "19 IP rules are more than 90 % of the 20 that a registry holds");
    let over = only(beside(19, &["16.17.18.0", "16.17.18.1"]));
    assert_eq!(over.severity, Severity::Error);
    assert_eq!(over.summary, "21 IP rules are more than the 20 that a registry holds");
    assert_eq!(
        over.detail,
        "19 of others and 2 listed here: 1 too many. The function aggregate_ip_rules turns the 2 listed here into 1, for the \
         same addresses"
    );
    assert_eq!(beside(30, &[]), [], "who adds nothing is not to blame");
}

#[test]
fn subnets_of_others_count() {
    let others = Rules { subnets: ["/b", "/c"].into_iter().map(SubnetRef::new).collect(), ..Rules::default() };
    let contents = Contents { subnets: vec!["/a"], others, ..Contents::default() };
    let over = only(contents.findings(&Limits { ip_rules: 20, virtual_network_rules: 2 }));
    assert_eq!((over.severity, over.subject), (Severity::Error, Subject::Subnets));
    assert!(over.detail.starts_with("2 of others and 1 listed here: 1 too many"), "{}", over.detail);
}

#[test]
fn doubled_rules_do_not_count_against_the_limit() {
    let contents = Contents { subnets: vec!["/a", "/A"], ..Contents::default() };
    let found = contents.findings(&Limits { ip_rules: 200, virtual_network_rules: 1 });
    assert!(
        !found.iter().any(|finding| finding.subject == Subject::Subnets && finding.severity == Severity::Error),
        "{found:#?}"
    );
}

#[test]
fn rules_beside_allow_are_a_warning_on_the_default_action() {
    let finding = only(findings(DefaultAction::Allow, &["16.17.18.19"], &["/a"]));
    assert_eq!((finding.severity, finding.subject), (Severity::Warning, Subject::DefaultAction));
    assert!(finding.detail.contains("set the default action to \"Deny\""), "{}", finding.detail);
}

#[test]
fn an_unknown_default_action_is_not_judged() {
    let contents = Contents { ip_rules: vec!["16.17.18.19"], ..Contents::default() };
    assert_eq!(contents.findings(&Limits::default()), []);
}

#[test]
fn a_single_rule_is_checked_by_itself() {
    let (range, warning) = check_ip_rule("16.17.18.19/32").unwrap();
    assert_eq!((range.as_str(), warning), ("16.17.18.19/32", None));
    assert_eq!(check_ip_rule("203.0.113.7").unwrap().1.unwrap().severity, Severity::Warning);
    assert_eq!(check_ip_rule("10.0.0.1").unwrap_err().severity, Severity::Error);
}
