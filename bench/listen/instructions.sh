#!/usr/bin/env bash
# Instructions our engine takes for one post, at so many queries (1,000 and 10,000 when none are named): the same number
# whatever else the machine does. Needs valgrind.
set -euo pipefail
cd "$(dirname "$0")"
cargo build --quiet --release --locked
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for size in "${@:-1000 10000}"; do
    for queries in $size; do
        posts=$(valgrind --quiet --tool=callgrind --callgrind-out-file="$out" --collect-atstart=no \
            '--toggle-collect=bench_listen::ours::counted*' target/release/bench-listen instructions "$queries")
        total=$(sed -n 's/^\(totals\|summary\): \([0-9]*\).*/\2/p' "$out" | tail -n 1)
        echo "$queries queries: $((total / posts)) instructions a post"
    done
done
