//! The table of causes: how each shows itself, and what to do about it.

use super::advice::{
    advice, another_operation, duplicate_rule, general, linked_right, missing_object, missing_right, missing_subnets,
    network_subscription_not_registered, not_at_rest, not_carried, over_quota, subscription_not_registered,
    unsupported_version, version_argument, version_too_old, without_endpoint, wrong_sku,
};
use super::object::Case;
use super::words;
use crate::azure::error::{ArmError, ErrorKind};

/// What to do, and the attribute to do it at.
#[derive(Debug)]
pub(super) struct Remedy {
    pub(super) text: String,
    pub(super) attribute: Option<&'static str>,
}

/// A cause that has a remedy of its own.
pub(super) struct Cause {
    /// Its heading in `docs/guides/troubleshooting.md`.
    #[cfg_attr(not(test), expect(dead_code, reason = "holds the guide and this table together"))]
    pub(super) heading: &'static str,
    shows: fn(&ArmError) -> bool,
    remedy: fn(&Case<'_>) -> Remedy,
}

/// The remedy of the first cause that fits.
pub(super) fn remedy(case: &Case<'_>) -> Option<Remedy> {
    CAUSES.iter().find(|cause| (cause.shows)(case.error)).map(|cause| (cause.remedy)(case))
}

/// From the particular to the general.
pub(super) const CAUSES: &[Cause] = &[
    Cause {
        heading: "Microsoft.Network/virtualNetworks/taggedTrafficConsumers/validate/action",
        shows: |error| error.message.contains("taggedTrafficConsumers"),
        remedy: network_subscription_not_registered,
    },
    Cause {
        heading: "MissingSubscriptionRegistration",
        shows: |error| {
            error.has_code(&[
                "MissingSubscriptionRegistration",
                "MissingRegistrationForResourceProvider",
                "SubscriptionNotRegistered",
                "Subscription Not Registered",
            ])
        },
        remedy: subscription_not_registered,
    },
    Cause {
        heading: "do not have ServiceEndpoints for Microsoft.ContainerRegistry resources configured",
        shows: |error| error.message.contains("do not have ServiceEndpoints"),
        remedy: without_endpoint,
    },
    Cause {
        heading: "does not have subnets with names",
        shows: |error| error.message.contains("does not have subnets with names"),
        remedy: missing_subnets,
    },
    Cause {
        heading: "Found duplicate virtual network rule",
        shows: |error| error.message.contains("Found duplicate"),
        remedy: duplicate_rule,
    },
    Cause {
        heading: "NetworkRuleValidationError",
        shows: |error| error.has_code(&["NetworkRuleValidationError"]),
        remedy: |case| {
            advice(
                case.object.subnets(),
                "Azure checks every rule of a registry at each write, those of others included; one of them did not pass.",
            )
        },
    },
    Cause {
        heading: "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
        shows: |error| {
            error.has_code(&["LinkedAuthorizationFailed"])
                || error.kind == ErrorKind::Forbidden && error.message.contains("joinViaServiceEndpoint")
        },
        remedy: linked_right,
    },
    Cause {
        heading: "exceeds allowed quota",
        shows: |error| error.message.contains("exceeds allowed quota"),
        remedy: over_quota,
    },
    Cause {
        heading: "is not supported for the SKU",
        shows: |error| {
            error.has_code(&["SkuNotSupported", "DisablingPublicNetworkAccessNotSupported"])
                || error.message.contains("not supported for the SKU")
        },
        remedy: wrong_sku,
    },
    Cause {
        heading: "No registered resource provider found for location … and API version …",
        shows: |error| {
            error.has_code(&["NoRegisteredProviderFound", "InvalidApiVersionParameter", "UnsupportedApiVersion"])
                || words::supported_versions(&error.message).is_some()
        },
        remedy: unsupported_version,
    },
    Cause {
        heading: "which has been set using a higher API version",
        shows: |error| error.message.contains("set using a higher API version"),
        remedy: version_too_old,
    },
    Cause {
        heading: "API version … does not carry …",
        shows: |error| error.kind == ErrorKind::Unsupported,
        remedy: not_carried,
    },
    Cause {
        heading: "AnotherOperationInProgress",
        shows: |error| error.has_code(&["AnotherOperationInProgress", "RetryableErrorDueToAnotherOperation"]),
        remedy: another_operation,
    },
    Cause {
        heading: "RetryableError, ReferencedResourceNotProvisioned",
        shows: |error| error.has_code(&["RetryableError", "ReferencedResourceNotProvisioned"]),
        remedy: not_at_rest,
    },
    Cause {
        heading: "PreconditionFailed",
        shows: |error| error.kind == ErrorKind::PreconditionFailed,
        remedy: |_| {
            general(
                "Somebody else changed the subnet between each reading and its write, for as long as this run could wait. \
                 Find the other writer (a second run, a pipeline, the portal), let it end, and apply again.",
            )
        },
    },
    Cause {
        heading: "RequestDisallowedByPolicy",
        shows: |error| error.has_code(&["RequestDisallowedByPolicy"]),
        remedy: |_| {
            general(
                "An Azure Policy forbids this change; ARM's message names the assignment. Change the configuration so that it \
                 complies, or ask the policy's owner for an exemption.",
            )
        },
    },
    Cause { heading: "AuthorizationFailed", shows: |error| error.kind == ErrorKind::Forbidden, remedy: missing_right },
    Cause {
        heading: "SubscriptionNotFound",
        shows: |error| error.has_code(&["SubscriptionNotFound", "InvalidSubscriptionId"]),
        remedy: |case| {
            let subscription = words::subscription(case.id).unwrap_or("in the id");
            let text = format!(
                "Subscription {subscription} does not exist, or is in another tenant than the one this identity signed in to. \
                 Check the id and the provider's tenant_id."
            );
            advice(case.object.attribute(), text)
        },
    },
    Cause { heading: "ResourceNotFound", shows: |error| error.kind == ErrorKind::NotFound, remedy: missing_object },
    Cause {
        heading: "InvalidAuthenticationToken",
        shows: |error| error.kind == ErrorKind::Unauthorized,
        remedy: |case| {
            general(match case.error.status {
                Some(_) => "Azure did not accept the credentials. Check the provider block and the ARM_* variables.",
                None => {
                    "No access token could be had; the reason stands below. Check the provider block and the ARM_* variables: \
                     without any of them the account of `az login` counts."
                }
            })
        },
    },
    Cause {
        heading: "SubscriptionRequestsThrottled",
        shows: |error| error.kind == ErrorKind::Throttled,
        remedy: |case| {
            let subscription = words::subscription(case.id).unwrap_or("in question");
            general(format!(
                "This identity has used up its requests in subscription {subscription}, and waiting did not fit into the time \
                 allowed. Others that sign in as the same identity share that quota. Apply again later, raise the limit in the \
                 `timeouts` block, or lower Terraform's -parallelism."
            ))
        },
    },
    Cause {
        heading: "the time allowed was over",
        shows: |error| error.kind == ErrorKind::Timeout,
        remedy: |_| {
            general(
                "Raise the limit in the `timeouts` block if the operation needs longer. Apply again: it goes on from what is \
                 there.",
            )
        },
    },
    Cause {
        heading: "cancelled while …",
        shows: |error| error.kind == ErrorKind::Cancelled,
        remedy: |_| general("The run was interrupted. Apply again: it goes on from what is there."),
    },
    Cause {
        heading: "Azure accepted the change … but does not hold what was sent",
        shows: |error| error.kind == ErrorKind::NotStored,
        remedy: |case| {
            let argument = version_argument(case);
            general(format!(
                "Azure answered success but did not keep what was sent. Another writer may have been at work, or the API \
                 version ignores it; apply again, and look at the provider's {argument} if that does not help."
            ))
        },
    },
    Cause {
        heading: "another writer undid the change",
        shows: |error| error.kind == ErrorKind::Undone,
        remedy: |_| {
            general(
                "Somebody else kept writing this registry from an outdated reading: a script with `az`, the portal, or another tool. \
                 Apply again when it has ended, and see to it that each rule has one owner.",
            )
        },
    },
    Cause {
        heading: "409 Conflict",
        shows: |error| error.kind == ErrorKind::Conflict,
        remedy: |_| {
            general(
                "Another operation was at work, or the object is locked, for as long as this one could wait. Apply again.",
            )
        },
    },
    Cause {
        heading: "metadata host … could not be asked, … does not describe a cloud",
        shows: |error| error.is_of_metadata_host(),
        remedy: |_| {
            general(
                "Correct metadata_host (ARM_METADATA_HOSTNAME) in the provider block, unset it if it is meant for another tool, \
                 or set resource_manager_endpoint and active_directory_authority_host of endpoint: then it is not asked.",
            )
        },
    },
    Cause {
        heading: "is not Azure Resource Manager's",
        shows: |error| error.kind == ErrorKind::Malformed,
        remedy: |_| {
            general(
                "What answered does not speak as Azure Resource Manager does: a proxy's page, a redirect (none is followed, \
                 the token would go along) or a wrong endpoint. Check HTTPS_PROXY, NO_PROXY and the provider's endpoint.",
            )
        },
    },
    Cause {
        heading: "cannot connect",
        shows: |error| error.kind == ErrorKind::Transport,
        remedy: |_| {
            general(
                "There was no usable connection. Check the network, HTTPS_PROXY and NO_PROXY, the provider's endpoint, and, \
                 where the certificate is refused, SSL_CERT_FILE.",
            )
        },
    },
    Cause {
        heading: "500, 502, 503, 504",
        shows: |error| error.kind == ErrorKind::Server,
        remedy: |_| {
            general(
                "Azure failed, for as long as this one could wait. Apply again: it goes on from what is there. If it lasts, the \
                 request id below is what Azure support asks for.",
            )
        },
    },
];
