//! The real `terraform`, with a provider of ours put in place of a released one.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;

/// A folder with a configuration, and a Terraform that knows nothing of this machine's settings.
pub struct Workspace {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Workspace {
    /// For the provider at `address`, as in `registry.terraform.io/namespace/name`, built as `binary`.
    pub fn new(address: &str, binary: &Path, configuration: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let name = address.rsplit('/').next().unwrap();
        let at = |part: &str| folder.path().join(part);
        for part in ["module", "provider", "home", "tmp"] {
            fs::create_dir(at(part)).unwrap();
        }
        symlink(binary, at("provider").join(format!("terraform-provider-{name}"))).unwrap();
        let overrides = format!("\"{address}\" = \"{}\"", at("provider").display());
        let settings = format!("provider_installation {{\n  dev_overrides {{ {overrides} }}\n  direct {{}}\n}}\n");
        fs::write(at("terraform.rc"), settings).unwrap();
        let required =
            format!("terraform {{\n  required_providers {{\n    {name} = {{ source = \"{address}\" }}\n  }}\n}}\n");
        fs::write(at("module/main.tf"), required + configuration).unwrap();
        Self { folder, variables: Vec::new() }
    }

    /// With one more variable in Terraform's environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Puts a file beside `main.tf`, or in its place.
    #[cfg(feature = "simulator")]
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join("module").join(name), text).unwrap();
    }

    /// What is in a file there.
    #[cfg(feature = "simulator")]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("module").join(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let at = |part: &str| self.folder.path().join(part);
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(at("module")).env_clear().stdin(Stdio::null());
        command.env("PATH", env::var_os("PATH").unwrap_or_default());
        command.env("TF_CLI_CONFIG_FILE", at("terraform.rc")).env("HOME", at("home")).env("TMPDIR", at("tmp"));
        command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1").env("TF_CLI_ARGS", "-no-color");
        command.env("NO_PROXY", "127.0.0.1").envs(self.variables.iter().cloned());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect(MISSING)
    }

    /// Runs it, presses Ctrl-C when a line of its output holds `moment`, and waits for its end.
    pub fn run_interrupted(&self, arguments: &[&str], moment: &str) -> Output {
        let mut command = self.command(arguments);
        // Ctrl-C reaches a whole process group; this one must not be the tests'.
        command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect(MISSING);
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let reached = output.by_ref().map_while(Result::ok).any(|line| line.contains(moment));
        let group = format!("-{}", child.id());
        assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
        // Terraform would wait for somebody to read the rest.
        let rest: Vec<String> = output.map_while(Result::ok).collect();
        let mut ended = child.wait_with_output().unwrap();
        ended.stdout = rest.join("\n").into_bytes();
        assert!(reached, "{moment:?} was never reached: {}", text(&ended));
        ended
    }

    /// The state that is stored.
    pub fn state(&self) -> Json {
        let stored = fs::read(self.folder.path().join("module/terraform.tfstate")).expect("a stored state");
        serde_json::from_slice(&stored).unwrap()
    }
}

const MISSING: &str = "terraform must be on the PATH for this test (`make terraform` fetches one into target/)";

/// All that was said, without the frames around diagnostics and the line breaks in them.
pub fn text(output: &Output) -> String {
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).replace(['│', '╷', '╵'], " ");
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
