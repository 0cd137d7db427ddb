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

# The stand-ins of the chat platforms, driven by other clients.
fakes:
    ci/fakes.sh

# Speed and size beside the limits of this machine; `just bench 2 2b` measures some.
bench *MARKS:
    ci/bench.sh {{MARKS}}

# Slack without a workspace, in 90 seconds: a conversation, and a page to look at and type on.
demo:
    ci/demo.sh

# Taskbot in a Slack that others wrote.
emulator:
    ci/emulator.sh

# What continuous integration runs.
ci:
    .ci/run

# PostgreSQL and Kafka on this machine, to try things on.
stack-up:
    ci/stack.sh up
    @echo 'Point a program at it: set -a; eval "$(ci/stack.sh env)"; set +a'

# Stop them and remove their data.
stack-down:
    ci/stack.sh down

# Write the generated files anew; look at the diff afterwards.
generate:
    ci/generate.sh
