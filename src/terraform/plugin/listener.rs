//! The door that the host knocks on: a unix socket of the owner's, or, on Windows, a TCP port of the loopback interface.
//!
//! Connections come out raw; TLS and gRPC are for others. Dropping the [`Listener`] removes what it made on disk.

#![cfg_attr(not(unix), expect(dead_code, reason = "the words of unix sockets are there on every system"))]

use std::{
    fmt::{self, Display},
    io,
    net::{Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
};

use fastrand::Rng;
use thiserror::Error;
use tokio::net::TcpListener;

use super::connection::Transport;
use crate::terraform::environment::Environment;

#[cfg(unix)]
mod unix;

/// Where the plugin listens, in the words of the handshake line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Address {
    /// The absolute path of a unix socket. Text, because the handshake line is.
    Unix(String),
    /// A port of the loopback interface.
    Tcp(SocketAddr),
}

impl Address {
    /// The address of the unix socket at `path`.
    #[must_use]
    pub fn unix(path: impl Into<String>) -> Self {
        Self::Unix(path.into())
    }

    /// `unix` or `tcp`.
    #[must_use]
    pub fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => f.write_str(path),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

/// Where to listen, before it is known whether that works.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Endpoint {
    /// A unix socket with a name of its own.
    Unix {
        /// In which directory, and whether a fresh one is made inside it.
        place: Place,
        /// What the name begins with.
        name: String,
        /// The numeric id of a group that may connect too (`PLUGIN_UNIX_SOCKET_GROUP`).
        group: Option<u32>,
    },
    /// The first free port of 127.0.0.1 in this range; 0 lets the system choose.
    Tcp {
        /// From `PLUGIN_MIN_PORT` to `PLUGIN_MAX_PORT`.
        ports: RangeInclusive<u16>,
    },
}

/// The directory of a unix socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// The host's own (`PLUGIN_UNIX_SOCKET_DIR`). The socket lies directly in it, because such hosts see the directory
    /// under another path and find the socket by its file name.
    Given(PathBuf),
    /// One that everybody may write to: the socket gets a directory of its own, closed to others.
    Shared(PathBuf),
}

