//! The client certificate: a PFX file, or its content in base64.

use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::azure::credentials::{Assertion, Certificate, CertificateError, Exchange};
use crate::azure::secret::Secret;
use crate::provider::config::Settings;
use crate::terraform::diagnostic::Diagnostic;
use crate::terraform::value::Path;

/// What tools write differs in the padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Settings<'_> {
    pub(super) fn has_certificate(&self) -> bool {
        self.certificate_text().is_some() || self.certificate_path().is_some()
    }

    /// The certificate, opened: a wrong password is better told here than at the first call. The content wins over the file, as in azurerm.
    pub(super) fn certificate(&self, exchange: &Exchange) -> Result<Arc<dyn Assertion>, Diagnostic> {
        let (container, argument, variable) = match (self.certificate_text(), self.certificate_path()) {
            (Some(text), _) => (decode(text.expose())?, "client_certificate", "ARM_CLIENT_CERTIFICATE"),
            (None, path) => {
                let path = path.unwrap_or_default();
                let content = std::fs::read(&path).map_err(|error| {
                    refused("client_certificate_path", "ARM_CLIENT_CERTIFICATE_PATH", &format!("{path}: {error}"))
                })?;
                (content, "client_certificate_path", "ARM_CLIENT_CERTIFICATE_PATH")
            }
        };
        let password = self.secret(&self.block.client_certificate_password, "ARM_CLIENT_CERTIFICATE_PASSWORD");
        let opened =
            Certificate::from_pkcs12(&container, password.as_ref().map_or("", Secret::expose), exchange.clone());
        match opened {
            Ok(certificate) => Ok(Arc::new(certificate)),
            Err(CertificateError::Password) => {
                let given = if password.is_some() { "a wrong one is set" } else { "none is set" };
                let reason = format!("it does not open the certificate in {argument} ({variable}): {given}");
                Err(refused("client_certificate_password", "ARM_CLIENT_CERTIFICATE_PASSWORD", &reason))
            }
            Err(error) => Err(refused(argument, variable, &error.to_string())),
        }
    }

    fn certificate_text(&self) -> Option<Secret> {
        self.secret(&self.block.client_certificate, "ARM_CLIENT_CERTIFICATE")
    }

    fn certificate_path(&self) -> Option<String> {
        self.text(&self.block.client_certificate_path, "ARM_CLIENT_CERTIFICATE_PATH")
    }
}

/// Base64, however it is broken into lines. The text is not quoted: it holds a key.
fn decode(text: &str) -> Result<Vec<u8>, Diagnostic> {
    let text: String = text.split_whitespace().collect();
    LENIENT.decode(text).map_err(|_| refused("client_certificate", "ARM_CLIENT_CERTIFICATE", "it is not base64"))
}

fn refused(argument: &str, variable: &str, reason: &str) -> Diagnostic {
    let summary = "The client certificate cannot be used";
    Diagnostic::error(summary, format!("{argument} ({variable}): {reason}.")).at(Path::attribute(argument))
}
