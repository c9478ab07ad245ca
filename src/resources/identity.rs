//! What tells one registry or subnet from another, in the parts of its id: the identities of the types that there is one of on each, and
//! the beginning of those that there may be several of.
//!
//! Letter case means nothing in them, as in ids.

use serde::{Deserialize, Serialize};

use crate::azure::id::{IdError, RegistryId, SubnetId};
use crate::terraform::framework::Identity;
use crate::terraform::schema::{IdentityAttribute, IdentitySchema};

/// A registry. One field per attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryIdentity {
    pub(super) subscription_id: String,
    pub(super) resource_group_name: String,
    pub(super) registry_name: String,
}

/// A subnet. One field per attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubnetIdentity {
    pub(super) subscription_id: String,
    pub(super) resource_group_name: String,
    pub(super) virtual_network_name: String,
    pub(super) subnet_name: String,
}

impl Identity for RegistryIdentity {
    fn schema() -> IdentitySchema {
        IdentitySchema::new()
            .attribute(subscription_id("registry"))
            .attribute(resource_group_name("registry"))
            .attribute(IdentityAttribute::string("registry_name", "Name of the registry."))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.subscription_id.eq_ignore_ascii_case(&other.subscription_id)
            && self.resource_group_name.eq_ignore_ascii_case(&other.resource_group_name)
            && self.registry_name.eq_ignore_ascii_case(&other.registry_name)
    }
}

impl Identity for SubnetIdentity {
    fn schema() -> IdentitySchema {
        IdentitySchema::new()
            .attribute(subscription_id("subnet"))
            .attribute(resource_group_name("virtual network"))
            .attribute(IdentityAttribute::string("virtual_network_name", "Name of the virtual network."))
            .attribute(IdentityAttribute::string("subnet_name", "Name of the subnet."))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.subscription_id.eq_ignore_ascii_case(&other.subscription_id)
            && self.resource_group_name.eq_ignore_ascii_case(&other.resource_group_name)
            && self.virtual_network_name.eq_ignore_ascii_case(&other.virtual_network_name)
            && self.subnet_name.eq_ignore_ascii_case(&other.subnet_name)
    }
}

impl RegistryIdentity {
    /// Of the registry with that id, in its spelling.
    pub(super) fn of(id: &RegistryId) -> Self {
        Self {
            subscription_id: id.subscription().to_owned(),
            resource_group_name: id.resource_group().to_owned(),
            registry_name: id.name().to_owned(),
        }
    }

    /// The id. An error names the part that cannot be in one.
    pub(super) fn id(&self) -> Result<RegistryId, IdError> {
        RegistryId::from_parts(&self.subscription_id, &self.resource_group_name, &self.registry_name)
    }
}

impl SubnetIdentity {
    /// Of the subnet with that id, in its spelling.
    pub(super) fn of(id: &SubnetId) -> Self {
        Self {
            subscription_id: id.subscription().to_owned(),
            resource_group_name: id.resource_group().to_owned(),
            virtual_network_name: id.virtual_network().name().to_owned(),
            subnet_name: id.name().to_owned(),
        }
    }

    /// The id. An error names the part that cannot be in one.
    pub(super) fn id(&self) -> Result<SubnetId, IdError> {
        let Self { subscription_id, resource_group_name, virtual_network_name, subnet_name } = self;
        SubnetId::from_parts(subscription_id, resource_group_name, virtual_network_name, subnet_name)
    }
}

fn subscription_id(of: &str) -> IdentityAttribute {
    IdentityAttribute::string("subscription_id", format!("Id of the subscription that the {of} is in: the bare GUID."))
}

fn resource_group_name(of: &str) -> IdentityAttribute {
    IdentityAttribute::string("resource_group_name", format!("Name of the resource group that the {of} is in."))
}
