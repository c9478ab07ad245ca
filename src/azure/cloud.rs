//! The clouds: where Resource Manager is, where tokens come from, and for whom they are.
//!
//! A name, and what the user overrides, become one [`Cloud`]; it is the only place that knows a host name. Sending is not its business.
//! Endpoints: `environments` of hashicorp/go-azure-sdk, and Azure's own metadata (`/metadata/endpoints`).

use std::str::FromStr;

use url::{Host, Url};

/// The longest base URL, in bytes: with the longest path after it, it must still be a URL that can be sent (64 KiB).
const LONGEST_ENDPOINT: usize = 2048;

/// Which of Azure's clouds, by the names that azurerm uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CloudName {
    /// `public`, the default.
    #[default]
    Public,
    /// `usgovernment`.
    UsGovernment,
    /// `china`, operated by 21Vianet.
    China,
}

impl FromStr for CloudName {
    type Err = CloudError;

    fn from_str(text: &str) -> Result<Self, CloudError> {
        match text.to_ascii_lowercase().as_str() {
            "public" => Ok(Self::Public),
            "usgovernment" => Ok(Self::UsGovernment),
            "china" => Ok(Self::China),
            _ => Err(CloudError::UnknownName(text.to_owned())),
        }
    }
}

/// What a user sets in place of a cloud's own endpoints; `None` leaves the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Base URL of Resource Manager, such as `https://management.azure.com`.
    pub resource_manager_endpoint: Option<String>,
    /// For whom tokens are asked; without it, the resource manager endpoint.
    pub resource_manager_audience: Option<String>,
    /// Base URL of the token service, such as `https://login.microsoftonline.com`.
    pub active_directory_authority_host: Option<String>,
}

/// One cloud, ready for use: every URL is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    name: CloudName,
    resource_manager: Url,
    audience: String,
    authority: Url,
}

impl Cloud {
    /// One of Azure's clouds with its own endpoints.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a test makes each of the three")]
    pub fn named(name: CloudName) -> Self {
        Self::new(name, &Endpoints::default()).expect("invariant: Azure's own endpoints are valid")
    }

    /// One of Azure's clouds, with what `endpoints` sets in place of its own.
    ///
    /// With a resource manager endpoint on loopback and no authority, the endpoint itself is the authority: a simulator serves both.
    ///
    /// # Errors
    ///
    /// When a URL is none, is plain http to a host that is not loopback (a token would cross the network in the clear), or carries what an
    /// endpoint cannot have (user, query, fragment).
    pub fn new(name: CloudName, endpoints: &Endpoints) -> Result<Self, CloudError> {
        let (default_manager, default_authority) = default_endpoints(name);
        let manager = endpoints.resource_manager_endpoint.as_deref().unwrap_or(default_manager);
        let resource_manager = endpoint("resource_manager_endpoint", manager)?;
        let authority = match endpoints.active_directory_authority_host.as_deref() {
            Some(text) => endpoint("active_directory_authority_host", text)?,
            None if is_loopback(&resource_manager) => resource_manager.clone(),
            None => endpoint("active_directory_authority_host", default_authority)?,
        };
        let audience = endpoints.resource_manager_audience.clone().unwrap_or_else(|| manager.to_owned());
        Ok(Self { name, resource_manager, audience, authority })
    }

    /// Which cloud this is, or is derived from.
    #[must_use]
    pub fn name(&self) -> CloudName {
        self.name
    }

    /// Base URL of Resource Manager.
    #[must_use]
    pub fn resource_manager(&self) -> &Url {
        &self.resource_manager
    }

    /// Base URL of the token service.
    #[must_use]
    pub fn authority(&self) -> &Url {
        &self.authority
    }

    /// The OAuth scope of a token for Resource Manager: the audience and `/.default`.
    #[must_use]
    pub fn scope(&self) -> String {
        format!("{}/.default", self.audience.trim_end_matches('/'))
    }
}

/// What is wrong with a cloud's name or endpoints.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// The name is none of the three.
    #[error("{0:?} is not a cloud; the clouds are \"public\", \"usgovernment\" and \"china\"")]
    UnknownName(String),
    /// The text cannot be an endpoint.
    #[error("{argument} {text:?} is not an endpoint: {reason}")]
    NotAnEndpoint {
        /// Which of the [`Endpoints`].
        argument: &'static str,
        /// The text as it was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Plain http to another machine.
    #[error(
        "{argument} {text:?} is plain http; only a loopback address (localhost, *.localhost, 127.0.0.0/8, ::1) may be, as the access token would travel unencrypted"
    )]
    PlainHttp {
        /// Which of the [`Endpoints`].
        argument: &'static str,
        /// The text as it was given.
        text: String,
    },
}

/// Whether the URL's host is this very machine: `localhost`, `*.localhost` (which the transport resolves without asking anyone), 127.0.0.0/8 or
/// `::1`.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // The URL's parser has made the letters small.
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Resource Manager and token service of each cloud.
fn default_endpoints(name: CloudName) -> (&'static str, &'static str) {
    match name {
        CloudName::Public => ("https://management.azure.com", "https://login.microsoftonline.com"),
        CloudName::UsGovernment => ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
        CloudName::China => ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    }
}

pub(super) fn endpoint(argument: &'static str, text: &str) -> Result<Url, CloudError> {
    let refused =
        |reason: &str| CloudError::NotAnEndpoint { argument, text: text.to_owned(), reason: reason.to_owned() };
    let url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        // The text is not quoted: it may hold a password.
        let reason = "it names a user".to_owned();
        return Err(CloudError::NotAnEndpoint {
            argument,
            text: url.host_str().unwrap_or_default().to_owned(),
            reason,
        });
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("it has a query or a fragment"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(CloudError::PlainHttp { argument, text: text.to_owned() }),
        _ => return Err(refused("it begins neither with https:// nor with http://")),
    }
    if url.as_str().len() > LONGEST_ENDPOINT || url.as_str().parse::<http::Uri>().is_err() {
        return Err(refused("no request can be sent to it"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
