#!/usr/bin/env bash
# Prints "N passed, N failed": the sum over the outputs of cargo test in the given file.
set -euo pipefail

awk '
  /^test result: / {
    for (i = 2; i <= NF; i++) {
      if ($i ~ /^passed/) passed += $(i - 1)
      if ($i ~ /^failed/) failed += $(i - 1)
    }
  }
  END { printf "%d passed, %d failed\n", passed, failed }
' "$1"
