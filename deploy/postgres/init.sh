#!/bin/bash
# A database for each process, with an owner that migrates it and a login that row-level security binds. The
# passwords are made by `deploy/secrets.sh` and come in the environment.
set -euo pipefail
for process in gateway policy_registry incident_cases filtering_ingest reporting; do
  owner=${process^^}_OWNER app=${process^^}_APP
  owner=${!owner} app=${!app}
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
CREATE ROLE ${process}_owner LOGIN PASSWORD '$owner';
CREATE ROLE ${process}_app LOGIN PASSWORD '$app';
CREATE DATABASE $process OWNER ${process}_owner;
REVOKE ALL ON DATABASE $process FROM PUBLIC;
GRANT CONNECT ON DATABASE $process TO ${process}_app;
SQL
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$process" <<SQL
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ${process}_app;
ALTER DEFAULT PRIVILEGES FOR ROLE ${process}_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${process}_app;
SQL
done
