#!/usr/bin/env bash
# Lists what the released provider is made of, as CycloneDX JSON: target/sbom/terraform-provider-acrnet_VERSION_TARGET.cdx.json.
#
# TARGET names the platform (default: this machine's). Same sources, same bytes: the list carries the time SOURCE_DATE_EPOCH (default: that of the
# commit) and no path of this machine. It follows what Cargo resolves, optional dependencies of dependencies included, and so lists a little too much: `ring`
# is in Cargo.lock but in no build (`cargo tree -i ring`, and deny.toml). The tool is installed into target/tools if it is missing, which takes a few minutes once.
set -euo pipefail
cd "$(dirname "$0")/.."

TOOL=cargo-cyclonedx
TOOL_VERSION=0.5.9
root=$PWD/target/tools/$TOOL
name=

main() {
  local version target
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
  target=${TARGET:-$(rustc -vV | sed -n 's/^host: //p')}
  name=terraform-provider-acrnet_${version}_$target.cdx
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

  [ -x "$root/bin/$TOOL" ] ||
    cargo install --locked --quiet "$TOOL@$TOOL_VERSION" --root "$root" --target-dir "$root-build"
  export PATH=$root/bin:$PATH

  # The tool writes beside Cargo.toml, and nowhere else.
  trap 'rm -f "$name.json"' EXIT
  cargo cyclonedx --quiet --format json --spec-version 1.5 --target "$target" --no-build-deps --override-filename "$name"
  mkdir -p target/sbom
  sed "s|file://$PWD|file://.|g" "$name.json" >"target/sbom/$name.json"
  echo "target/sbom/$name.json: $(grep -c '"bom-ref"' "target/sbom/$name.json") components"
}

main "$@"
