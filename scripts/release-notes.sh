#!/usr/bin/env bash
# Prints the changelog of the version in Cargo.toml, as the text of its release. Fails while that version has no date.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/names.sh
. scripts/names.sh

version=$(version)
grep -Eq "^## ${version//./\\.} \([A-Z][a-z]+ [0-9]{1,2}, [0-9]{4}\)$" CHANGELOG.md || {
  echo "release-notes.sh: CHANGELOG.md has no section \"## $version (Month day, year)\"" >&2
  exit 1
}
awk -v heading="## $version (" '
  index($0, "## ") == 1 { within = index($0, heading) == 1; next }
  within
' CHANGELOG.md
