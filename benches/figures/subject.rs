//! What a command works on: the provider's objects, and what stands beside them as a measure.

use crate::estate::{CHANGED, Estate, RULES};

/// What is managed.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    /// Over how many groups or registries.
    pub(crate) spread: String,
    pub(crate) estate: Estate,
    objects: Objects,
}

/// Arguments of the objects, and their type.
enum Objects {
    RuleSets { arguments: String },
    SingleRules { arguments: String },
}

impl Subject {
    pub(crate) fn rule_sets(estate: Estate, spread: &str) -> Self {
        let [first, rest @ ..] = RULES;
        let arguments = format!(
            "registry_id = {id}\n  default_action = \"Deny\"\n  \
             ip_rules = concat([var.changed ? \"{CHANGED}\" : \"{first}\"], {rest:?})",
            id = estate.id_expression(),
        );
        let (count, spread) = (estate.registries, spread.to_owned());
        Self { name: "rule sets", count, spread, estate, objects: Objects::RuleSets { arguments } }
    }

    pub(crate) fn single_rules(count: usize) -> Self {
        let estate = Estate::together(1);
        let id = estate.id(0);
        let arguments = format!("registry_id = \"{id}\"\n  ip_range = \"16.17.${{count.index}}.0/24\"");
        let spread = "one registry".to_owned();
        Self { name: "single rules", count, spread, estate, objects: Objects::SingleRules { arguments } }
    }

    /// Of the provider, against the simulator at that URL.
    pub(crate) fn configuration(&self, url: &str) -> String {
        let provider = format!(
            "{}provider \"acrnet\" {{\n  endpoint     = {{ resource_manager_endpoint = \"{url}\" }}\n  \
             access_token = \"any\"\n}}\n",
            required("acrnet")
        );
        let (kind, arguments) = match &self.objects {
            Objects::RuleSets { arguments } => ("acrnet_registry_network_rule_set", arguments),
            Objects::SingleRules { arguments } => ("acrnet_registry_ip_rule", arguments),
        };
        provider + VARIABLE + &self.resource(kind, arguments)
    }

    /// The floor: as many of Terraform's own objects, each with a number. No provider process, no network.
    pub(crate) fn floor(&self) -> String {
        VARIABLE.to_owned() + &self.resource("terraform_data", "input = \"${count.index} ${var.changed}\"")
    }

    /// As many of Terraform's own objects that carry the values of a rule set; `None` where the objects are none.
    pub(crate) fn same_values(&self) -> Option<String> {
        let Objects::RuleSets { arguments } = &self.objects else { return None };
        Some(VARIABLE.to_owned() + &self.resource("terraform_data", &format!("input = {{\n  {arguments}\n  }}")))
    }

    /// The limit: as many objects of exactly the shape of a rule set, of a provider that does nothing; `None` where the objects are none.
    pub(crate) fn limit(&self) -> Option<String> {
        let Objects::RuleSets { arguments } = &self.objects else { return None };
        Some(required("toy") + VARIABLE + &self.resource("toy_rule_set", arguments))
    }

    fn resource(&self, kind: &str, arguments: &str) -> String {
        format!("resource \"{kind}\" \"this\" {{\n  count = {}\n  {arguments}\n}}\n", self.count)
    }
}

fn required(provider: &str) -> String {
    format!("terraform {{\n  required_providers {{\n    {provider} = {{ source = \"acrnet/{provider}\" }}\n  }}\n}}\n")
}

const VARIABLE: &str = "variable \"changed\" {\n  type    = bool\n  default = false\n}\n";
