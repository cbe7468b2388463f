#!/usr/bin/env bash
# Brings node_modules in line with package-lock.json; does nothing when it already is.
set -euo pipefail
cd "$(dirname "$0")/.."
[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0
npm ci --no-audit --no-fund
touch node_modules/.package-lock.json
