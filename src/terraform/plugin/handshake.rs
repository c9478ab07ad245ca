//! How host and plugin find each other: variables in, one line on stdout back.
//!
//! The host (Terraform, or a test) starts the process with an *invitation* in its environment; the plugin
//! listens, and then prints one *announcement*. Nothing here opens a socket or knows what is served on it. The form is
//! that of the go-plugin library, core protocol 1.

use std::{
    fmt::{self, Display},
    io::{self, Write as _},
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use rustls::pki_types::CertificateDer;
use thiserror::Error;

use super::listener::Address;
use crate::terraform::environment::Environment;

/// The major version of the Terraform protocol that is served, the only one.
///
/// go-plugin's rule for choosing is the highest version that both sides have, and the plugin's lowest where they share
/// none; with one version both come to the same. Version 6 reaches Terraform 1.0.3 and newer.
pub const PROTOCOL: u32 = 6;

/// The variable by which a host shows that it knows what it starts.
const COOKIE: &str = "TF_PLUGIN_MAGIC_COOKIE";

/// The value that all providers and hosts share. A greeting, not a secret.
const COOKIE_VALUE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// What the host asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invitation {
    /// The host's certificate in PEM: TLS is mandatory, and nobody else may connect. `None` when the host runs without
    /// TLS (`TF_DISABLE_PLUGIN_TLS`).
    pub client_certificate: Option<String>,
    /// The protocol versions that the host names, as it names them.
    pub host_protocols: String,
    /// The host waits for the seventh field. An older one would take it for a part of the certificate.
    pub asks_for_multiplexing: bool,
}

/// Why this process was not started by a host.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum InvitationError {
    /// Started by hand, most likely.
    #[error("{COOKIE} is not set")]
    NoCookie,
    /// Started by a host for another kind of plugins.
    #[error("{COOKIE} is set, but not to Terraform's value")]
    WrongCookie,
}

impl Invitation {
    /// Reads the host's variables.
    ///
    /// # Errors
    ///
    /// [`InvitationError`] when the cookie is missing or is another one.
    pub fn read(environment: &Environment) -> Result<Self, InvitationError> {
        match environment.var(COOKIE) {
            None => return Err(InvitationError::NoCookie),
            Some(COOKIE_VALUE) => {}
            Some(_) => return Err(InvitationError::WrongCookie),
        }
        Ok(Self {
            client_certificate: environment.var("PLUGIN_CLIENT_CERT").map(str::to_owned),
            host_protocols: environment.var("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default().to_owned(),
            asks_for_multiplexing: environment.var("PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }

    /// Whether the host speaks protocol 6. If not, the announcement names it all the same, and the host reports the
    /// mismatch in its own words.
    #[must_use]
    pub fn shares_our_protocol(&self) -> bool {
        self.host_protocols.split(',').any(|version| version.trim().parse() == Ok(PROTOCOL))
    }
}

/// The plugin's answer: where it listens, and by which certificate to know it.
#[derive(Clone, Debug)]
pub struct Announcement<'a> {
    /// Where the plugin already listens.
    pub address: &'a Address,
    /// The server's certificate; `None` without TLS.
    pub certificate: Option<&'a CertificateDer<'static>>,
    /// Append the seventh field.
    pub with_multiplexing: bool,
}

impl Display for Announcement<'_> {
    /// `1|6|unix|/path|grpc|certificate` and, where asked for, `|false`: one connection carries one plugin here.
    ///
    /// The certificate is the DER in base64, standard alphabet, **without** padding. Its field stays, empty, when there
    /// is no TLS.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let certificate = self.certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
        let (network, address) = (self.address.network(), self.address);
        write!(f, "1|{PROTOCOL}|{network}|{address}|grpc|{certificate}")?;
        if self.with_multiplexing { f.write_str("|false") } else { Ok(()) }
    }
}

/// Writes to stdout, and nothing else in the crate does: there the host expects one line, the announcement, and anything
/// before it breaks the handshake. Help and version go the same way, in runs that no host reads.
///
/// # Errors
///
/// Whatever writing to stdout brings; the reader may be gone.
pub fn announce(text: impl Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(format!("{text}\n").as_bytes())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;

    use super::{Announcement, COOKIE_VALUE, Invitation, InvitationError};
    use crate::terraform::{environment::Environment, plugin::listener::Address};

    fn invitation(pairs: &[(&str, &str)]) -> Invitation {
        let cookie = [("TF_PLUGIN_MAGIC_COOKIE", COOKIE_VALUE)];
        let environment = Environment::from_pairs(cookie.iter().chain(pairs).copied());
        Invitation::read(&environment).unwrap()
    }

    #[test]
    fn without_the_cookie_there_is_no_invitation() {
        let environment = Environment::from_pairs([("PLUGIN_PROTOCOL_VERSIONS", "5,6")]);
        assert_eq!(Invitation::read(&environment), Err(InvitationError::NoCookie));
    }

    #[test]
    fn the_cookie_of_another_kind_of_plugin_is_refused() {
        let environment = Environment::from_pairs([("TF_PLUGIN_MAGIC_COOKIE", "vault")]);
        assert_eq!(Invitation::read(&environment), Err(InvitationError::WrongCookie));
    }

    #[test]
    fn versions_come_in_any_order() {
        assert!(invitation(&[("PLUGIN_PROTOCOL_VERSIONS", "5,6")]).shares_our_protocol());
        assert!(invitation(&[("PLUGIN_PROTOCOL_VERSIONS", "6,5")]).shares_our_protocol());
    }

    #[test]
    fn a_host_with_other_versions_or_none_is_noticed() {
        assert!(!invitation(&[("PLUGIN_PROTOCOL_VERSIONS", "4,5")]).shares_our_protocol());
        assert!(!invitation(&[("PLUGIN_PROTOCOL_VERSIONS", "16,x,")]).shares_our_protocol());
        assert!(!invitation(&[]).shares_our_protocol());
    }

    #[test]
    fn an_empty_client_certificate_means_no_tls() {
        assert_eq!(invitation(&[("PLUGIN_CLIENT_CERT", "")]).client_certificate, None);
        assert_eq!(invitation(&[("PLUGIN_CLIENT_CERT", "pem")]).client_certificate.as_deref(), Some("pem"));
    }

    #[test]
    fn the_line_carries_the_certificate_without_padding() {
        let certificate = CertificateDer::from(vec![0xfb, 0xff, 0xfe, 0x00]);
        let address = Address::unix("/tmp/a/socket");
        let line = Announcement { address: &address, certificate: Some(&certificate), with_multiplexing: false };
        assert_eq!(line.to_string(), "1|6|unix|/tmp/a/socket|grpc|+//+AA");
    }

    #[test]
    fn without_tls_the_certificate_field_stays_empty() {
        let address = Address::Tcp(([127, 0, 0, 1], 10_000).into());
        let line = Announcement { address: &address, certificate: None, with_multiplexing: false };
        assert_eq!(line.to_string(), "1|6|tcp|127.0.0.1:10000|grpc|");
    }

    #[test]
    fn a_host_that_asks_about_multiplexing_is_told_no() {
        let address = Address::unix("/s");
        let line = Announcement { address: &address, certificate: None, with_multiplexing: true };
        assert_eq!(line.to_string(), "1|6|unix|/s|grpc||false");
        assert!(invitation(&[("PLUGIN_MULTIPLEX_GRPC", "true")]).asks_for_multiplexing);
        assert!(!invitation(&[]).asks_for_multiplexing);
    }
}
