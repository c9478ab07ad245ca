//! `toy_play`: an action.

use serde::{Deserialize, Serialize};

use acrnet::terraform::diagnostic::{Diagnostic, Diagnostics};
use acrnet::terraform::framework::{Action, Context, Progress, timeouts};
use acrnet::terraform::schema::{Attribute, Check, Schema};
use acrnet::terraform::value::{Path, Tf};

use super::Clients;

/// The action type.
#[derive(Debug)]
pub(super) struct Play;

/// One field per argument.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    name: Tf<String>,
    steps: Tf<u32>,
    ends: Tf<String>,
    panics_in: Tf<String>,
    timeout: Tf<String>,
}

impl Action for Play {
    const NAME: &'static str = "toy_play";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        let ends = Check::one_of(&["warns", "fails", "panics", "waits", "waits_for_host"]);
        Schema::new("Plays with a toy.")
            .attribute(Attribute::string("name", "Which one.").required())
            .attribute(
                Attribute::number("steps", "How often it is said how far it is.").check(Check::between(0, 100_000)),
            )
            .attribute(Attribute::string("ends", "How it ends, if not well.").check(ends))
            .attribute(Attribute::string("panics_in", "Where to panic.").check(Check::one_of(&["validate", "plan"])))
            .attribute(Attribute::string("timeout", "How long it may take.").check(timeouts::duration()))
    }

    fn validate(config: &Model) -> Diagnostics {
        config.panic_in("validate");
        let mut found = Diagnostics::new();
        if config.ends.known().is_some_and(|ends| ends == "waits") && config.steps.known() == Some(&13) {
            found.error_at(Path::attribute("steps"), "Unlucky number of steps", "Nobody waits after thirteen steps.");
        }
        found
    }

    async fn plan(clients: Option<&Clients>, context: &mut Context, config: &Model) {
        config.panic_in("plan");
        let name = config.name.known().map_or("a toy", String::as_str);
        let who = clients.map_or("somebody", |clients| &clients.prefix);
        context.warn(
            Diagnostic::warning(format!("{who} will play with {name}"), "It may break.").at(Path::attribute("name")),
        );
    }

    async fn invoke(
        clients: &Clients,
        context: &mut Context,
        progress: &Progress,
        config: Model,
    ) -> Result<(), Diagnostics> {
        let id = clients.id(config.name.known().map_or("", String::as_str));
        for step in 1..=config.steps.known().copied().unwrap_or(0) {
            progress.say(format!("step {step} with {id}"));
        }
        match config.ends.known().map(String::as_str) {
            Some("warns") => context.warn(Diagnostic::warning("The toy is worn", "Be careful.")),
            Some("fails") => {
                context.warn(Diagnostic::warning("The toy is worn", "Be careful."));
                return Err(Diagnostic::error("The toy broke", "As asked for.").at(Path::attribute("ends")).into());
            }
            Some("panics") => panic!("asked to panic in an action"),
            Some("waits") => return Err(interrupted(context).await.into()),
            Some("waits_for_host") => {
                progress.abandoned().await;
                tracing::warn!("a toy is put away");
            }
            _ => {}
        }
        Ok(())
    }
}

impl Model {
    fn panic_in(&self, place: &str) {
        assert!(self.panics_in.known().is_none_or(|wanted| wanted != place), "asked to panic in {place}");
    }
}

async fn interrupted(context: &Context) -> Diagnostic {
    tokio::select! {
        () = context.stop.cancelled() => Diagnostic::error("Interrupted", "The toy is half played with."),
        () = tokio::time::sleep_until(context.deadline) => Diagnostic::error("Too slow", "The toy is half played with."),
    }
}
