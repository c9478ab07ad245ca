//! The command line of `arm-simulator`: from arguments to what is to be done.
//!
//! Pure: it reads no file and prints nothing, the binary does.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, ValueExt};

use super::{Config, RegistryWrites};

/// What `--help` prints.
pub const HELP: &str = "\
A small Azure Resource Manager on loopback: registries, virtual networks, tokens, faults on demand.

Usage: arm-simulator [OPTIONS]                          serve until interrupted
       arm-simulator --edit FILE --url URL              change a resource behind the clients' back
       arm-simulator --add FILE --url URL               add resources
       arm-simulator --requests --url URL               show what was asked

Serving:
  --listen ADDRESS        loopback address and port, default 127.0.0.1:0 (a free port)
  --https                 serve https with an authority made for this run
  --ca-file FILE          write that authority's certificate here (PEM); with --url: trust it
  --seed FILE             JSON: subscriptions, resourceGroups, registries, virtualNetworks, clients
  --latency-ms A[-B]      how long a call takes; somewhere within that it takes effect
  --write-latency-ms A[-B]  the same for writes only
  --throttle              refuse like ARM: 250 reads at once, then 25 a second
  --async-registries      answer registry writes with 201 and an operation
  --operation-polls N     polls that answer InProgress, default 1; az waits 30 s between two polls, 0 spares it that
  --login-server-suffix S  what follows a registry's name, default localhost:PORT: myregistry.localhost:8080 answers /v2/
                          as its rules say, and 16-17-18-9.from.myregistry.localhost:8080 is the same seen from 16.17.18.9
  --client-address IP     where clients come from otherwise, default 203.0.113.7
  --propagation-seconds S  when /v2/ hears of new rules, default 0; a few minutes in Azure
  --ready-file FILE       write the URL here when connections are accepted
  --log                   one line per request on standard error
  --exit-on-stdin-eof     stop when standard input ends
  --exit-with-parent      stop when the starting process is gone

Client:
  --url URL               a running simulator
  --edit FILE             JSON for /_sim/edit: {\"id\": …, \"merge\": {…}}, or an array of such; - is standard input
  --add FILE              JSON of the seed's form: what is in it is added; - is standard input
  --requests              print the request log

  --help, -h  --version, -V
";

/// What is to be done.
#[derive(Debug)]
pub enum Command {
    /// Serve.
    Serve(Box<Serve>),
    /// Post an edit to a running simulator.
    Edit {
        /// The simulator.
        target: Target,
        /// The edit's file; `-` is standard input.
        file: PathBuf,
    },
    /// Add a seed to a running simulator.
    Add {
        /// The simulator.
        target: Target,
        /// The seed's file; `-` is standard input.
        file: PathBuf,
    },
    /// Print a running simulator's log.
    Requests {
        /// The simulator.
        target: Target,
    },
    /// Print [`HELP`].
    Help,
    /// Print the version.
    Version,
}

/// A running simulator.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// Its URL.
    pub url: String,
    /// The certificate to trust.
    pub ca_file: Option<PathBuf>,
}

/// How to serve.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one per flag")]
pub struct Serve {
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// Serve https.
    pub https: bool,
    /// Where the authority's certificate goes.
    pub ca_file: Option<PathBuf>,
    /// The seed.
    pub seed: Option<PathBuf>,
    /// Least and most milliseconds.
    pub latency_ms: [u64; 2],
    /// The same for writes, when it differs.
    pub write_latency_ms: Option<[u64; 2]>,
    /// Token buckets on.
    pub throttle: bool,
    /// Registry writes as operations.
    pub async_registries: bool,
    /// Polls of an operation before its end, when not the default.
    pub operation_polls: Option<u32>,
    /// What follows a registry's name, when not the default.
    pub login_server_suffix: Option<String>,
    /// Where clients of registries come from, when not the default.
    pub client_address: Option<IpAddr>,
    /// When registries hear of their new rules.
    pub propagation_seconds: f64,
    /// Where the URL goes.
    pub ready_file: Option<PathBuf>,
    /// One line per request.
    pub log: bool,
    /// Stop at the end of standard input.
    pub exit_on_stdin_eof: bool,
    /// Stop when the parent is gone.
    pub exit_with_parent: bool,
}

/// A command line that makes no sense.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// Unknown option, missing or malformed value.
    #[error(transparent)]
    Arguments(#[from] lexopt::Error),
    /// Options that do not go together, or a value out of its range.
    #[error("{0}")]
    Sense(String),
}

/// Reads arguments, the program's name not among them.
///
/// # Errors
///
/// The first thing that makes no sense.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, CliError> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut serve = Serve::default();
    let (mut url, mut posts, mut requests) = (None, Vec::new(), false);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("url") => url = Some(parser.value()?.string()?.trim_end_matches('/').to_owned()),
            Long("edit") => posts.push((true, PathBuf::from(parser.value()?))),
            Long("add") => posts.push((false, PathBuf::from(parser.value()?))),
            Long("requests") => requests = true,
            Long("listen") => serve.listen = Some(parser.value()?.parse()?),
            Long("https") => serve.https = true,
            Long("ca-file") => serve.ca_file = Some(parser.value()?.into()),
            Long("seed") => serve.seed = Some(parser.value()?.into()),
            Long("latency-ms") => serve.latency_ms = latency("--latency-ms", &parser.value()?.string()?)?,
            Long("write-latency-ms") => {
                serve.write_latency_ms = Some(latency("--write-latency-ms", &parser.value()?.string()?)?);
            }
            Long("throttle") => serve.throttle = true,
            Long("async-registries") => serve.async_registries = true,
            Long("operation-polls") => serve.operation_polls = Some(parser.value()?.parse()?),
            Long("login-server-suffix") => serve.login_server_suffix = Some(parser.value()?.string()?),
            Long("client-address") => serve.client_address = Some(parser.value()?.parse()?),
            Long("propagation-seconds") => serve.propagation_seconds = parser.value()?.parse()?,
            Long("ready-file") => serve.ready_file = Some(parser.value()?.into()),
            Long("log") => serve.log = true,
            Long("exit-on-stdin-eof") => serve.exit_on_stdin_eof = true,
            Long("exit-with-parent") => serve.exit_with_parent = true,
            other => return Err(other.unexpected().into()),
        }
    }
    decide(serve, url, posts, requests)
}

