//! The declaration of the provider block. Names are azurerm's, so that one environment serves both.

use crate::azure::api_version::ApiVersion;
use crate::azure::provider_registration::RegistrationPolicy;
use crate::terraform::schema::{Attribute, Check, Nesting, Schema};
use crate::terraform::value::Type;

const DESCRIPTION: &str = "\
Manages who may reach an Azure Container Registry over the network: its default action, IP and virtual network rules, and \
the service endpoints of the subnets in them.";

pub(super) fn schema() -> Schema {
    let schema = Schema::new(DESCRIPTION);
    service(credentials(schema))
}

fn credentials(schema: Schema) -> Schema {
    other_ways(oidc(application(schema)))
}

/// Text, with its variables.
fn text(name: &str, description: &str, variable: &str) -> Attribute {
    Attribute::string(name, format!("{description} Also `{variable}`."))
}

fn flag(name: &str, description: &str, variable: &str) -> Attribute {
    Attribute::bool(name, format!("{description} Also `{variable}`."))
}

fn application(schema: Schema) -> Schema {
    let tenants = "Further tenants, up to three, whose tokens go along with each request.";
    schema
        .attribute(text("tenant_id", "Id (GUID) of the Microsoft Entra tenant.", "ARM_TENANT_ID"))
        .attribute(Attribute::new(
            "auxiliary_tenant_ids",
            Type::list(Type::String),
            format!("{tenants} Also `ARM_AUXILIARY_TENANT_IDS`, with `;` between them."),
        ))
        .attribute(text(
            "subscription_id",
            "Subscription for `list` blocks that name none; not needed otherwise, as every id is complete. Without `tenant_id`, the Azure CLI gives a \
             token of the account that sees this subscription.",
            "ARM_SUBSCRIPTION_ID",
        ))
        .attribute(text("client_id", "Id (GUID) of the application, or of a user-assigned managed identity.", "ARM_CLIENT_ID"))
        .attribute(text("client_id_file_path", "File that holds `client_id`; where both are set, they must agree.", "ARM_CLIENT_ID_FILE_PATH"))
        .attribute(text("client_secret", "Secret of the application.", "ARM_CLIENT_SECRET").sensitive())
        .attribute(text(
            "client_secret_file_path",
            "File that holds the secret of the application; where both are set, they must agree.",
            "ARM_CLIENT_SECRET_FILE_PATH",
        ))
        .attribute(
            text("client_certificate", "Certificate of the application: a PFX container in base64.", "ARM_CLIENT_CERTIFICATE")
                .sensitive(),
        )
        .attribute(text(
            "client_certificate_path",
            "File of the application's certificate, a PFX container with its RSA key.",
            "ARM_CLIENT_CERTIFICATE_PATH",
        ))
        .attribute(
            text("client_certificate_password", "Password of the PFX container. Defaults to none.", "ARM_CLIENT_CERTIFICATE_PASSWORD").sensitive(),
        )
}

fn oidc(schema: Schema) -> Schema {
    schema
        .attribute(flag(
            "use_oidc",
            "Whether the application proves itself by a token of another identity provider (workload identity federation), where \
             there is one. Defaults to `false`.",
            "ARM_USE_OIDC",
        ))
        .attribute(text("oidc_token", "The token of that other identity provider, a JWT.", "ARM_OIDC_TOKEN").sensitive())
        .attribute(text(
            "oidc_token_file_path",
            "File that holds the token of that other identity provider; it is read again for each access token.",
            "ARM_OIDC_TOKEN_FILE_PATH",
        ))
        .attribute(text(
            "oidc_request_url",
            "URL that GitHub Actions or Azure DevOps gives such tokens at.",
            "ARM_OIDC_REQUEST_URL`, `ACTIONS_ID_TOKEN_REQUEST_URL`, `SYSTEM_OIDCREQUESTURI",
        ))
        .attribute(
            text(
                "oidc_request_token",
                "What GitHub Actions or Azure DevOps knows the run by: its own bearer token for `oidc_request_url`.",
                "ARM_OIDC_REQUEST_TOKEN`, `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `SYSTEM_ACCESSTOKEN",
            )
            .sensitive(),
        )
        .attribute(text(
            "ado_pipeline_service_connection_id",
            "Id (GUID) of the service connection in Azure DevOps.",
            "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID`, `ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
        ))
        .attribute(flag(
            "use_aks_workload_identity",
            "Whether `AZURE_CLIENT_ID`, `AZURE_TENANT_ID` and `AZURE_FEDERATED_TOKEN_FILE` of a pod in AKS are used. Defaults to `false`.",
            "ARM_USE_AKS_WORKLOAD_IDENTITY",
        ))
}

