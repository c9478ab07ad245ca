//! Terraform core's own rules, on every answer of every type, in debug builds.
//!
//! Core would refuse such an answer with "Provider produced invalid plan" or "Provider produced
//! inconsistent result after apply". Here the fault shows in the first test that meets it, with the
//! same words. Release builds leave the judgement to core.

use super::{ApplyResponse, PlanResponse, ReadResponse};
use crate::terraform::conform::{
    Breach, assert_conforms_to_type, assert_identified, assert_identity_kept, assert_identity_valid,
    assert_object_compatible, assert_plan_valid, assert_planned_identity_valid, assert_wholly_known_result,
    assert_write_only_null, requires_replace_filter,
};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::Block;
use crate::terraform::value::{Type, Value};

/// The type whose answers are judged.
#[derive(Clone, Copy)]
pub(super) struct Checked<'s> {
    pub name: &'static str,
    pub block: &'s Block,
    pub ty: &'s Type,
}

/// What a request said that the rules compare an answer with; absent in release builds.
pub(super) struct Asked<const N: usize>(Option<[Value; N]>);

impl<const N: usize> Asked<N> {
    /// Remembers these values of a request, if answers are judged at all.
    pub(super) fn remember(values: [&Value; N]) -> Self {
        Self(cfg!(debug_assertions).then(|| values.map(Clone::clone)))
    }
}

impl Checked<'_> {
    /// A plan: its value against prior and configuration, and the paths that ask for a new object.
    pub(super) fn plan(self, asked: Asked<2>, response: &mut PlanResponse) {
        let Asked(Some([prior, config])) = asked else { return };
        if response.diagnostics.has_error() {
            return;
        }
        let mut breaches = assert_plan_valid(self.block, &prior, &config, &response.planned);
        breaches.extend(assert_conforms_to_type(&response.planned, self.ty));
        breaches.extend(
            requires_replace_filter(self.block, &prior, &response.planned, &response.replace).err().unwrap_or_default(),
        );
        self.report("plan of", &breaches, &mut response.diagnostics);
    }

    /// An apply: what was reached against what was planned. After an error core compares nothing, and
    /// takes whatever state there is.
    pub(super) fn apply(self, asked: Asked<1>, response: &mut ApplyResponse) {
        let Asked(Some([planned])) = asked else { return };
        let mut breaches = Vec::new();
        if !response.diagnostics.has_error() {
            breaches = assert_object_compatible(self.block, &planned, &response.state);
        }
        breaches.extend(self.state(&response.state));
        self.report("result of applying", &breaches, &mut response.diagnostics);
    }

    /// A refresh.
    pub(super) fn read(self, response: &mut ReadResponse) {
        if cfg!(debug_assertions) {
            let breaches = self.state(&response.state);
            self.report("state read for", &breaches, &mut response.diagnostics);
        }
    }

    /// The beginning of an import, or what a move takes over.
    pub(super) fn begun(self, state: &Value, diagnostics: &mut Diagnostics) {
        if cfg!(debug_assertions) {
            self.report("first state of", &self.state(state), diagnostics);
        }
    }

    /// What a data source found: wholly known, and everything configured as it was configured.
    pub(super) fn found(self, asked: Asked<1>, state: &Value, diagnostics: &mut Diagnostics) {
        let Asked(Some([config])) = asked else { return };
        if diagnostics.has_error() {
            return;
        }
        let mut breaches = assert_plan_valid(self.block, &Value::Null, &config, state);
        breaches.extend(self.state(state));
        self.report("result of", &breaches, diagnostics);
    }

    /// An object that a list has found.
    pub(super) fn listed(self, object: &Value, diagnostics: &mut Diagnostics) {
        if cfg!(debug_assertions) {
            let breaches = self.state(object);
            self.report("object listed of", &breaches, diagnostics);
        }
    }

    /// What a data source will be like when it is read in a later run: the same, but not all of it known.
    pub(super) fn outlined(self, asked: Asked<1>, state: &Value, diagnostics: &mut Diagnostics) {
        let Asked(Some([config])) = asked else { return };
        let mut breaches = assert_plan_valid(self.block, &Value::Null, &config, state);
        breaches.extend(assert_conforms_to_type(state, self.ty));
        self.report("outline of", &breaches, diagnostics);
    }

    fn state(self, state: &Value) -> Vec<Breach> {
        let mut breaches = assert_wholly_known_result(state, self.ty);
        breaches.extend(assert_write_only_null(self.block, state));
        breaches.extend(assert_conforms_to_type(state, self.ty));
        breaches
    }

    fn report(self, what: &str, breaches: &[Breach], diagnostics: &mut Diagnostics) {
        for breach in breaches {
            let found = broken(&format!("{what} {}", self.name), breach);
            diagnostics.push(if breach.path.is_root() { found } else { found.at(breach.path.clone()) });
        }
    }
}

