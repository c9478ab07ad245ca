//! Data sources of a provider being served.

use std::sync::Arc;

use super::types::{ByName, by_name, find, findings};
use super::{Server, not_configured};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::survive::survive;
use crate::terraform::framework::{DataResponse, ErasedDataSource, Provider};
use crate::terraform::value::Value;

impl<P: Provider> Server<P> {
    /// The data source types by name.
    pub fn data_sources(&self) -> &ByName<dyn ErasedDataSource<P::Clients>> {
        self.data_sources.get_or_init(|| by_name(self.provider.data_sources(), ErasedDataSource::name))
    }

    /// One data source type.
    ///
    /// # Errors
    ///
    /// As for [`Server::resource`].
    pub fn data_source(&self, name: &str) -> Result<&dyn ErasedDataSource<P::Clients>, Diagnostics> {
        find(self.data_sources(), "data source", name)
    }

    /// Findings on a data source's configuration.
    pub fn validate_data_source(&self, name: &str, config: Value) -> Diagnostics {
        findings(self.data_source(name), |found| found.validate(config))
    }

    /// Reads a data source, or says what it will be like where that waits for a later run.
    pub async fn read_data_source(
        self: &Arc<Self>,
        name: String,
        config: Value,
        deferral_allowed: bool,
    ) -> DataResponse {
        let server = Arc::clone(self);
        let call = async move {
            let source = match server.data_source(&name) {
                Ok(source) => source,
                Err(diagnostics) => return DataResponse { diagnostics, ..DataResponse::default() },
            };
            if let Some(clients) = server.clients() {
                return source.read(clients, server.stop_token(), config).await;
            }
            match server.deferral(deferral_allowed, &Diagnostics::new()) {
                Some(reason) => DataResponse { deferred: Some(reason), ..source.outline(config) },
                None => DataResponse { diagnostics: not_configured().into(), ..DataResponse::default() },
            }
        };
        survive(call)
            .await
            .unwrap_or_else(|panic| DataResponse { diagnostics: panic.into(), ..DataResponse::default() })
    }
}
