#!/usr/bin/env bash
# Installs what is missing on Debian: `run` needs a C compiler, npm and pip; `test` also PostgreSQL, Redis and Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }

command -v cargo >/dev/null 2>&1 || { echo "Rust is missing: install it with rustup, then try again" >&2; exit 1; }
need gcc build-essential
need npm npm
need python3 python3
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
if [ "${1:-run}" = test ]; then
  [ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || missing+=(postgresql)
  need redis-server redis-server
  need chromium chromium
fi
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "install first: ${missing[*]}" >&2; exit 1; }
  sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  echo "installing ${missing[*]}"
  $sudo apt-get update -qq
  # The packages must not start servers of their own.
  $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq "${missing[@]}" >/dev/null
fi
[ "${1:-run}" != test ] || tests/servers versions
[ -d .assets ] || { echo "fetching the front-end packages"; gateway/assets/fetch.sh; }
