//! What the configuration alone shows: rows of `terraform validate`.

use super::row::{Group, Row, Severity, says, silent};
use super::{asking_rows, opening_rows};
use crate::azure::{APP, NETWORK, READY, REGISTRY};

/// All of them, by the sentences of the contract.
pub(super) fn groups() -> Vec<Group> {
    let error = |title, rows| Group { title, severity: Severity::Error, rows };
    let warning = |title, rows| Group { title, severity: Severity::Warning, rows };
    vec![
        error("Not an IPv4 address or CIDR", not_ipv4()),
        error("Host bits set", host_bits()),
        error("Leading zeros, spaces", zeros_and_spaces()),
        error("A range that overlaps RFC 1918 space", private()),
        error("A range that lies wholly in other space that is never a public source", never_public()),
        error("The same rule twice after normalisation, the same subnet twice in other letters", doubles()),
        error("Not a registry id or not a subnet id", ids()),
        error("Words that are no choice, durations that are none, values that may not be null", words()),
        warning("A range inside another", nested()),
        warning("A range that touches special-purpose space in part, or documentation space", doubtful()),
        warning("Rules with default_action = \"Allow\"", allowing()),
        warning("Public access disabled by the configuration", without_public_access()),
        error("Arguments of data sources", asking_rows::arguments()),
        error("Arguments of functions", asking_rows::functions()),
        error("Arguments of temporary rules", opening_rows::arguments()),
    ]
}

/// A rule set that denies, with these IP rules.
pub(super) fn ips(list: &[&str]) -> String {
    let list: Vec<String> = list.iter().map(|one| format!("\"{one}\"")).collect();
    deny(&format!("  ip_rules = [{}]", list.join(", ")))
}

/// A rule set that denies, with these lines.
pub(super) fn deny(lines: &str) -> String {
    rule_set(&format!("  default_action = \"Deny\"\n{lines}"))
}

/// A rule set with these lines.
pub(super) fn rule_set(lines: &str) -> String {
    format!("resource \"acrnet_registry_network_rule_set\" \"NAME\" {{\n  registry_id = \"REGISTRY\"\n{lines}\n}}\n")
}

/// The endpoint of a subnet, with these lines.
pub(super) fn endpoint(subnet: &str, lines: &str) -> String {
    format!("resource \"acrnet_subnet_service_endpoint\" \"NAME\" {{\n  subnet_id = \"{subnet}\"\n{lines}\n}}\n")
}

/// A single IP rule, with these lines.
pub(super) fn ip_rule(range: &str, lines: &str) -> String {
    single("registry_ip_rule", &format!("  ip_range = \"{range}\"\n{lines}"))
}

/// A single virtual network rule, with these lines.
pub(super) fn subnet_rule(subnet: &str, lines: &str) -> String {
    single("registry_virtual_network_rule", &format!("  subnet_id = \"{subnet}\"\n{lines}"))
}

fn single(kind: &str, lines: &str) -> String {
    format!("resource \"acrnet_{kind}\" \"NAME\" {{\n  registry_id = \"REGISTRY\"\n{lines}\n}}\n")
}

