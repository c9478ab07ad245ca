"""The official Python SDKs as clients of the simulator: read, list by pages, write with polling, and see back what was sent."""

import os

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.network import NetworkManagementClient

from place import GROUP, NETWORK, REGISTRY, REGISTRY_ID, SUBNET, SUBNET_ID, SUBSCRIPTION, TENANT

ENDPOINT = "Microsoft.ContainerRegistry"


def run(azure, report):
    # The SDKs look for authorities to trust there, and their pipeline has no other way in common.
    os.environ["REQUESTS_CA_BUNDLE"] = str(azure.ca)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    report.part("SDK: registries", lambda: registries(azure, report))
    report.part("SDK: subnets", lambda: subnets(azure, report))


def clients(azure):
    credential = ClientSecretCredential(
        TENANT, "33333333-3333-3333-3333-333333333333", "any", authority=azure.url, disable_instance_discovery=True
    )
    common = {"base_url": azure.url, "credential_scopes": [f"{azure.url}/.default"], "polling_interval": 0}
    return (
        ContainerRegistryManagementClient(credential, SUBSCRIPTION, **common).registries,
        NetworkManagementClient(credential, SUBSCRIPTION, **common),
    )


def registries(azure, report):
    azure.reset(page_size=1)
    client, _ = clients(azure)
    read = client.get(GROUP, REGISTRY)
    report.check("a registry is read with its own members", (read.name, read.sku.name, read.location), (REGISTRY, "Premium", "westeurope"))
    report.check("its rules are those of a new registry", read.network_rule_set.default_action, "Allow")
    names = sorted(each.name for each in client.list())
    report.check("a list of three pages is followed to its end", names, ["another", "myregistry", "third"])
    report.check("so is that of a resource group", sorted(each.name for each in client.list_by_resource_group(GROUP)), names)
    usages = {usage.name: usage.limit for usage in client.list_usages(GROUP, REGISTRY).value}
    report.check("the limits of the rules are listed", (usages.get("IPRules"), usages.get("VNetRules")), (200, 100))
    report.check("what is not there is ResourceNotFound", code_of(lambda: client.get(GROUP, "nowhere")), (404, "ResourceNotFound"))
    for writes, polls in (("synchronous", 0), ("async_operation", 2)):
        azure.reset(registry_writes=writes, operation_polls=polls)
        sent = {"properties": {"networkRuleSet": rule_set("Deny", ["16.17.18.0/24", "16.17.19.20"])}}
        changed = client.begin_update(GROUP, REGISTRY, sent).result()
        seen = sorted(rule.ip_address_or_range for rule in changed.network_rule_set.ip_rules)
        report.check(f"the rules that were sent come back ({writes})", seen, ["16.17.18.0/24", "16.17.19.20"])
        report.check(f"they are stored ({writes})", azure.rule_set(), ("Deny", seen, []))
        polled = sum("operationStatuses" in request["path"] for request in azure.requests())
        report.check(f"the operation was polled to its end ({writes})", polled, polls + 1 if polls else 0)
    only_action = {"properties": {"networkRuleSet": {"defaultAction": "Allow"}}}
    client.begin_update(GROUP, REGISTRY, only_action).result()
    report.check("an update without rules keeps the rules", azure.rule_set(), ("Allow", seen, []))
    private = {"properties": {"networkRuleSet": rule_set("Deny", ["10.0.0.0/8"])}}
    status, _ = code_of(lambda: client.begin_update(GROUP, REGISTRY, private).result())
    report.check("a private range is refused", status, 400)


def subnets(azure, report):
    azure.reset(page_size=1, operation_polls=2)
    registry, network = clients(azure)
    names = sorted(each.name for each in network.subnets.list(GROUP, NETWORK))
    report.check("the subnets of a network are listed by pages", names, [SUBNET, "second"])
    rule = {"properties": {"networkRuleSet": rule_set("Deny", [], [SUBNET_ID])}}
    refused = code_of(lambda: registry.begin_update(GROUP, REGISTRY, rule).result())
    report.check("a rule for a subnet without the endpoint is refused", refused, (400, "NetworkRuleValidationError"))
    subnet = network.subnets.get(GROUP, NETWORK, SUBNET)
    subnet.service_endpoints = [{"service": ENDPOINT}]
    put = network.subnets.begin_create_or_update(GROUP, NETWORK, SUBNET, subnet).result()
    seen = [(each.service, each.provisioning_state, each.locations) for each in put.service_endpoints]
    report.check("the endpoint that was put comes back complete", seen, [(ENDPOINT, "Succeeded", ["*"])])
    report.check("the address prefix stayed", put.address_prefix, "10.0.0.0/24")
    changed = registry.begin_update(GROUP, REGISTRY, rule).result()
    ids = [each.virtual_network_subnet_resource_id for each in changed.network_rule_set.virtual_network_rules]
    report.check("then the rule is taken", ids, [SUBNET_ID])
    report.check("and stored", azure.rule_set(), ("Deny", [], [SUBNET_ID.lower()]))


def rule_set(action, addresses, subnet_ids=()):
    return {
        "defaultAction": action,
        "ipRules": [{"action": "Allow", "value": address} for address in addresses],
        "virtualNetworkRules": [{"action": "Allow", "virtualNetworkSubnetResourceId": id} for id in subnet_ids],
    }


def code_of(work):
    """Status and code of a refusal."""
    try:
        work()
    except ResourceNotFoundError as error:
        return error.status_code, error.error.code
    except HttpResponseError as error:
        return error.status_code, error.error.code
    return None, None
