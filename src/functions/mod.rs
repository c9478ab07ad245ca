//! Provider functions (Terraform 1.8): what [`rules`](crate::rules) and [`azure::id`](crate::azure::id) know, in any expression.
//!
//! Values come from the framework and go back to it; the judgement is that of the plan, so that a list that passes here passes there. What
//! cannot be read is an error at its argument, never a guess and never `false`. No state, no clients, no network: the same arguments always
//! give the same result. Each description, in `pages/`, is what the function's page begins with.

mod addresses;
mod arguments;
mod ids;
mod spelling;
#[cfg(test)]
mod tests;
mod usable;

use crate::terraform::framework::{Function, Parameter};
use crate::terraform::value::Type;

/// All functions.
#[must_use]
pub fn all() -> Vec<Function> {
    vec![
        spelling::normalize_ip_rule(),
        spelling::normalize_ip_rules(),
        usable::is_public_ip_rule(),
        usable::is_public_ip_rules(),
        addresses::aggregate_ip_rules(),
        addresses::ip_rules_cover(),
        ids::parse_registry_id(),
        ids::parse_subnet_id(),
    ]
}

/// One IP rule as text.
fn rule() -> Parameter {
    text("rule", "IPv4 address or CIDR range, for example `16.17.18.19` or `16.17.18.0/24`.")
}

/// A list of IP rules as texts. Terraform makes a list of a set or a tuple by itself.
fn rules() -> Parameter {
    let description = "IPv4 addresses and CIDR ranges. A list, or a set; repetitions are allowed.";
    Parameter { ty: Type::list(Type::String), ..text("rules", description) }
}

/// A text that must be known and not null; Terraform answers unknown for an unknown one by itself.
fn text(name: &'static str, description: &'static str) -> Parameter {
    Parameter { name, description, ty: Type::String, allow_null: false, allow_unknown: false }
}
