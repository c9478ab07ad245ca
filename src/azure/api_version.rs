//! API versions, and what they carry.

use std::fmt;
use std::str::FromStr;

/// A version of an ARM API: `2025-01-01` or `2026-03-01-preview`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion(std::borrow::Cow<'static, str>);

/// How a version of the registry API writes virtual network rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VirtualNetworkRulesKey {
    /// Not at all; what is sent is ignored.
    Absent,
    /// As `{"id": …}`.
    Id,
    /// As `{"virtualNetworkSubnetResourceId": …}`.
    SubnetResourceId,
}

/// A setting of a registry beside its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrySetting {
    /// Whether the public endpoint answers at all.
    PublicNetworkAccess,
    /// Whether trusted services of Azure pass the rules.
    BypassOption,
    /// Whether the registry's own tasks pass the rules.
    BypassForTasks,
}

impl RegistrySetting {
    /// Every setting.
    pub const ALL: [Self; 3] = [Self::PublicNetworkAccess, Self::BypassOption, Self::BypassForTasks];

    /// Its name in ARM's documents.
    #[must_use]
    pub fn property(self) -> &'static str {
        match self {
            Self::PublicNetworkAccess => "publicNetworkAccess",
            Self::BypassOption => "networkRuleBypassOptions",
            Self::BypassForTasks => "networkRuleBypassAllowedForTasks",
        }
    }
}

impl ApiVersion {
    /// For registries: carries both kinds of rules, both bypasses and public access.
    pub const REGISTRY: Self = Self(std::borrow::Cow::Borrowed("2026-03-01-preview"));
    /// For subnets and virtual networks.
    pub const NETWORK: Self = Self(std::borrow::Cow::Borrowed("2025-01-01"));
    /// For the registration of resource providers.
    pub const RESOURCES: Self = Self(std::borrow::Cow::Borrowed("2022-09-01"));

    /// The version as it goes into a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How this version of the registry API writes virtual network rules.
    ///
    /// By the published API descriptions, with two corrections from the wire: 2017-10-01 ignores the rules it describes (Azure/acr#246), and
    /// 2021-08-01-preview has since changed its key (Azure/azure-cli#33685). Versions later than those known are taken to carry the rules; every
    /// write is checked, so that a wrong guess is found.
    #[must_use]
    pub fn virtual_network_rules(&self) -> VirtualNetworkRulesKey {
        let preview = self.0.ends_with("-preview");
        match self.0.get(..10).unwrap_or_default() {
            date if date < "2019-05-01" => VirtualNetworkRulesKey::Absent,
            date if date < "2021-08-01" => VirtualNetworkRulesKey::Id,
            "2021-08-01" | "2021-12-01" if preview => VirtualNetworkRulesKey::SubnetResourceId,
            date if date >= "2026-03-01" && preview => VirtualNetworkRulesKey::SubnetResourceId,
            date if date > "2026-11-01" => VirtualNetworkRulesKey::SubnetResourceId,
            _ => VirtualNetworkRulesKey::Absent,
        }
    }

    /// Whether this version of the registry API has a setting; one that has not ignores it. By the published API descriptions.
    #[must_use]
    pub fn carries(&self, setting: RegistrySetting) -> bool {
        let since = match setting {
            RegistrySetting::PublicNetworkAccess | RegistrySetting::BypassOption => "2019-12-01",
            RegistrySetting::BypassForTasks => "2025-05-01",
        };
        self.0.get(..10).is_some_and(|date| date >= since)
    }
}

impl FromStr for ApiVersion {
    type Err = ApiVersionError;

    fn from_str(text: &str) -> Result<Self, ApiVersionError> {
        let date = text.strip_suffix("-preview").unwrap_or(text).as_bytes();
        let well_formed = date.len() == 10
            && date.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if well_formed { Ok(Self(text.to_owned().into())) } else { Err(ApiVersionError(text.to_owned())) }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no API version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an API version; the form is 2026-03-01 or 2026-03-01-preview")]
pub struct ApiVersionError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_writes_virtual_network_rules_its_own_way() {
        use VirtualNetworkRulesKey::{Absent, Id, SubnetResourceId};
        for (version, key) in [
            ("2017-10-01", Absent),
            ("2019-05-01", Id),
            ("2019-12-01-preview", Id),
            ("2020-11-01-preview", Id),
            ("2021-06-01-preview", Id),
            ("2021-08-01-preview", SubnetResourceId),
            ("2021-09-01", Absent),
            ("2021-12-01-preview", SubnetResourceId),
            ("2022-02-01-preview", Absent),
            ("2023-07-01", Absent),
            ("2025-11-01", Absent),
            ("2026-01-01-preview", Absent),
            ("2026-03-01-preview", SubnetResourceId),
            ("2026-09-01-preview", SubnetResourceId),
            ("2026-11-01", Absent),
            ("2027-05-01", SubnetResourceId),
        ] {
            assert_eq!(version.parse::<ApiVersion>().unwrap().virtual_network_rules(), key, "{version}");
        }
    }

    #[test]
    fn each_setting_came_with_a_version() {
        use RegistrySetting::{BypassForTasks, BypassOption, PublicNetworkAccess};
        for (version, settings) in [
            ("2017-10-01", &[][..]),
            ("2019-05-01", &[]),
            ("2019-12-01-preview", &[PublicNetworkAccess, BypassOption]),
            ("2023-07-01", &[PublicNetworkAccess, BypassOption]),
            ("2025-04-01", &[PublicNetworkAccess, BypassOption]),
            ("2025-05-01-preview", &[PublicNetworkAccess, BypassOption, BypassForTasks]),
            ("2025-11-01", &[PublicNetworkAccess, BypassOption, BypassForTasks]),
            ("2026-03-01-preview", &[PublicNetworkAccess, BypassOption, BypassForTasks]),
        ] {
            let version: ApiVersion = version.parse().unwrap();
            let carried: Vec<_> =
                RegistrySetting::ALL.into_iter().filter(|setting| version.carries(*setting)).collect();
            assert_eq!(carried, settings, "{version}");
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for bad in ["", "latest", "2026-3-1", "2026-03-01-beta", "2026-03-01-preview ", "2026/03/01", "２０26-03-01"]
        {
            assert!(bad.parse::<ApiVersion>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_defaults_are_versions_and_carry_the_rules() {
        for version in [ApiVersion::REGISTRY, ApiVersion::NETWORK, ApiVersion::RESOURCES] {
            assert_eq!(version.as_str().parse(), Ok(version.clone()));
        }
        assert_eq!(ApiVersion::REGISTRY.virtual_network_rules(), VirtualNetworkRulesKey::SubnetResourceId);
    }
}
