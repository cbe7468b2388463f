#!/usr/bin/env bash
# fuzz.sh [SECONDS] [--seed N] [--keep]: see main.ts.
set -euo pipefail
cd "$(dirname "$0")/../.."
npx tsc -p test/fuzz/tsconfig.json
exec node .out/fuzz/test/fuzz/main.js "$@"
