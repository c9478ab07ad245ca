//! What a person reads who starts the program in a shell.

use super::{Plugin, handshake::InvitationError};

/// What `--help` prints.
pub(super) fn help(plugin: &Plugin) -> String {
    format!(
        "{program}: {about}

A provider of Terraform and OpenTofu, which start it themselves.

  To use it             name {source} under required_providers, then: terraform init, terraform plan
  To try a local build  name its directory under dev_overrides in the CLI configuration (~/.terraformrc)
  To see what it does   set TF_LOG_PROVIDER=debug where terraform runs

By hand it takes one of

  --debug     serve until Ctrl-C, and print the variable that attaches terraform to this process
  --version   print the version
  --help      print this

Documentation: {documentation}",
        program = plugin.program(),
        about = plugin.about,
        source = source(plugin),
        documentation = plugin.documentation,
    )
}

/// What a start without a host prints.
pub(super) fn by_hand(plugin: &Plugin, why: InvitationError) -> String {
    format!(
        "{program} is a plugin of Terraform and OpenTofu and is not run by hand ({why}).

  To use it             name {source} under required_providers, then: terraform init, terraform plan
  To try a local build  name its directory under dev_overrides in the CLI configuration (~/.terraformrc)
  To debug it           start it with -debug, and set the variable that it prints where terraform runs

Documentation: {documentation}
",
        program = plugin.program(),
        source = source(plugin),
        documentation = plugin.documentation,
    )
}

/// What `required_providers` calls it.
fn source(plugin: &Plugin) -> &'static str {
    plugin.address.split_once('/').map_or(plugin.address, |(_, source)| source)
}

#[cfg(test)]
mod tests {
    use super::{by_hand, help};
    use crate::terraform::plugin::{Listens, Plugin, handshake::InvitationError};

    const PLUGIN: Plugin = Plugin {
        name: "x",
        address: "registry.terraform.io/ns/x",
        version: "1.2.3",
        about: "what x is for",
        documentation: "https://example.com/docs",
        listens: Listens::AsOnThisPlatform,
    };

    #[test]
    fn a_start_by_hand_says_what_this_is_and_what_to_do() {
        let text = by_hand(&PLUGIN, InvitationError::NoCookie);
        for part in ["terraform-provider-x 1.2.3", "ns/x", "dev_overrides", "-debug", "https://example.com/docs"] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }

    #[test]
    fn the_wrong_cookie_is_told_from_a_missing_one() {
        assert!(by_hand(&PLUGIN, InvitationError::WrongCookie).contains("not to Terraform's value"));
    }

    #[test]
    fn help_says_what_this_is_for_and_names_every_argument() {
        let text = help(&PLUGIN);
        for part in
            ["x 1.2.3: what x is for", "name ns/x under", "TF_LOG_PROVIDER", "--debug", "--version", "--help", "/docs"]
        {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }
}
