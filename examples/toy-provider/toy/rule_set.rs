//! `toy_rule_set`: has every attribute of `acrnet_registry_network_rule_set`, and does nothing. What Terraform itself costs for such an object, the
//! benchmarks measure here.

use serde::{Deserialize, Serialize};

use acrnet::terraform::diagnostic::Diagnostics;
use acrnet::terraform::framework::timeouts::{self, Timeouts};
use acrnet::terraform::framework::{Context, Identity, Intent, Partial, Resource};
use acrnet::terraform::schema::{Attribute, IdentityAttribute, IdentitySchema, Schema};
use acrnet::terraform::value::{Tf, Type, Value};

use super::{Clients, settled};

/// The resource type.
#[derive(Debug)]
pub(super) struct RuleSet;

/// One field per attribute and block.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    id: Tf<String>,
    registry_id: Tf<String>,
    default_action: Tf<String>,
    ip_rules: Tf<Vec<Tf<String>>>,
    virtual_network_subnet_ids: Tf<Vec<Tf<String>>>,
    rules_mode: Tf<String>,
    public_network_access_enabled: Tf<bool>,
    network_rule_bypass_option: Tf<String>,
    network_rule_bypass_for_tasks_enabled: Tf<bool>,
    on_existing: Tf<String>,
    on_destroy: Tf<String>,
    login_server: Tf<String>,
    timeouts: Tf<Timeouts>,
}

/// The identity: the registry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Of {
    registry_id: String,
}

impl Identity for Of {
    fn schema() -> IdentitySchema {
        IdentitySchema::new().attribute(IdentityAttribute::string("registry_id", "Any text."))
    }
}

impl Resource for RuleSet {
    const NAME: &'static str = "toy_rule_set";
    type Clients = Clients;
    type Model = Model;
    type Identity = Of;

    fn schema() -> Schema {
        let texts = |name| Attribute::new(name, Type::set(Type::String), "Texts.").default(Value::Set(Vec::new()));
        Schema::new("Is kept nowhere but in the state.")
            .attribute(Attribute::string("id", "As `registry_id`.").computed().kept())
            .attribute(Attribute::string("registry_id", "Any text.").required().replaces())
            .attribute(Attribute::string("default_action", "Any text.").required())
            .attribute(texts("ip_rules"))
            .attribute(texts("virtual_network_subnet_ids"))
            .attribute(Attribute::string("rules_mode", "Any text.").default("authoritative"))
            .attribute(Attribute::bool("public_network_access_enabled", "Either.").optional_computed().kept())
            .attribute(Attribute::string("network_rule_bypass_option", "Any text.").optional_computed().kept())
            .attribute(Attribute::bool("network_rule_bypass_for_tasks_enabled", "Either.").optional_computed().kept())
            .attribute(Attribute::string("on_existing", "Any text.").default("fail"))
            .attribute(Attribute::string("on_destroy", "Any text.").default("restore_default"))
            .attribute(
                Attribute::string("login_server", "The last segment of `registry_id`, and more.").computed().kept(),
            )
            .nested_block(timeouts::block())
    }

    async fn read(_clients: &Clients, _context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        Ok(Some(state))
    }

    async fn create(
        _clients: &Clients,
        _context: &mut Context,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        Ok(intent.planned.filled())
    }

    async fn update(
        _clients: &Clients,
        _context: &mut Context,
        _prior: Model,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        Ok(intent.planned.filled())
    }

    async fn delete(_clients: &Clients, _context: &mut Context, _prior: Model) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn import(id: &str) -> Result<Model, Diagnostics> {
        Ok(Model { registry_id: Tf::Known(id.to_owned()), ..Model::default() }.filled())
    }

    fn identity(model: &Model) -> Option<Of> {
        model.registry_id.known().map(|registry_id| Of { registry_id: registry_id.clone() })
    }

    fn import_identity(identity: Of) -> Result<Model, Diagnostics> {
        Self::import(&identity.registry_id)
    }
}

impl Model {
    /// With what the provider decides where nobody else did: values as a registry has them, so that the objects are alike.
    fn filled(self) -> Self {
        let registry = self.registry_id.known().cloned().unwrap_or_default();
        let name = registry.rsplit('/').next().unwrap_or_default();
        Self {
            login_server: settled(self.login_server, format!("{name}.azurecr.io")),
            public_network_access_enabled: settled(self.public_network_access_enabled, true),
            network_rule_bypass_option: settled(self.network_rule_bypass_option, "AzureServices".to_owned()),
            network_rule_bypass_for_tasks_enabled: settled(self.network_rule_bypass_for_tasks_enabled, false),
            id: settled(self.id, registry),
            ..self
        }
    }
}
