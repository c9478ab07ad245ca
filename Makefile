# What a newcomer types. Everything is built into target/, and `make clean` leaves nothing behind.

.PHONY: help quickstart test docs contention fidelity bench bench-chart lint lint-ci package install torture sbom fuzz terraform clean

help: ## Shows this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

quickstart: ## Runs the provider under Terraform against a simulated Azure: init, plan, apply, drift, destroy
	@scripts/quickstart.sh

test: ## Runs every test
	@scripts/test.sh

docs: ## Makes the pages in docs/ from the schemas, templates/ and examples/
	@UPDATE_GOLDEN=1 cargo test --locked --all-features --quiet --test it pages::the_pages

fuzz: ## Fuzzes all that comes from outside: SECONDS_EACH=60, or only TARGET=arm (make fuzz needs a C++ compiler)
	@scripts/fuzz.sh

contention: ## Lets many writers at one registry, for SEEDS=20, and prints what they undid and repaired (about half an hour)
	@scripts/contention.sh $(SEEDS)

torture: ## Plays SEEDS=100 drawn runs in which everything goes wrong, JOBS= at once, and says what must not be (about ten minutes)
	@scripts/torture.sh "$(SEEDS)" "$(JOBS)"

fidelity: ## Proves the simulator with the official Azure CLI and Python SDKs, which it installs into target/
	@tests/fidelity/run.sh

bench: ## Measures the provider beside Terraform's own floor (about an hour; BENCH="--quick" or --help for less)
	@scripts/bench.sh $(BENCH)

bench-chart: ## Brings the figures of the last make bench into the documentation
	@scripts/bench.sh --publish

lint: ## Checks format, lints and documentation, as .ci/run does
	@scripts/lint.sh

lint-ci: ## Checks shell scripts, workflows, and the pipelines in examples/ci, with tools from PyPI that it installs into target/
	@scripts/lint-ci.sh

package: ## Makes a release below target/package: archives, checksums, signature (GPG_FINGERPRINT), and folders to install from
	@scripts/package.sh

install: ## Installs the provider for you, where Terraform and OpenTofu look: ~/.terraform.d/plugins
	@scripts/install.sh

sbom: ## Lists what the provider is made of, as CycloneDX, in target/sbom/
	@scripts/sbom.sh

terraform: ## Fetches a pinned Terraform into target/, if there is none on the PATH
	@scripts/terraform.sh --download

clean: ## Removes everything that was built
	cargo clean
