//! A folder with a configuration, and everything that keeps its `terraform` apart from the machine's and from other tests'.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::azure::{APP, Azure, BUILD, READY, REGISTRY};
use crate::run::{Run, Running};

/// Longer than anything here takes on a busy machine; a test that waits for so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The address of the rule set in most configurations here.
pub(crate) const RULES: &str = "acrnet_registry_network_rule_set.this";
/// The address of the endpoint in most configurations here.
pub(crate) const ENDPOINT: &str = "acrnet_subnet_service_endpoint.this";

/// A working folder of Terraform with an Azure of its own.
pub(crate) struct Workspace {
    /// What its provider talks to; several workspaces may share one.
    pub(crate) azure: Arc<Azure>,
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// An object in the state.
#[derive(Debug)]
pub(crate) struct Object {
    /// Its attributes.
    pub(crate) attributes: Value,
    /// Whether the next apply would replace it.
    pub(crate) tainted: bool,
    /// What the provider remembers.
    pub(crate) private: Value,
}

impl Workspace {
    /// With an empty configuration.
    pub(crate) fn new() -> Self {
        Self::with(Azure::new())
    }

    /// The same, with that Azure.
    pub(crate) fn with(azure: impl Into<Arc<Azure>>) -> Self {
        let azure = azure.into();
        let folder = TempDir::new().expect("a temporary folder");
        let inside = |name: &str| folder.path().join(name);
        for name in ["module", "home", "tmp", "plugins", "output"] {
            fs::create_dir(inside(name)).expect("a folder");
        }
        let provider = inside("plugins").join("terraform-provider-acrnet");
        // Development overrides look for a program of this name, alone in its folder.
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_terraform-provider-acrnet"), &provider).expect("a link");
        let workspace = Self { azure, folder, variables: Vec::new() };
        workspace.override_providers(&[("acrnet/acrnet", "plugins")]);
        workspace
    }

    /// Names the folder in which each provider is.
    fn override_providers(&self, providers: &[(&str, &str)]) {
        let inside = |name: &str| self.folder.path().join(name);
        let line = |(address, folder): &(&str, &str)| {
            format!("    \"registry.terraform.io/{address}\" = \"{}\"\n", inside(folder).display())
        };
        let overrides: String = providers.iter().map(line).collect();
        let text = format!("provider_installation {{\n  dev_overrides {{\n{overrides}  }}\n  direct {{}}\n}}\n");
        fs::write(inside("terraform.rc"), text).expect("the CLI configuration");
    }

    /// Puts these resources into the state, as azapi has left them. Terraform starts every provider that the state names, and asks the one that
    /// an object leaves for nothing but its schema: under azapi's name there is a provider that has none of azapi's types.
    pub(crate) fn left_by_azapi(&self, resources: &[Value]) {
        fs::create_dir(self.folder.path().join("azapi")).expect("a folder");
        let stand_in = self.folder.path().join("azapi/terraform-provider-azapi");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_terraform-provider-acrnet"), stand_in).expect("a link");
        self.override_providers(&[("acrnet/acrnet", "plugins"), ("azure/azapi", "azapi")]);
        let state = json!({
            "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "5d4b4a3c-0000-4000-8000-000000000001", "outputs": {},
            "resources": resources,
        });
        fs::write(self.module().join("terraform.tfstate"), state.to_string()).expect("the state");
    }

    /// A workspace with that configuration, see [`Workspace::write`].
    pub(crate) fn of(resources: &str) -> Self {
        let workspace = Self::new();
        workspace.write(resources);
        workspace
    }

    /// Sets `main.tf`: these resources, below a provider block that names this Azure. `REGISTRY`, `APP`, `BUILD` and `READY` stand for ids.
    pub(crate) fn write(&self, resources: &str) {
        self.write_with("", resources);
    }

    /// The same, with more lines in the provider block.
    pub(crate) fn write_with(&self, provider: &str, resources: &str) {
        let url = self.azure.simulator().url();
        self.write_all(&format!(
            "provider \"acrnet\" {{\n  endpoint     = {{ resource_manager_endpoint = \"{url}\" }}\n  access_token = \"any\"\n{provider}\n}}\n{resources}"
        ));
    }

