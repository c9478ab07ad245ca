//! The managed resource types: what plan and apply mean for each, and nothing below that.
//!
//! The meeting place of the two chains: models come from the framework, [`rules`](crate::rules) says
//! what content is wanted, [`azure`](crate::azure) reads and writes it, and errors become diagnostics
//! in `report`. No HTTP and no protobuf in here.

pub(crate) mod access;
pub(crate) mod asked;
mod azapi;
mod claims;
pub(crate) mod default_access;
mod identity;
mod live;
mod registration;
mod registry_ip_rule;
mod registry_network_rule_set;
mod registry_rule;
mod registry_virtual_network_rule;
mod replacement;
pub(crate) mod report;
mod subnet_service_endpoint;
pub(crate) mod temporary;

use std::sync::Arc;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::provider_registration::RegistrationPolicy;
use crate::azure::registry_access::RegistryProbe;
use crate::rules::Limits;
use crate::terraform::framework::{Context, ErasedResource, resource};
use crate::terraform::value::Value;

pub use identity::{RegistryIdentity, SubnetIdentity};
pub(crate) use registry_network_rule_set::{is_restricted, listed as listed_rule_set};
pub(crate) use subnet_service_endpoint::listed as listed_endpoint;

pub use registry_ip_rule::RegistryIpRule;
pub use registry_network_rule_set::RegistryNetworkRuleSet;
pub use registry_virtual_network_rule::RegistryVirtualNetworkRule;
pub use subnet_service_endpoint::SubnetServiceEndpoint;

use claims::Claims;
use registration::Registrations;
use replacement::{Memory, Replacements};
use temporary::Temporaries;

/// What a configured provider hands to its types.
#[derive(Debug)]
pub struct Clients {
    /// Azure Resource Manager.
    pub arm: ArmClient,
    /// The registries themselves.
    pub probe: RegistryProbe,
    /// How many rules a registry takes.
    pub limits: Limits,
    /// Where to look when nobody says in which subscription; as it was written.
    pub subscription: Option<String>,
    registrations: Registrations,
    rule_sets: registry_network_rule_set::Halves,
    /// The last rule set that was made on a registry.
    made_rule_sets: Arc<Memory<registry_network_rule_set::Model>>,
    endpoints: Replacements<subnet_service_endpoint::Held>,
    /// Single rules. That one is there is all there is to tell of it.
    rules: Replacements<()>,
    claims: Arc<Claims>,
    /// Rules that are there for the length of this run.
    temporaries: Arc<Temporaries>,
    /// Subnets whose endpoint this run keeps or adds, noted by its own resource.
    planned_endpoints: Memory<()>,
}

impl Clients {
    /// With nothing done yet.
    #[must_use]
    pub fn new(arm: ArmClient, probe: RegistryProbe, limits: Limits) -> Self {
        Self {
            arm,
            probe,
            limits,
            subscription: None,
            registrations: Registrations::default(),
            rule_sets: registry_network_rule_set::Halves::default(),
            made_rule_sets: Arc::default(),
            endpoints: Replacements::default(),
            rules: Replacements::default(),
            claims: Arc::default(),
            temporaries: Arc::default(),
            planned_endpoints: Memory::default(),
        }
    }

    /// The same, with a subscription of its own.
    #[must_use]
    pub fn with_subscription(self, subscription: Option<String>) -> Self {
        Self { subscription, ..self }
    }

    /// The same, with this to do about the registration of `Microsoft.ContainerRegistry`; otherwise it is checked.
    #[must_use]
    pub fn with_registration(mut self, policy: RegistrationPolicy) -> Self {
        self.registrations = Registrations::new(policy);
        self
    }
}

/// All managed resource types.
#[must_use]
pub fn all() -> Vec<Box<dyn ErasedResource<Clients>>> {
    vec![
        resource::<RegistryNetworkRuleSet>(),
        resource::<SubnetServiceEndpoint>(),
        resource::<RegistryIpRule>(),
        resource::<RegistryVirtualNetworkRule>(),
    ]
}

/// The bounds of a framework call, as the ARM client takes them.
pub(crate) fn call(context: &Context) -> Call {
    Call { deadline: context.deadline, cancel: context.stop.clone() }
}

/// Whether two ids name the same thing: Azure does not look at letter case.
fn same_id(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}
