"""Where everything is: the simulator's world, and what the checks have found so far."""

import json
import os
import subprocess
import sys
import time
import traceback
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
WORK = PROJECT / "target" / "fidelity" / "run"
BUILT = PROJECT / "target" / "debug"

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
TENANT = "22222222-2222-2222-2222-222222222222"
GROUP = "myResourceGroup"
REGISTRY = "myregistry"
NETWORK = "myDockerVMVNET"
SUBNET = "myDockerVMSubnet"
GROUP_ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
REGISTRY_ID = f"{GROUP_ID}/providers/Microsoft.ContainerRegistry/registries/{REGISTRY}"
NETWORK_ID = f"{GROUP_ID}/providers/Microsoft.Network/virtualNetworks/{NETWORK}"
SUBNET_ID = f"{NETWORK_ID}/subnets/{SUBNET}"

# A client that waits is a client that is stuck: nothing here takes long.
PATIENCE = 120

SEED = {
    "subscriptions": [
        {"id": SUBSCRIPTION, "name": "Fidelity", "tenantId": TENANT, "providers": {"Microsoft.ContainerRegistry": "Registered"}}
    ],
    "registries": [
        {"id": REGISTRY_ID, "location": "westeurope", "sku": {"name": "Premium"}},
        {"id": REGISTRY_ID.replace(REGISTRY, "another"), "location": "westeurope", "sku": {"name": "Premium"}},
        {"id": REGISTRY_ID.replace(REGISTRY, "third"), "location": "westeurope", "sku": {"name": "Basic"}},
    ],
    "virtualNetworks": [
        {
            "id": NETWORK_ID,
            "location": "westeurope",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [
                    {"name": SUBNET, "properties": {"addressPrefix": "10.0.0.0/24"}},
                    {"name": "second", "properties": {"addressPrefix": "10.0.1.0/24"}},
                ],
            },
        }
    ],
}


class Report:
    """Counts checks, each a sentence; a failure is told at once and the rest goes on."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def heading(self, text):
        print(f"\n== {text}\n", flush=True)

    def check(self, sentence, seen, wanted):
        if seen == wanted:
            self.passed += 1
            print(f"ok      {sentence}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {sentence}\n        wanted {wanted!r}\n        seen   {seen!r}", flush=True)

    def part(self, name, work):
        """A part that breaks is one failure; those after it still run."""
        self.heading(name)
        started = time.monotonic()
        try:
            work()
        except Exception:  # noqa: BLE001 - whatever it was, it is told
            self.failed += 1
            print(f"FAILED  {name} broke off\n{traceback.format_exc()}", flush=True)
        print(f"        {time.monotonic() - started:.0f} s", flush=True)


class Azure:
    """The simulator, over https; it ends with this process."""

    def __init__(self):
        WORK.mkdir(parents=True, exist_ok=True)
        self.ca = WORK / "ca.pem"
        seed = WORK / "seed.json"
        seed.write_text(json.dumps(SEED))
        self.process = subprocess.Popen(
            [BUILT / "arm-simulator", "--https", "--ca-file", self.ca, "--login-server-suffix", "azurecr.io", "--seed", seed, "--exit-on-stdin-eof"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().strip().rpartition(" ")[2]
        if not self.url.startswith("https://"):
            sys.exit("the simulator did not start")
        import ssl

        self.tls = ssl.create_default_context(cafile=str(self.ca))

    def stop(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)

    def control(self, method, what, body=None):
        """The simulator's own side door."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{what}", data=data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.tls))
        with opener.open(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def reset(self, **settings):
        """The seed's world again, with these settings."""
        self.control("PUT", "state", SEED)
        self.control("DELETE", "requests")
        # az and the SDKs wait 30 s between two polls.
        plain = {"operation_polls": 0, "page_size": 100, "registry_writes": "synchronous", "operation_retry_after": None}
        self.control("POST", "settings", plain | settings)

    def stored(self, id):
        """A registry or subnet as it is stored."""
        state = self.control("GET", "state")
        subnets = [subnet for network in state["virtualNetworks"] for subnet in network["properties"]["subnets"]]
        return next(each for each in state["registries"] + subnets if each["id"].lower() == id.lower())

    def rule_set(self):
        return rules_of(self.stored(REGISTRY_ID)["properties"]["networkRuleSet"])

    def services(self):
        return sorted(each["service"] for each in self.stored(SUBNET_ID)["properties"].get("serviceEndpoints", []))

    def requests(self):
        return self.control("GET", "requests")


def rules_of(rule_set):
    """Default action, addresses and subnets, whatever the order and the letters of ids."""
    subnets = (rule["virtualNetworkSubnetResourceId"].lower() for rule in rule_set.get("virtualNetworkRules") or [])
    addresses = (rule["value"] for rule in rule_set.get("ipRules") or [])
    return rule_set["defaultAction"], sorted(addresses), sorted(subnets)


def environment(azure, **more):
    """An environment in which no setting of this machine's user counts."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    home = WORK / "home"
    home.mkdir(parents=True, exist_ok=True)
    own = {"HOME": str(home), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return kept | own | {name: str(value) for name, value in more.items()}
