//! A team with a state of its own, and rules of its own on a registry that it shares with others.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::azure::{Azure, REGISTRY};
use crate::run::Running;
use crate::support::Workspace;

/// The most IP rules, for the provider and for the registry: eight teams have more than Azure's 200.
pub(super) const LIMIT: usize = 1000;
/// What is there of somebody else.
pub(super) const THEIRS: &str = "20.30.40.50";

/// One team.
pub(super) struct Team {
    /// Where it runs Terraform.
    pub(super) workspace: Workspace,
    number: u8,
}

impl Team {
    /// A team whose addresses are `52.<number>.0.*`.
    pub(super) fn new(azure: &Arc<Azure>, number: u8) -> Self {
        let mut workspace = Workspace::with(Arc::clone(azure));
        // For the figures: the provider says when it has to repair.
        workspace.set("TF_LOG_PROVIDER", "INFO");
        Self { workspace, number }
    }

    /// Its address of that number.
    pub(super) fn address(&self, number: u8) -> String {
        format!("52.{}.0.{number}", self.number)
    }

    /// Configures these of its addresses, and gives them.
    pub(super) fn want(&self, numbers: impl Iterator<Item = u8>) -> BTreeSet<String> {
        self.want_beside(numbers, "")
    }

    /// The same, beside other resources.
    pub(super) fn want_beside(&self, numbers: impl Iterator<Item = u8>, others: &str) -> BTreeSet<String> {
        let addresses: BTreeSet<String> = numbers.map(|number| self.address(number)).collect();
        let quoted: Vec<String> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
        self.workspace.write_with(
            &format!("  ip_rule_limit = {LIMIT}"),
            &format!(
                "resource \"acrnet_registry_ip_rule\" \"this\" {{\n  for_each    = toset([{}])\n  registry_id = \"REGISTRY\"\n  \
                 ip_range    = each.value\n}}\n{others}",
                quoted.join(", ")
            ),
        );
        addresses
    }

    /// Begins an apply.
    pub(super) fn apply(&self) -> Running {
        self.workspace.start(&["apply", "-json", "-auto-approve"])
    }

    /// Begins a destroy.
    pub(super) fn destroy(&self) -> Running {
        self.workspace.start(&["destroy", "-json", "-auto-approve"])
    }

    /// Its rules, as far as they are in the state.
    pub(super) fn owned(&self) -> BTreeSet<String> {
        let listed = self.workspace.terraform(&["state", "list"]).stdout;
        listed.lines().filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
    }
}

/// All IP rules of the registry but the one of somebody else, which is there, as are its other settings.
#[track_caller]
pub(super) fn beside_theirs(azure: &Azure) -> BTreeSet<String> {
    let (action, addresses, subnets) = azure.rules();
    assert_eq!((action.as_str(), &subnets[..]), ("Deny", &["built".to_owned()][..]), "nobody was to touch them");
    let all: BTreeSet<String> = addresses.iter().cloned().collect();
    assert_eq!(all.len(), addresses.len(), "no rule is there twice");
    assert!(all.contains(THEIRS), "nobody was to touch {THEIRS}: {all:?}");
    all.into_iter().filter(|address| address != THEIRS).collect()
}

/// `{address} of the registry` as the state has it.
pub(super) fn resource(address: &str) -> String {
    format!("acrnet_registry_ip_rule.this[\"{address}\"]")
}

/// Whether a request is about the registry itself.
pub(super) fn is_of_registry(path: &str) -> bool {
    path.eq_ignore_ascii_case(REGISTRY)
}
