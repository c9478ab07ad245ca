# What a newcomer types. Everything is built into target/, and `make clean` leaves nothing behind.

.PHONY: help quickstart test fuzz contention fidelity bench bench-chart lint terraform clean

help: ## Shows this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

quickstart: ## Runs the provider under Terraform against a simulated Azure: init, plan, apply, drift, destroy
	@scripts/quickstart.sh

test: ## Runs every test
	@scripts/test.sh

fuzz: ## Fuzzes all that comes from outside: SECONDS_EACH=60, or only TARGET=arm (make fuzz needs a C++ compiler)
	@scripts/fuzz.sh

contention: ## Lets many writers at one registry, for SEEDS=20, and prints what they undid and repaired (about half an hour)
	@scripts/contention.sh $(SEEDS)

fidelity: ## Proves the simulator with the official Azure CLI and Python SDKs, which it installs into target/
	@tests/fidelity/run.sh

bench: ## Measures the provider beside Terraform's own floor (half an hour; BENCH="--quick" or --help for less)
	@scripts/bench.sh $(BENCH)

bench-chart: ## Brings the figures of the last make bench into the documentation
	@scripts/bench.sh --publish

lint: ## Checks format, lints and documentation, as .ci/run does
	@scripts/lint.sh

terraform: ## Fetches a pinned Terraform into target/, if there is none on the PATH
	@scripts/terraform.sh --download

clean: ## Removes everything that was built
	cargo clean
