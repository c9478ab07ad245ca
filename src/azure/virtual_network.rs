//! Virtual networks of others: which subnets they have.
//!
//! Asked by those who look ids up; answers with ARM's documents as they came, page by page until the last. Nothing is changed here.

use std::sync::Arc;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::id::VirtualNetworkId;
use crate::azure::page::Page;
use crate::azure::request;
use crate::azure::retry::Repeat;
use crate::azure::snapshot::Reading;
use crate::azure::subnet::Subnet;

/// A network has 3,000 subnets at most (Azure's limits of networking), and a page some dozens at least: more pages than this lead in a circle.
const MOST_PAGES: usize = 100;

impl ArmClient {
    /// The subnets of a virtual network, in ARM's order.
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering, a link to a next page that leads to another host or in a circle among it.
    pub async fn subnets(&self, id: &VirtualNetworkId, call: &Call) -> Result<Reading<Vec<Subnet>>, ArmError> {
        let arm = self.resource_manager(call).await?;
        let request = request::list(arm, &format!("{id}/subnets"), self.config().network_api_version.as_str());
        let (first, story) = (request.uri().clone(), self.story(&request));
        let malformed = |what: &str| ArmError::of(&story, ErrorKind::Malformed, Effect::None, what);
        let mut answer = match self.find(call, request).await? {
            Ok(answer) => answer,
            Err(missing) => return Ok(Reading::Missing(missing)),
        };
        let mut subnets = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = Page::of(answer, &first).map_err(malformed)?;
            subnets.extend(page.entries.into_iter().map(Subnet::new));
            let Some(next) = page.next else { return Ok(Reading::Found(Arc::new(subnets))) };
            answer = self.send(call, request::poll(next), Repeat::Always).await?;
        }
        Err(malformed(&format!("the list of subnets does not end after {MOST_PAGES} pages")))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
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
        let script = (0..=MOST_PAGES).fold(Script::new(), |script, _| script.on("GET", LIST, page.clone()));
        let error = listed(&Arc::new(script)).await.unwrap_err();
        assert!(error.message.contains("does not end"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_without_a_list_is_not_an_empty_network() {
        let script = Arc::new(Script::new().on("GET", LIST, Reply::json(200, &json!({"name": "net"}))));
        assert_eq!(listed(&script).await.unwrap_err().kind, ErrorKind::Malformed);
    }
}