fn other_ways(schema: Schema) -> Schema {
    schema
        .attribute(
            text("access_token", "A ready bearer token for Azure Resource Manager; excludes every other method.", "ARM_ACCESS_TOKEN")
                .sensitive(),
        )
        .attribute(flag(
            "use_msi",
            "Whether the managed identity of the machine is used: of a virtual machine, App Service, Functions or Container Apps. \
             Defaults to `false`.",
            "ARM_USE_MSI",
        ))
        .attribute(text("msi_endpoint", "URL of the managed identity's service, where it is not Azure's own.", "ARM_MSI_ENDPOINT"))
        .attribute(flag(
            "use_cli",
            "Whether the account that is logged in to the Azure CLI is used, when nothing else is set. Defaults to `true`.",
            "ARM_USE_CLI",
        ))
}

fn service(schema: Schema) -> Schema {
    schema
        .attribute(environment())
        .attribute(text(
            "metadata_host",
            "Host that describes a private cloud (`https://<host>/metadata/endpoints`), asked when its endpoints are first needed; what \
             `endpoint` sets wins.",
            "ARM_METADATA_HOSTNAME",
        ))
        .attribute(endpoint())
        .attribute(
            Attribute::string(
                "registry_api_version",
                "API version for registries. Defaults to `2026-03-01-preview`, which carries virtual network rules, as \
                 `2026-09-01-preview` and `2021-08-01-preview` do; with a version that does not, rules for subnets are an error.",
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
        .attribute(refresh())
        .attribute(
            Attribute::number("max_retries", "How often a failed request is sent again, at most, from `0` to `100`; `timeouts` bound it all the same. Defaults to `8`.")
                .check(Check::between(0, 100)),
        )
        .attribute(
            Attribute::number("max_concurrent_requests", "Requests to Azure at the same time, at most, from `1` to `1000`. Defaults to `16`.")
                .check(Check::between(1, 1000)),
        )
        .attribute(
            Attribute::string("partner_id", "GUID for customer usage attribution, added to the User-Agent. Defaults to none. Also `ARM_PARTNER_ID`.")
                .check(Check::parses::<uuid::Uuid>()),
        )
        .attribute(Attribute::bool(
            "disable_correlation_request_id",
            "Whether to leave out the header `x-ms-correlation-request-id`, one id for all requests of a run, by which Azure's support finds \
             them. Defaults to `false`. Also `ARM_DISABLE_CORRELATION_REQUEST_ID`.",
        ))
}

fn environment() -> Attribute {
    let clouds = "The cloud: `public`, `usgovernment` or `china`. Defaults to `public`. Service endpoints for Container Registry are not offered in \
                  the other two; IP rules are.";
    text("environment", clouds, "ARM_ENVIRONMENT")
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

fn refresh() -> Attribute {
    Attribute::string(
        "refresh",
        "How registries and subnets are read during refresh and plan. `batched` (default): the first ten of a place by a GET each; when more \
         of the same resource group, subscription or virtual network are asked for, pages of its list answer, a few seconds old at most. Where listing is \
         not allowed or does not show one, it is read by a GET. `individual`: a GET each, which needs no right to list and draws on Azure's \
         quota of requests for each of them. What is written never follows from a list.",
    )
    .check(Check::one_of(super::config::REFRESH))
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