impl Serve {
    /// The configuration these options mean.
    #[must_use]
    pub fn config(&self) -> Config {
        let mut config = Config { https: self.https, ..Config::default() };
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        config.settings.latency_ms = self.latency_ms;
        config.settings.write_latency_ms = self.write_latency_ms;
        config.settings.throttle.enabled = self.throttle;
        config.settings.login_server_suffix.clone_from(&self.login_server_suffix);
        config.settings.propagation_seconds = self.propagation_seconds;
        if let Some(address) = self.client_address {
            config.settings.client_address = address.to_string();
        }
        if let Some(polls) = self.operation_polls {
            config.settings.operation_polls = polls;
        }
        if self.async_registries {
            config.settings.registry_writes = RegistryWrites::AsyncOperation;
        }
        config
    }
}

/// `posts` are the files to post, and whether each is an edit.
fn decide(
    serve: Serve,
    url: Option<String>,
    mut posts: Vec<(bool, PathBuf)>,
    requests: bool,
) -> Result<Command, CliError> {
    let target = |url| Target { url, ca_file: serve.ca_file.clone() };
    let sense = |text: &str| Err(CliError::Sense(text.to_owned()));
    if posts.len() + usize::from(requests) > 1 {
        return sense("--edit, --add and --requests are three commands");
    }
    match (url, posts.pop(), requests) {
        (Some(url), Some((true, file)), _) => Ok(Command::Edit { target: target(url), file }),
        (Some(url), Some((false, file)), _) => Ok(Command::Add { target: target(url), file }),
        (Some(url), None, true) => Ok(Command::Requests { target: target(url) }),
        (Some(_), None, false) => sense("--url needs --edit, --add or --requests"),
        (None, Some(_), _) | (None, None, true) => sense("--edit, --add and --requests need --url"),
        (None, None, false) if serve.ca_file.is_some() && !serve.https => {
            Err(CliError::Sense("--ca-file needs --https".to_owned()))
        }
        (None, None, false) if serve.https && serve.ca_file.is_none() => {
            Err(CliError::Sense("--https needs --ca-file, or nobody could trust it".to_owned()))
        }
        (None, None, false) => Ok(Command::Serve(Box::new(serve))),
    }
}

/// `50` or `20-80`.
fn latency(option: &str, text: &str) -> Result<[u64; 2], CliError> {
    let wrong = || CliError::Sense(format!("{option} {text}: expected A or A-B in milliseconds, A not above B"));
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    let (least, most) = (least.parse().map_err(|_| wrong())?, most.parse().map_err(|_| wrong())?);
    if least > most { Err(wrong()) } else { Ok([least, most]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, CliError> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn refusal(line: &str) -> String {
        read(line).expect_err("should be refused").to_string()
    }

    #[test]
    fn without_arguments_it_serves_on_a_free_loopback_port() {
        let Ok(Command::Serve(serve)) = read("") else { panic!("should serve") };
        assert_eq!(serve.config().listen.to_string(), "127.0.0.1:0");
    }

    #[test]
    fn a_latency_is_one_number_or_a_range() {
        let Ok(Command::Serve(serve)) = read("--latency-ms 20-80") else { panic!("should serve") };
        assert_eq!(serve.config().settings.latency_ms, [20, 80]);
        assert!(refusal("--latency-ms 80-20").contains("--latency-ms 80-20: expected A or A-B"));
        assert!(refusal("--write-latency-ms x").contains("--write-latency-ms x: expected A or A-B"));
    }

    #[test]
    fn the_switches_turn_the_settings() {
        let line = "--throttle --async-registries --operation-polls 0 --login-server-suffix azurecr.io --client-address \
                    16.17.18.9 --propagation-seconds 1.5 --write-latency-ms 5";
        let Ok(Command::Serve(serve)) = read(line) else { panic!("should serve") };
        let settings = serve.config().settings;
        assert_eq!(settings.login_server_suffix.as_deref(), Some("azurecr.io"));
        assert_eq!((settings.client_address.as_str(), settings.write_latency_ms), ("16.17.18.9", Some([5, 5])));
        assert!((settings.propagation_seconds - 1.5).abs() < f64::EPSILON);
        assert!(settings.throttle.enabled);
        assert_eq!(settings.operation_polls, 0);
        assert_eq!(settings.registry_writes, RegistryWrites::AsyncOperation);
    }

    #[test]
    fn client_commands_need_a_url() {
        assert_eq!(refusal("--requests"), "--edit, --add and --requests need --url");
        let Ok(Command::Edit { target, file }) = read("--edit e.json --url http://127.0.0.1:1/") else {
            panic!("should edit")
        };
        assert_eq!((target.url.as_str(), file), ("http://127.0.0.1:1", PathBuf::from("e.json")));
    }

    #[test]
    fn https_nobody_could_trust_is_refused() {
        assert!(refusal("--https").contains("--ca-file"));
    }

    #[test]
    fn an_unknown_option_is_named() {
        assert!(refusal("--lisen 1").contains("--lisen"));
    }
}
