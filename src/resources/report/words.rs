//! Names in ARM's sentences. Azure puts what is to blame into prose and nowhere else; a sentence that has changed gives `None`, and the message
//! is then shown without what it would have named.

/// Subnets of one virtual network.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subnets<'m> {
    pub(super) network: &'m str,
    pub(super) names: Vec<&'m str>,
}

impl Subnets<'_> {
    /// Their ids, each on a line of its own.
    pub(super) fn listed(&self) -> String {
        listed(self.ids())
    }

    /// Their ids.
    pub(super) fn ids(&self) -> impl Iterator<Item = String> {
        self.names.iter().map(|name| format!("{}/subnets/{name}", self.network))
    }
}

/// Each on a line of its own.
pub(super) fn listed(texts: impl Iterator<Item = impl AsRef<str>>) -> String {
    texts.fold(String::new(), |list, text| list + "\n  - " + text.as_ref())
}

/// `Subnets a, b of virtual network <id> do not have ServiceEndpoints …`
pub(super) fn subnets_without_endpoint(message: &str) -> Option<Subnets<'_>> {
    let names = between(message, "Subnets ", " of virtual network ")?;
    let network = between(message, " of virtual network ", " do not have ServiceEndpoints")?;
    subnets(network, names)
}

/// `Virtual network <id> does not have subnets with names a, b.`
pub(super) fn subnets_that_are_missing(message: &str) -> Option<Subnets<'_>> {
    let network = between(message, "Virtual network ", " does not have subnets with names ")?;
    let rest = after(message, " does not have subnets with names ")?;
    // A subnet's name may hold a full stop, but not at its end.
    let end = rest.find(". ").or_else(|| rest.rfind('.').filter(|at| at + 1 == rest.len())).unwrap_or(rest.len());
    subnets(network, &rest[..end])
}

fn subnets<'m>(network: &'m str, names: &'m str) -> Option<Subnets<'m>> {
    let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    (network.starts_with('/') && !names.is_empty()).then_some(Subnets { network, names })
}

/// The action that the caller may not perform, and the scopes on which: `… perform action 'X' over scope 'Y'`, or, of a linked one,
/// `it does not have permission to perform action(s) 'X' on the linked scope(s) 'Y,Z'`.
pub(super) fn missing_right(message: &str) -> Option<(&str, Vec<&str>)> {
    let denied = after(message, "does not have permission to perform action")
        .or_else(|| after(message, "does not have authorization to perform action"))?;
    let action = quoted(denied)?;
    let scopes =
        ["linked scope(s) ", "over scope ", "on scope "].iter().find_map(|marker| quoted(after(denied, marker)?));
    let scopes = scopes.into_iter().flat_map(|scopes| scopes.split(',')).map(str::trim).collect();
    Some((action, scopes))
}

/// The subscription in an id, or in a sentence that holds one.
pub(super) fn subscription(text: &str) -> Option<&str> {
    let rest = after(text, "/subscriptions/")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|found| !found.is_empty())
}

/// `… duplicate virtual network rule <id>.`, `… duplicate IP rule <range>.`
pub(super) fn duplicate(message: &str) -> Option<&str> {
    let rest = after(message, "duplicate virtual network rule ").or_else(|| after(message, "duplicate IP rule "))?;
    let word = rest.split_whitespace().next()?;
    Some(word.trim_end_matches(['.', ','])).filter(|word| !word.is_empty())
}

/// `The requested feature IP rule exceeds allowed quota 100 for the SKU Premium.`: feature, number.
pub(super) fn quota(message: &str) -> Option<(&str, &str)> {
    let feature = between(message, "The requested feature ", " exceeds allowed quota ")?;
    let number = after(message, " exceeds allowed quota ")?.split_whitespace().next()?;
    Some((feature, number.trim_end_matches('.')))
}

/// The SKU that is not enough: `… for the SKU Basic.`, `The SKU Basic is not supported.`
pub(super) fn sku(message: &str) -> Option<&str> {
    let name = after(message, "SKU ")?.split_whitespace().next()?;
    Some(name.trim_end_matches(['.', ','])).filter(|name| !name.is_empty())
}

/// The versions that a service names when it refuses one.
pub(super) fn supported_versions(message: &str) -> Option<&str> {
    let list =
        ["supported api-versions are ", "supported versions are "].iter().find_map(|marker| after(message, marker));
    quoted(list?).filter(|list| !list.is_empty())
}

/// The version that wrote a subnet last, when an older one is refused: the property that needs it, and the version.
pub(super) fn newer_version(message: &str) -> Option<(&str, &str)> {
    let property = between(message, "since it uses the property ", " which has been set using a higher API version ")?;
    let version = after(message, "set using a higher API version ")?.split_whitespace().next()?;
    Some((property, version.trim_end_matches('.')))
}

/// What is not at rest: `… because resource <id> used by resource …`
pub(super) fn busy_resource(message: &str) -> Option<&str> {
    between(message, "because resource ", " used by resource ").filter(|id| id.starts_with('/'))
}

/// The operation that is not over, as its link names it.
pub(super) fn running_operation(message: &str) -> Option<&str> {
    let link = after(message, "use uri: ")?.split_whitespace().next()?;
    link.split('?').next()?.rsplit('/').next().filter(|id| !id.is_empty())
}

fn between<'m>(text: &'m str, start: &str, end: &str) -> Option<&'m str> {
    let rest = after(text, start)?;
    rest.find(end).map(|at| rest[..at].trim())
}

fn after<'m>(text: &'m str, marker: &str) -> Option<&'m str> {
    text.find(marker).map(|at| &text[at + marker.len()..])
}

/// The first text in single quotes.
fn quoted(text: &str) -> Option<&str> {
    text.split('\'').nth(1)
}
