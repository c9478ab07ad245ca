//! The verbs that do something: from the values of a request to models, through the resource, and back.

use super::Erased;
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::context::Reached;
use crate::terraform::framework::exchange::{ApplyRequest, ApplyResponse, PlanRequest, PlanResponse};
use crate::terraform::framework::form::left_behind;
use crate::terraform::framework::plan::outline;
use crate::terraform::framework::timeouts::{self, Operation};
use crate::terraform::framework::{Change, Context, ErasedResource, Intent, Partial, Resource};
use crate::terraform::value::Value;

impl<R: Resource> Erased<R> {
    pub(super) async fn plan_change(
        &self,
        clients: Option<&R::Clients>,
        request: PlanRequest,
    ) -> Result<PlanResponse, Diagnostics> {
        let timeout = timeouts::of(&request.proposed, Operation::Read);
        let outline = outline(&self.schema().block, &request.prior, &request.config, request.proposed);
        let mut context = Context::new(timeout, request.stop, request.private, Reached::default());
        let mut change = Change {
            config: self.declared.decode(request.config)?,
            prior: if request.prior.is_null() { None } else { Some(self.declared.decode(request.prior)?) },
            planned: self.declared.decode(outline.planned)?,
            replace: outline.replace,
        };
        R::plan(clients, &mut context, &mut change).await;
        change.replace.sort();
        change.replace.dedup();
        Ok(PlanResponse {
            identity: self.identities().of(&change.planned, request.identity),
            planned: self.declared.encode(&change.planned)?,
            replace: change.replace,
            private: context.private,
            diagnostics: context.diagnostics,
        })
    }

    pub(super) async fn plan_destroy(
        &self,
        clients: Option<&R::Clients>,
        request: PlanRequest,
    ) -> Result<PlanResponse, Diagnostics> {
        let timeout = timeouts::of(&request.prior, Operation::Read);
        let mut context = Context::new(timeout, request.stop, request.private, Reached::default());
        R::plan_destroy(clients, &mut context, &self.declared.decode(request.prior)?).await;
        Ok(PlanResponse { private: context.private, diagnostics: context.diagnostics, ..PlanResponse::default() })
    }

    pub(super) async fn apply_change(&self, clients: &R::Clients, request: ApplyRequest) -> ApplyResponse {
        let (prior, planned, config) = (request.prior, request.planned, request.config);
        let operation = match (prior.is_null(), planned.is_null()) {
            (true, _) => Operation::Create,
            (false, true) => Operation::Delete,
            (false, false) => Operation::Update,
        };
        let bounds = if operation == Operation::Delete { &prior } else { &planned };
        let timeout = timeouts::of(bounds, operation);
        let mut context = Context::new(timeout, request.stop, request.private, request.reached);
        let carried_out = match operation {
            Operation::Delete => self.delete(clients, &mut context, prior.clone()).await,
            _ => self.create_or_update(clients, &mut context, prior.clone(), (planned, config)).await,
        };
        // What could not even be begun leaves what was there before, and what ended in an object that
        // cannot be told leaves what was noted on the way.
        let state = carried_out.unwrap_or_else(|errors| {
            context.diagnostics.extend(errors);
            context.take_reached().map_or(prior, |state| left_behind(&self.schema().block, state))
        });
        let identity = self.identities().of_state(&state, request.identity);
        ApplyResponse { state, private: context.private, identity, diagnostics: context.diagnostics }
    }

    async fn delete(&self, clients: &R::Clients, context: &mut Context, prior: Value) -> Result<Value, Diagnostics> {
        R::delete(clients, context, self.declared.decode(prior)?).await.map(|()| Value::Null)
    }

    async fn create_or_update(
        &self,
        clients: &R::Clients,
        context: &mut Context,
        prior: Value,
        (planned, config): (Value, Value),
    ) -> Result<Value, Diagnostics> {
        let intent = Intent { planned: self.declared.decode(planned)?, config: self.declared.decode(config)? };
        let result = if prior.is_null() {
            R::create(clients, context, intent).await
        } else {
            R::update(clients, context, self.declared.decode(prior.clone())?, intent).await
        };
        match result {
            Ok(model) => self.declared.encode(&model),
            Err(Partial { reached, diagnostics }) => {
                context.diagnostics.extend(diagnostics);
                match reached {
                    Some(model) => self.encode_left_behind(&model),
                    None => Ok(prior),
                }
            }
        }
    }
}
