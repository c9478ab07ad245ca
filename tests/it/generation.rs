//! Hosts of several generations: what each asks of a provider's process, and what it says of itself.
//!
//! Minor versions of the protocol are not on the wire. An old host does not know the later methods, sends no later field, and skips what it does not
//! know of an answer; so one provider serves them all, if it needs nothing of what they leave out.

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::proto::tfplugin6::provider_client::ProviderClient;
use tonic::transport::Channel;

use crate::verdict;

/// What a host was released as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// Asks every process for its schema, and says nothing of itself. Knows no functions, and no moves between types.
    V1_5,
    /// Asks for the schema once and remembers it; calls functions; moves objects between types.
    V1_8,
    /// Keeps its hands off write-only arguments, and says so; opens ephemeral resources.
    V1_11,
    /// Asks for identities.
    V1_12,
    /// Lists, acts, and has configurations generated.
    V1_14,
    /// An alpha of 1.15 whose user has written `-allow-deferral`, or a run of a stack.
    Deferring,
}

impl Generation {
    /// The newest that users have.
    pub const NEWEST: Self = Self::V1_14;

    pub const ALL: [Self; 6] = [Self::V1_5, Self::V1_8, Self::V1_11, Self::V1_12, Self::V1_14, Self::Deferring];

    /// What it tells of its version when it configures a provider.
    pub fn version(self) -> &'static str {
        match self {
            Self::V1_5 => "1.5.7",
            Self::V1_8 => "1.8.5",
            Self::V1_11 => "1.11.4",
            Self::V1_12 => "1.12.2",
            Self::V1_14 => "1.14.0",
            Self::Deferring => "1.15.0-alpha20260204",
        }
    }

    /// What it says of itself beside a request; before 1.9 there was no place for that.
    pub fn capabilities(self) -> Option<wire::ClientCapabilities> {
        (self >= Self::V1_11).then_some(wire::ClientCapabilities {
            deferral_allowed: self == Self::Deferring,
            write_only_attributes_allowed: true,
        })
    }

    /// Whether it calls functions, and moves objects between types.
    pub fn calls_functions_and_moves(self) -> bool {
        self >= Self::V1_8
    }

    /// Whether it keeps identities beside states.
    pub fn knows_identities(self) -> bool {
        self >= Self::V1_12
    }

    /// What it asks of a process before anything else, `first` for the first process of its run. From 1.6 on it remembers what it was told, of a
    /// provider that can do without the question.
    pub async fn open(self, rpc: &mut ProviderClient<Channel>, first: bool) {
        if !first && self > Self::V1_5 {
            return;
        }
        let schema =
            rpc.get_provider_schema(wire::get_provider_schema::Request {}).await.expect("an answer").into_inner();
        assert_eq!(verdict::schemas(&schema), [""; 0]);
        let can = schema.server_capabilities.unwrap_or_default();
        assert!(can.get_provider_schema_optional, "every process is asked for its schema");
        if self.knows_identities() {
            let request = wire::get_resource_identity_schemas::Request {};
            let identities = rpc.get_resource_identity_schemas(request).await.expect("an answer").into_inner();
            assert!(identities.diagnostics.is_empty(), "{:?}", identities.diagnostics);
        }
    }
}
