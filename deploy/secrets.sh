#!/usr/bin/env bash
# Makes the secrets of an installation, once, in deploy/secrets (which git ignores): for each process the environment
# that holds its login, another for the job that migrates its database as the owner, and for PostgreSQL the passwords
# in both.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
# The containers' own users read these two, however the checkout was made.
chmod a+rx postgres/init.sh
chmod a+r otel-collector/config.yaml
mkdir -p secrets
if [ -f secrets/postgres.env ]; then
  echo "secrets are in deploy/secrets already"
  exit
fi
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
passwords="POSTGRES_PASSWORD=$(random)"
for process in gateway policy_registry incident_cases filtering_ingest reporting; do
  upper=${process^^} owner=$(random) app=$(random)
  passwords+=$'\n'"${upper}_OWNER=$owner"$'\n'"${upper}_APP=$app"
  cat >"secrets/$process.env" <<ENV
HEDGEROW_${upper}__DATABASE__URL=postgres://${process}_app:$app@postgres/$process
ENV
  cat >"secrets/$process.owner.env" <<ENV
HEDGEROW_${upper}__DATABASE__URL=postgres://${process}_owner:$owner@postgres/$process
ENV
done
# Written last: a run that was cut off begins again.
echo "$passwords" >secrets/postgres.env
echo "secrets are in deploy/secrets"
