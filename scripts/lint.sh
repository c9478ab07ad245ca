#!/usr/bin/env bash
# Format, lints and documentation, each as strict as CI: a warning is an error. The pages in docs/ have to be what `make docs` makes.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all -- --check
cargo clippy --locked --all-targets -- -D warnings                # as it is released
cargo clippy --locked --all-targets --all-features -- -D warnings # with the simulator
RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items --all-features
cargo test --locked --all-features --quiet --test it pages::the_pages
