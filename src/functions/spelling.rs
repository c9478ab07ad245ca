//! The one spelling of a rule.

use std::collections::BTreeSet;

use super::arguments::{ip_ranges, parsed};
use super::{rule, rules};
use crate::rules::IpRange;
use crate::terraform::framework::Function;
use crate::terraform::value::{Type, Value};

pub(super) fn normalize_ip_rule() -> Function {
    Function {
        name: "normalize_ip_rule",
        summary: "The spelling in which Azure gives an IP rule back",
        description: include_str!("pages/normalize_ip_rule.md").trim_ascii_end(),
        parameters: vec![rule()],
        variadic: None,
        returns: Type::String,
        call: |arguments| {
            let range: IpRange = parsed(arguments, 0)?;
            Ok(Value::from(range.canonical()))
        },
    }
}

pub(super) fn normalize_ip_rules() -> Function {
    Function {
        name: "normalize_ip_rules",
        summary: "IP rules in one spelling, one order, and each once",
        description: include_str!("pages/normalize_ip_rules.md").trim_ascii_end(),
        parameters: vec![rules()],
        variadic: None,
        returns: Type::list(Type::String),
        call: |arguments| {
            let distinct: BTreeSet<IpRange> = ip_ranges(arguments, 0)?.into_iter().collect();
            Ok(Value::List(distinct.iter().map(|range| Value::from(range.canonical())).collect()))
        },
    }
}
