//! Virtual networks of others: which subnets they have.
//!
//! Asked by those who look ids up; answers with ARM's documents as they came, page by page until the last. Nothing is changed here.

use std::sync::Arc;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::ArmError;
use crate::azure::id::VirtualNetworkId;
use crate::azure::page::Pages;
use crate::azure::snapshot::Reading;
use crate::azure::subnet::Subnet;

/// The subnets of a network, page by page.
#[derive(Debug)]
pub struct SubnetPages<'c>(Pages<'c>);

impl SubnetPages<'_> {
    /// The subnets of the next page, in ARM's order; `None` after the last.
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering, a link to a next page that leads to another host or in a circle among it.
    pub async fn next(&mut self) -> Result<Option<Vec<Subnet>>, ArmError> {
        let entries = self.0.next().await?;
        Ok(entries.map(|entries| entries.into_iter().map(Subnet::new).collect()))
    }
}

impl ArmClient {
    /// The subnets of a virtual network, page by page. Asks for nothing of them yet.
    ///
    /// # Errors
    ///
    /// When Resource Manager's address cannot be had.
    pub async fn subnet_pages<'c>(
        &'c self,
        id: &VirtualNetworkId,
        call: &'c Call,
    ) -> Result<SubnetPages<'c>, ArmError> {
        let path = format!("{id}/subnets");
        Pages::of(self, call, &path, &self.config().network_api_version).await.map(SubnetPages)
    }

    /// The subnets of a virtual network, in ARM's order.
    ///
    /// # Errors
    ///
    /// As [`SubnetPages::next`].
    pub async fn subnets(&self, id: &VirtualNetworkId, call: &Call) -> Result<Reading<Vec<Subnet>>, ArmError> {
        let mut pages = self.subnet_pages(id, call).await?;
        let mut subnets = Vec::new();
        loop {
            match pages.next().await {
                Ok(Some(page)) => subnets.extend(page),
                Ok(None) => return Ok(Reading::Found(Arc::new(subnets))),
                Err(error) if error.is_missing_resource() => return Ok(Reading::Missing(error)),
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::azure::error::ErrorKind;
    use crate::azure::scripted::{Reply, Script, client};

    const NETWORK: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net";
    const LIST: &str = "/virtualNetworks/net/subnets?api-version=2025-01-01";

    fn subnet(name: &str) -> Value {
        json!({"name": name, "id": format!("{NETWORK}/subnets/{name}"), "properties": {"addressPrefix": "10.0.0.0/24"}})
    }

    async fn listed(script: &Arc<Script>) -> Result<Reading<Vec<Subnet>>, ArmError> {
        client(script).subnets(&NETWORK.parse().unwrap(), &Call::within(Duration::from_secs(300))).await
    }

    #[tokio::test(start_paused = true)]
    async fn every_page_is_read() {
        let next = "https://management.azure.com/subscriptions/s/more?api-version=v&$skipToken=x";
        let script = Script::new()
            .on("GET", LIST, Reply::json(200, &json!({"value": [subnet("a")], "nextLink": next})))
            .on("GET", next, Reply::json(200, &json!({"value": [subnet("b")], "nextLink": ""})));
        let script = Arc::new(script);
        let Ok(Reading::Found(subnets)) = listed(&script).await else { panic!("the network is there") };
        let names: Vec<_> = subnets.iter().filter_map(Subnet::name).collect();
        assert_eq!(names, ["a", "b"]);
        script.assert_finished();
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_that_does_not_exist_has_no_list() {
        let gone = Reply::error(404, "ResourceNotFound", "The Resource 'net' was not found.");
        let reading = listed(&Arc::new(Script::new().on("GET", LIST, gone))).await.unwrap();
        assert!(matches!(&reading, Reading::Missing(error) if error.has_code(&["ResourceNotFound"])), "{reading:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_token_follows_no_link_to_another_host() {
        for next in ["https://evil.example/more", "http://management.azure.com/more", "more"] {
            let page = Reply::json(200, &json!({"value": [], "nextLink": next}));
            let script = Arc::new(Script::new().on("GET", LIST, page));
            let error = listed(&script).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Malformed, "{error}");
            assert_eq!(script.seen().len(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_leads_in_a_circle_is_left() {
        let next = format!("https://management.azure.com{NETWORK}/subnets?api-version=2025-01-01");
        let page = Reply::json(200, &json!({"value": [subnet("a")], "nextLink": next}));
        let script = Arc::new(Script::new().on("GET", LIST, page));
        let error = listed(&script).await.unwrap_err();
        assert!(error.message.contains("leads in a circle"), "{error}");
        assert_eq!(script.seen().len(), 1, "no page is read twice");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_without_a_list_is_not_an_empty_network() {
        let script = Arc::new(Script::new().on("GET", LIST, Reply::json(200, &json!({"name": "net"}))));
        assert_eq!(listed(&script).await.unwrap_err().kind, ErrorKind::Malformed);
    }
}
