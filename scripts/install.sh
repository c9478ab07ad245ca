#!/usr/bin/env bash
# Installs the provider for this user, where Terraform and OpenTofu look without being told: builds it, copies it, and says how to use it, and how to be
# rid of it. Nothing else is changed.
#
#   BUILT     the folder of a program that is built already; otherwise it is built
#   PLUGINS   the folder to install into, as a filesystem_mirror is laid out; otherwise the user's own
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/names.sh
. scripts/names.sh

version=$(version)
platform=$(platform_of "$(host_target)") || {
  echo "install.sh: there is no release for $(host_target)" >&2
  exit 1
}
suffix=$(suffix_of "$platform")

main() {
  local registry folder plugins
  if [ -z "${BUILT:-}" ]; then
    cargo build --locked --release --bin "$provider"
    BUILT=${CARGO_TARGET_DIR:-target}/release
  fi
  plugins=${PLUGINS:-$(plugins_of_user)}
  for registry in $registries; do
    folder=$plugins/$registry/$address/$version/$platform
    mkdir -p "$folder"
    rm -f "$folder/"* # a program that runs is not written over
    cp "$BUILT/$provider$suffix" "$folder/${provider}_v$version$suffix"
    chmod 755 "$folder/${provider}_v$version$suffix"
  done
  tell "$plugins"
}

# Where both look: below the home folder, on Windows below that of applications.
plugins_of_user() {
  case $platform in
    windows_*) echo "$(cygpath -m "${APPDATA:?}")/terraform.d/plugins" ;;
    *) echo "${HOME:?}/.terraform.d/plugins" ;;
  esac
}

tell() {
  local plugins=$1 first=${registries%% *}
  cat <<TEXT

$provider $version is installed for Terraform and OpenTofu, below
  $plugins

  terraform {
    required_providers {
      acrnet = { source = "$address" }
    }
  }

and terraform init. From now on both take it from there alone, and ask no registry for it. A folder that was initialised with another build
refuses this one, because its lock file has the other's checksum: terraform init -upgrade.

While you change the provider, this in ~/.terraformrc (Windows: %APPDATA%\\terraform.rc) spares you init and lock file:

  provider_installation {
    dev_overrides {
      "$address" = "$plugins/$first/$address/$version/$platform"
    }
    direct {}
  }

To be rid of it:
TEXT
  for registry in $registries; do printf '  rm -r "%s"\n' "$plugins/$registry/${address%/*}"; done
}

main
