//! Being a plugin: everything between the start of the process and the first call of the provider protocol.
//!
//! ```text
//! variables ──▶ handshake ──▶ listener ──▶ announcement on stdout
//!                                 │
//!   host ──connects──▶ connection (tls, pinned) ──▶ gRPC: the provider's routes, and control beside them
//!                                                                      │
//!                        shutdown, signal, host gone ──────────────────┴──▶ end, socket removed
//! ```
//!
//! What the routes do is not known here.

use std::{
    io, process,
    process::ExitCode,
    time::{Duration, SystemTime},
};

use fastrand::Rng;
use thiserror::Error;
use tokio::{
    runtime,
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::Server};
use tracing::{debug, warn};

use self::{
    arguments::Purpose,
    connection::{Presence, admit},
    control::Control,
    handshake::{Announcement, announce},
    listener::{Endpoint, ListenError, Listener},
    reattach::Reattach,
    signals::Signals,
};
use crate::terraform::environment::Environment;

pub use self::{
    end::End,
    handshake::{Invitation, InvitationError},
    tls::{Identity, TlsError},
};

mod arguments;
mod connection;
mod control;
mod end;
mod handshake;
mod listener;
mod log;
mod panic;
mod reattach;
mod signals;
mod texts;
mod tls;

/// How long what is done before the end may take. A host that asked for the end waits for it, and a host that is gone for nothing. Who sends
/// SIGTERM may kill after some seconds; to end before that by ourselves would leave no more in order.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the last connection may be gone before the host counts as killed.
const HOST_GONE_AFTER: Duration = Duration::from_secs(3);

/// How long a host may take to connect after it has read where. It does so at once, unless it was killed meanwhile; go-plugin gives a plugin as long to
/// start.
const HOST_COMES_WITHIN: Duration = Duration::from_secs(60);

/// Who the plugin is.
#[derive(Clone, Copy, Debug)]
pub struct Plugin {
    /// The provider's short name; the program is `terraform-provider-<name>`.
    pub name: &'static str,
    /// The provider's full address, as in `registry.terraform.io/<namespace>/<name>`.
    pub address: &'static str,
    /// The version, without a `v`.
    pub version: &'static str,
    /// What it is for, in half a sentence.
    pub about: &'static str,
    /// Where the documentation is.
    pub documentation: &'static str,
    /// Where hosts find it.
    pub listens: Listens,
}

/// Where a plugin listens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Listens {
    /// Where hosts on this platform expect it: on a unix socket, or, on Windows, on a port of the loopback interface.
    AsOnThisPlatform,
    /// As on Windows, wherever it runs: how that is tested elsewhere. Hosts take either.
    AsOnWindows,
}

/// Runs the process, from its arguments to its exit code.
///
/// `routes` makes the provider's service. It is called once, after the handshake line is out and inside the tokio
/// runtime, with the [`End`] of the process: by the host's `Shutdown`, by a signal, or because the host is gone. Calls under
/// way, and what is done [after](End::after) it, then have a moment. It is not `StopProvider`, after which the process lives on.
pub fn serve(
    plugin: Plugin,
    routes: impl FnOnce(End) -> Routes,
    environment: &Environment,
    arguments: impl IntoIterator<Item = String>,
) -> ExitCode {
    let mode = match Purpose::read(arguments) {
        Ok(Purpose::Serve) => match Invitation::read(environment) {
            Ok(invitation) => Mode::Hosted(invitation),
            Err(why) => return refuse(&texts::by_hand(&plugin, why), ExitCode::FAILURE),
        },
        Ok(Purpose::Debug) => Mode::Debug,
        Ok(Purpose::Help) => return tell(&texts::help(&plugin)),
        Ok(Purpose::Version) => return tell(&plugin.program()),
        Err(unknown) => return refuse(&format!("{}: {unknown}\n", plugin.program()), ExitCode::from(2)),
    };
    log::install(environment, plugin.name);
    panic::install(plugin.program());
    match run(plugin, &mode, routes, environment) {
        Ok(ending) => {
            debug!(?ending, "the plugin ends");
            ExitCode::SUCCESS
        }
        // The host reads the first word as the level.
        Err(error) => refuse(&format!("[ERROR] {}: {error}\n", plugin.program()), ExitCode::FAILURE),
    }
}

impl Plugin {
    fn program(&self) -> String {
        format!("terraform-provider-{} {}", self.name, self.version)
    }
}

/// Who is served.
enum Mode {
    /// The host that started the process, and nobody else.
    Hosted(Invitation),
    /// Any host of this user, one after the other or at once, until somebody presses Ctrl-C.
    Debug,
}

/// Why the process ended.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Shutdown,
    HostGone,
    Signal,
}

impl Ending {
    /// How long calls under way may take to wind down, after all else. A host that asked for the end kills two seconds after the answer.
    fn patience_with_calls(self) -> Duration {
        match self {
            Self::Shutdown => Duration::from_secs(1),
            Self::HostGone | Self::Signal => Duration::from_secs(5),
        }
    }
}

