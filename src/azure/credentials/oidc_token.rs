//! An assertion that somebody else has put at hand: as text, or in a file that is kept fresh (Kubernetes does so for workload identities).

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;

use crate::azure::credentials::Assertion;

/// A token of an identity provider that the application trusts.
#[derive(Clone)]
pub enum OidcToken {
    /// The token itself.
    Given(String),
    /// A file that holds it. It is read at each exchange, as its writer renews it.
    File(PathBuf),
}

impl Assertion for OidcToken {
    fn method(&self) -> &'static str {
        "OIDC token"
    }

    fn assertion<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        // The file is small and local: reading it holds nobody up.
        Box::pin(std::future::ready(self.read()))
    }
}

impl OidcToken {
    /// The token as it is now.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is empty.
    pub fn read(&self) -> Result<String, String> {
        let path = match self {
            Self::Given(token) => return Ok(token.clone()),
            Self::File(path) => path,
        };
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        match text.trim() {
            "" => Err(format!("{shown} is empty")),
            token => Ok(token.to_owned()),
        }
    }
}

impl fmt::Debug for OidcToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str("OidcToken(…)"),
            Self::File(path) => f.debug_tuple("OidcToken").field(path).finish(),
        }
    }
}

#[cfg(test)]
mod tests;
