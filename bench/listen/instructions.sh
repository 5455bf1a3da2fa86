#!/usr/bin/env bash
# Instructions our engine takes for one post, at so many queries (1,000 and 10,000 when none are named): the same number
# whatever else the machine does. Needs valgrind.
#
# With --check it fails when a figure is more than 3 % above the one in instructions.txt; with --agree it writes them there.
set -euo pipefail
cd "$(dirname "$0")"
mode=show
if [[ ${1:-} == --* ]]; then
    mode=${1#--}
    shift
fi
case $mode in show | check | agree) ;; *)
    echo "instructions.sh knows --check, --agree and numbers of queries" >&2
    exit 2
    ;;
esac
cargo build --quiet --release --locked --no-default-features
out=$(mktemp)
figures=$(mktemp)
trap 'rm -f "$out" "$figures"' EXIT
failed=0
for queries in ${*:-1000 10000}; do
    posts=$(valgrind --quiet --tool=callgrind --callgrind-out-file="$out" --collect-atstart=no \
        '--toggle-collect=bench_listen::ours::counted*' target/release/bench-listen instructions "$queries")
    total=$(sed -n 's/^\(totals\|summary\): \([0-9]*\).*/\2/p' "$out" | tail -n 1)
    figure=$((total / posts))
    echo "$queries $figure" >>"$figures"
    echo "$queries queries: $figure instructions a post"
    if [[ $mode == check ]]; then
        agreed=$(sed -n "s/^$queries //p" instructions.txt)
        if ((figure * 100 > ${agreed:?no figure is agreed for $queries queries} * 103)); then
            echo "more than 3 % above the $agreed agreed in instructions.txt" >&2
            failed=1
        elif ((figure * 100 < agreed * 97)); then
            echo "better than the $agreed agreed: write it down with --agree"
        fi
    fi
done
if [[ $mode == agree ]]; then
    cp "$figures" instructions.txt
fi
exit "$failed"