fn not_ipv4() -> Vec<Row> {
    vec![
        says("a_word", ips(&["home"])),
        says("a_host_name", ips(&["gateway.example.com"])),
        says("a_service_tag", ips(&["AzureCloud.WestEurope"])),
        says("three_numbers", ips(&["16.17.18"])),
        says("a_number_above_255", ips(&["16.17.18.256"])),
        says("a_prefix_above_32", ips(&["16.17.18.0/33"])),
        says("no_prefix_after_the_slash", ips(&["16.17.18.0/"])),
        says("a_netmask", ips(&["16.17.18.0/255.255.255.0"])),
        says("from_to", ips(&["16.17.18.8-16.17.18.15"])),
        says("two_with_a_comma", ips(&["16.17.18.8,16.17.18.9"])),
        says("a_port", ips(&["16.17.18.8:443"])),
        says("an_address_in_a_url", ips(&["https://16.17.18.8"])),
        says("nothing", ips(&[""])),
        says("an_ipv6_address", ips(&["2001:db8::1"])),
        says("an_ipv6_range", ips(&["2001:db8::/32"])),
        says("ipv4_in_ipv6", ips(&["::ffff:16.17.18.19"])),
        says("a_single_rule_of_a_word", ip_rule("home", "")),
        says("a_single_rule_of_ipv6", ip_rule("2001:db8::1", "")),
        silent("a_single_rule", ip_rule("16.17.18.19", "")),
        silent("a_single_address", ips(&["16.17.18.19"])),
        silent("an_address_as_32", ips(&["16.17.18.19/32"])),
        silent("a_range_of_two", ips(&["16.17.18.18/31"])),
        silent("a_wide_range", ips(&["64.0.0.0/4"])),
        silent("no_rules", ips(&[])),
    ]
}

fn host_bits() -> Vec<Row> {
    vec![
        says("host_bits", ips(&["16.17.18.19/24"])),
        says("host_bits_of_a_31", ips(&["16.17.18.19/31"])),
        says("host_bits_of_all", ips(&["16.17.18.19/0"])),
        says("host_bits_of_a_single_rule", ip_rule("16.17.18.19/24", "")),
        silent("no_host_bits", ips(&["16.17.18.0/24"])),
    ]
}

fn zeros_and_spaces() -> Vec<Row> {
    vec![
        says("leading_zeros", ips(&["016.017.18.19"])),
        says("leading_zeros_of_a_prefix", ips(&["16.17.18.0/024"])),
        says("a_space_before", ips(&[" 16.17.18.19"])),
        says("a_line_end_after", ips(&["16.17.18.19\\n"])),
        says("two_with_a_space", ips(&["16.17.18.19 16.17.18.20"])),
        says("only_spaces", ips(&["  "])),
        says("leading_zeros_of_a_single_rule", ip_rule("016.17.18.19", "")),
        silent("zeros_of_their_own", ips(&["16.0.0.9"])),
    ]
}

fn private() -> Vec<Row> {
    vec![
        says("a_private_address", ips(&["10.1.2.3"])),
        says("private_ten", ips(&["10.0.0.0/8"])),
        says("private_172", ips(&["172.16.0.0/12"])),
        says("the_last_of_private_172", ips(&["172.31.255.255"])),
        says("private_192", ips(&["192.168.1.0/24"])),
        says("everything", ips(&["0.0.0.0/0"])),
        says("wide_around_ten", ips(&["8.0.0.0/5"])),
        says("wide_around_172", ips(&["172.0.0.0/8"])),
        says("wide_around_192", ips(&["192.0.0.0/8"])),
        says("a_private_single_rule", ip_rule("192.168.0.1", "")),
        silent("before_ten", ips(&["9.0.0.0/8"])),
        silent("after_ten", ips(&["11.0.0.0/8"])),
        silent("two_before_ten", ips(&["8.0.0.0/7"])),
        silent("before_172_16", ips(&["172.15.0.0/16"])),
        silent("after_172_31", ips(&["172.32.0.0/12"])),
        silent("before_192_168", ips(&["192.167.0.0/16"])),
        silent("after_192_168", ips(&["192.169.0.0/16"])),
    ]
}

fn never_public() -> Vec<Row> {
    vec![
        says("this_network", ips(&["0.0.0.0/8"])),
        says("loopback", ips(&["127.0.0.1"])),
        says("link_local", ips(&["169.254.169.254"])),
        says("carrier_grade_nat", ips(&["100.64.0.0/10"])),
        says("protocol_assignments", ips(&["192.0.0.8"])),
        says("multicast", ips(&["224.0.0.0/4"])),
        says("reserved", ips(&["250.0.0.0/8"])),
        says("broadcast", ips(&["255.255.255.255"])),
        says("multicast_and_reserved", ips(&["224.0.0.0/3"])),
        says("a_single_rule_for_loopback", ip_rule("127.0.0.1", "")),
        silent("after_this_network", ips(&["1.0.0.0/8"])),
        silent("before_carrier_grade_nat", ips(&["100.63.0.0/16"])),
        silent("after_carrier_grade_nat", ips(&["100.128.0.0/16"])),
        silent("before_loopback", ips(&["126.0.0.0/8"])),
        silent("after_loopback", ips(&["128.0.0.0/8"])),
        silent("before_link_local", ips(&["169.253.0.0/16"])),
        silent("after_link_local", ips(&["169.255.0.0/16"])),
        silent("before_multicast", ips(&["223.255.255.0/24"])),
    ]
}

