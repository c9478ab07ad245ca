//! An IPv4 address or CIDR range as a person writes it: strict about the form, faithful to the spelling.
//!
//! Two spellings of one network are one value (`1.2.3.4` and `1.2.3.4/32`), and each keeps its text: Terraform refuses a state that spells a value
//! otherwise than the configuration does. What a registry holds is read by [`IpRule`](crate::rules::IpRule), which never fails.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{Ipv4Net, Ipv4Subnets};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// A public source address, or a CIDR range of them, with the text it was written as.
///
/// Equal, ordered and hashed by the network, never by the text.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct IpRange {
    text: String,
    network: Ipv4Net,
}

impl IpRange {
    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The network that the text means; a single address is a `/32`.
    #[must_use]
    pub fn network(&self) -> Ipv4Net {
        self.network
    }

    /// The one spelling that a registry gives back: the bare address for a `/32`, CIDR notation otherwise.
    ///
    /// Azure drops a `/32` when it stores a rule.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical(self.network)
    }
}

/// The range of a network, spelled canonically. Host bits are dropped.
impl From<Ipv4Net> for IpRange {
    fn from(network: Ipv4Net) -> Self {
        let network = network.trunc();
        Self { text: canonical(network), network }
    }
}

impl FromStr for IpRange {
    type Err = IpRangeError;

    /// Reads `a.b.c.d` or `a.b.c.d/0` to `a.b.c.d/32`, in plain decimal, with no host bits set.
    ///
    /// # Errors
    ///
    /// The [`IpRangeError`] that describes the first thing wrong and, where there is one, the spelling that was probably meant.
    fn from_str(text: &str) -> Result<Self, IpRangeError> {
        refuse_other_notations(text)?;
        let (address_text, prefix_text) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = parse_address(text, address_text)?;
        let prefix = match prefix_text {
            Some(prefix) => parse_prefix(text, address, prefix)?,
            None => Prefix { length: 32, plain: true },
        };
        let written = Ipv4Net::new_assert(address.value, prefix.length);
        if !(address.plain && prefix.plain) {
            return Err(IpRangeError::LeadingZeros { value: text.to_owned(), corrected: canonical(written) });
        }
        let network = written.trunc();
        if network != written {
            let corrected = network.to_string();
            return Err(IpRangeError::HostBits { value: text.to_owned(), corrected, address: address.value });
        }
        Ok(Self { text: text.to_owned(), network })
    }
}

/// Why a text is not an [`IpRange`]. Each message quotes the text and says what to write instead.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IpRangeError {
    /// Nothing, or nothing but spaces.
    #[error("{value:?} is empty: write an IPv4 address or CIDR range, or leave the element out")]
    Empty {
        /// The text as written.
        value: String,
    },
    /// Spaces before or after.
    #[error("{value:?} has spaces around it: write {corrected:?}")]
    SurroundingSpaces {
        /// The text as written.
        value: String,
        /// The text without them.
        corrected: String,
    },
    /// Spaces inside: mostly two values in one string.
    #[error("{value:?} has spaces in it: write each address or CIDR range as an element of its own")]
    InnerSpaces {
        /// The text as written.
        value: String,
    },
    /// A comma or semicolon: several values in one string.
    #[error("{value:?} holds several values: write each address or CIDR range as an element of its own")]
    SeveralValues {
        /// The text as written.
        value: String,
    },
    /// IPv6, which registry rules do not take ("Only IPV4 address is allowed", API description of `Microsoft.ContainerRegistry`).
    #[error(
        "{value:?} is IPv6, and the IP rules of a registry are IPv4 only: write the IPv4 address that the traffic leaves through"
    )]
    Ipv6 {
        /// The text as written.
        value: String,
    },
    /// First and last address with a dash between them.
    #[error("{value:?} is a from-to range: write it in CIDR notation, {corrected}")]
    FromTo {
        /// The text as written.
        value: String,
        /// The quoted CIDR ranges of the same addresses.
        corrected: String,
    },
    /// An address with a dotted mask after the slash.
    #[error("{value:?} has a netmask: write the prefix length, {corrected:?}")]
    Netmask {
        /// The text as written.
        value: String,
        /// The same in CIDR notation.
        corrected: String,
    },
    /// Digits with zeros in front, which some programs read as octal (RFC 6943 §3.1.1).
    #[error("{value:?} has leading zeros, which some programs read as octal: write {corrected:?} if decimal is meant")]
    LeadingZeros {
        /// The text as written.
        value: String,
        /// The decimal reading without them.
        corrected: String,
    },
    /// A part of the address above 255.
    #[error("{value:?} is not an IPv4 address: {octet} is above 255, the largest number an address can have")]
    OctetOutOfRange {
        /// The text as written.
        value: String,
        /// The part that is too large.
        octet: String,
    },
    /// Nothing after the slash.
    #[error("{value:?} ends with the slash: write the prefix length after it, or leave it out for the single address")]
    NoPrefix {
        /// The text as written.
        value: String,
    },
    /// Something other than 0 to 32 after the slash.
    #[error(
        "{value:?} has the prefix length {prefix:?}: an IPv4 range has a number from 0 to 32 after the slash, 32 being a single address"
    )]
    Prefix {
        /// The text as written.
        value: String,
        /// What stands after the slash.
        prefix: String,
    },
    /// A CIDR range whose address is not its first one (RFC 4632 §3.1).
    #[error(
        "{value:?} has host bits set: write {corrected:?} for the whole range, or \"{address}\" for the single address"
    )]
    HostBits {
        /// The text as written.
        value: String,
        /// The range that holds the address.
        corrected: String,
        /// The address alone.
        address: Ipv4Addr,
    },
    /// A host name, or a service tag.
    #[error(
        "{value:?} looks like a name, and a registry does not resolve names in its rules: write the public IPv4 address behind it"
    )]
    Name {
        /// The text as written.
        value: String,
    },
    /// Nothing of the above.
    #[error("{value:?} is neither an IPv4 address, like \"16.17.18.19\", nor a CIDR range, like \"16.17.18.0/24\"")]
    NotIpv4 {
        /// The text as written.
        value: String,
    },
}

