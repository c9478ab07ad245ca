//! Configurations and states made of an input: they fit a schema, and hold what users write there, rightly and wrongly.

use acrnet::terraform::schema::{Attribute, Block, BlockNesting, Kind, Mode, Nesting};
use acrnet::terraform::value::{Type, Value};
use arbitrary::{Result, Unstructured};

/// The registry that is there.
pub const REGISTRY: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/Demo1";
/// The network that is there.
pub const NETWORK: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net";
/// A subnet that is there.
pub const SUBNET: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/app";

const REGISTRIES: &[&str] = &[
    REGISTRY,
    "/subscriptions/11111111-1111-1111-1111-111111111111/RESOURCEGROUPS/RG/providers/microsoft.containerregistry/registries/demo1",
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/gone1",
    "/subscriptions/x/resourceGroups/größe/providers/Microsoft.ContainerRegistry/registries/abcde",
    "registries/Demo1",
];
const SUBNETS: &[&str] = &[
    SUBNET,
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/NET/subnets/APP",
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/far",
    NETWORK,
    "subnets/app",
];
const RANGES: &[&str] = &[
    "16.17.18.0/24",
    "16.17.18.0/25",
    "16.17.18.128/25",
    "52.57.22.38",
    "52.57.22.38/32",
    "16.17.18.5/24",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "192.0.2.1",
    "100.64.0.1",
    "2001:db8::1",
    "1.2.3.4-1.2.3.9",
    "16.17.18.0/255.255.255.0",
    "016.1.1.1",
    " 1.2.3.4",
    "host.example",
    "",
];
const DURATIONS: &[&str] = &["10m", "1ms", "0s", "30d", "400000000000y", "soon", "-1s"];
const WORDS: &[&str] = &[
    "Allow",
    "Deny",
    "deny",
    "authoritative",
    "additive",
    "fail",
    "adopt",
    "restore_default",
    "restore_previous",
    "keep",
    "AzureServices",
    "None",
    "demo1.azurecr.io",
    "allowed",
    "blocked",
    "11111111-1111-1111-1111-111111111111",
    "e\u{301}",
    "",
];

/// What an object is made for: a configuration may hold unknown values, a state may not.
#[derive(Clone, Copy, PartialEq)]
pub enum Purpose {
    /// What the user writes: null where only the provider decides.
    Config,
    /// What is stored: null where an attribute is write-only.
    State,
}

/// An object of a block.
///
/// # Errors
///
/// When the input is used up in the middle; the fuzzer is told that it is of no use.
pub fn object(input: &mut Unstructured<'_>, block: &Block, purpose: Purpose) -> Result<Value> {
    let mut entries = attributes(input, &block.attributes, purpose)?;
    for nested in &block.blocks {
        let single = matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group);
        let value = if single && input.ratio(1, 3)? { object(input, &nested.block, purpose)? } else { nested.absent() };
        entries.push((nested.name.clone(), value));
    }
    Ok(Value::map(entries))
}

fn attributes(input: &mut Unstructured<'_>, all: &[Attribute], purpose: Purpose) -> Result<Vec<(String, Value)>> {
    all.iter().map(|one| Ok((one.name.clone(), attribute(input, one, purpose)?))).collect()
}

fn attribute(input: &mut Unstructured<'_>, attribute: &Attribute, purpose: Purpose) -> Result<Value> {
    let absent = match purpose {
        Purpose::Config => attribute.mode == Mode::Computed,
        Purpose::State => attribute.write_only,
    };
    let required = attribute.mode == Mode::Required;
    match input.int_in_range(0..=7)? {
        _ if absent => Ok(Value::Null),
        0 | 1 if !required => Ok(Value::Null),
        2 if purpose == Purpose::Config => Ok(Value::Unknown),
        _ => match &attribute.kind {
            Kind::Plain(ty) => value(input, ty, &attribute.name, purpose),
            Kind::Nested(Nesting::Single, inner) => attributes(input, inner, purpose).map(Value::map),
            Kind::Nested(Nesting::Map, _) => Ok(Value::map::<String>([])),
            Kind::Nested(Nesting::List, _) => Ok(Value::List(Vec::new())),
            Kind::Nested(Nesting::Set, _) => Ok(Value::set(Vec::new())),
        },
    }
}

fn value(input: &mut Unstructured<'_>, ty: &Type, name: &str, purpose: Purpose) -> Result<Value> {
    Ok(match ty {
        Type::Bool => Value::Bool(input.arbitrary()?),
        Type::Number => Value::from(input.arbitrary::<i64>()?),
        Type::String => Value::string(word(input, name)?),
        Type::List(element) => Value::List(elements(input, element, name, purpose)?),
        Type::Set(element) => Value::set(elements(input, element, name, purpose)?),
        Type::Map(element) => {
            let elements = elements(input, element, name, purpose)?;
            Value::map(elements.into_iter().enumerate().map(|(index, element)| (index.to_string(), element)))
        }
        Type::Tuple(types) => {
            Value::List(types.iter().map(|ty| value(input, ty, name, purpose)).collect::<Result<_>>()?)
        }
        Type::Object(members) => {
            let member = |(name, ty): (&String, &Type)| Ok((name.clone(), value(input, ty, name, purpose)?));
            Value::map(members.iter().map(member).collect::<Result<Vec<_>>>()?)
        }
        Type::Dynamic => Value::Null,
    })
}

/// A few elements, or more addresses than a registry takes.
fn elements(input: &mut Unstructured<'_>, ty: &Type, name: &str, purpose: Purpose) -> Result<Vec<Value>> {
    if name.starts_with("ip_r") && input.ratio(1, 20)? {
        let many = input.int_in_range(150..=260)?;
        return Ok((0..many).map(|n| Value::string(format!("52.{}.{}.7", n / 100, n % 100))).collect());
    }
    let count = input.int_in_range(0..=4)?;
    let unknown = purpose == Purpose::Config;
    let element = |_| if unknown && input.ratio(1, 16)? { Ok(Value::Unknown) } else { value(input, ty, name, purpose) };
    (0..count).map(element).collect()
}

/// A text for an attribute of that name: one that belongs there, one that belongs elsewhere, or any.
fn word(input: &mut Unstructured<'_>, name: &str) -> Result<String> {
    let fitting = match name {
        "registry_id" | "id" => REGISTRIES,
        "subnet_id" | "virtual_network_subnet_ids" => SUBNETS,
        "ip_rules" | "ip_range" => RANGES,
        "create" | "read" | "update" | "delete" | "timeout" => DURATIONS,
        _ => WORDS,
    };
    Ok(match input.int_in_range(0..=15)? {
        0 => input.arbitrary::<&str>()?.chars().take(40).collect(),
        1 => (*input.choose(&[REGISTRY, SUBNET, NETWORK, "", "52.57.22.38", "Allow"])?).to_owned(),
        2..=7 => fitting[0].to_owned(),
        _ => (*input.choose(fitting)?).to_owned(),
    })
}
