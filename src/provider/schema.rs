//! The declaration of the provider block. Names are azurerm's, so that one environment serves both.

use crate::azure::api_version::ApiVersion;
use crate::azure::provider_registration::RegistrationPolicy;
use crate::terraform::schema::{Attribute, Check, Nesting, Schema};

const DESCRIPTION: &str = "\
Manages who may reach an Azure Container Registry over the network: its default action, IP and virtual network rules, and \
the service endpoints of the subnets in them.";

pub(super) fn schema() -> Schema {
    let schema = Schema::new(DESCRIPTION);
    service(credentials(schema))
}

fn credentials(schema: Schema) -> Schema {
    schema
        .attribute(
            Attribute::string(
                "access_token",
                "A ready bearer token for Azure Resource Manager; excludes every other method. Also `ARM_ACCESS_TOKEN`.",
            )
            .sensitive(),
        )
        .attribute(Attribute::string("tenant_id", "The Microsoft Entra tenant. Also `ARM_TENANT_ID`."))
        .attribute(Attribute::string("client_id", "Id of the application. Also `ARM_CLIENT_ID`."))
        .attribute(Attribute::string(
            "client_id_file_path",
            "File that holds the id of the application. Also `ARM_CLIENT_ID_FILE_PATH`.",
        ))
        .attribute(Attribute::string("client_secret", "Secret of the application. Also `ARM_CLIENT_SECRET`.").sensitive())
        .attribute(Attribute::string(
            "client_secret_file_path",
            "File that holds the secret of the application. Also `ARM_CLIENT_SECRET_FILE_PATH`.",
        ))
}

fn service(schema: Schema) -> Schema {
    schema
        .attribute(
            Attribute::string(
                "environment",
                "The cloud: `public` (default), `usgovernment` or `china`. Also `ARM_ENVIRONMENT`.",
            )
            .check(Check::one_of(&["public", "usgovernment", "china"])),
        )
        .attribute(endpoint())
        .attribute(
            Attribute::string(
                "registry_api_version",
                "API version for registries. Defaults to `2026-03-01-preview`, which carries virtual network rules; with a \
                 version that does not, rules for subnets are an error.",
            )
            .check(Check::parses::<ApiVersion>()),
        )
        .attribute(
            Attribute::string(
                "network_api_version",
                "API version for subnets and virtual networks. Defaults to `2025-01-01`; not older than what other tools \
                 write the same subnets with.",
            )
            .check(Check::parses::<ApiVersion>()),
        )
        .attribute(
            Attribute::number("ip_rule_limit", "IP rules that one registry takes; more are an error of the plan. Defaults to `200`.")
                .check(Check::between(1, 100_000)),
        )
        .attribute(
            Attribute::number(
                "virtual_network_rule_limit",
                "Virtual network rules that one registry takes; more are an error of the plan. Defaults to `100`.",
            )
            .check(Check::between(1, 100_000)),
        )
        .attribute(registration())
        .attribute(
            Attribute::number("max_retries", "How often a failed request is sent again, at most. Defaults to `8`.")
                .check(Check::between(0, 100)),
        )
        .attribute(
            Attribute::number("max_concurrent_requests", "Requests to Azure at the same time, at most. Defaults to `16`.")
                .check(Check::between(1, 1000)),
        )
        .attribute(
            Attribute::string("partner_id", "GUID for customer usage attribution. Also `ARM_PARTNER_ID`.")
                .check(Check::parses::<uuid::Uuid>()),
        )
        .attribute(Attribute::bool(
            "disable_correlation_request_id",
            "Leaves out the header `x-ms-correlation-request-id`, one id for all requests of a run. Also \
             `ARM_DISABLE_CORRELATION_REQUEST_ID`.",
        ))
}

fn registration() -> Attribute {
    Attribute::string(
        "resource_provider_registration",
        "What to do about the resource provider `Microsoft.ContainerRegistry` in the subscriptions of subnets, where Azure needs \
         it too: `check` (default), an error of the plan where it is not registered; `register`, which registers it and waits \
         before the first write; or `skip`.",
    )
    .check(Check::one_of(RegistrationPolicy::NAMES))
}

fn endpoint() -> Attribute {
    let attributes = vec![
        Attribute::string(
            "resource_manager_endpoint",
            "URL of Azure Resource Manager. Plain `http` only to a loopback address. Also `ARM_RESOURCE_MANAGER_ENDPOINT`.",
        ),
        Attribute::string(
            "resource_manager_audience",
            "For whom tokens are asked. Defaults to the endpoint. Also `ARM_RESOURCE_MANAGER_AUDIENCE`.",
        ),
        Attribute::string(
            "active_directory_authority_host",
            "URL of the token service. Also `ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST`.",
        ),
    ];
    Attribute::nested(
        "endpoint",
        Nesting::Single,
        attributes,
        "Where a private cloud or a simulator is. Left out, the cloud of `environment`.",
    )
}
