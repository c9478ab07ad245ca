//! The command line. Hosts pass nothing at all; people may ask for four things.

use thiserror::Error;

/// What the process was started for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// To serve the host that started it.
    Serve,
    /// To serve any host that is told of it.
    Debug,
    /// To say what it is.
    Help,
    /// To say which version it is.
    Version,
}

/// An argument that means nothing here.
#[derive(Debug, Eq, Error, PartialEq)]
#[error("the argument {0:?} means nothing here; --help says what does")]
pub struct UnknownArgument(String);

impl Purpose {
    /// Reads the arguments after the program's name. One hyphen or two, as Go's providers take them. Of several, help
    /// comes before the version, and the version before the debug mode.
    ///
    /// # Errors
    ///
    /// [`UnknownArgument`], the first one.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, UnknownArgument> {
        let mut purpose = Self::Serve;
        for argument in arguments {
            let asked = match argument.strip_prefix("--").or_else(|| argument.strip_prefix('-')) {
                Some("help" | "h") => Self::Help,
                Some("version") => Self::Version,
                Some("debug") => Self::Debug,
                _ => return Err(UnknownArgument(argument)),
            };
            purpose = match (purpose, asked) {
                (Self::Help, _) | (_, Self::Help) => Self::Help,
                (Self::Version, _) | (_, Self::Version) => Self::Version,
                _ => Self::Debug,
            };
        }
        Ok(purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, UnknownArgument};

    fn read(arguments: &[&str]) -> Result<Purpose, UnknownArgument> {
        Purpose::read(arguments.iter().map(|&argument| argument.to_owned()))
    }

    #[test]
    fn without_arguments_a_host_is_served() {
        assert_eq!(read(&[]), Ok(Purpose::Serve));
    }

    #[test]
    fn one_hyphen_or_two() {
        assert_eq!((read(&["-debug"]), read(&["--debug"])), (Ok(Purpose::Debug), Ok(Purpose::Debug)));
        assert_eq!((read(&["-version"]), read(&["--version"])), (Ok(Purpose::Version), Ok(Purpose::Version)));
        assert_eq!((read(&["-h"]), read(&["--help"])), (Ok(Purpose::Help), Ok(Purpose::Help)));
    }

    #[test]
    fn help_comes_first() {
        assert_eq!(read(&["--debug", "--version", "--help"]), Ok(Purpose::Help));
        assert_eq!(read(&["--version", "--debug"]), Ok(Purpose::Version));
    }

    #[test]
    fn anything_else_is_named() {
        assert_eq!(read(&["--debug", "serve"]), Err(UnknownArgument("serve".to_owned())));
    }
}
