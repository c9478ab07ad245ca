# What a release and its parts are called, for the scripts that make, install and describe one. Sourced, in the project's root; bash 3.2 is enough.
# shellcheck shell=bash disable=SC2034

provider=terraform-provider-acrnet
address=acrnet/acrnet
registries="registry.terraform.io registry.opentofu.org" # what Terraform and OpenTofu make of "acrnet/acrnet"

# The version, without a v. Cargo.toml is the one place that has it.
version() {
  sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1
}

# The Rust target of this machine.
host_target() {
  rustc -vV | sed -n 's/^host: //p'
}

# A Rust target in the words of Terraform, as linux_amd64.
platform_of() {
  local machine
  case $1 in
    x86_64-*) machine=amd64 ;;
    aarch64-*) machine=arm64 ;;
    *) return 1 ;;
  esac
  case $1 in
    *-linux-*) echo "linux_$machine" ;;
    *-apple-darwin) echo "darwin_$machine" ;;
    *-windows-*) echo "windows_$machine" ;;
    *) return 1 ;;
  esac
}

# What the program for a platform ends with.
suffix_of() {
  case $1 in windows_*) echo .exe ;; esac
}
