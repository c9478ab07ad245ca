//! The subject itself: what the network rules of a registry are, when a list of them is sound, and how one list follows from another.
//!
//! Texts come in from a configuration or from Azure, plain values and [`Finding`]s go out. Nothing here knows Terraform, Azure Resource Manager,
//! time or the network, so everything here is a pure function and is tested as one.
//!
//! The modules in the order of the path:
//!
//! * [`ip_range`]: an IPv4 address or CIDR range as somebody wrote it; [`ip_rule`]: the same as a registry holds it, which may be anything.
//! * [`special`]: which addresses can never come from the public internet.
//! * [`rule_set`]: the whole content: default action, IP rules, subnets.
//! * [`edit`]: how the wanted content follows from the current one.
//! * [`aggregate`]: the smallest list of the same addresses; [`limits`]: how many rules a registry holds.
//! * [`findings`]: everything that is wrong or doubtful about a content, as data.

pub mod aggregate;
pub mod edit;
pub mod findings;
pub mod ip_range;
pub mod ip_rule;
pub mod limits;
#[cfg(test)]
mod properties;
pub mod rule_set;
pub mod special;

pub use edit::{Edit, EditError, Edited};
pub use findings::{Contents, Finding, Severity, Subject};
pub use ip_range::{IpRange, IpRangeError};
pub use ip_rule::IpRule;
pub use limits::{Fill, Limits};
pub use rule_set::{DefaultAction, Difference, RuleSet, Rules, SubnetRef};
pub use special::Standing;
