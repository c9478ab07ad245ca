use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::Path,
};

use fastrand::Rng;
use tempfile::TempDir;
use tokio::net::{TcpStream, UnixStream};

use super::unix::{PATH_LIMIT_OF_MACOS, address};
use super::{Address, Endpoint, ListenError, Place};
use crate::terraform::environment::Environment;

fn endpoint(pairs: &[(&str, &str)]) -> Result<Endpoint, ListenError> {
    Endpoint::unix(&Environment::from_pairs(pairs.iter().copied()), "plugin")
}

fn within(directory: &TempDir, variable: &str) -> Endpoint {
    let path = directory.path().to_str().expect("a temporary folder with a Unicode name");
    endpoint(&[(variable, path)]).expect("a socket in a temporary folder")
}

fn path(address: &Address) -> &Path {
    match address {
        Address::Unix(path) => Path::new(path),
        Address::Tcp(_) => panic!("not a unix socket: {address}"),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file that is there").permissions().mode() & 0o777
}

#[test]
fn the_hosts_directory_comes_before_the_temporary_one() {
    let place = |pairs: &[_]| match endpoint(pairs).unwrap() {
        Endpoint::Unix { place, .. } => place,
        Endpoint::Tcp { .. } => panic!("asked for a unix socket"),
    };
    assert_eq!(place(&[("PLUGIN_UNIX_SOCKET_DIR", "/host"), ("TMPDIR", "/t")]), Place::Given("/host".into()));
    assert_eq!(place(&[("TMPDIR", "/t")]), Place::Shared("/t".into()));
    assert_eq!(place(&[]), Place::Shared("/tmp".into()));
}

#[tokio::test]
async fn in_a_shared_directory_the_socket_is_closed_to_others_and_goes_with_the_listener() {
    let directory = TempDir::new().unwrap();
    let listener = within(&directory, "TMPDIR").bind(&mut Rng::with_seed(1)).unwrap();
    let socket = path(listener.address()).to_owned();
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    assert_eq!(mode(&socket), 0o600);
    let (connected, accepted) = tokio::join!(UnixStream::connect(&socket), listener.accept());
    assert!(connected.is_ok() && accepted.is_ok());
    drop(listener);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn in_the_hosts_directory_the_socket_lies_directly() {
    let directory = TempDir::new().unwrap();
    let listener = within(&directory, "PLUGIN_UNIX_SOCKET_DIR").bind(&mut Rng::with_seed(1)).unwrap();
    let socket = path(listener.address()).to_owned();
    assert_eq!(socket.parent(), Some(directory.path()));
    assert_eq!(mode(&socket), 0o600);
    drop(listener);
    assert!(directory.path().exists() && !socket.exists());
}

#[tokio::test]
async fn a_taken_name_is_no_obstacle() {
    let directory = TempDir::new().unwrap();
    let endpoint = within(&directory, "TMPDIR");
    let first = endpoint.bind(&mut Rng::with_seed(7)).unwrap();
    let second = endpoint.bind(&mut Rng::with_seed(7)).unwrap();
    assert_ne!(first.address(), second.address());
}

#[tokio::test]
async fn a_group_may_connect_where_the_host_names_one() {
    let directory = TempDir::new().unwrap();
    let gid = fs::metadata(directory.path()).unwrap().gid().to_string();
    let endpoint =
        endpoint(&[("TMPDIR", directory.path().to_str().unwrap()), ("PLUGIN_UNIX_SOCKET_GROUP", &gid)]).unwrap();
    let listener = endpoint.bind(&mut Rng::with_seed(1)).unwrap();
    let socket = path(listener.address());
    assert_eq!((mode(socket.parent().unwrap()), mode(socket)), (0o710, 0o660));
}

#[test]
fn a_group_by_name_is_an_error_that_says_so() {
    let error = endpoint(&[("PLUGIN_UNIX_SOCKET_GROUP", "staff")]).unwrap_err();
    assert!(error.to_string().contains("numeric"), "{error}");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_says_which_variable_to_set_and_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    let deep = directory.path().join("x".repeat(120));
    fs::create_dir(&deep).unwrap();
    let endpoint = endpoint(&[("TMPDIR", deep.to_str().unwrap())]).unwrap();
    let error = endpoint.bind(&mut Rng::with_seed(1)).unwrap_err();
    assert!(matches!(&error, ListenError::PathTooLong { length, limit, .. } if length > limit), "{error}");
    assert!(error.to_string().contains("TMPDIR"), "{error}");
    assert_eq!(fs::read_dir(&deep).unwrap().count(), 0);
}

#[test]
fn the_temporary_folder_that_macos_gives_a_user_leaves_room_for_the_socket() {
    // What `getconf DARWIN_USER_TEMP_DIR` prints: two letters, then thirty.
    let temporary = format!("/var/folders/zz/{}/T", "z".repeat(30));
    let socket = Path::new(&temporary).join("acrnet-01234567/socket");
    assert!(address(&socket, PATH_LIMIT_OF_MACOS).is_ok());
    let longest = "/".to_owned() + &"x".repeat(PATH_LIMIT_OF_MACOS - 1);
    assert!(address(Path::new(&longest), PATH_LIMIT_OF_MACOS).is_ok());
    let error = address(Path::new(&(longest + "x")), PATH_LIMIT_OF_MACOS).unwrap_err();
    assert!(matches!(error, ListenError::PathTooLong { length: 104, limit: 103, .. }), "{error}");
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_named() {
    let error = endpoint(&[("TMPDIR", "/nowhere/at/all")]).unwrap().bind(&mut Rng::with_seed(1)).unwrap_err();
    assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
}

#[tokio::test]
async fn tcp_takes_the_first_free_port_of_the_range() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let endpoint = Endpoint::Tcp { ports: port..=port.saturating_add(50) };
    let listener = endpoint.bind(&mut Rng::with_seed(1)).unwrap();
    let Address::Tcp(address) = *listener.address() else { panic!("asked for tcp") };
    assert!(address.ip().is_loopback() && address.port() > port);
    let (connected, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    assert!(connected.is_ok() && accepted.is_ok());
}

#[tokio::test]
async fn a_range_without_a_free_port_names_the_range() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Endpoint::Tcp { ports: port..=port }.bind(&mut Rng::with_seed(1)).unwrap_err();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[test]
fn the_hosts_ports_are_read_and_checked() {
    let tcp = |min: &str, max: &str| {
        Endpoint::tcp(&Environment::from_pairs([("PLUGIN_MIN_PORT", min), ("PLUGIN_MAX_PORT", max)]))
    };
    assert_eq!(tcp("10000", "25000").unwrap(), Endpoint::Tcp { ports: 10_000..=25_000 });
    assert_eq!(tcp("", "").unwrap(), Endpoint::Tcp { ports: 0..=0 });
    assert!(matches!(tcp("many", "25000"), Err(ListenError::Port { variable: "PLUGIN_MIN_PORT", .. })));
    assert!(matches!(tcp("9", "3"), Err(ListenError::Port { .. })));
}

/// The names that are tried with this seed, in order.
fn names(seed: u64) -> Vec<String> {
    let mut random = Rng::with_seed(seed);
    (0..16).map(|_| format!("plugin-{:08x}", random.u32(..))).collect()
}

#[tokio::test]
async fn what_somebody_has_put_where_the_socket_would_go_is_not_used() {
    let (directory, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let names = names(7);
    symlink(theirs.path(), directory.path().join(&names[0])).unwrap();
    fs::create_dir(directory.path().join(&names[1])).unwrap();
    symlink("/nowhere/at/all", directory.path().join(&names[2])).unwrap();
    let listener = within(&directory, "TMPDIR").bind(&mut Rng::with_seed(7)).unwrap();
    let own = directory.path().join(&names[3]);
    assert_eq!(path(listener.address()), own.join("socket"));
    assert!(fs::symlink_metadata(&own).unwrap().is_dir());
    for untouched in [theirs.path(), &directory.path().join(&names[1])] {
        assert_eq!(fs::read_dir(untouched).unwrap().count(), 0, "{}", untouched.display());
    }
    drop(listener);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3, "what is not ours stays");
}

#[tokio::test]
async fn a_socket_is_not_bound_through_a_link_in_the_hosts_directory() {
    let (directory, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let names = names(7);
    symlink(theirs.path().join("socket"), directory.path().join(&names[0])).unwrap();
    let listener = within(&directory, "PLUGIN_UNIX_SOCKET_DIR").bind(&mut Rng::with_seed(7)).unwrap();
    assert_eq!(path(listener.address()), directory.path().join(&names[1]));
    assert_eq!(fs::read_dir(theirs.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn who_guesses_every_name_only_keeps_the_plugin_from_starting() {
    let directory = TempDir::new().unwrap();
    for name in names(7) {
        fs::create_dir(directory.path().join(name)).unwrap();
    }
    let error = within(&directory, "TMPDIR").bind(&mut Rng::with_seed(7)).unwrap_err();
    assert!(
        matches!(&error, ListenError::Socket { source, .. } if source.kind() == ErrorKind::AlreadyExists),
        "{error}"
    );
}
