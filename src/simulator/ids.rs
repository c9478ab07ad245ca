//! ARM resource ids: comparing them, and taking them apart.
//!
//! Plain text work; whether the named thing exists is the world's business.

/// The form in which ids are compared: lower case, without a trailing slash.
pub(super) fn key(id: &str) -> String {
    format!("/{}", id.trim_matches('/').to_ascii_lowercase())
}

/// The last segment of an id: the resource's name.
pub(super) fn name(id: &str) -> &str {
    id.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The value that follows a segment, e.g. `value_after(id, "resourceGroups")`; the segment in any letter case.
pub(super) fn value_after<'a>(id: &'a str, segment: &str) -> Option<&'a str> {
    let mut parts = id.split('/').filter(|part| !part.is_empty());
    parts.find(|part| part.eq_ignore_ascii_case(segment))?;
    parts.next()
}

/// The id of the resource group an id lies in.
pub(super) fn group(id: &str) -> Option<String> {
    Some(format!(
        "/subscriptions/{}/resourceGroups/{}",
        value_after(id, "subscriptions")?,
        value_after(id, "resourceGroups")?
    ))
}

/// A subnet's id as the id of its network and its name.
pub(super) fn split_subnet(id: &str) -> Option<(&str, &str)> {
    if !has_shape(id, &["microsoft.network", "virtualnetworks", "subnets"]) {
        return None;
    }
    let (parent, name) = id.trim_end_matches('/').rsplit_once('/')?;
    let (network, _) = parent.rsplit_once('/')?;
    Some((network, name))
}

pub(super) fn is_registry(id: &str) -> bool {
    has_shape(id, &["microsoft.containerregistry", "registries"])
}

pub(super) fn is_network(id: &str) -> bool {
    has_shape(id, &["microsoft.network", "virtualnetworks"])
}

pub(super) fn is_group(id: &str) -> bool {
    let parts: Vec<String> = lowered(id);
    parts.len() == 4 && parts[0] == "subscriptions" && parts[2] == "resourcegroups"
}

/// Whether an id is `/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}[/{type}/{name}]`.
fn has_shape(id: &str, kinds: &[&str]) -> bool {
    let parts = lowered(id);
    let head = parts.len() == 5 + 1 + 2 * (kinds.len() - 1)
        && parts[0] == "subscriptions"
        && parts[2] == "resourcegroups"
        && parts[4] == "providers"
        && parts[5] == kinds[0];
    head && kinds[1..].iter().enumerate().all(|(index, kind)| parts[6 + 2 * index] == *kind)
}

fn lowered(id: &str) -> Vec<String> {
    id.split('/').filter(|part| !part.is_empty()).map(str::to_ascii_lowercase).collect()
}
