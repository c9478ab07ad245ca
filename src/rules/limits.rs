//! How many rules one registry holds.

/// The largest numbers of rules that a registry takes.
///
/// Azure has raised one of them before (100 to 200 IP rules in January 2026), so both are values and not constants of the checks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// IP rules of one registry.
    pub ip_rules: usize,
    /// Virtual network rules of one registry.
    pub virtual_network_rules: usize,
}

/// What Azure documents for the Premium SKU: 200 IP rules ("Configure public IP network rules in Azure Container Registry",
/// <https://learn.microsoft.com/azure/container-registry/container-registry-access-selected-networks>) and 100 virtual network rules
/// ("Restrict access to a container registry using a service endpoint in an Azure virtual network",
/// <https://learn.microsoft.com/azure/container-registry/container-registry-vnet>).
impl Default for Limits {
    fn default() -> Self {
        Self { ip_rules: 200, virtual_network_rules: 100 }
    }
}

/// Where a number of rules stands against its limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fill {
    /// Up to nine tenths of the limit.
    Roomy,
    /// More than nine tenths, and still allowed.
    Tight,
    /// More than the limit.
    Over,
}

impl Fill {
    /// Compares a number of rules with its limit.
    #[must_use]
    pub fn of(count: usize, limit: usize) -> Self {
        if count > limit {
            Self::Over
        } else if count.saturating_mul(10) > limit.saturating_mul(9) {
            Self::Tight
        } else {
            Self::Roomy
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_nine_tenths_is_tight() {
        assert_eq!(Fill::of(180, 200), Fill::Roomy);
        assert_eq!(Fill::of(181, 200), Fill::Tight);
        assert_eq!(Fill::of(200, 200), Fill::Tight);
    }

    #[test]
    fn more_than_the_limit_is_over() {
        assert_eq!(Fill::of(201, 200), Fill::Over);
        assert_eq!(Fill::of(1, 0), Fill::Over);
    }

    #[test]
    fn no_rules_fit_any_limit() {
        assert_eq!(Fill::of(0, 0), Fill::Roomy);
        assert_eq!(Fill::of(0, usize::MAX), Fill::Roomy);
    }
}