    /// Sets `main.tf` with a provider block of the test's own; only `required_providers` is added.
    pub(crate) fn write_all(&self, text: &str) {
        let required = "terraform {\n  required_providers {\n    acrnet = { source = \"registry.terraform.io/acrnet/acrnet\" }\n  }\n}\n";
        let ids = [("REGISTRY", REGISTRY), ("APP", APP), ("BUILD", BUILD), ("READY", READY)];
        let text = ids
            .iter()
            .fold(text.to_owned(), |text, (name, id)| text.replace(&format!("\"{name}\""), &format!("\"{id}\"")));
        fs::write(self.module().join("main.tf"), format!("{required}{text}")).expect("main.tf");
    }

    /// A variable of Terraform's environment.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The provider is the built one from now on, started by that shell script: `"$PROVIDER" "$@"` in it is the built one and its arguments. `None`
    /// starts it as it is.
    pub(crate) fn provider_by(&self, script: Option<&str>) {
        let built = env!("CARGO_BIN_EXE_terraform-provider-acrnet");
        let place = self.folder.path().join("plugins/terraform-provider-acrnet");
        fs::remove_file(&place).expect("a provider");
        let Some(script) = script else {
            return std::os::unix::fs::symlink(built, &place).expect("a link");
        };
        fs::write(&place, format!("#!/bin/sh\nPROVIDER='{built}'\n{script}\n")).expect("a script");
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&place, executable).expect("a program");
    }

    /// What is in the folder for temporary files, where sockets are made.
    pub(crate) fn left_in_tmp(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join("tmp")).expect("the folder").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Removes that.
    pub(crate) fn clear_tmp(&self) {
        let tmp = self.folder.path().join("tmp");
        fs::remove_dir_all(&tmp).and_then(|()| fs::create_dir(&tmp)).expect("an empty folder");
    }

    /// Whether the state is locked.
    pub(crate) fn is_locked(&self) -> bool {
        self.module().join(".terraform.tfstate.lock.info").exists()
    }

    /// The addresses in the state, without keys; `None` when there is a state that cannot be read.
    pub(crate) fn addresses(&self) -> Option<Vec<String>> {
        let text = fs::read_to_string(self.module().join("terraform.tfstate")).unwrap_or_default();
        if text.is_empty() {
            // There was none, and Terraform ended before it wrote one.
            return Some(Vec::new());
        }
        let state: Value = serde_json::from_str(&text).ok()?;
        let address = |resource: &Value| Some(format!("{}.{}", resource["type"].as_str()?, resource["name"].as_str()?));
        state["resources"].as_array()?.iter().map(address).collect()
    }

    /// The folder of `main.tf`.
    pub(crate) fn module(&self) -> PathBuf {
        self.folder.path().join("module")
    }

