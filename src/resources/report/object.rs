//! What was worked on when it failed, and which attributes its type has for what is to blame.

use super::{in_words, words};
use crate::azure::error::ArmError;
use crate::rules::{IpRule, Rules, SubnetRef};

/// A failure to be explained.
#[derive(Clone, Copy)]
pub(super) struct Case<'c> {
    pub(super) error: &'c ArmError,
    /// The object that was worked on.
    pub(super) id: &'c str,
    pub(super) object: Object,
}

impl Case<'_> {
    /// Whether what was worked on is the one rule of these subnets; always, where the type has many.
    pub(super) fn is_to_blame_for(&self, subnets: &words::Subnets<'_>) -> bool {
        match self.id.split_once('|') {
            Some((_, rule)) => subnets.ids().any(|id| id.eq_ignore_ascii_case(rule)),
            None => true,
        }
    }
}

/// What was worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Registry,
    Subnet,
    VirtualNetwork,
    /// One rule of a registry that somebody else owns.
    IpRule,
    /// Likewise.
    VirtualNetworkRule,
    /// All of a kind in it.
    Subscription,
    /// Likewise.
    ResourceGroup,
}

impl Object {
    pub(super) fn of(id: &str) -> Self {
        let (id, is_rule) = (id.to_ascii_lowercase(), id.contains('|'));
        match () {
            () if id.contains("/subnets/") && is_rule => Self::VirtualNetworkRule,
            () if id.contains("/subnets/") => Self::Subnet,
            () if id.contains("/virtualnetworks/") => Self::VirtualNetwork,
            () if is_rule => Self::IpRule,
            () if id.contains("/providers/") => Self::Registry,
            () if id.contains("/resourcegroups/") => Self::ResourceGroup,
            () if id.starts_with("/subscriptions/") => Self::Subscription,
            () => Self::Registry,
        }
    }

    /// A single rule, by its text, within a sentence.
    pub(super) fn rule_in_words(self, text: &str) -> String {
        in_words(&match self {
            Self::VirtualNetworkRule => Rules { subnets: [SubnetRef::new(text)].into(), ..Rules::default() },
            _ => Rules { ip_rules: [IpRule::read(text)].into(), ..Rules::default() },
        })
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Registry | Self::IpRule | Self::VirtualNetworkRule => "registry",
            Self::Subnet => "subnet",
            Self::VirtualNetwork => "virtual network",
            Self::Subscription => "subscription",
            Self::ResourceGroup => "resource group",
        }
    }

    /// The attribute that names it.
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Self::Registry | Self::IpRule | Self::VirtualNetworkRule => "registry_id",
            Self::Subnet => "subnet_id",
            Self::VirtualNetwork => "virtual_network_id",
            Self::Subscription => "subscription_id",
            Self::ResourceGroup => "resource_group_name",
        }
    }

    /// What makes it in most configurations.
    pub(super) fn made_by(self) -> &'static str {
        match self {
            Self::Registry | Self::IpRule | Self::VirtualNetworkRule => "azurerm_container_registry",
            Self::Subnet => "azurerm_subnet",
            Self::VirtualNetwork => "azurerm_virtual_network",
            Self::Subscription => "azurerm_subscription",
            Self::ResourceGroup => "azurerm_resource_group",
        }
    }

    /// The attribute that names subnets, if the type has one.
    pub(super) fn subnets(self) -> Option<&'static str> {
        match self {
            Self::Registry => Some("virtual_network_subnet_ids"),
            Self::Subnet | Self::VirtualNetworkRule => Some("subnet_id"),
            Self::VirtualNetwork => Some("virtual_network_id"),
            Self::IpRule | Self::Subscription | Self::ResourceGroup => None,
        }
    }

    /// The attribute that names addresses, if the type has one.
    pub(super) fn ip_rules(self) -> Option<&'static str> {
        match self {
            Self::Registry => Some("ip_rules"),
            Self::IpRule => Some("ip_range"),
            Self::Subnet
            | Self::VirtualNetwork
            | Self::VirtualNetworkRule
            | Self::Subscription
            | Self::ResourceGroup => None,
        }
    }
}
