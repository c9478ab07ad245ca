"""The commands of `az` in the guides, which nothing here can run: the official CLI reads each as it stands, with all of its arguments, and stops there."""

import io
import os
import re
import subprocess

from place import PATIENCE, PROJECT, REGISTRY_ID, SUBNET_ID, WORK

# What a reader has in these; the rest is their own business.
VARIABLES = {"REGISTRY_ID": REGISTRY_ID, "SUBNET": SUBNET_ID, "SUBNET_ID": SUBNET_ID, "PRINCIPAL": "someone", "PEM": "a.pem"}
# The shell splits the commands as it would for the reader, and notes the words in place of running them.
NOTE = """
az() { printf '%s\\0' "$@" >>"$NOTED"; printf '\\n\\0' >>"$NOTED"; }
openssl() { :; }
"""
FENCE = re.compile(r"^( *)```sh\n\1# against a real Azure\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def run(_azure, report):
    report.part("az reads the commands of the guides", lambda: read(report))


def read(report):
    stop_after_reading = prepared()
    seen = 0
    for page in sorted((PROJECT / "docs" / "guides").glob("*.md")):
        for _, block in FENCE.findall(page.read_text()):
            for words in commands(block):
                seen += 1
                report.check(f"{page.name}: az {' '.join(words)[:90]}", stop_after_reading(words), 0)
    report.check("the guides have such commands", seen > 15, True)
    report.check("an argument that az does not know is found", stop_after_reading(["acr", "list", "--registry", "a"]) != 0, True)


def commands(block):
    """The words of each call of `az` in a block."""
    noted = WORK / "noted"
    noted.write_bytes(b"")
    environment = {"PATH": os.environ["PATH"], "NOTED": str(noted), "HOME": str(WORK)} | VARIABLES
    subprocess.run(["bash", "-eu", "-c", NOTE + block], env=environment, check=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, cwd=WORK)
    calls, words = [], []
    for word in noted.read_text().split("\0")[:-1]:
        if word == "\n":
            calls.append(words)
            words = []
        else:
            words.append(word)
    return calls


def prepared():
    """A function that lets the CLI read words, and gives its exit code; 0 only if it understood them."""
    os.environ |= {"AZURE_CONFIG_DIR": str(WORK / "azure-guides"), "AZURE_CORE_COLLECT_TELEMETRY": "no"}
    from azure.cli.core import get_default_cli
    from knack.events import EVENT_INVOKER_POST_PARSE_ARGS

    cli = get_default_cli()

    def understood(*_, **__):
        raise SystemExit(0)

    cli.register_event(EVENT_INVOKER_POST_PARSE_ARGS, understood)
    # The CLI reads @file itself.
    for name in ("rules.json", "credential.json"):
        (WORK / name).write_text("{}")
    os.chdir(WORK)

    def exit_code(words):
        try:
            return cli.invoke(list(words), out_file=io.StringIO())
        except SystemExit as ended:
            return ended.code or 0

    return exit_code
