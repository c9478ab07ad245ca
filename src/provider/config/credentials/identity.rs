//! Who it is that authenticates: application, tenants, subscription.

use super::{Mistakes, Way};
use crate::azure::credentials::{CliAccount, is_tenant};
use crate::provider::config::Settings;
use crate::terraform::diagnostic::Diagnostic;
use crate::terraform::value::{Path, Tf};

/// As many as Azure takes in one request.
const MOST_AUXILIARY: usize = 3;

impl Settings<'_> {
    /// Tenant and application, which a secret and an assertion need both.
    pub(super) fn application(&self, method: &str, mistakes: &mut Mistakes) -> Option<(String, String)> {
        let aks = mistakes.take(self.is_aks())?;
        let mut need = |found: Result<Option<String>, Diagnostic>, argument: &str, aks_variable: &str| {
            let found = mistakes.take(found)?;
            if found.is_none() {
                mistakes.add(missing(method, argument, aks.then_some(aks_variable)));
            }
            found
        };
        let tenant = need(self.tenant(aks), "tenant_id", "AZURE_TENANT_ID");
        let id = need(self.client_id(aks), "client_id", "AZURE_CLIENT_ID");
        Some((tenant?, id?))
    }

    pub(super) fn client_id(&self, aks: bool) -> Result<Option<String>, Diagnostic> {
        let block = self.block;
        let id = self.text_or_file((&block.client_id, "client_id", "ARM_CLIENT_ID"), &block.client_id_file_path)?;
        self.or_of_aks(aks, id, "client_id", "ARM_CLIENT_ID", "AZURE_CLIENT_ID")
    }

    fn tenant(&self, aks: bool) -> Result<Option<String>, Diagnostic> {
        let tenant = self.text(&self.block.tenant_id, "ARM_TENANT_ID");
        let tenant = self.or_of_aks(aks, tenant, "tenant_id", "ARM_TENANT_ID", "AZURE_TENANT_ID")?;
        plain(tenant, "tenant_id", "ARM_TENANT_ID")
    }

    /// Whose token the Azure CLI is asked for.
    pub(super) fn cli_account(&self, mistakes: &mut Mistakes) -> Option<CliAccount> {
        let subscription = self.text(&self.block.subscription_id, "ARM_SUBSCRIPTION_ID");
        let tenant = mistakes.take(self.tenant(false));
        let subscription = mistakes.take(plain(subscription, "subscription_id", "ARM_SUBSCRIPTION_ID"));
        Some(match (tenant?, subscription?) {
            (Some(tenant), _) => CliAccount::Tenant(tenant),
            (None, Some(subscription)) => CliAccount::Subscription(subscription),
            (None, None) => CliAccount::Default,
        })
    }

    /// Further tenants. Where no token of another tenant can be had, the argument is a mistake; the variable may be meant for azurerm, which passes
    /// over it then too.
    pub(super) fn auxiliary_tenants(&self, way: Option<&Way>, mistakes: &mut Mistakes) -> Vec<String> {
        let argument = "auxiliary_tenant_ids";
        let given: Option<Vec<String>> = self
            .block
            .auxiliary_tenant_ids
            .known()
            .map(|ids| ids.iter().filter_map(Tf::known).filter(|id| !id.is_empty()).cloned().collect());
        let of_one_tenant = match way {
            Some(Way::Token(_)) => "access_token",
            Some(Way::Machine(_)) => "use_msi",
            _ => "",
        };
        if !of_one_tenant.is_empty() {
            if given.is_some_and(|given| !given.is_empty()) {
                let detail = format!("{argument} cannot be used with {of_one_tenant}: its tokens are of one tenant.");
                mistakes
                    .add(Diagnostic::error(format!("{argument} has no effect"), detail).at(Path::attribute(argument)));
            }
            return Vec::new();
        }
        let from_variable = || {
            let text = self.environment.var("ARM_AUXILIARY_TENANT_IDS").unwrap_or_default();
            text.split(';').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
        };
        let tenants: Vec<String> = given.unwrap_or_else(from_variable);
        if tenants.len() > MOST_AUXILIARY {
            let detail = format!(
                "{argument} (ARM_AUXILIARY_TENANT_IDS) has {} tenants; Azure takes {MOST_AUXILIARY}.",
                tenants.len()
            );
            mistakes.add(Diagnostic::error("Too many auxiliary tenants", detail).at(Path::attribute(argument)));
        }
        for tenant in &tenants {
            mistakes.take(plain(Some(tenant.clone()), argument, "ARM_AUXILIARY_TENANT_IDS"));
        }
        tenants
    }

    pub(super) fn is_aks(&self) -> Result<bool, Diagnostic> {
        self.flag(self.block.use_aks_workload_identity, "ARM_USE_AKS_WORKLOAD_IDENTITY", false)
    }

    /// What Kubernetes says in a variable, with `use_aks_workload_identity`. Both, and different, is an error, as in azurerm.
    fn or_of_aks(
        &self,
        aks: bool,
        own: Option<String>,
        argument: &str,
        variable: &str,
        aks_variable: &str,
    ) -> Result<Option<String>, Diagnostic> {
        let theirs = self.environment.var(aks_variable).filter(|_| aks).map(str::to_owned);
        match (own, theirs) {
            (Some(own), Some(theirs)) if own != theirs => Err(Diagnostic::error(
                format!("{argument} and AKS workload identity disagree"),
                format!(
                    "{argument} ({variable}) is {own:?}, and {aks_variable} is {theirs:?}. Remove one of them, or set \
                     use_aks_workload_identity (ARM_USE_AKS_WORKLOAD_IDENTITY) to false."
                ),
            )
            .at(Path::attribute(argument))),
            (own, theirs) => Ok(own.or(theirs)),
        }
    }
}

fn plain(id: Option<String>, argument: &str, variable: &str) -> Result<Option<String>, Diagnostic> {
    match id {
        Some(id) if !is_tenant(&id) => {
            let detail = format!("{argument} ({variable}): {id:?} is neither an id nor a domain.");
            Err(Diagnostic::error(format!("Invalid {argument}"), detail).at(Path::attribute(argument)))
        }
        id => Ok(id),
    }
}

fn missing(method: &str, argument: &str, aks_variable: Option<&str>) -> Diagnostic {
    let variable = format!("ARM_{}", argument.to_ascii_uppercase());
    let aks = aks_variable.map(|name| format!(" (with use_aks_workload_identity also {name})")).unwrap_or_default();
    let detail = format!(
        "To authenticate with {method}, {argument} is needed: set it in the provider block or as {variable}{aks}."
    );
    Diagnostic::error(format!("{argument} is missing"), detail).at(Path::attribute(argument))
}
