//! Whoever starts the process, and whoever connects: lines of variables, after an empty line the certificate of the host, after a NUL the first bytes
//! that come over the connection.
//!
//! The cookie is there unless the input says otherwise. Nobody gets through: the key of the host is in no input.

use std::time::{Duration, SystemTime};

use acrnet::terraform::environment::Environment;
use acrnet::terraform::plugin::{Identity, Invitation};
use rustls::ServerConnection;

use super::text;

const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Reads the invitation, makes the identity that it asks for, and hears the greeting.
pub fn run(input: &[u8]) {
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let [written, greeting] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let written = text(written);
    let (variables, certificate) = written.split_once("\n\n").unwrap_or((&written, ""));
    let variables = variables.lines().filter_map(|line| line.split_once('='));
    let before = [COOKIE, ("PLUGIN_CLIENT_CERT", certificate)];
    let environment = Environment::from_pairs(before.into_iter().chain(variables));
    let Ok(invitation) = Invitation::read(&environment) else { return };
    let _ = invitation.shares_our_protocol();
    let Some(pem) = invitation.client_certificate else { return };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let Ok(identity) = Identity::for_host(&pem, now) else { return };
    greeted(&identity, greeting);
}

fn greeted(identity: &Identity, mut greeting: &[u8]) {
    let mut connection = ServerConnection::new(identity.config.clone()).expect("a configuration that is complete");
    while connection.wants_read() && connection.read_tls(&mut greeting).is_ok_and(|read| read > 0) {
        if connection.process_new_packets().is_err() {
            return;
        }
    }
    assert!(connection.is_handshaking(), "somebody without the key of the host got through");
}
