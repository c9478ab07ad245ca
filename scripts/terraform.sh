#!/usr/bin/env bash
# Prints the path of a Terraform (or, with --or-tofu, an OpenTofu) to use; with --download, fetches a pinned Terraform into target/ if there is none.
#
# Looked for in this order: $TERRAFORM, the PATH, target/tools. Needs bash 3.2 or newer, so that it runs on macOS as it is.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=1.11.4
RELEASES=https://releases.hashicorp.com/terraform
INSTALLED=$PWD/target/tools/terraform-$VERSION/terraform

main() {
  local or_tofu=false download=false argument
  for argument in "$@"; do
    case $argument in
      --or-tofu) or_tofu=true ;;
      --download) download=true ;;
      *) fail "unknown argument $argument: the arguments are --or-tofu and --download" ;;
    esac
  done
  if [ -n "${TERRAFORM:-}" ]; then
    command -v "$TERRAFORM" || fail "\$TERRAFORM is \"$TERRAFORM\", which is no program"
  elif command -v terraform; then
    :
  elif $or_tofu && command -v tofu; then
    :
  else
    [ -x "$INSTALLED" ] || { $download && install_pinned; } || return 1
    echo "$INSTALLED"
  fi
}

install_pinned() {
  local platform zip sum
  platform=$(platform_of_this_machine) || exit 2
  sum=$(published_sum "$platform")
  mkdir -p "$(dirname "$INSTALLED")"
  zip=$(dirname "$INSTALLED")/terraform.zip
  echo "Downloading Terraform $VERSION for $platform (about 30 MB) ..." >&2
  fetch "$RELEASES/$VERSION/terraform_${VERSION}_$platform.zip" "$zip"
  [ "$(sha256_of "$zip")" = "$sum" ] || { rm -f "$zip"; fail "the download of Terraform $VERSION has not the published SHA-256 $sum; nothing was kept"; }
  command -v unzip >/dev/null || fail "unzip is missing: install it, or install Terraform yourself (https://developer.hashicorp.com/terraform/install)"
  unzip -qo "$zip" terraform -d "$(dirname "$INSTALLED")" || fail "$zip could not be unpacked"
  rm -f "$zip"
}

platform_of_this_machine() {
  local system machine
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) fail "no pinned Terraform for $(uname -s): install one (https://developer.hashicorp.com/terraform/install)" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=amd64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "no pinned Terraform for $(uname -m): install one (https://developer.hashicorp.com/terraform/install)" ;;
  esac
  echo "${system}_$machine"
}

# From the release's SHA256SUMS, written down here so that a changed download is noticed.
published_sum() {
  case $1 in
    linux_amd64) echo 1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc ;;
    linux_arm64) echo a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633 ;;
    darwin_amd64) echo a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b ;;
    darwin_arm64) echo 867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18 ;;
  esac
}

fetch() {
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --retry 2 --output "$2" "$1" || fail "could not download $1"
  elif command -v wget >/dev/null; then
    wget --quiet --output-document="$2" "$1" || fail "could not download $1"
  else
    fail "neither curl nor wget is here to download Terraform: install it yourself (https://developer.hashicorp.com/terraform/install)"
  fi
}

sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

fail() {
  echo "terraform.sh: $*" >&2
  exit 2
}

main "$@"
