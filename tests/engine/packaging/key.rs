//! A key for signatures that lives as long as its test.

use std::process::Command;

use tempfile::TempDir;

use super::project::{Package, output, run};

/// A key of gpg's, in a folder of its own.
pub(crate) struct Key {
    home: TempDir,
    fingerprint: String,
}

impl Key {
    /// Without a passphrase, of that kind; `None`, which is said, where there is no gpg.
    #[expect(clippy::print_stderr, reason = "who reads the tests' output is told what was not tested")]
    pub(crate) fn new(kind: &str) -> Option<Self> {
        if Command::new("gpg").arg("--version").output().is_err() {
            eprintln!("SKIPPED: there is no gpg, so nothing is signed");
            return None;
        }
        // Short: its agent listens on a socket in it.
        let mut key = Self { home: TempDir::with_prefix("gpg").unwrap(), fingerprint: String::new() };
        output(key.gpg().args([
            "--passphrase",
            "",
            "--quick-generate-key",
            "Throwaway <none@example.com>",
            kind,
            "sign",
            "1d",
        ]));
        let listed = output(key.gpg().args(["--with-colons", "--list-secret-keys"]));
        let field = |line: &str| line.strip_prefix("fpr:::::::::").map(|rest| rest.trim_end_matches(':').to_owned());
        key.fingerprint = listed.lines().find_map(field).expect("a fingerprint");
        Some(key)
    }

    fn gpg(&self) -> Command {
        let mut command = Command::new("gpg");
        command.args(["--batch", "--quiet", "--pinentry-mode", "loopback"]).env("GNUPGHOME", self.home.path());
        command
    }

    /// The same package, signed with this key.
    pub(crate) fn signs(&self, package: &Package) -> Package {
        let home = self.home.path().to_str().unwrap();
        package.with("GNUPGHOME", home).with("GPG_FINGERPRINT", &self.fingerprint)
    }

    /// The public half, as a registry hands it out.
    pub(crate) fn public(&self) -> String {
        output(self.gpg().args(["--armor", "--export", &self.fingerprint]))
    }

    /// The name under which a registry knows it.
    pub(crate) fn id(&self) -> &str {
        &self.fingerprint[self.fingerprint.len() - 16..]
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // It started an agent, which would go by itself only some time after its folder.
        run(Command::new("gpgconf").args(["--kill", "all"]).env("GNUPGHOME", self.home.path()));
    }
}