impl PartialEq for IpRange {
    fn eq(&self, other: &Self) -> bool {
        self.network == other.network
    }
}

impl Eq for IpRange {}

impl PartialOrd for IpRange {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IpRange {
    fn cmp(&self, other: &Self) -> Ordering {
        self.network.cmp(&other.network)
    }
}

impl Hash for IpRange {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.network.hash(state);
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for IpRange {
    type Error = IpRangeError;

    fn try_from(text: String) -> Result<Self, IpRangeError> {
        text.parse()
    }
}

impl From<IpRange> for String {
    fn from(range: IpRange) -> Self {
        range.text
    }
}

fn canonical(network: Ipv4Net) -> String {
    if network.prefix_len() == 32 { network.addr().to_string() } else { network.to_string() }
}

/// Names the notations that people bring along from elsewhere, each with its own remedy.
fn refuse_other_notations(text: &str) -> Result<(), IpRangeError> {
    let value = || text.to_owned();
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(IpRangeError::Empty { value: value() });
    }
    if trimmed != text {
        return Err(IpRangeError::SurroundingSpaces { value: value(), corrected: trimmed.to_owned() });
    }
    if let Some(corrected) = from_to_as_cidr(text) {
        return Err(IpRangeError::FromTo { value: value(), corrected });
    }
    if text.contains([',', ';']) {
        return Err(IpRangeError::SeveralValues { value: value() });
    }
    if text.contains(char::is_whitespace) {
        return Err(IpRangeError::InnerSpaces { value: value() });
    }
    if is_ipv6(text) {
        return Err(IpRangeError::Ipv6 { value: value() });
    }
    Ok(())
}

/// The quoted CIDR ranges of `first-last`, if the text is of that form.
fn from_to_as_cidr(text: &str) -> Option<String> {
    const SHOWN: usize = 6;
    let (one, other) = text.split_once('-')?;
    let one: Ipv4Addr = one.trim().parse().ok()?;
    let other: Ipv4Addr = other.trim().parse().ok()?;
    let ranges: Vec<Ipv4Net> = Ipv4Subnets::new(one.min(other), one.max(other), 0).collect();
    let mut quoted: Vec<String> = ranges.iter().take(SHOWN).map(|range| format!("{:?}", canonical(*range))).collect();
    if ranges.len() > SHOWN {
        quoted.push(format!("and {} more", ranges.len() - SHOWN));
    }
    Some(quoted.join(", "))
}

/// Whether the text is an IPv6 address or range, with brackets or a zone if need be.
fn is_ipv6(text: &str) -> bool {
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    let address = address.trim_start_matches('[').trim_end_matches(']');
    let address = address.split_once('%').map_or(address, |(address, _)| address);
    address.parse::<Ipv6Addr>().is_ok()
}

/// An address, and whether it was written without leading zeros.
#[derive(Clone, Copy)]
struct Address {
    value: Ipv4Addr,
    plain: bool,
}

fn parse_address(text: &str, address: &str) -> Result<Address, IpRangeError> {
    let parts: Vec<&str> = address.split('.').collect();
    if parts.len() != 4 || !parts.iter().all(|part| is_decimal(part)) {
        let value = text.to_owned();
        return Err(if looks_like_a_name(address) {
            IpRangeError::Name { value }
        } else {
            IpRangeError::NotIpv4 { value }
        });
    }
    let mut octets = [0; 4];
    for (octet, part) in octets.iter_mut().zip(&parts) {
        *octet = part
            .parse()
            .map_err(|_| IpRangeError::OctetOutOfRange { value: text.to_owned(), octet: (*part).to_owned() })?;
    }
    Ok(Address { value: octets.into(), plain: parts.iter().all(|part| !has_leading_zero(part)) })
}

/// A prefix length, and whether it was written without leading zeros.
#[derive(Clone, Copy)]
struct Prefix {
    length: u8,
    plain: bool,
}

fn parse_prefix(text: &str, address: Address, prefix: &str) -> Result<Prefix, IpRangeError> {
    if let Some(length) = prefix.parse::<Ipv4Addr>().ok().and_then(|mask| ipnet::ipv4_mask_to_prefix(mask).ok()) {
        let corrected = canonical(Ipv4Net::new_assert(address.value, length).trunc());
        return Err(IpRangeError::Netmask { value: text.to_owned(), corrected });
    }
    if prefix.is_empty() {
        return Err(IpRangeError::NoPrefix { value: text.to_owned() });
    }
    match prefix.parse() {
        Ok(length) if is_decimal(prefix) && length <= 32 => Ok(Prefix { length, plain: !has_leading_zero(prefix) }),
        _ => Err(IpRangeError::Prefix { value: text.to_owned(), prefix: prefix.to_owned() }),
    }
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_leading_zero(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0')
}

/// Letters somewhere, and nothing that a host name or a service tag (`AzureCloud.WestEurope`) cannot hold.
fn looks_like_a_name(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
}
