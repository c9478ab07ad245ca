#!/usr/bin/env bash
# Checks what no compiler sees: shell scripts, this project's workflows, and those in examples/ci against the schemas of their hosts. Some seconds.
#
# The tools are installed from PyPI into target/; with --install it only does that. PYTHON names a Python.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=target/tools/lint-ci
python=${PYTHON:-python3}

main() {
  install_tools
  [ "${1:-}" != --install ] || return 0
  PATH=$PWD/$tools/bin:$PATH
  local workflows=(.github/workflows/*.yml examples/ci/github/*.yml)
  check "shell scripts" check_scripts
  check "the shell in workflows" check_steps "${workflows[@]}" examples/ci/gitlab/.gitlab-ci.yml
  check "workflows" check-jsonschema --builtin-schema vendor.github-workflows "${workflows[@]}"
  check "security of workflows" zizmor --offline --no-progress --quiet "${workflows[@]}"
  check "GitLab's pipeline" check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci examples/ci/gitlab/.gitlab-ci.yml
  check "Azure's pipeline" check-jsonschema --builtin-schema vendor.azure-pipelines --data-transform azure-pipelines \
    --regex-variant nonunicode examples/ci/azure-devops/azure-pipelines.yml
}

# Each script by its first line, wherever it lies.
check_scripts() {
  git grep --files-with-matches --null --untracked --extended-regexp '^#!/(bin/sh|usr/bin/env bash)$|^# shellcheck shell=' -- ':!*.md' ':!*.rs' |
    xargs -0 shellcheck --external-sources --exclude SC1091
}

# What the steps run, each as a script of its own: scripts/lint-ci.py writes them out.
check_steps() {
  rm -rf target/lint-ci
  mkdir -p target/lint-ci
  "$tools/bin/python" scripts/lint-ci.py target/lint-ci "$@"
  shellcheck --shell bash --exclude SC1091,SC2034 target/lint-ci/*.sh
}

check() {
  printf -- '- %s\n' "$1"
  shift
  "$@"
}

# Once for each version of the list.
install_tools() {
  ! cmp -s scripts/lint-ci.txt "$tools/installed.txt" || return 0
  rm -rf "$tools"
  "$python" -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --requirement scripts/lint-ci.txt
  cp scripts/lint-ci.txt "$tools/installed.txt"
}

main "$@"
