//! The calls about managed resources, one method each, in core's order.

use acrnet::terraform::conform::proposed_new_state;
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::Value as Json;

use super::identities::{Answered, sent};
use super::values::{packed, raw, read_path, unpacked};
use super::{Core, Kind, Object, Plan, Said};
use crate::verdict;

impl Core {
    pub async fn validate(&self, kind: &Kind, config: &Value) -> Said<()> {
        let request = wire::validate_resource_config::Request {
            type_name: kind.name.clone(),
            config: Some(packed(config, &kind.ty)),
            client_capabilities: self.generation.capabilities(),
        };
        let response = self.rpc.clone().validate_resource_config(request).await.expect("an answer").into_inner();
        Said { answer: (), messages: response.diagnostics }
    }

    /// The request of a plan; null configuration is a destroy.
    pub fn plan_request(&self, kind: &Kind, prior: &Object, config: &Value) -> wire::plan_resource_change::Request {
        let proposed = proposed_new_state(kind.block(), &prior.value, config);
        wire::plan_resource_change::Request {
            type_name: kind.name.clone(),
            prior_state: Some(packed(&prior.value, &kind.ty)),
            proposed_new_state: Some(packed(&proposed, &kind.ty)),
            config: Some(packed(config, &kind.ty)),
            prior_private: prior.private.clone(),
            prior_identity: sent(&prior.identity, &kind.identity.ty()),
            client_capabilities: self.generation.capabilities(),
            ..wire::plan_resource_change::Request::default()
        }
    }

    /// Plans what configuration wants; null configuration is a destroy.
    pub async fn plan(&self, kind: &Kind, prior: &Object, config: &Value) -> Said<Plan> {
        let request = self.plan_request(kind, prior, config);
        let response = self.rpc.clone().plan_resource_change(request).await.expect("an answer").into_inner();
        let mut plan = Plan {
            planned: unpacked(response.planned_state, &kind.ty),
            replace: response.requires_replace.iter().map(read_path).collect(),
            private: response.planned_private,
            identity: Value::Null,
        };
        let mut messages = verdict::judge(response.diagnostics, || {
            let mut found = verdict::deferral(self.generation.capabilities(), response.deferred);
            found.extend(verdict::plan(kind, (&prior.value, config), &plan.planned, &plan.replace));
            found
        });
        let answered = Answered::Plan(prior, &plan);
        plan.identity = self.identity(kind, response.planned_identity, &answered, &mut messages);
        Said { answer: plan, messages }
    }

    /// The request of an apply, for those who do not wait for the answer at once.
    pub fn apply_request(
        kind: &Kind,
        prior: &Value,
        plan: &Plan,
        config: &Value,
    ) -> wire::apply_resource_change::Request {
        wire::apply_resource_change::Request {
            type_name: kind.name.clone(),
            prior_state: Some(packed(prior, &kind.ty)),
            planned_state: Some(packed(&plan.planned, &kind.ty)),
            config: Some(packed(config, &kind.ty)),
            planned_private: plan.private.clone(),
            planned_identity: sent(&plan.identity, &kind.identity.ty()),
            ..wire::apply_resource_change::Request::default()
        }
    }

    pub async fn apply(&self, kind: &Kind, prior: &Value, plan: &Plan, config: &Value) -> Said<Object> {
        let request = Self::apply_request(kind, prior, plan, config);
        let response = self.rpc.clone().apply_resource_change(request).await.expect("an answer").into_inner();
        let value = unpacked(response.new_state, &kind.ty);
        let mut messages = verdict::judge(response.diagnostics, || verdict::applied(kind, &plan.planned, &value));
        let identity = self.identity(kind, response.new_identity, &Answered::Other, &mut messages);
        Said { answer: Object { value, private: response.private, identity }, messages }
    }

    /// The request of a refresh.
    pub fn read_request(&self, kind: &Kind, object: &Object) -> wire::read_resource::Request {
        wire::read_resource::Request {
            type_name: kind.name.clone(),
            current_state: Some(packed(&object.value, &kind.ty)),
            private: object.private.clone(),
            client_capabilities: self.generation.capabilities(),
            current_identity: sent(&object.identity, &kind.identity.ty()),
            ..wire::read_resource::Request::default()
        }
    }

    pub async fn read(&self, kind: &Kind, object: &Object) -> Said<Object> {
        let request = self.read_request(kind, object);
        let response = self.rpc.clone().read_resource(request).await.expect("an answer").into_inner();
        let value = unpacked(response.new_state, &kind.ty);
        let mut messages = verdict::judge(response.diagnostics, || {
            let mut found = verdict::deferral(self.generation.capabilities(), response.deferred);
            found.extend(verdict::read(kind, &value, response.deferred.is_some()));
            found
        });
        let identity = self.identity(kind, response.new_identity, &Answered::Read(object), &mut messages);
        Said { answer: Object { value, private: response.private, identity }, messages }
    }

    /// Stored state of a version, as every command begins with it.
    pub async fn upgrade(&self, kind: &Kind, version: i64, state: &Json) -> Said<Value> {
        self.upgrade_raw(kind, version, Some(raw(state))).await
    }

    pub async fn upgrade_raw(&self, kind: &Kind, version: i64, raw_state: Option<wire::RawState>) -> Said<Value> {
        let request = wire::upgrade_resource_state::Request { type_name: kind.name.clone(), version, raw_state };
        let response = self.rpc.clone().upgrade_resource_state(request).await.expect("an answer").into_inner();
        let state = unpacked(response.upgraded_state, &kind.ty);
        let messages = verdict::judge(response.diagnostics, || verdict::upgraded(kind, &state));
        Said { answer: state, messages }
    }

    /// The request of an import by id.
    pub fn import_request(&self, kind: &Kind, id: &str) -> wire::import_resource_state::Request {
        wire::import_resource_state::Request {
            type_name: kind.name.clone(),
            id: id.to_owned(),
            client_capabilities: self.generation.capabilities(),
            ..wire::import_resource_state::Request::default()
        }
    }

    /// The beginning of an imported object, if the provider takes the id.
    pub async fn import(&self, kind: &Kind, id: &str) -> Said<Option<Object>> {
        self.imported(kind, self.import_request(kind, id)).await
    }

    pub(super) async fn imported(
        &self,
        kind: &Kind,
        request: wire::import_resource_state::Request,
    ) -> Said<Option<Object>> {
        let response = self.rpc.clone().import_resource_state(request).await.expect("an answer").into_inner();
        let mut messages = verdict::judge(response.diagnostics.clone(), || {
            let mut found = verdict::deferral(self.generation.capabilities(), response.deferred);
            found.extend(verdict::imported(kind, &response));
            found
        });
        let first = response.imported_resources.into_iter().next().map(|imported| {
            let value = unpacked(imported.state, &kind.ty);
            let identity = self.identity(kind, imported.identity, &Answered::Other, &mut messages);
            Object { value, private: imported.private, identity }
        });
        Said { answer: first, messages }
    }

    /// Creates an object without looking at what is said.
    pub async fn create(&self, kind: &Kind, json: &Json) -> Said<Object> {
        let config = kind.config(json);
        let plan = self.plan(kind, &Object::none(), &config).await.ok();
        self.apply(kind, &Value::Null, &plan, &config).await
    }
}
