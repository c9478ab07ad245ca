//! The declaration of the type, and with it its page.

use crate::azure::id::RegistryId;
use crate::terraform::framework::timeouts;
use crate::terraform::schema::{Attribute, Check, Schema};

const DESCRIPTION: &str = "\
Opens a registry for one address, mostly that of the machine where Terraform runs, for the length of a run: an IP rule is added when it is opened, \
and removed when nothing needs it any more, also after an error or Ctrl-C. Nothing of it is in the state. Needs the Premium SKU, and Terraform 1.10 or \
OpenTofu 1.11.\n\n\
~> Terraform opens ephemeral resources in **each** phase: `terraform plan` opens the registry too, and closes it again before it ends. An id that is not \
known before the apply is waited for.\n\n\
-> It is open until the last resource, provider or data source that refers to it, by a value or by `depends_on`, is done. Opening and closing take a few \
seconds each, and rules take from seconds to a few minutes to take effect: `wait_for_access` waits for that.\n\n\
-> A rule that is there already stays, and one that a resource of the same configuration makes permanent in the run stays too. An \
`acrnet_registry_network_rule_set` or `acrnet_registry_ip_rule` of the same provider configuration shows no drift because of it. Nothing else of the \
registry is touched, the default action least of all.\n\n\
!> What is open is closed within some seconds, or a minute where Azure is slow, also when Terraform is killed, or the provider gets SIGTERM. When the \
provider itself is killed, or the machine goes, the rule stays: it has no mark of its owner. An authoritative rule set shows it as drift and removes it; \
otherwise remove it by `az acr network-rule remove --name <registry> --ip-address <address>`.";

/// All attributes.
pub(super) fn schema() -> Schema {
    let schema = Schema::new(DESCRIPTION)
        .attribute(
            Attribute::string(
                "registry_id",
                "Id of the registry, `/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/<name>`.",
            )
            .required()
            .check(Check::parses::<RegistryId>()),
        )
        .attribute(
            Attribute::string(
                "ip_range",
                "Public IPv4 address (`203.0.113.7`) or range in CIDR form (`198.51.100.0/24`) to let in. Left out, the registry is asked from the \
                 machine where Terraform runs, and its refusal names the address. Null if the registry lets this machine in already; whether it still \
                 does is checked every minute.",
            )
            .optional_computed(),
        );
    schema
        .attribute(Attribute::bool(
            "wait_for_access",
            "Whether to wait until the registry lets in the machine where Terraform runs. Defaults to `true` where `ip_range` is left out, otherwise to \
             `false`: the range may be that of others. If it does not before `timeout`, the rule is removed and the run fails.",
        ))
        .attribute(
            Attribute::string(
                "timeout",
                "How long opening may take, `wait_for_access` included, as a duration such as `90s` or `10m`. Defaults to `10m`. Closing has 10 minutes, in \
                 which it is tried again and again while Azure cannot serve.",
            )
            .check(timeouts::duration()),
        )
        .attribute(Attribute::string("login_server", "Host name of the registry, such as `myregistry.azurecr.io`.").computed())
        .attribute(
            Attribute::bool(
                "already_open",
                "Whether it was open before: the rule was there, or, where `ip_range` is left out, the registry let this machine in. Then nothing is \
                 removed at the end, unless it had to be opened meanwhile.",
            )
            .computed(),
        )
}
