//! An IP rule as a registry holds it. Reading one never fails: a registry may hold what this provider would not write (IPv6, host bits, whatever a
//! later Azure allows), and a rule that cannot be understood must still be shown, kept and removed.

use std::fmt;

use crate::rules::ip_range::IpRange;

/// One IP rule of a registry, spelled as it stands there.
///
/// Two ranges are equal when they are the same network, two opaque texts when they are the same text.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum IpRule {
    /// An IPv4 address or CIDR range.
    Range(IpRange),
    /// Anything else, known by its text alone.
    Opaque(String),
}

impl IpRule {
    /// Reads the `value` of an IP rule.
    #[must_use]
    pub fn read(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Opaque(text.to_owned()), Self::Range)
    }

    /// The text as it was read or written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Range(range) => range.as_str(),
            Self::Opaque(text) => text,
        }
    }

    /// The range, if the rule is one.
    #[must_use]
    pub fn range(&self) -> Option<&IpRange> {
        match self {
            Self::Range(range) => Some(range),
            Self::Opaque(_) => None,
        }
    }

    /// The same rule in the spelling that a registry gives back. An opaque text stays as it is.
    #[must_use]
    pub fn to_canonical(&self) -> Self {
        match self {
            Self::Range(range) => Self::Range(IpRange::from(range.network())),
            Self::Opaque(_) => self.clone(),
        }
    }
}

impl From<IpRange> for IpRule {
    fn from(range: IpRange) -> Self {
        Self::Range(range)
    }
}

impl fmt::Display for IpRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_address_equals_its_configured_32() {
        assert_eq!(IpRule::read("1.2.3.4"), IpRule::from("1.2.3.4/32".parse::<IpRange>().unwrap()));
    }

    #[test]
    fn what_is_not_ipv4_is_kept_as_text() {
        for text in ["2001:db8::/32", "1.2.3.4/24", "", "AzureCloud"] {
            let rule = IpRule::read(text);
            assert_eq!(rule, IpRule::Opaque(text.to_owned()));
            assert_eq!(rule.as_str(), text);
            assert_eq!(rule.to_canonical().as_str(), text);
            assert_eq!(rule.range(), None);
        }
    }

    #[test]
    fn the_canonical_rule_is_spelled_as_azure_does() {
        assert_eq!(IpRule::read("1.2.3.4/32").to_canonical().as_str(), "1.2.3.4");
    }

    #[test]
    fn an_opaque_text_equals_only_itself() {
        assert_ne!(IpRule::read("1.2.3.4/24"), IpRule::read("1.2.3.0/24"));
    }
}
