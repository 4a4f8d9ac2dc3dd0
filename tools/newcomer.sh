#!/usr/bin/env bash
# Times a newcomer's path: a fresh clone, a fresh environment, the seed cleaned, its report made.
#
#     tools/newcomer.sh
set -euo pipefail
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
step() {
    local began=$EPOCHREALTIME name=$1
    shift
    "$@" >"$there/said" 2>&1 || { cat "$there/said"; exit 1; }
    LC_ALL=C printf '%6.1f s  %s\n' "$(awk "BEGIN { print ${EPOCHREALTIME/,/.} - ${began/,/.} }")" "$name"
}
step "clone" git clone -q "$(dirname "$0")/.." "$there/cleaner"
cd "$there/cleaner"
step "environment" python3 -m venv .venv
step "installation" .venv/bin/pip install -q .
step "seed cleaned, report made" .venv/bin/cleaner clean seeds/*.txt -f jsonl -o seed.jsonl --report report.html
test -s report.html