fn doubles() -> Vec<Row> {
    let subnets = |one: &str, other: &str| deny(&format!("  virtual_network_subnet_ids = [\"{one}\", \"{other}\"]"));
    vec![
        says("an_address_and_its_32", ips(&["16.17.18.19", "16.17.18.19/32"])),
        says("a_subnet_in_other_letters", subnets(APP, &APP.to_ascii_uppercase())),
        silent("the_same_text_twice", ips(&["16.17.18.19", "16.17.18.19"])),
        silent("addresses_side_by_side", ips(&["16.17.18.19", "16.17.18.20"])),
        silent("subnets_of_one_network", subnets(APP, READY)),
    ]
}

fn ids() -> Vec<Row> {
    let registry = |id: &str| deny("").replace("REGISTRY", id);
    let subnets = |id: &str| deny(&format!("  virtual_network_subnet_ids = [\"{id}\"]"));
    vec![
        says("a_registry_by_name", registry("prod1")),
        says("a_registry_by_login_server", registry("prod1.azurecr.io")),
        says("a_registry_id_that_is_empty", registry("")),
        says("a_registry_id_without_slash", registry(&REGISTRY[1..])),
        says(
            "a_registry_id_that_ends_early",
            registry("/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg"),
        ),
        says("a_subnet_for_a_registry", registry(APP)),
        says("a_registry_id_with_another_word", registry(&REGISTRY.replace("/registries/", "/registry/"))),
        says("a_registry_id_without_group", registry(&REGISTRY.replace("/rg/", "//"))),
        says("a_registry_id_that_goes_on", registry(&format!("{REGISTRY}/webhooks/one"))),
        says("a_registry_name_too_short", registry(&REGISTRY.replace("Demo1", "Demo"))),
        says("a_registry_name_with_a_dash", registry(&REGISTRY.replace("Demo1", "demo-1"))),
        says("a_name_that_is_none", registry(&REGISTRY.replace("/rg/", "/r?g/"))),
        says("a_name_longer_than_any", registry(&REGISTRY.replace("/rg/", &format!("/{}/", "g".repeat(91))))),
        says("a_registry_for_a_subnet", subnets(REGISTRY)),
        says("a_network_for_a_subnet", subnets(NETWORK)),
        says("a_subnet_by_name", subnets("app")),
        says("an_endpoint_of_a_network", endpoint(NETWORK, "")),
        says("an_endpoint_of_a_registry", endpoint(REGISTRY, "")),
        says("a_single_rule_of_a_network", subnet_rule(NETWORK, "")),
        says("a_single_rule_on_a_subnet", ip_rule("16.17.18.19", "").replace("REGISTRY", APP)),
        silent("a_single_rule_of_a_subnet_in_capitals", subnet_rule(&APP.to_ascii_uppercase(), "")),
        silent("a_registry_id_in_capitals", registry(&REGISTRY.to_ascii_uppercase())),
        silent("a_subnet_id_in_small_letters", subnets(&APP.to_ascii_lowercase())),
        silent("a_group_with_brackets_and_umlaut", registry(&REGISTRY.replace("/rg/", "/rg_(größe).1/"))),
    ]
}