/// Why the plugin cannot serve.
#[derive(Debug, Error)]
enum ServeError {
    #[error("cannot start the runtime: {0}")]
    Runtime(#[source] io::Error),
    #[error("cannot take signals over: {0}")]
    Signals(#[source] io::Error),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot write the handshake line to stdout: {0}")]
    Announce(#[source] io::Error),
    #[error("the server stopped: {0}")]
    Server(#[from] tonic::transport::Error),
    #[error("the server stopped without a reason")]
    ServerEnded,
}

fn run(
    plugin: Plugin,
    mode: &Mode,
    routes: impl FnOnce(End) -> Routes,
    environment: &Environment,
) -> Result<Ending, ServeError> {
    // Two workers: a provider waits for the network most of its time, and threads cost start-up and memory.
    let runtime =
        runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(ServeError::Runtime)?;
    let ending = runtime.block_on(session(plugin, mode, routes, environment));
    // A name lookup may still block a thread; the process does not wait for it.
    runtime.shutdown_background();
    ending
}

async fn session(
    plugin: Plugin,
    mode: &Mode,
    routes: impl FnOnce(End) -> Routes,
    environment: &Environment,
) -> Result<Ending, ServeError> {
    let mut signals = Signals::take_over().map_err(ServeError::Signals)?;
    let endpoint = match plugin.listens {
        Listens::AsOnThisPlatform if cfg!(unix) => Endpoint::unix(environment, plugin.name)?,
        Listens::AsOnThisPlatform | Listens::AsOnWindows => Endpoint::tcp(environment)?,
    };
    let listener = endpoint.bind(&mut Rng::new())?;
    let identity = introduce(plugin, mode, &listener)?;

    let [shutdown, stop, settled] = std::array::from_fn(|_| CancellationToken::new());
    let hosted = matches!(mode, Mode::Hosted(_));
    let control = Control { shutdown: hosted.then(|| shutdown.clone()), stop: stop.clone(), settled: settled.clone() };
    let (end, mut farewells) = End::at(stop.clone());
    let presence = Presence::default();
    let (admitted, connections) = mpsc::channel(1);
    let admission = admit(&listener, identity.map(|identity| identity.config), presence.clone(), admitted);
    let server = Server::builder()
        .add_routes(control.beside(routes(end)))
        .serve_with_incoming_shutdown(ReceiverStream::new(connections), stop.clone().cancelled_owned());
    tokio::pin!(server);

    let ending = tokio::select! {
        () = shutdown.cancelled() => Ending::Shutdown,
        () = presence.host_gone(HOST_GONE_AFTER, HOST_COMES_WITHIN), if hosted => Ending::HostGone,
        () = signals.end(!hosted) => Ending::Signal,
        ended = &mut server => return Err(ended.map_or_else(ServeError::Server, |()| ServeError::ServerEnded)),
        () = admission => return Err(ServeError::ServerEnded),
    };
    stop.cancel();
    let put_in_order = async {
        let in_time = timeout(PATIENCE, farewells.said()).await.is_ok();
        settled.cancel();
        in_time
    };
    // The server goes on meanwhile: its last calls come to an end, and their answers go out.
    let calls = async {
        tokio::select! {
            _ = &mut server => true,
            () = async { settled.cancelled().await; sleep(ending.patience_with_calls()).await } => false,
        }
    };
    let (in_order, ended) = tokio::join!(put_in_order, calls);
    if !(in_order && ended) {
        warn!(?ending, in_order, ended, "something was still under way when the plugin ended");
    }
    Ok(ending)
}

/// Tells the host, or the developer, where the listener is. With TLS where the host brought a certificate.
fn introduce(plugin: Plugin, mode: &Mode, listener: &Listener) -> Result<Option<Identity>, ServeError> {
    let address = listener.address();
    let invitation = match mode {
        Mode::Hosted(invitation) => invitation,
        Mode::Debug => {
            announce(Reattach { provider: plugin.address, process: process::id(), address })
                .map_err(ServeError::Announce)?;
            return Ok(None);
        }
    };
    if !invitation.shares_our_protocol() {
        warn!(
            host = invitation.host_protocols,
            ours = handshake::PROTOCOL,
            "the host does not name our protocol version; Terraform 1.0.3 and OpenTofu 1.6 are the first that do"
        );
    }
    let identity = match &invitation.client_certificate {
        Some(pem) => Some(Identity::for_host(pem, SystemTime::now())?),
        None => None,
    };
    let certificate = identity.as_ref().map(|identity| &identity.certificate);
    announce(Announcement { address, certificate, with_multiplexing: invitation.asks_for_multiplexing })
        .map_err(ServeError::Announce)?;
    Ok(identity)
}

/// Says `text` on stdout, to a person.
fn tell(text: &str) -> ExitCode {
    if announce(text).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Says `text` on stderr.
fn refuse(text: &str, code: ExitCode) -> ExitCode {
    log::to_stderr(text);
    code
}
