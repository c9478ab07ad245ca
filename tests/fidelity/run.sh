#!/usr/bin/env bash
# Proves the simulator with clients that know nothing of it: the official Python SDKs, the official Azure CLI, and the CLI beside Terraform.
#
# Not part of `make test`: it installs 800 MB from PyPI. Everything it writes is below target/fidelity; the user's Azure and Terraform settings are
# neither read nor changed. With --install it only does that. The last line is "N passed, N failed". pip is configured as always (PIP_INDEX_URL, PIP_CERT, …); PYTHON names a Python.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=tests/fidelity
venv=target/fidelity/venv
python=${PYTHON:-python3}

main() {
  "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' || stop "Python 3.10 or newer with venv is needed (PYTHON names another)"
  TERRAFORM=$(scripts/terraform.sh) || stop "terraform is missing: install it, or run make terraform"
  cargo build --locked --all-features --bins
  install_clients
  [ "${1:-}" != --install ] || return 0
  TERRAFORM=$TERRAFORM exec "$venv/bin/python" -B "$here/main.py"
}

# Once for each version of the list.
install_clients() {
  ! cmp -s "$here/requirements.txt" "$venv/installed.txt" || return 0
  echo "Installing the official clients into $venv (a minute or two) ..."
  rm -rf "$venv"
  mkdir -p "$(dirname "$venv")"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" ||
    stop "the official clients could not be installed"
  cp "$here/requirements.txt" "$venv/installed.txt"
}

stop() {
  echo "fidelity: $1" >&2
  exit 1
}

main "$@"
