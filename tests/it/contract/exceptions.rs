//! Where provider and simulator differ from the documents on purpose: the one table, and why.
//!
//! An entry that nothing needs any more fails the test, and so does a finding without an entry.

use super::judge::{Finding, Side};

/// One deliberate difference.
struct Exception {
    side: Side,
    /// What the operation's name begins with; several versions apart.
    operations: &'static [&'static str],
    /// What the finding holds.
    what: &'static str,
    reason: &'static str,
}

/// Documents of registries before 2025 describe no refusal at all.
const SILENT_ON_ERRORS: &[&str] = &["2019-05-01", "2021-08-01-preview", "2023-07-01"];
/// Documents whose rules for subnets have the key `id`.
const OLD_KEY: &[&str] = &["2019-05-01", "2021-08-01-preview"];

const TABLE: &[Exception] = &[
    Exception {
        side: Side::Client,
        operations: &["2021-08-01-preview"],
        what: "virtualNetworkRules[]",
        reason: "the service changed the key under this version after it was published (azure-cli#33660, #33685)",
    },
    Exception {
        side: Side::Client,
        operations: &["2024-01-01 Subnets_CreateOrUpdate"],
        what: "is read-only",
        reason: "a subnet goes back as it came; a PUT with these members was recorded and accepted (azure-cli, 2021)",
    },
    Exception {
        side: Side::Client,
        operations: &["2024-01-01 Subnets_CreateOrUpdate"],
        what: "header if-match is not described",
        reason: "other operations of the same service have it, and its error is in the service's public list",
    },
    Exception {
        side: Side::Service,
        operations: OLD_KEY,
        what: "virtualNetworkRules[]",
        reason: "the service shows the new key under old versions since about 2025 (azure-cli#33660); a setting brings back the old",
    },
    Exception {
        side: Side::Service,
        operations: SILENT_ON_ERRORS,
        what: "status 40",
        reason: "ARM refuses all the same, in the envelope of the later documents, which the body is checked against",
    },
    Exception {
        side: Side::Service,
        operations: &["2019-05-01", "2021-08-01-preview", "2023-07-01", "2025-11-01", "2026-03-01-preview"],
        what: "Registries_Update: status 202",
        reason: "a setting, off by default: ARM's other form of an operation, which a client must follow too (async-operations.md)",
    },
    Exception {
        side: Side::Example,
        operations: &["2019-05-01"],
        what: "the answer lacks .properties.status.",
        reason: "no recorded answer has a status",
    },
    Exception {
        side: Side::Example,
        operations: &["2021-08-01-preview", "2023-07-01"],
        what: "the example itself: properties.status is null",
        reason: "a slip of the example: no document allows null",
    },
    Exception {
        side: Side::Example,
        operations: &["2024-01-01 SubnetCreateWithDelegation", "2024-01-01 SubnetCreateWithSharingScope"],
        what: "the answer lacks",
        reason: "a slip of the examples: their bodies do not ask for what their answers show",
    },
    Exception {
        side: Side::Example,
        operations: &["2024-01-01 VirtualNetworkCreateServiceEndpoint"],
        what: "the answer lacks .properties.subnets[].properties.",
        reason: "empty lists, of an older version; the recorded answers of 2022 leave them out",
    },
];

/// Fails with every finding that has no entry, and every entry of this side that has no finding.
pub fn settle(side: Side, findings: &[Finding]) {
    let unexplained: Vec<String> = findings
        .iter()
        .filter(|finding| !TABLE.iter().any(|entry| entry.side == side && entry.covers(finding)))
        .map(|finding| format!("{}: {}", finding.operation, finding.what))
        .collect();
    let unused: Vec<String> = TABLE
        .iter()
        .filter(|entry| entry.side == side && !findings.iter().any(|finding| entry.covers(finding)))
        .map(|entry| {
            format!("the exception {:?} of {:?} is not needed: {}", entry.what, entry.operations, entry.reason)
        })
        .collect();
    let mut all: Vec<String> = unexplained.into_iter().chain(unused).collect();
    all.sort();
    all.dedup();
    assert!(
        all.is_empty(),
        "\n{}\nexceptions and their reasons are in tests/it/contract/exceptions.rs",
        all.join("\n")
    );
}

impl Exception {
    fn covers(&self, finding: &Finding) -> bool {
        let whole = format!("{}: {}", finding.operation, finding.what);
        self.operations.iter().any(|start| whole.starts_with(start)) && whole.contains(self.what)
    }
}
