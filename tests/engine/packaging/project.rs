//! The project's scripts, run into folders of a test.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// What `scripts/package.sh` makes of built programs.
pub(crate) struct Package {
    folder: TempDir,
    built: PathBuf,
    variables: Vec<(String, String)>,
}

impl Package {
    /// Of the programs in that folder, `<target>/release/…`.
    pub(crate) fn of(built: &Path) -> Self {
        Self { folder: TempDir::new().unwrap(), built: built.to_owned(), variables: Vec::new() }
    }

    /// With one more variable in its environment.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut variables = self.variables.clone();
        variables.push((name.to_owned(), value.to_owned()));
        Self { folder: TempDir::new().unwrap(), built: self.built.clone(), variables }
    }

    /// Runs the script, whatever comes of it.
    pub(crate) fn run(&self) -> Output {
        let mut command = Command::new(in_project("scripts/package.sh"));
        for name in ["TARGETS", "GPG_FINGERPRINT", "GPG_PASSPHRASE", "REQUIRE_SIGNATURE", "SOURCE_DATE_EPOCH", "ZIPOPT"]
        {
            command.env_remove(name);
        }
        command.arg("--built").arg(&self.built).arg("--output").arg(self.folder.path());
        run(command.envs(self.variables.iter().cloned()))
    }

    /// Runs the script, which succeeds.
    pub(crate) fn make(&self) {
        let made = self.run();
        assert!(made.status.success(), "{made:?}");
    }

    /// The folder of the release.
    pub(crate) fn release(&self) -> PathBuf {
        self.folder.path().join("release")
    }

    /// A folder to install from: `packed` or `unpacked`.
    pub(crate) fn mirror(&self, form: &str) -> PathBuf {
        self.folder.path().join("mirror").join(form)
    }

    /// The names of the release's files, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.release()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    /// One of them.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.release().join(name)).unwrap()
    }

    /// The only archive.
    pub(crate) fn archive(&self) -> PathBuf {
        let name = self.files().into_iter().find(|name| name.rsplit('.').next() == Some("zip")).unwrap();
        self.release().join(name)
    }
}

/// A file of the project.
pub(crate) fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The provider's version.
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The target that the tests run on, as `scripts/names.sh` finds it.
pub(crate) fn host_target() -> &'static str {
    static TARGET: OnceLock<String> = OnceLock::new();
    TARGET.get_or_init(|| {
        let names = in_project("scripts/names.sh");
        let script = format!(". '{}' && host_target", names.display());
        output(Command::new("bash").arg("-c").arg(script)).trim().to_owned()
    })
}

/// A folder with the built provider, as cargo lays it out. Its symbols are gone, so that it is packed within a second.
pub(crate) fn built_provider() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaging");
        let folder = built.join(host_target()).join("release");
        fs::create_dir_all(&folder).unwrap();
        // Whole from its first moment: another run of the tests may be reading it.
        let stripped = folder.join(format!("stripped-{}", std::process::id()));
        output(Command::new("strip").arg("-o").arg(&stripped).arg(env!("CARGO_BIN_EXE_terraform-provider-acrnet")));
        fs::rename(stripped, folder.join("terraform-provider-acrnet")).unwrap();
        built
    })
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

/// What a program says that succeeds.
pub(crate) fn output(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}
