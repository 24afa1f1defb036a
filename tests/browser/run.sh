#!/usr/bin/env bash
# The pages in Chromium: the demonstration is started on a spare port, every role signs in, every page it links to is
# opened without JavaScript, at desktop width and at 320 pixels, and checked. With SCREENSHOTS=/a/directory every page's
# picture is kept there at both widths.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
[ -d node_modules/playwright-core ] || npm ci --ignore-scripts --no-audit --no-fund >/dev/null
# In memory where there is room: thousands of small writes of the demonstration wait for no disk.
place=${TMPDIR:-/tmp}
[ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 1000000 ] && place=/dev/shm
data=$(mktemp -d -p "$place")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
HEDGEROW_GATEWAY__LISTEN=127.0.0.1:$port "$root/target/debug/hedgerow" demo --data-dir "$data/demo" >"$data/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$data"' EXIT
for _ in $(seq 2400); do curl -fs "http://127.0.0.1:$port/readyz" >/dev/null 2>&1 && break; sleep 0.1; done
curl -fs "http://127.0.0.1:$port/readyz" >/dev/null || { cat "$data/log" >&2; exit 1; }
ADDRESS=http://127.0.0.1:$port node --test --test-reporter=spec pages.test.mjs