fn words() -> Vec<Row> {
    vec![
        says("an_action_in_small_letters", rule_set("  default_action = \"deny\"")),
        says("an_unknown_mode", deny("  rules_mode = \"shared\"")),
        says("an_unknown_choice_on_existing", deny("  on_existing = \"import\"")),
        says("an_unknown_choice_on_destroy", deny("  on_destroy = \"open\"")),
        says("an_unknown_bypass", deny("  network_rule_bypass_option = \"Logging\"")),
        says("an_endpoint_of_unknown_choice", endpoint("APP", "  on_existing = \"take\"")),
        says("a_single_rule_of_unknown_choice", ip_rule("16.17.18.19", "  on_existing = \"keep\"")),
        says("a_single_rule_of_null", ip_rule("16.17.18.19", "").replace("\"16.17.18.19\"", "null")),
        says("a_duration_in_words", deny("  timeouts {\n    create = \"soon\"\n  }")),
        says("a_duration_without_unit", deny("  timeouts {\n    create = \"30\"\n  }")),
        says("no_time_at_all", deny("  timeouts {\n    create = \"0s\"\n  }")),
        says("a_required_null", rule_set("  default_action = null")),
        says("a_rule_that_is_null", deny("  ip_rules = [null, \"16.17.18.19\"]")),
        says("a_subnet_that_is_null", deny("  virtual_network_subnet_ids = [null]")),
        silent(
            "every_choice_spelt_well",
            deny(
                "  rules_mode = \"additive\"\n  on_existing = \"adopt\"\n  on_destroy = \"keep\"\n  network_rule_bypass_option = \"None\"",
            ),
        ),
        silent("a_null_that_means_left_out", deny("  ip_rules = null\n  public_network_access_enabled = null")),
    ]
}

fn nested() -> Vec<Row> {
    vec![
        says("an_address_in_a_range", ips(&["16.17.18.0/24", "16.17.18.7"])),
        says("three_in_each_other", ips(&["16.17.0.0/16", "16.17.18.0/24", "16.17.18.7"])),
        silent("ranges_side_by_side", ips(&["16.17.18.0/24", "16.17.19.0/24"])),
        silent("an_address_beside_a_range", ips(&["16.17.18.0/24", "16.17.19.7"])),
    ]
}

fn doubtful() -> Vec<Row> {
    vec![
        says("around_carrier_grade_nat", ips(&["100.0.0.0/8"])),
        says("around_loopback", ips(&["126.0.0.0/7"])),
        says("documentation", ips(&["203.0.113.7"])),
        says("documentation_two", ips(&["198.51.100.0/24"])),
        says("documentation_three", ips(&["192.0.2.0/24"])),
        says("benchmarking", ips(&["198.18.0.0/15"])),
        says("relays", ips(&["192.88.99.1"])),
        says("a_single_rule_for_documentation", ip_rule("203.0.113.7", "")),
        silent("before_documentation", ips(&["203.0.112.0/24"])),
        silent("after_documentation", ips(&["203.0.114.0/24"])),
        silent("before_benchmarking", ips(&["198.17.0.0/16"])),
        silent("after_benchmarking", ips(&["198.20.0.0/16"])),
    ]
}

fn allowing() -> Vec<Row> {
    vec![
        says("rules_that_allow_anyway", rule_set("  default_action = \"Allow\"\n  ip_rules = [\"16.17.18.19\"]")),
        says(
            "subnets_that_are_allowed_anyway",
            rule_set("  default_action = \"Allow\"\n  virtual_network_subnet_ids = [\"READY\"]"),
        ),
        silent("allow_without_rules", rule_set("  default_action = \"Allow\"")),
    ]
}

fn without_public_access() -> Vec<Row> {
    vec![
        says(
            "rules_without_public_access",
            deny("  public_network_access_enabled = false\n  ip_rules = [\"16.17.18.19\"]"),
        ),
        silent("public_access_off_without_rules", deny("  public_network_access_enabled = false")),
        silent(
            "rules_with_public_access",
            deny("  public_network_access_enabled = true\n  ip_rules = [\"16.17.18.19\"]"),
        ),
    ]
}
