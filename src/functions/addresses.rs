//! Lists of rules as sets of addresses.

use ipnet::Ipv4Net;

use super::arguments::{ip_ranges, parsed};
use super::{rules, text};
use crate::rules::IpRange;
use crate::rules::aggregate::{aggregate, covers};
use crate::terraform::framework::{Function, FunctionError};
use crate::terraform::value::{Type, Value};

pub(super) fn aggregate_ip_rules() -> Function {
    Function {
        name: "aggregate_ip_rules",
        summary: "The smallest list of IP rules for the same addresses",
        description: include_str!("pages/aggregate_ip_rules.md").trim_ascii_end(),
        parameters: vec![rules()],
        variadic: None,
        returns: Type::list(Type::String),
        call: |arguments| {
            let smallest = aggregate(networks(arguments, 0)?);
            Ok(Value::List(
                smallest.into_iter().map(|network| Value::from(IpRange::from(network).canonical())).collect(),
            ))
        },
    }
}

pub(super) fn ip_rules_cover() -> Function {
    Function {
        name: "ip_rules_cover",
        summary: "Whether IP rules let in an address, or all of a range",
        description: include_str!("pages/ip_rules_cover.md").trim_ascii_end(),
        parameters: vec![rules(), text("ip_range", "The IPv4 address or CIDR range that is looked for.")],
        variadic: None,
        returns: Type::Bool,
        call: |arguments| {
            let (rules, range): (_, IpRange) = (networks(arguments, 0)?, parsed(arguments, 1)?);
            Ok(Value::Bool(covers(rules, range.network())))
        },
    }
}

fn networks(arguments: &[Value], position: usize) -> Result<Vec<Ipv4Net>, FunctionError> {
    Ok(ip_ranges(arguments, position)?.iter().map(IpRange::network).collect())
}
