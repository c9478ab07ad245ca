#!/usr/bin/env bash
# Makes a release, exactly as the registries of Terraform and OpenTofu take it: archives, manifest, checksums, signature; and the folders from which
# either installs it without a registry. The same commit and the same tools give the same bytes, less the signature.
#
#   scripts/package.sh [--build | --built FOLDER] [--output FOLDER]
#
#   --build           only build the programs, into FOLDER/build/<target>/release
#   --built FOLDER    build nothing: the programs are in FOLDER/<target>/release
#   --output FOLDER   instead of target/package
#
#   TARGETS             Rust targets, separated by spaces; otherwise this machine's
#   GPG_FINGERPRINT     signs with this key; RSA or DSA, as the registries want. GPG_PASSPHRASE opens it, if it has one
#   REQUIRE_SIGNATURE   set to anything: without a key, fail
#   SOURCE_DATE_EPOCH   the time in the archives; otherwise that of the commit
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/names.sh
. scripts/names.sh
export LC_ALL=C # one order of names everywhere

version=$(version)
output=target/package
built=
only_build=false

main() {
  read_arguments "$@"
  targets=${TARGETS:-$(host_target)}
  check_platforms
  if [ -z "$built" ]; then
    built=$output/build
    for target in $targets; do build "$target"; done
  fi
  ! $only_build || return 0
  command -v zip >/dev/null || stop "zip is missing: install it (Debian: apt-get install zip)"
  release=$output/release
  mirror=$output/mirror
  rm -rf "$release" "$mirror"
  mkdir -p "$release"
  release=$(cd "$release" && pwd)
  for target in $targets; do pack "$target"; done
  sum
  sign
  tell
}

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --build) only_build=true ;;
      --built) built=${2:?--built needs a folder}; shift ;;
      --output) output=${2:?--output needs a folder}; shift ;;
      *) stop "unknown argument $1: the arguments are --build, --built FOLDER and --output FOLDER" ;;
    esac
    shift
  done
}

check_platforms() {
  local target platform seen=" "
  for target in $targets; do
    platform=$(platform_of "$target") || stop "$target is no target that releases are made for"
    case $seen in *" $platform "*) stop "$target is a second target for $platform: a release has one of each" ;; esac
    seen="$seen$platform "
  done
}

# Neither where the project lies nor where cargo keeps its sources shows in the program.
build() {
  local target=$1 cargo_home=${CARGO_HOME:-$HOME/.cargo} separator=$'\x1f' flags
  [ -d "$(rustc --print target-libdir --target "$target")" ] || stop "Rust's library for $target is not installed: rustup target add $target"
  flags=--remap-path-prefix=$PWD=.$separator--remap-path-prefix=$cargo_home=cargo
  case $target in
    # Nothing of the system is linked, so that it runs on any.
    *-linux-musl | *-windows-msvc) flags=$flags$separator-Ctarget-feature=+crt-static ;;
    *-linux-gnu) echo "$target needs a C library as new as this machine's; releases are made for *-linux-musl, which needs none" ;;
  esac
  export CARGO_ENCODED_RUSTFLAGS=$flags AWS_LC_SYS_NO_JITTER_ENTROPY=1
  case $target in
    *-windows-*) export AWS_LC_SYS_PREBUILT_NASM=1 ;; # instead of an assembler that few have
    *) export CC_SHELL_ESCAPED_FLAGS=1 CFLAGS="'-ffile-prefix-map=$PWD=.' '-ffile-prefix-map=$cargo_home=cargo'" ;;
  esac
  case $target in
    *-apple-darwin) export MACOSX_DEPLOYMENT_TARGET=11.0 ;;
    *-linux-musl) c_compiler_for_musl "$target" ;;
  esac
  cargo build --locked --release --bin "$provider" --target "$target" --target-dir "$output/build"
}