    /// Starts `terraform` with these arguments.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(terraform());
        command.arg(format!("-chdir={}", self.module().display())).args(arguments);
        Running::start(command, &self.folder.path().join("output"))
    }

    /// Any program in this environment, such as a script that runs `terraform` itself.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let inside = |name: &str| self.folder.path().join(name);
        let mut command = Command::new(program);
        command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home()).env("TMPDIR", inside("tmp"));
        command.env("TF_CLI_CONFIG_FILE", inside("terraform.rc")).env("TF_DATA_DIR", inside("data"));
        command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1").env("TF_INPUT", "0");
        command.env("NO_PROXY", "127.0.0.1");
        command.envs(self.variables.iter().cloned());
        command
    }

    /// The home folder of whoever runs here.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Says where providers come from, in place of the built program, as the CLI configuration does. What was installed is forgotten.
    pub(crate) fn install_from(&self, settings: &str) {
        fs::write(self.folder.path().join("terraform.rc"), settings).expect("the CLI configuration");
        fs::remove_dir_all(self.folder.path().join("data")).ok();
    }

    /// Runs `terraform` with these arguments to its end.
    pub(crate) fn terraform(&self, arguments: &[&str]) -> Run {
        self.start(arguments).finish()
    }

    /// `validate`, whatever comes of it.
    pub(crate) fn validate(&self) -> Run {
        let run = self.terraform(&["validate", "-json"]);
        // One document over several lines: made one line, as the other commands have it.
        let document: Value = serde_json::from_str(&run.stdout).expect("validate answers in JSON");
        Run { stdout: document.to_string(), ..run }
    }

    /// `plan`, whatever comes of it. An empty one has the exit code 0, one with changes 2.
    pub(crate) fn plan(&self) -> Run {
        self.terraform(&["plan", "-json", "-detailed-exitcode"])
    }

    /// `apply`, whatever comes of it.
    pub(crate) fn try_apply(&self) -> Run {
        self.terraform(&["apply", "-json", "-auto-approve"])
    }

    /// `apply`, which succeeds.
    pub(crate) fn apply(&self) -> Run {
        let run = self.try_apply();
        assert!(run.success(), "apply failed: {:#?}\n{}\n{}", run.errors(), run.stdout, run.stderr);
        run
    }

    /// `apply`, which fails.
    pub(crate) fn fail(&self) -> Run {
        let run = self.try_apply();
        assert_eq!(run.code, Some(1), "apply should have failed:\n{}\n{}", run.stdout, run.stderr);
        run
    }

    /// `destroy`, which succeeds.
    pub(crate) fn destroy(&self) -> Run {
        let run = self.terraform(&["destroy", "-json", "-auto-approve"]);
        assert!(run.success(), "destroy failed: {:#?}\n{}\n{}", run.errors(), run.stdout, run.stderr);
        run
    }

    /// Asserts that a plan finds nothing to do.
    pub(crate) fn assert_settled(&self) {
        let plan = self.plan();
        let found = (plan.actions(), plan.drift(), plan.errors());
        assert_eq!(found, (vec![], vec![], vec![]), "the plan should have been empty:\n{}", plan.stdout);
        assert!(plan.success(), "the plan should have been empty:\n{}{}", plan.stdout, plan.stderr);
    }

    /// The planned values, by `plan -out` and `show -json`.
    pub(crate) fn planned(&self) -> Value {
        let plan = self.terraform(&["plan", "-json", "-out=plan.bin"]);
        assert!(plan.success(), "plan failed: {:#?}", plan.errors());
        serde_json::from_str(&self.terraform(&["show", "-json", "plan.bin"]).stdout).expect("a plan in JSON")
    }

    /// An object of the state by its address.
    pub(crate) fn state(&self, address: &str) -> Option<Object> {
        let text = fs::read_to_string(self.module().join("terraform.tfstate")).ok()?;
        let state: Value = serde_json::from_str(&text).expect("a state in JSON");
        let named = |resource: &&Value| {
            address
                == format!(
                    "{}.{}",
                    resource["type"].as_str().unwrap_or_default(),
                    resource["name"].as_str().unwrap_or_default()
                )
        };
        let instance = state["resources"].as_array()?.iter().find(named)?["instances"][0].clone();
        if instance.is_null() {
            return None;
        }
        let private = instance["private"].as_str().map(decoded).unwrap_or_default();
        Some(Object { attributes: instance["attributes"].clone(), tainted: instance["status"] == "tainted", private })
    }

    /// The object of that address, which is there.
    pub(crate) fn object(&self, address: &str) -> Object {
        self.state(address).unwrap_or_else(|| panic!("{address} is not in the state"))
    }
}

/// A rule set of the registry with these lines in it, under the address [`RULES`].
pub(crate) fn rule_set(lines: &str) -> String {
    format!("resource \"acrnet_registry_network_rule_set\" \"this\" {{\n  registry_id = \"REGISTRY\"\n{lines}\n}}\n")
}

/// The endpoint of a subnet with these lines in it, under the address [`ENDPOINT`].
pub(crate) fn endpoint(subnet: &str, lines: &str) -> String {
    format!("resource \"acrnet_subnet_service_endpoint\" \"this\" {{\n  subnet_id = \"{subnet}\"\n{lines}\n}}\n")
}

fn decoded(private: &str) -> Value {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(private).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// `$TERRAFORM`, the `terraform` of the `PATH`, or what `scripts/terraform.sh` has put into `target/tools`.
pub(crate) fn terraform() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        if let Some(named) = env::var_os("TERRAFORM").filter(|name| !name.is_empty()) {
            return PathBuf::from(named);
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = env::split_paths(&path).map(|folder| folder.join("terraform"));
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools");
        let fetched = fs::read_dir(tools).into_iter().flatten().flatten().map(|entry| entry.path().join("terraform"));
        on_path
            .chain(fetched)
            .find(|program| program.is_file())
            .expect("these tests run the real Terraform, and there is none: `make terraform` fetches one into target/")
    })
}
