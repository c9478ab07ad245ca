//! Azure resource ids, from the text a user wrote to the parts a request needs.
//!
//! Text comes in once, through `FromStr`; past it every id is complete and well-formed, so that requests need no checks. Azure compares ids
//! without regard to case and keeps the spelling of whoever wrote first, so equality, order and hash ignore ASCII case and `Display` gives the
//! text back as it was written. Nothing here knows whether the resource exists.

mod parts;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

const REGISTRY: Form = Form {
    of: "a registry id",
    expected: "/subscriptions/{subscription}/resourceGroups/{resource group}/providers/Microsoft.ContainerRegistry/registries/{registry}",
};
const SUBNET: Form = Form {
    of: "a subnet id",
    expected: "/subscriptions/{subscription}/resourceGroups/{resource group}/providers/Microsoft.Network/virtualNetworks/{virtual network}/subnets/{subnet}",
};
const VIRTUAL_NETWORK: Form = Form {
    of: "a virtual network id",
    expected: "/subscriptions/{subscription}/resourceGroups/{resource group}/providers/Microsoft.Network/virtualNetworks/{virtual network}",
};
const SUBSCRIPTION: Form = Form { of: "a subscription id", expected: "/subscriptions/{subscription}" };
const ENDPOINT: Form = Form {
    of: "the id of a registry service endpoint",
    expected: "/subscriptions/{subscription}/resourceGroups/{resource group}/providers/Microsoft.Network/virtualNetworks/{virtual network}/subnets/{subnet}/serviceEndpoints/Microsoft.ContainerRegistry",
};

/// Where the names stand in every id of a resource: `/subscriptions/{1}/resourceGroups/{3}/providers/{5}/{6}/{7}/{8}/{9}`.
const SUBSCRIPTION_AT: usize = 1;
const GROUP_AT: usize = 3;
const NAME_AT: usize = 7;
const CHILD_NAME_AT: usize = 9;

/// The longest name in an id, in characters: a resource group's (Azure's naming rules). What is longer could make a URL that nothing can send.
const LONGEST_NAME: usize = 90;

/// A container registry: `/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/{name}`.
///
/// The name is 5 to 50 letters and digits (`registryName` in the API description of `Microsoft.ContainerRegistry`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryId(Caseless);

impl RegistryId {
    /// The subscription's GUID, as written.
    #[must_use]
    pub fn subscription(&self) -> &str {
        self.0.segment(SUBSCRIPTION_AT)
    }

    /// The resource group's name, as written.
    #[must_use]
    pub fn resource_group(&self) -> &str {
        self.0.segment(GROUP_AT)
    }

    /// The registry's name, as written.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.segment(NAME_AT)
    }

    /// The whole id, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.0
    }
}

impl FromStr for RegistryId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        REGISTRY.check(text)?;
        let id = Self(Caseless(text.to_owned()));
        let name = id.name();
        let well_formed = (5..=50).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if well_formed { Ok(id) } else { Err(REGISTRY.error(text, Problem::RegistryName { found: name.to_owned() })) }
    }
}

/// A subnet: `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/{name}/subnets/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubnetId(Caseless);

impl SubnetId {
    /// The subscription's GUID, as written. It may differ from the registry's.
    #[must_use]
    pub fn subscription(&self) -> &str {
        self.0.segment(SUBSCRIPTION_AT)
    }

    /// The resource group's name, as written.
    #[must_use]
    pub fn resource_group(&self) -> &str {
        self.0.segment(GROUP_AT)
    }

    /// The subnet's name, as written.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.segment(CHILD_NAME_AT)
    }

    /// The virtual network the subnet is part of.
    #[must_use]
    pub fn virtual_network(&self) -> VirtualNetworkId {
        let end = self.0.0.match_indices('/').nth(8).map_or(self.0.0.len(), |(at, _)| at);
        VirtualNetworkId(Caseless(self.0.0[..end].to_owned()))
    }

    /// The whole id, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.0
    }
}

impl FromStr for SubnetId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        SUBNET.check(text)?;
        Ok(Self(Caseless(text.to_owned())))
    }
}

/// A virtual network: `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtualNetworkId(Caseless);

impl VirtualNetworkId {
    /// The subscription's GUID, as written.
    #[must_use]
    pub fn subscription(&self) -> &str {
        self.0.segment(SUBSCRIPTION_AT)
    }

    /// The resource group's name, as written.
    #[must_use]
    pub fn resource_group(&self) -> &str {
        self.0.segment(GROUP_AT)
    }

    /// The virtual network's name, as written.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.segment(NAME_AT)
    }

    /// The whole id, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.0
    }
}

impl FromStr for VirtualNetworkId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        VIRTUAL_NETWORK.check(text)?;
        Ok(Self(Caseless(text.to_owned())))
    }
}

/// A subscription. Both the bare GUID and `/subscriptions/{guid}` are read; `Display` gives the bare GUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(Caseless);

impl SubscriptionId {
    /// The GUID, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.0
    }
}

