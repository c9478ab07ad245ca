//! Making the socket so that only its owner, and perhaps one group, can reach it.

use std::{
    fs::{DirBuilder, Permissions, set_permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf, absolute},
};

use fastrand::Rng;
use tokio::net::UnixListener;

use super::{Address, Door, ListenError, Listener, Place, Traces};

/// The longest path of a socket: the field of the system's address structure, less the NUL at its end.
const PATH_LIMIT: usize = if cfg!(any(target_os = "linux", target_os = "android")) { 107 } else { PATH_LIMIT_OF_MACOS };
/// That of macOS, and of the BSDs.
pub(super) const PATH_LIMIT_OF_MACOS: usize = 103;

/// How many names are tried. One is enough unless somebody guesses them.
const ATTEMPTS: usize = 16;

pub(super) fn bind(place: &Place, name: &str, group: Option<u32>, random: &mut Rng) -> Result<Listener, ListenError> {
    let mut taken = io::ErrorKind::AlreadyExists.into();
    let mut path = PathBuf::new();
    for _ in 0..ATTEMPTS {
        let name = format!("{name}-{:08x}", random.u32(..));
        path = match place {
            Place::Given(directory) => directory.join(name),
            Place::Shared(directory) => directory.join(name).join("socket"),
        };
        path = absolute(&path).map_err(|source| ListenError::Socket { path: path.clone(), source })?;
        let address = address(&path, PATH_LIMIT)?;
        match listen_at(&path, matches!(place, Place::Shared(_)), group) {
            Ok((socket, traces)) => return Ok(Listener { door: Door::Unix(socket), address, _traces: Some(traces) }),
            Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::AddrInUse) => {
                taken = error;
            }
            Err(source) => return Err(ListenError::Socket { path, source }),
        }
    }
    Err(ListenError::Socket { path, source: taken })
}

pub(super) fn address(path: &Path, limit: usize) -> Result<Address, ListenError> {
    let text = path.to_str().ok_or_else(|| ListenError::PathNotUnicode(path.to_owned()))?;
    if text.len() > limit {
        return Err(ListenError::PathTooLong { path: text.to_owned(), length: text.len(), limit });
    }
    Ok(Address::unix(text))
}

/// On failure, what was made already goes with the [`Traces`].
fn listen_at(path: &Path, in_own_directory: bool, group: Option<u32>) -> io::Result<(UnixListener, Traces)> {
    let mut traces = Traces { socket: None, directory: None };
    if let Some(directory) = path.parent().filter(|_| in_own_directory) {
        // Closed from its first moment: between bind and chmod, the socket itself has the umask's mode.
        DirBuilder::new().mode(0o700).create(directory)?;
        traces.directory = Some(directory.to_owned());
    }
    let socket = UnixListener::bind(path)?;
    traces.socket = Some(path.to_owned());
    set_permissions(path, Permissions::from_mode(if group.is_some() { 0o660 } else { 0o600 }))?;
    if group.is_some() {
        chown(path, None, group)?;
        if let Some(directory) = &traces.directory {
            chown(directory, None, group)?;
            set_permissions(directory, Permissions::from_mode(0o710))?;
        }
    }
    Ok((socket, traces))
}
