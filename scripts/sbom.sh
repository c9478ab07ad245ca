#!/usr/bin/env bash
# Lists what the released provider is made of, as CycloneDX JSON: target/sbom/terraform-provider-acrnet_VERSION.cdx.json.
#
# TARGET names the platform (default: this machine's). Same sources, same bytes: the list carries the time SOURCE_DATE_EPOCH (default: that of the commit).
# The tool is installed into target/tools if it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

TOOL_VERSION=0.5.7
tool_root=$PWD/target/tools/cargo-cyclonedx

main() {
  local version target
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
  target=${TARGET:-$(rustc -vV | sed -n 's/^host: //p')}
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
  export SOURCE_DATE_EPOCH
  install_tool
  list "$target" "target/sbom/terraform-provider-acrnet_$version.cdx.json"
}

install_tool() {
  PATH=$tool_root/bin:$PATH
  export PATH
  [ -x "$tool_root/bin/cargo-cyclonedx" ] && return
  cargo install --locked --quiet "cargo-cyclonedx@$TOOL_VERSION" --root "$tool_root" --target-dir "$tool_root-build"
  rm -rf "$tool_root-build"
}
