//! The kinds of objects that are read together: how one is asked for alone, where lists of it are, and what makes an entry as good as its own reading.

use std::hash::Hash;
use std::str::FromStr;

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use url::Url;

use crate::azure::answer::Answer;
use crate::azure::api_version::ApiVersion;
use crate::azure::client::Config;
use crate::azure::id::{RegistryId, SubnetId};
use crate::azure::inventory::registries_path;
use crate::azure::registry::Registry;
use crate::azure::request;
use crate::azure::subnet::Subnet;

/// The id of an object that can be read alone, or as an entry of a list.
pub(in crate::azure) trait Object: Clone + Eq + Hash + FromStr + Send + Sync {
    type View: Send + Sync;

    /// The version it is read with.
    fn version(config: &Config) -> &ApiVersion;

    /// A reading of this one alone.
    fn request(&self, arm: &Url, version: &ApiVersion) -> Request<Bytes>;

    fn view(answer: Answer) -> Self::View;

    /// The paths of the lists that it is in, the narrowest first.
    fn lists(&self) -> Vec<String>;

    /// An entry; `None` when it does not show all that a reading of the object alone does.
    fn entry(entry: Value, version: &ApiVersion) -> Option<Self::View>;
}

impl Object for RegistryId {
    type View = Registry;

    fn version(config: &Config) -> &ApiVersion {
        &config.registry_api_version
    }

    fn request(&self, arm: &Url, version: &ApiVersion) -> Request<Bytes> {
        request::read_registry(arm, self, version.as_str())
    }

    fn view(answer: Answer) -> Registry {
        Registry::new(answer.json.unwrap_or_default())
    }

    /// Of the resource group, and of the subscription.
    fn lists(&self) -> Vec<String> {
        let (subscription, group) = (self.subscription(), self.resource_group());
        let places =
            [format!("/subscriptions/{subscription}/resourceGroups/{group}"), format!("/subscriptions/{subscription}")];
        places.map(registries_path).into()
    }

    fn entry(entry: Value, version: &ApiVersion) -> Option<Registry> {
        Registry::listed(entry, version)
    }
}

impl Object for SubnetId {
    type View = Subnet;

    fn version(config: &Config) -> &ApiVersion {
        &config.network_api_version
    }

    fn request(&self, arm: &Url, version: &ApiVersion) -> Request<Bytes> {
        request::read_subnet(arm, self, version.as_str())
    }

    fn view(answer: Answer) -> Subnet {
        Subnet::of(answer)
    }

    /// Of the virtual network.
    fn lists(&self) -> Vec<String> {
        vec![format!("{}/subnets", self.virtual_network())]
    }

    fn entry(entry: Value, _: &ApiVersion) -> Option<Subnet> {
        Subnet::listed(entry)
    }
}
