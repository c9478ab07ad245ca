//! The host name of a registry, checked once: past it, it is part of a URL.

use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::azure::cloud::is_loopback;

/// The longest host name that DNS can carry (RFC 1035 §2.3.4), with a port after it.
const LONGEST: usize = 253 + ":65535".len();

/// A login server: `myregistry.azurecr.io`, or with a port, `myregistry.localhost:8080`. No scheme, no path. `Display` gives the text back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginServer {
    text: String,
    is_here: bool,
}

impl LoginServer {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the name is one of this machine: `localhost`, `*.localhost`, 127.0.0.0/8 or `[::1]`.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.is_here
    }
}

impl FromStr for LoginServer {
    type Err = LoginServerError;

    fn from_str(text: &str) -> Result<Self, LoginServerError> {
        let refused = |why: &str| LoginServerError { text: text.to_owned(), why: why.to_owned() };
        if text.contains("://") {
            return Err(refused("leave out the scheme"));
        }
        if text.contains('@') {
            // The text is not quoted: it may hold a password.
            return Err(LoginServerError {
                text: "<hidden>".to_owned(),
                why: "leave out user and password".to_owned(),
            });
        }
        if text.len() > LONGEST {
            return Err(LoginServerError {
                text: text.chars().take(64).collect(),
                why: format!("it goes on to {} bytes, and a host name has at most 253", text.len()),
            });
        }
        if text.contains(['/', '?', '#', '\\']) {
            return Err(refused("leave out what follows the host, such as a repository"));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(refused("it holds a space"));
        }
        let url = Url::parse(&format!("https://{text}/")).map_err(|error| refused(&error.to_string()))?;
        // Some characters pass as parts of a host, and are none of a request.
        url.as_str().parse::<http::Uri>().map_err(|error| refused(&error.to_string()))?;
        Ok(Self { text: text.to_owned(), is_here: is_loopback(&url) })
    }
}

impl fmt::Display for LoginServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text that is no login server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a login server: {why}; the form is myregistry.azurecr.io, with :<port> where it is not 443")]
pub struct LoginServerError {
    text: String,
    why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_and_without_a_port_are_login_servers() {
        for (text, is_here) in [
            ("demo1.azurecr.io", false),
            ("Demo1-a1b2.azurecr.us:8443", false),
            ("demo1.localhost:8080", true),
            ("16-17-18-9.from.demo1.localhost:8080", true),
            ("127.0.0.1:80", true),
            ("[::1]:80", true),
            ("localhost.example", false),
        ] {
            let server: LoginServer = text.parse().unwrap();
            assert_eq!((server.to_string().as_str(), server.is_here()), (text, is_here));
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_host_is_refused_with_the_form() {
        for (text, why) in [
            ("https://demo1.azurecr.io", "leave out the scheme"),
            ("demo1.azurecr.io/app", "such as a repository"),
            ("demo1.azurecr.io?x", "leave out what follows"),
            ("", "empty host"),
            ("demo1 .azurecr.io", "space"),
            ("demo1.azurecr.io:99999", "invalid port"),
            ("{name}.azurecr.io", "invalid uri character"),
            ("demo1\"`.azurecr.io", "invalid uri character"),
            ("%7Bname%7D.azurecr.io", "invalid uri character"),
        ] {
            let error = text.parse::<LoginServer>().unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("the form is myregistry.azurecr.io"), "{error}");
        }
        // Seventy thousand letters were a host, and the question to it a panic.
        let endless = "a".repeat(70_000).parse::<LoginServer>().unwrap_err().to_string();
        assert!(endless.contains("goes on to 70000 bytes") && endless.len() < 300, "{endless}");
        assert!(!"me:s3cret@demo1.azurecr.io".parse::<LoginServer>().unwrap_err().to_string().contains("s3cret"));
    }
}
