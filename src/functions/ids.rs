//! Resource ids taken apart. The parts stay as they are spelled: Azure ignores the letter case of ids, Terraform does not.

use super::arguments::parsed;
use super::text;
use crate::azure::id::{RegistryId, SubnetId};
use crate::terraform::framework::Function;
use crate::terraform::value::{Type, Value};

pub(super) fn parse_registry_id() -> Function {
    Function {
        name: "parse_registry_id",
        summary: "The parts of a container registry's id",
        description: include_str!("pages/parse_registry_id.md").trim_ascii_end(),
        parameters: vec![text("id", "Resource id of a container registry.")],
        variadic: None,
        returns: object(&["subscription_id", "resource_group_name", "name"]),
        call: |arguments| {
            let id: RegistryId = parsed(arguments, 0)?;
            Ok(Value::map([
                ("subscription_id", Value::from(id.subscription())),
                ("resource_group_name", Value::from(id.resource_group())),
                ("name", Value::from(id.name())),
            ]))
        },
    }
}

pub(super) fn parse_subnet_id() -> Function {
    Function {
        name: "parse_subnet_id",
        summary: "The parts of a subnet's id",
        description: include_str!("pages/parse_subnet_id.md").trim_ascii_end(),
        parameters: vec![text("id", "Resource id of a subnet.")],
        variadic: None,
        returns: object(&[
            "subscription_id",
            "resource_group_name",
            "virtual_network_name",
            "name",
            "virtual_network_id",
        ]),
        call: |arguments| {
            let id: SubnetId = parsed(arguments, 0)?;
            let network = id.virtual_network();
            Ok(Value::map([
                ("subscription_id", Value::from(id.subscription())),
                ("resource_group_name", Value::from(id.resource_group())),
                ("virtual_network_name", Value::from(network.name())),
                ("name", Value::from(id.name())),
                ("virtual_network_id", Value::from(network.as_str())),
            ]))
        },
    }
}

fn object(names: &[&str]) -> Type {
    Type::object(names.iter().map(|name| (*name, Type::String)))
}
