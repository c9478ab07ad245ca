"""The official Azure CLI as a client of the simulator, and beside Terraform.

Every command of the Azure article on restricting a registry with a service endpoint or firewall rules, except `docker` and `az acr login`: those go
to the registry's own host name over port 443, where nobody here listens.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from place import (
    BUILT,
    GROUP,
    HERE,
    NETWORK,
    PATIENCE,
    REGISTRY,
    REGISTRY_ID,
    SUBNET,
    SUBNET_ID,
    TENANT,
    WORK,
    environment,
    rules_of,
)

ENDPOINT = "Microsoft.ContainerRegistry"
STORAGE = "Microsoft.Storage"
DEFAULT = ("Allow", [], [])
APPLIED = ("Deny", ["16.17.18.0/24", "16.17.19.20"], [SUBNET_ID.lower()])


class Failed(Exception):
    pass


class Az:
    """`az`, logged in to the simulator, with a configuration of its own."""

    def __init__(self, azure):
        self.environment = environment(azure, AZURE_CONFIG_DIR=WORK / "azure", REQUESTS_CA_BUNDLE=azure.ca)
        self("config", "set", "core.instance_discovery=False", "core.collect_telemetry=no", "core.only_show_errors=yes")
        urls = ("--endpoint-resource-manager", "--endpoint-active-directory", "--endpoint-management")
        endpoints = [part for name in urls for part in (name, azure.url)]
        self(
            "cloud", "register", "-n", "Sim", *endpoints, "--endpoint-active-directory-resource-id",
            "https://management.azure.com", "--suffix-acr-login-server-endpoint", ".azurecr.io",
        )  # fmt: skip
        self("cloud", "set", "-n", "Sim")
        self("login", "--service-principal", "-u", "33333333-3333-3333-3333-333333333333", "-p", "any", "--tenant", TENANT)

    def __call__(self, *arguments):
        """Its answer, read as JSON."""
        text = ran([Path(sys.executable).parent / "az", *arguments, "--output", "json"], self.environment)
        return json.loads(text) if text.strip() else None

    def acr(self, *arguments):
        """A command on the registry."""
        return self("acr", *arguments, "--name", REGISTRY)

    def rules(self):
        """What `az acr network-rule list` shows."""
        listed = self.acr("network-rule", "list")
        addresses = sorted(rule["ipAddressOrRange"] for rule in listed["ipRules"])
        return addresses, sorted(rule["virtualNetworkResourceId"].lower() for rule in listed["virtualNetworkRules"])

    def update_subnet(self, *services):
        return self(
            "network", "vnet", "subnet", "update", "--name", SUBNET, "--vnet-name", NETWORK, "--resource-group", GROUP,
            "--service-endpoints", *services,
        )  # fmt: skip


class Terraform:
    """The real `terraform` with the built provider, in a folder of its own."""

    def __init__(self, azure):
        self.module = WORK / "module"
        self.module.mkdir(parents=True)
        shutil.copy(HERE / "main.tf", self.module)
        settings = WORK / "terraform.rc"
        settings.write_text(
            f'provider_installation {{\n  dev_overrides {{ "registry.terraform.io/acrnet/acrnet" = "{BUILT}" }}\n  direct {{}}\n}}\n'
        )
        self.environment = environment(
            azure, TF_CLI_CONFIG_FILE=settings, TF_IN_AUTOMATION=1, CHECKPOINT_DISABLE=1, SSL_CERT_FILE=azure.ca,
            TF_VAR_endpoint=azure.url, TF_VAR_registry_id=REGISTRY_ID, TF_VAR_subnet_id=SUBNET_ID, TF_VAR_access_token="any",
        )  # fmt: skip

    def log_in_with(self, az):
        """From now on the provider gets its token from `az`, and not from us."""
        del self.environment["TF_VAR_access_token"]
        programs = f"{Path(sys.executable).parent}{os.pathsep}{self.environment['PATH']}"
        names = ("AZURE_CONFIG_DIR", "REQUESTS_CA_BUNDLE")
        self.environment |= {"PATH": programs} | {name: az.environment[name] for name in names}

    def __call__(self, *arguments):
        program = os.environ.get("TERRAFORM", "terraform")
        return ran([program, f"-chdir={self.module}", *arguments, "-no-color"], self.environment)

    def changes(self):
        """What a plan would change: by type, the actions, and what is there and wanted of what differs."""
        self("plan", "-input=false", "-out=plan")
        plan = json.loads(self("show", "-json", "plan"))
        return {change["type"]: differences(change["change"]) for change in plan["resource_changes"] if change["change"]["actions"] != ["no-op"]}


def run(azure, report):
    azure.reset()
    az = Az(azure)
    report.part("az: the article, step by step", lambda: article(az, azure, report))
    azure.reset()
    terraform = Terraform(azure)
    report.part("Terraform applies, az sees it", lambda: terraform_then_az(terraform, az, azure, report))
    report.part("az changes, Terraform sees exactly that", lambda: az_then_terraform(terraform, az, azure, report))
    report.part("Terraform logs in with az", lambda: logged_in(terraform, az, azure, report))
    report.part("Terraform destroys, az sees it", lambda: destroyed(terraform, az, azure, report))


def article(az, azure, report):
    az("provider", "register", "--namespace", ENDPOINT)
    state = az("provider", "show", "--namespace", ENDPOINT)["registrationState"]
    report.check("az provider register, show", state, "Registered")
    named = az("network", "vnet", "list", "--resource-group", GROUP, "--query", "[].{Name: name, Subnet: subnets[0].name}")
    report.check("az network vnet list", named, [{"Name": NETWORK, "Subnet": SUBNET}])
    az.update_subnet(ENDPOINT)
    report.check("az network vnet subnet update --service-endpoints", azure.services(), [ENDPOINT])
    where = ("--name", SUBNET, "--vnet-name", NETWORK, "--resource-group", GROUP)
    subnet = az("network", "vnet", "subnet", "show", *where, "--query", "id")
    report.check("az network vnet subnet show --query id", subnet, SUBNET_ID)
    az.acr("update", "--default-action", "Deny")
    report.check("az acr update --default-action Deny", azure.rule_set(), ("Deny", [], []))
    az.acr("network-rule", "add", "--subnet", subnet)
    report.check("az acr network-rule add --subnet", azure.rule_set(), ("Deny", [], [SUBNET_ID.lower()]))
    report.check("az acr network-rule list", az.rules(), ([], [SUBNET_ID.lower()]))
    az.acr("network-rule", "remove", "--subnet", subnet)
    report.check("az acr network-rule remove --subnet", azure.rule_set(), ("Deny", [], []))
    for address in ("16.17.18.0/24", "16.17.19.20"):
        az.acr("network-rule", "add", "--ip-address", address)
    report.check("az acr network-rule add --ip-address, twice", az.rules(), (["16.17.18.0/24", "16.17.19.20"], []))
    az.acr("network-rule", "remove", "--ip-address", "16.17.18.0/24")
    report.check("az acr network-rule remove --ip-address", azure.rule_set(), ("Deny", ["16.17.19.20"], []))
    az.acr("network-rule", "remove", "--ip-address", "16.17.19.20")
    az.acr("update", "--default-action", "Allow")
    report.check("az acr update --default-action Allow", azure.rule_set(), DEFAULT)
    closed = az.acr("update", "--public-network-enabled", "false")
    report.check("az acr update --public-network-enabled false", closed["publicNetworkAccess"], "Disabled")
    opened = az.acr("update", "--public-network-enabled", "true", "--allow-trusted-services", "false")
    seen = (opened["publicNetworkAccess"], opened["networkRuleBypassOptions"])
    report.check("az acr update --public-network-enabled true --allow-trusted-services false", seen, ("Enabled", "None"))
    azure.control("POST", "settings", {"registry_writes": "async_operation"})
    az.acr("network-rule", "add", "--ip-address", "16.17.19.20")
    azure.control("POST", "settings", {"registry_writes": "synchronous"})
    polls = sum("operationStatuses" in request["path"] for request in azure.requests())
    report.check("a rule that is added by a long-running operation", (azure.rule_set()[1], polls > 0), (["16.17.19.20"], True))
    report.check("az acr show-usage", "IPRules" in [usage["name"] for usage in az.acr("show-usage")["value"]], True)
    private = refusal(lambda: az.acr("network-rule", "add", "--ip-address", "10.0.0.1"))
    report.check("a private address is refused in the service's words", "Found private IP address" in private, True)


def terraform_then_az(terraform, az, azure, report):
    az.update_subnet(STORAGE)
    terraform("apply", "-input=false", "-auto-approve")
    report.check("what was applied is stored", azure.rule_set(), APPLIED)
    report.check("az acr network-rule list shows what was applied", az.rules(), APPLIED[1:])
    shown = az.acr("show")["networkRuleSet"]["defaultAction"]
    report.check("az acr show shows the default action", shown, "Deny")
    services = az("network", "vnet", "subnet", "show", "--ids", SUBNET_ID, "--query", "serviceEndpoints[].service")
    report.check("az network vnet subnet show shows both endpoints", sorted(services), [ENDPOINT, STORAGE])
    report.check("a second plan is empty", terraform.changes(), {})


def az_then_terraform(terraform, az, azure, report):
    rule_set, endpoint = "acrnet_registry_network_rule_set", "acrnet_subnet_service_endpoint"
    az.acr("network-rule", "add", "--ip-address", "52.57.22.38")
    more = {rule_set: (["update"], {"ip_rules": ([*APPLIED[1], "52.57.22.38"], APPLIED[1])})}
    report.check("an address that az added is the only change", terraform.changes(), more)
    az.acr("update", "--default-action", "Allow")
    more[rule_set][1]["default_action"] = ("Allow", "Deny")
    report.check("so is the default action that az turned", terraform.changes(), more)
    az.acr("network-rule", "remove", "--subnet", SUBNET_ID)
    more[rule_set][1]["virtual_network_subnet_ids"] = ([], [SUBNET_ID])
    report.check("so is the subnet that az removed", terraform.changes(), more)
    terraform("apply", "-input=false", "-auto-approve")
    report.check("az lists the repaired rules", az.rules(), APPLIED[1:])
    az.update_subnet(STORAGE)
    planned = terraform.changes()
    report.check("the endpoint that az overwrote is created again", planned.get(endpoint, (None,))[0], ["create"])
    terraform("apply", "-input=false", "-auto-approve")
    report.check("and stands beside the other", azure.services(), [ENDPOINT, STORAGE])
    report.check("then a plan is empty", terraform.changes(), {})


def logged_in(terraform, az, azure, report):
    azure.control("POST", "settings", {"strict_tokens": True})
    refused = refusal(terraform.changes)
    report.check("a token that Azure did not issue is refused", "did not accept the credentials" in refused, True)
    terraform.log_in_with(az)
    report.check("with the token of az a plan is read, and is empty", terraform.changes(), {})


def destroyed(terraform, az, azure, report):
    terraform("destroy", "-input=false", "-auto-approve")
    report.check("az lists no rules", az.rules(), ([], []))
    report.check("everybody is let in again", rules_of(az_rule_set(az)), DEFAULT)
    report.check("the other endpoint of the subnet is still there", azure.services(), [STORAGE])


def az_rule_set(az):
    """The rule set that `az acr show` prints, in the API's words."""
    shown = az.acr("show")["networkRuleSet"]
    return {"defaultAction": shown["defaultAction"], "ipRules": shown["ipRules"], "virtualNetworkRules": shown.get("virtualNetworkRules")}


def differences(change):
    """What a planned change does: its actions, and each attribute that differs, before and after; sets in order."""
    before, after = change["before"] or {}, change["after"] or {}
    ordered = lambda value: sorted(value) if isinstance(value, list) else value  # noqa: E731
    names = [name for name in after if before.get(name) != after[name]]
    return change["actions"], {name: (ordered(before.get(name)), ordered(after[name])) for name in names}


def refusal(work):
    try:
        work()
    except Failed as error:
        return str(error)
    return "it was accepted"


def ran(command, variables):
    """Standard output of a command that succeeds."""
    command = [str(part) for part in command]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Failed(f"{' '.join(command[:6])} … ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