# Debian's musl-tools has one for this machine. Whoever builds for another names it in the variable that cargo's cc crate reads.
c_compiler_for_musl() {
  local variable=CC_${1//-/_}
  [ -z "${!variable:-}" ] || return 0
  command -v musl-gcc >/dev/null || stop "a C compiler for $1 is missing: install musl-tools, or name one in $variable"
  export "$variable=musl-gcc"
}

# An archive with the program and the licence, and the same beside each other in the mirrors.
pack() {
  local target=$1 platform program staged archive stamp registry folder
  platform=$(platform_of "$target")
  program=${provider}_v$version$(suffix_of "$platform")
  archive=${provider}_${version}_$platform.zip
  staged=$release/$platform
  mkdir -p "$staged"
  cp "$built/$target/release/$provider$(suffix_of "$platform")" "$staged/$program" || stop "there is no program for $target in $built"
  cp LICENSE "$staged/LICENSE.txt"
  chmod 755 "$staged/$program"
  chmod 644 "$staged/LICENSE.txt"
  stamp=$(date_of_commit)
  # No owners, no time zone, no order of the file system. ZIPOPT would add to the options.
  (cd "$staged" && TZ=UTC touch -t "$stamp" ./* && TZ=UTC ZIPOPT='' zip -X -9 -q "../$archive" LICENSE.txt "$program")
  for registry in $registries; do
    folder=$mirror/packed/$registry/$address
    mkdir -p "$folder" && cp "$release/$archive" "$folder/"
    folder=$mirror/unpacked/$registry/$address/$version/$platform
    mkdir -p "$folder" && cp -p "$staged/"* "$folder/"
  done
  rm -rf "$staged"
}

# As touch -t takes it; GNU's date, then BSD's. Archives know no time before 1980.
date_of_commit() {
  local seconds=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)} form=+%Y%m%d%H%M.%S
  [ "$seconds" -ge 315532800 ] || seconds=315532800
  date -u -d "@$seconds" "$form" 2>/dev/null || date -u -r "$seconds" "$form"
}

sum() {
  cp terraform-registry-manifest.json "$release/${provider}_${version}_manifest.json"
  (cd "$release" && sha256 -- *.json *.zip | sort -k 2 >"${provider}_${version}_SHA256SUMS")
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

sign() {
  local sums=$release/${provider}_${version}_SHA256SUMS algorithm
  if [ -z "${GPG_FINGERPRINT:-}" ]; then
    [ -z "${REQUIRE_SIGNATURE:-}" ] || stop "REQUIRE_SIGNATURE is set, and GPG_FINGERPRINT names no key to sign with"
    return 0
  fi
  command -v gpg >/dev/null || stop "gpg is missing, and GPG_FINGERPRINT asks for a signature"
  gpg --batch --yes --no-armor --digest-algo SHA512 --pinentry-mode loopback --passphrase-fd 3 \
    --local-user "$GPG_FINGERPRINT" --output "$sums.sig" --detach-sign "$sums" 3<<<"${GPG_PASSPHRASE:-}" ||
    stop "gpg could not sign with $GPG_FINGERPRINT; a passphrase goes into GPG_PASSPHRASE"
  algorithm=$(gpg --batch --list-packets "$sums.sig" | sed -n 's/^:signature packet: algo \([0-9]*\),.*/\1/p')
  case $algorithm in
    1 | 17) ;; # RSA, DSA
    *) rm -f "$sums.sig"; stop "$GPG_FINGERPRINT is neither RSA nor DSA (OpenPGP algorithm $algorithm): the registries take no other key" ;;
  esac
  gpg --batch --verify "$sums.sig" "$sums" 2>/dev/null || stop "the signature that was just made does not verify"
}

tell() {
  printf '\n%s %s, in %s:\n' "$provider" "$version" "$release"
  (cd "$release" && wc -c -- * | sed '/ total$/d')
  if [ -z "${GPG_FINGERPRINT:-}" ]; then
    printf '\n!!! NOT SIGNED: no key in GPG_FINGERPRINT. Good for a mirror; the registries take signed releases only.\n'
  fi
  cat <<TEXT

To install from here, in ~/.terraformrc (Windows: %APPDATA%\\terraform.rc):

  provider_installation {
    filesystem_mirror {
      path    = "$(cd "$mirror/packed" && pwd)"
      include = ["$address"]
    }
    direct { exclude = ["$address"] }
  }
TEXT
}

stop() {
  echo "package.sh: $1" >&2
  exit 1
}

main "$@"
