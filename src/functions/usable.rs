//! Whether a registry takes a rule: the plan's errors as a truth value.

use super::arguments::{ip_ranges, parsed};
use super::{rule, rules};
use crate::rules::IpRange;
use crate::rules::findings::is_usable;
use crate::terraform::framework::Function;
use crate::terraform::value::{Type, Value};

pub(super) fn is_public_ip_rule() -> Function {
    Function {
        name: "is_public_ip_rule",
        summary: "Whether a range can be an IP rule of a registry",
        description: include_str!("pages/is_public_ip_rule.md").trim_ascii_end(),
        parameters: vec![rule()],
        variadic: None,
        returns: Type::Bool,
        call: |arguments| {
            let range: IpRange = parsed(arguments, 0)?;
            Ok(Value::Bool(is_usable(&range)))
        },
    }
}

pub(super) fn is_public_ip_rules() -> Function {
    Function {
        name: "is_public_ip_rules",
        summary: "Whether every range of a list can be an IP rule of a registry",
        description: include_str!("pages/is_public_ip_rules.md").trim_ascii_end(),
        parameters: vec![rules()],
        variadic: None,
        returns: Type::Bool,
        call: |arguments| Ok(Value::Bool(ip_ranges(arguments, 0)?.iter().all(is_usable))),
    }
}