impl FromStr for SubscriptionId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let full = if text.contains('/') { text.to_owned() } else { format!("/subscriptions/{text}") };
        SUBSCRIPTION.check(&full)?;
        Ok(Self(Caseless(Caseless(full).segment(SUBSCRIPTION_AT).to_owned())))
    }
}

/// The service endpoint `Microsoft.ContainerRegistry` of one subnet: `<subnet id>/serviceEndpoints/Microsoft.ContainerRegistry`.
///
/// Azure has no such resource, the endpoint is an entry in a list of the subnet; the form of the id is ours. The bare subnet id is read too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryEndpointId {
    subnet: SubnetId,
}

impl RegistryEndpointId {
    /// The endpoint of this subnet.
    #[must_use]
    pub fn of(subnet: SubnetId) -> Self {
        Self { subnet }
    }

    /// The subnet that has, or shall have, the endpoint.
    #[must_use]
    pub fn subnet(&self) -> &SubnetId {
        &self.subnet
    }
}

impl FromStr for RegistryEndpointId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if let Ok(subnet) = text.parse() {
            return Ok(Self { subnet });
        }
        ENDPOINT.check(text)?;
        let end = text.match_indices('/').nth(10).map_or(text.len(), |(at, _)| at);
        Ok(Self { subnet: text[..end].parse()? })
    }
}

impl fmt::Display for RegistryEndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/serviceEndpoints/Microsoft.ContainerRegistry", self.subnet)
    }
}

macro_rules! display_as_written {
    ($($id:ty),*) => {$(
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
display_as_written!(RegistryId, SubnetId, VirtualNetworkId, SubscriptionId);

/// A text that is not the id it should be: says which form is expected and which segment is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {}: {problem}; the form is {}", form.of, form.expected)]
pub struct IdError {
    text: String,
    form: Form,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it is empty")]
    Empty,
    #[error("it does not begin with a slash")]
    NoLeadingSlash,
    #[error("segment {position} is {found:?} where {expected:?} belongs")]
    Fixed { position: usize, found: String, expected: &'static str },
    #[error("segment {position}, the {what}, is empty")]
    EmptySegment { position: usize, what: &'static str },
    #[error("it ends before {missing:?}")]
    TooShort { missing: &'static str },
    #[error("it goes on with {rest:?} where it should end")]
    TooLong { rest: String },
    #[error("segment {position}, the {what} {found:?}, holds a character that no Azure name has")]
    Character { position: usize, what: &'static str, found: String },
    #[error("segment {position}, the {what}, has {length} characters, and no Azure name has more than {LONGEST_NAME}")]
    TooLongName { position: usize, what: &'static str, length: usize },
    #[error("the registry name {found:?} is not 5 to 50 letters and digits")]
    RegistryName { found: String },
}

/// One kind of id: what it is called, and its form with `{name}` where a name goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    of: &'static str,
    expected: &'static str,
}

impl Form {
    fn check(&self, text: &str) -> Result<(), IdError> {
        self.problem(text).map_or(Ok(()), |problem| Err(self.error(text, problem)))
    }

    fn error(&self, text: &str, problem: Problem) -> IdError {
        IdError { text: text.to_owned(), form: *self, problem }
    }

    fn problem(&self, text: &str) -> Option<Problem> {
        if text.is_empty() {
            return Some(Problem::Empty);
        }
        let Some(text) = text.strip_prefix('/') else { return Some(Problem::NoLeadingSlash) };
        let mut found = text.split('/');
        for (expected, position) in self.expected[1..].split('/').zip(1..) {
            let Some(found) = found.next() else { return Some(Problem::TooShort { missing: expected }) };
            if let Some(problem) = segment_problem(expected, found, position) {
                return Some(problem);
            }
        }
        let rest: Vec<&str> = found.collect();
        (!rest.is_empty()).then(|| Problem::TooLong { rest: format!("/{}", rest.join("/")) })
    }
}

fn segment_problem(expected: &'static str, found: &str, position: usize) -> Option<Problem> {
    let Some(what) = expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
        let matches = expected.eq_ignore_ascii_case(found);
        return (!matches).then(|| Problem::Fixed { position, found: found.to_owned(), expected });
    };
    if found.is_empty() {
        return Some(Problem::EmptySegment { position, what });
    }
    let length = found.chars().count();
    if length > LONGEST_NAME {
        return Some(Problem::TooLongName { position, what, length });
    }
    // Resource group names may hold any Unicode letter and parentheses; nothing in any name may change the meaning of a URL.
    let plain = found.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c)) && found != "." && found != "..";
    (!plain).then(|| Problem::Character { position, what, found: found.to_owned() })
}

/// A text that is compared without regard to ASCII case and shown as it was written.
#[derive(Clone)]
struct Caseless(String);

impl Caseless {
    fn segment(&self, index: usize) -> &str {
        self.0.split('/').nth(index + 1).unwrap_or_default()
    }

    fn folded(&self) -> impl Iterator<Item = u8> {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl PartialEq for Caseless {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Caseless {}

impl PartialOrd for Caseless {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Caseless {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for Caseless {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|byte| state.write_u8(byte));
        state.write_u8(0xff);
    }
}

impl fmt::Debug for Caseless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests;
