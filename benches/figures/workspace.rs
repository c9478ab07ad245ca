//! A folder in which Terraform runs: the provider installed as from a registry, and nothing of the machine's settings.
//!
//! Installed, with a lock file, and not overridden for development: Terraform then verifies the program at every command, which users pay too.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Outcome;
use crate::arguments::Programs;
use crate::run::{Sample, run};

/// A configuration, its variables and its state.
pub(crate) struct Workspace {
    folder: TempDir,
    terraform: PathBuf,
}

impl Workspace {
    /// With that configuration, initialised.
    pub(crate) fn new(programs: &Programs, configuration: &str) -> Outcome<Self> {
        let workspace = Self { folder: TempDir::new()?, terraform: programs.terraform.clone() };
        for name in ["module", "home", "tmp"] {
            fs::create_dir(workspace.inside(name))?;
        }
        let mirror = workspace.inside("mirror");
        for (provider, program) in [("acrnet", &programs.provider), ("toy", &programs.toy)] {
            if configuration.contains(&format!("\"acrnet/{provider}\"")) {
                install(&mirror, provider, program)?;
            }
        }
        let settings = format!(
            "provider_installation {{\n  filesystem_mirror {{ path = {:?} }}\n}}\n",
            mirror.display().to_string()
        );
        fs::write(workspace.inside("terraform.rc"), settings)?;
        fs::write(workspace.inside("module/main.tf"), configuration)?;
        workspace.terraform(&["init", "-input=false"])?;
        Ok(workspace)
    }

    /// Sets the variables, `name = value` on each line.
    pub(crate) fn set(&self, variables: &str) -> Outcome<()> {
        Ok(fs::write(self.inside("module/terraform.tfvars"), variables)?)
    }

    /// The state as it is stored.
    pub(crate) fn state(&self) -> Outcome<Vec<u8>> {
        Ok(fs::read(self.inside("module/terraform.tfstate"))?)
    }

    /// Puts a state in the place of the stored one; without one there is none.
    pub(crate) fn put_state(&self, state: Option<&[u8]>) -> Outcome<()> {
        let path = self.inside("module/terraform.tfstate");
        match state {
            Some(state) => fs::write(path, state)?,
            None if path.exists() => fs::remove_file(path)?,
            None => {}
        }
        Ok(())
    }

    /// Runs `terraform` with these arguments, which succeeds.
    pub(crate) fn terraform(&self, arguments: &[&str]) -> Outcome<(Sample, String)> {
        let mut command = Command::new(&self.terraform);
        command.args(arguments).current_dir(self.inside("module")).env_clear();
        command.env("PATH", env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.inside("home")).env("TMPDIR", self.inside("tmp"));
        command.env("TF_CLI_CONFIG_FILE", self.inside("terraform.rc")).env("TF_DATA_DIR", self.inside("data"));
        command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1").env("TF_CLI_ARGS", "-no-color");
        command.env("NO_PROXY", "127.0.0.1");
        run(command, &self.inside("errors"))
    }

    fn inside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Puts the program of a provider where `terraform init` finds it. Both have our version.
fn install(mirror: &Path, provider: &str, program: &Path) -> Outcome<()> {
    let version = env!("CARGO_PKG_VERSION");
    let package = mirror.join("registry.terraform.io/acrnet").join(provider).join(version).join(platform());
    fs::create_dir_all(&package)?;
    fs::copy(program, package.join(format!("terraform-provider-{provider}_v{version}")))
        .map_err(|error| format!("{}: {error}; scripts/bench.sh builds it", program.display()))?;
    Ok(())
}

/// As Terraform names it, `linux_amd64`.
fn platform() -> String {
    let system = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
    let machine = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{machine}")
}
