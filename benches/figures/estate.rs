//! The registries that figures are taken of: how many, and over how many subscriptions and groups they are spread.

use serde_json::{Value, json};

/// Five rules: what the registries of a company with two offices and a few runners have.
pub(crate) const RULES: [&str; 5] = ["16.17.18.0/24", "16.17.20.0/24", "16.17.22.7", "16.17.24.9", "16.17.26.11"];
/// What the first of them becomes where one rule of each registry changes.
pub(crate) const CHANGED: &str = "16.17.19.0/24";

/// Registries, in turn in each subscription, and there in turn in each group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estate {
    pub(crate) registries: usize,
    pub(crate) subscriptions: usize,
    /// Resource groups of each subscription.
    pub(crate) groups: usize,
}

impl Estate {
    /// All in one group.
    pub(crate) fn together(registries: usize) -> Self {
        Self { registries, subscriptions: 1, groups: 1 }
    }

    /// The id of a registry, counted from 0.
    pub(crate) fn id(&self, index: usize) -> String {
        let (subscription, group) = (index % self.subscriptions, index / self.subscriptions % self.groups);
        format!(
            "/subscriptions/00000000-0000-0000-0000-{subscription:012}/resourceGroups/group-{group:03}\
             /providers/Microsoft.ContainerRegistry/registries/registry{index:05}"
        )
    }

    /// The same as an expression of Terraform over `count.index`.
    pub(crate) fn id_expression(&self) -> String {
        let Self { subscriptions, groups, .. } = self;
        format!(
            "format(\"/subscriptions/00000000-0000-0000-0000-%012d/resourceGroups/group-%03d\
             /providers/Microsoft.ContainerRegistry/registries/registry%05d\", \
             count.index % {subscriptions}, floor(count.index / {subscriptions}) % {groups}, count.index)"
        )
    }

    /// A seed of the simulator: Premium registries that let everybody in, or with the rules in force.
    pub(crate) fn seed(&self, restricted: bool) -> Value {
        let rules: Vec<Value> = RULES.iter().map(|rule| json!({"action": "Allow", "value": rule})).collect();
        let registry = |index: usize| {
            let mut registry = json!({"id": self.id(index), "location": "westeurope", "sku": {"name": "Premium"}});
            if restricted {
                registry["properties"] = json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": rules}});
            }
            registry
        };
        json!({"registries": (0..self.registries).map(registry).collect::<Vec<_>>()})
    }
}
