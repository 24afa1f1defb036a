#!/usr/bin/env bash
# Fetches the pinned front-end packages into /.assets, which is ignored: style sheet and script by npm, component macros
# by pip, both checked against the hashes committed in gateway/frontend. A folder filled before by the same hashes is
# left as it is, so a build without a network works.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
out="${1:-$here/../.assets}"
stamp="$(cat "$here"/frontend/{package-lock.json,requirements.txt} "$here/assets/fetch.sh" | sha256sum | cut -d' ' -f1)"
[ "$(cat "$out/stamp" 2>/dev/null || true)" != "$stamp" ] || exit 0

for tool in npm python3; do
  command -v "$tool" >/dev/null || { echo "gateway/assets/fetch.sh needs $tool: install it, then try again" >&2; exit 1; }
done
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$here"/frontend/package.json "$here"/frontend/package-lock.json "$work"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --omit=dev --loglevel=error >/dev/null)
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
  --requirement "$here/frontend/requirements.txt" --dest "$work/wheels"
python3 -m zipfile -e "$work"/wheels/*.whl "$work/macros"

new="$work/new"
mkdir -p "$new/fixtures"
dist="$work/node_modules/govuk-frontend/dist/govuk"
cp "$dist/govuk-frontend.min.css" "$dist/govuk-frontend.min.js" "$new"
for fixtures in "$dist"/components/*/fixtures.json; do
  cp "$fixtures" "$new/fixtures/$(basename "$(dirname "$fixtures")").json"
done
cp -r "$work/macros/govuk_frontend_jinja/templates" "$new/macros"
cp "$work"/macros/*.dist-info/licenses/LICENSE "$new/macros-licence.txt"
echo "$stamp" > "$new/stamp"
rm -rf "$out"
mkdir -p "$(dirname "$out")"
cp -r "$new" "$out"
