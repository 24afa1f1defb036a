#!/usr/bin/env bash
# Every suite, one after the other; the servers they share are private and end with it.
set -euo pipefail
cd "$(dirname "$0")/.."
trap 'tests/servers stop' EXIT

echo "== servers"
tests/servers start quick
echo "== build and tests"
# No documentation here has examples to run: they are not looked for.
cargo test --workspace --no-fail-fast --lib --bins --tests
echo "== pages"
tests/browser/run.sh
