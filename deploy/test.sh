#!/usr/bin/env bash
# Every suite, one after the other; the servers they share are private and end with it.
set -euo pipefail
cd "$(dirname "$0")/.."
trap 'tests/servers stop' EXIT

echo "== servers"
tests/servers start
echo "== build and tests"
cargo test --workspace --no-fail-fast
echo "== pages"
tests/browser/run.sh
