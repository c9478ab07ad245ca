//! An assertion that somebody else has put at hand: as text, or in a file that is kept fresh (Kubernetes does so for workload identities).

use std::path::PathBuf;
use std::pin::Pin;

use crate::azure::credentials::Assertion;
use crate::azure::secret::Secret;

/// A token of an identity provider that the application trusts.
#[derive(Clone, Debug)]
pub enum OidcToken {
    /// The token itself.
    Given(Secret),
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
    ) -> Pin<Box<dyn Future<Output = Result<Secret, String>> + Send + 'a>> {
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
    pub fn read(&self) -> Result<Secret, String> {
        let path = match self {
            Self::Given(token) => return Ok(token.clone()),
            Self::File(path) => path,
        };
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        match text.trim() {
            "" => Err(format!("{shown} is empty")),
            token => Ok(Secret::new(token)),
        }
    }
}

#[cfg(test)]
mod tests;
