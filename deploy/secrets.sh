#!/usr/bin/env bash
# Makes the secrets of an installation, once, in deploy/secrets (which git ignores): database passwords and, for each
# process, the environment that holds its two addresses.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
[ -f secrets/postgres ] || random >secrets/postgres
for process in gateway policy_registry incident_cases filtering_ingest reporting; do
  for login in owner app; do [ -f "secrets/$process.$login" ] || random >"secrets/$process.$login"; done
  upper=$(echo "$process" | tr a-z A-Z)
  cat >"secrets/$process.env" <<ENV
HEDGEROW_${upper}__DATABASE__URL=postgres://${process}_app:$(cat "secrets/$process.app")@postgres/$process
HEDGEROW_${upper}__DATABASE__MIGRATE_URL=postgres://${process}_owner:$(cat "secrets/$process.owner")@postgres/$process
ENV
done
echo "secrets are in deploy/secrets"