/// The type whose identities are judged. Their attributes are no configuration, so that messages have no path.
#[derive(Clone, Copy)]
pub(super) struct CheckedIdentity<'s> {
    pub name: &'static str,
    pub ty: &'s Type,
}

impl CheckedIdentity<'_> {
    /// A plan: against prior state and stored identity. A new object may be another one, and may not be known yet.
    pub(super) fn plan(self, asked: Asked<2>, response: &mut PlanResponse) {
        let Asked(Some([prior, stored])) = asked else { return };
        if response.diagnostics.has_error() {
            return;
        }
        let new = prior.is_null() || !response.replace.is_empty();
        let mut breaches = assert_planned_identity_valid(&response.planned, &response.identity, self.ty, new);
        if !new && !response.planned.is_null() {
            breaches.extend(assert_identity_kept(&stored, &response.identity));
        }
        self.report("planned for", &breaches, &mut response.diagnostics);
    }

    /// An apply: against what was planned. After an error it need not be what was planned, and must be fit to be stored all the same.
    pub(super) fn apply(self, asked: Asked<1>, response: &mut ApplyResponse) {
        let Asked(Some([planned])) = asked else { return };
        let mut breaches = assert_identity_valid(&response.identity, self.ty);
        if !response.diagnostics.has_error() {
            breaches.extend(assert_identified(&response.state, &response.identity));
            if !response.state.is_null() {
                breaches.extend(assert_identity_kept(&planned, &response.identity));
            }
        }
        self.report("reached by applying", &breaches, &mut response.diagnostics);
    }

    /// A refresh: against what is stored.
    pub(super) fn read(self, asked: Asked<1>, response: &mut ReadResponse) {
        let Asked(Some([stored])) = asked else { return };
        let mut breaches = assert_identity_valid(&response.identity, self.ty);
        if !response.diagnostics.has_error() {
            breaches.extend(assert_identified(&response.state, &response.identity));
            if !response.state.is_null() {
                breaches.extend(assert_identity_kept(&stored, &response.identity));
            }
        }
        self.report("read for", &breaches, &mut response.diagnostics);
    }

    /// An import or a move.
    pub(super) fn begun(self, state: &Value, identity: &Value, diagnostics: &mut Diagnostics) {
        if cfg!(debug_assertions) && !diagnostics.has_error() {
            let mut breaches = assert_identity_valid(identity, self.ty);
            breaches.extend(assert_identified(state, identity));
            self.report("at the beginning of", &breaches, diagnostics);
        }
    }

    fn report(self, what: &str, breaches: &[Breach], diagnostics: &mut Diagnostics) {
        diagnostics.extend(breaches.iter().map(|breach| broken(&format!("identity {what} {}", self.name), breach)));
    }
}

fn broken(what: &str, breach: &Breach) -> Diagnostic {
    let detail = format!("{breach}. This is a bug in the provider, please report it.");
    Diagnostic::error(format!("The {what} broke Terraform's rules"), detail)
}