/// Why the plugin cannot listen.
#[derive(Debug, Error)]
pub enum ListenError {
    /// `PLUGIN_MIN_PORT` or `PLUGIN_MAX_PORT` is not a number, or they are the wrong way round.
    #[error("{variable}={value:?} is not a port number that can be used here")]
    Port {
        /// The variable's name.
        variable: &'static str,
        /// Its value.
        value: String,
    },
    /// No port of the range is free.
    #[error("no free port from {first} to {last} on 127.0.0.1 (PLUGIN_MIN_PORT, PLUGIN_MAX_PORT): {source}")]
    NoPort {
        /// The range's first.
        first: u16,
        /// The range's last.
        last: u16,
        /// What the last attempt brought.
        source: io::Error,
    },
    /// `PLUGIN_UNIX_SOCKET_GROUP` is a name.
    #[error("PLUGIN_UNIX_SOCKET_GROUP={0:?} is not a numeric group id; names are not looked up here")]
    Group(String),
    /// The system limits the length of a socket's path.
    #[error(
        "the socket path {path} has {length} bytes and this system allows {limit}; \
         set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to a directory with a shorter path"
    )]
    PathTooLong {
        /// The path.
        path: String,
        /// Its length in bytes.
        length: usize,
        /// The longest possible one.
        limit: usize,
    },
    /// The handshake line is text.
    #[error("the socket path {0:?} is not Unicode; set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to one that is")]
    PathNotUnicode(PathBuf),
    /// Anything else the system says.
    #[error("cannot listen on a socket at {path}: {source}")]
    Socket {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Endpoint {
    /// A unix socket, in the host's directory or else in the one for temporary files.
    ///
    /// # Errors
    ///
    /// [`ListenError::Group`].
    pub fn unix(environment: &Environment, name: &str) -> Result<Self, ListenError> {
        let place = environment.var("PLUGIN_UNIX_SOCKET_DIR").map_or_else(
            || Place::Shared(environment.var("TMPDIR").unwrap_or("/tmp").into()),
            |dir| Place::Given(dir.into()),
        );
        let group = environment
            .var("PLUGIN_UNIX_SOCKET_GROUP")
            .map(|group| group.parse().map_err(|_| ListenError::Group(group.to_owned())))
            .transpose()?;
        Ok(Self::Unix { place, name: name.to_owned(), group })
    }

    /// A port in the host's range. Absent bounds count as 0, as in go-plugin.
    ///
    /// # Errors
    ///
    /// [`ListenError::Port`].
    pub fn tcp(environment: &Environment) -> Result<Self, ListenError> {
        let first = port(environment, "PLUGIN_MIN_PORT")?;
        let last = port(environment, "PLUGIN_MAX_PORT")?;
        if first > last {
            return Err(ListenError::Port { variable: "PLUGIN_MIN_PORT", value: first.to_string() });
        }
        Ok(Self::Tcp { ports: first..=last })
    }

    /// Listens. To be called inside a tokio runtime. `random` makes names unique.
    ///
    /// # Errors
    ///
    /// [`ListenError`].
    pub fn bind(&self, random: &mut Rng) -> Result<Listener, ListenError> {
        match self {
            #[cfg(unix)]
            Self::Unix { place, name, group } => unix::bind(place, name, *group, random),
            #[cfg(not(unix))]
            Self::Unix { place: Place::Given(path) | Place::Shared(path), .. } => {
                let _ = random;
                Err(ListenError::Socket { path: path.clone(), source: io::ErrorKind::Unsupported.into() })
            }
            Self::Tcp { ports } => bind_tcp(ports),
        }
    }
}

fn port(environment: &Environment, variable: &'static str) -> Result<u16, ListenError> {
    let Some(value) = environment.var(variable) else { return Ok(0) };
    value.parse().map_err(|_| ListenError::Port { variable, value: value.to_owned() })
}

fn bind_tcp(ports: &RangeInclusive<u16>) -> Result<Listener, ListenError> {
    let mut refused = None;
    for port in ports.clone() {
        match listen_on(port) {
            Ok((socket, address)) => {
                return Ok(Listener { door: Door::Tcp(socket), address: Address::Tcp(address), _traces: None });
            }
            Err(error) => refused = Some(error),
        }
    }
    let source = refused.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into());
    Err(ListenError::NoPort { first: *ports.start(), last: *ports.end(), source })
}

fn listen_on(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    socket.set_nonblocking(true)?;
    let address = socket.local_addr()?;
    Ok((TcpListener::from_std(socket)?, address))
}

/// An open door.
#[derive(Debug)]
pub struct Listener {
    door: Door,
    address: Address,
    _traces: Option<Traces>,
}

#[derive(Debug)]
enum Door {
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The next connection, whoever it is from.
    ///
    /// # Errors
    ///
    /// Those of accept(2); most concern one connection, and the next call may succeed.
    pub async fn accept(&self) -> io::Result<Box<dyn Transport>> {
        match &self.door {
            #[cfg(unix)]
            Door::Unix(socket) => Ok(Box::new(socket.accept().await?.0)),
            Door::Tcp(socket) => {
                let (stream, _) = socket.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// What a unix socket leaves on disk; goes with the value.
#[derive(Debug)]
struct Traces {
    socket: Option<PathBuf>,
    directory: Option<PathBuf>,
}

impl Drop for Traces {
    fn drop(&mut self) {
        // Nobody is left to be told of a failure, and the next run uses another name.
        if let Some(socket) = &self.socket {
            let _ = std::fs::remove_file(socket);
        }
        if let Some(directory) = &self.directory {
            let _ = std::fs::remove_dir(directory);
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
