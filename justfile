# The day's commands. Each is a script in ci/, which works without `just` too.

# This list.
default:
    @just --list

# Format, lints, documentation, requirements, hygiene.
check:
    ci/check.sh

# Every test at the size that a change needs.
test:
    ci/test.sh

# Everything at full size, and the dependencies.
full:
    ci/full.sh

# What continuous integration runs.
ci:
    .ci/run

# Write the generated files anew; look at the diff afterwards.
generate:
    ci/generate.sh
