//! How a developer points a host at a process that runs already, under a debugger perhaps: the variable
//! `TF_REATTACH_PROVIDERS`, in the spelling of each shell.

use std::fmt::{self, Display};

use serde_json::{Value, json};

use super::{handshake::PROTOCOL, listener::Address};

/// The registry whose providers Terraform names without a host name, and that of its fork. Each reads the same configuration
/// as its own address, so a developer's process answers to both.
const REGISTRIES: [&str; 2] = ["registry.terraform.io/", "registry.opentofu.org/"];

/// What to tell the developer.
#[derive(Clone, Debug)]
pub struct Reattach<'a> {
    /// The provider's full address.
    pub provider: &'a str,
    /// This process.
    pub process: u32,
    /// Where it listens.
    pub address: &'a Address,
}

impl Reattach<'_> {
    /// The variable's value. `Test` keeps the host from ending the process.
    #[must_use]
    pub fn value(&self) -> Value {
        let attached = json!({
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL,
            "Pid": self.process,
            "Test": true,
            "Addr": { "Network": self.address.network(), "String": self.address.to_string() },
        });
        self.addresses().into_iter().map(|address| (address, attached.clone())).collect()
    }

    fn addresses(&self) -> Vec<String> {
        let [terraform, opentofu] = REGISTRIES;
        let twin = self.provider.strip_prefix(terraform).map(|name| format!("{opentofu}{name}"));
        [Some(self.provider.to_owned()), twin].into_iter().flatten().collect()
    }
}

impl Display for Reattach<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value().to_string();
        writeln!(
            f,
            "Provider started. To attach Terraform or OpenTofu to it, set TF_REATTACH_PROVIDERS where they run.\n"
        )?;
        writeln!(f, "bash, zsh:\n\n  export TF_REATTACH_PROVIDERS='{}'\n", value.replace('\'', r"'\''"))?;
        writeln!(f, "PowerShell:\n\n  $env:TF_REATTACH_PROVIDERS = '{}'\n", value.replace('\'', "''"))?;
        writeln!(f, "cmd:\n\n  set \"TF_REATTACH_PROVIDERS={value}\"\n")?;
        f.write_str("Ctrl-C ends the provider.")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Reattach;
    use crate::terraform::plugin::listener::Address;

    #[test]
    fn the_value_is_what_go_plugin_reads() {
        let address = Address::unix("/tmp/s");
        let reattach = Reattach { provider: "example.com/ns/name", process: 7, address: &address };
        assert_eq!(
            reattach.value(),
            json!({ "example.com/ns/name": {
                "Protocol": "grpc", "ProtocolVersion": 6, "Pid": 7, "Test": true,
                "Addr": { "Network": "unix", "String": "/tmp/s" },
            } })
        );
    }

    #[test]
    fn a_provider_of_the_public_registry_answers_to_opentofu_too() {
        let address = Address::unix("/tmp/s");
        let value = Reattach { provider: "registry.terraform.io/ns/name", process: 7, address: &address }.value();
        assert_eq!(value["registry.opentofu.org/ns/name"], value["registry.terraform.io/ns/name"]);
    }

    #[test]
    fn a_quote_in_the_path_does_not_end_the_shells_string() {
        let address = Address::unix("/tmp/o'hara");
        let text = Reattach { provider: "example.com/ns/name", process: 7, address: &address }.to_string();
        assert!(text.contains(r"/tmp/o'\''hara"), "{text}");
        assert!(text.contains("/tmp/o''hara"), "{text}");
    }
}
