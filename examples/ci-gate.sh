#!/usr/bin/env bash
# Fail a pipeline when an enhancer lowers mAP, or a profile misses deadlines that level 0 would meet.
#
#     examples/ci-gate.sh DETECTOR ENHANCER DATASET PROFILE [CAMERAS [FPS [WINDOW_MS]]]
#     examples/ci-gate.sh tiny tiny streets/ cpu/tiny 4 5 500
#
# Exit status 1: the gate is closed, and the reasons are printed. DATASET: labelled frames of cameras that the
# enhancer was not trained on.
set -euo pipefail
[ $# -ge 4 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
detector=$1 enhancer=$2 dataset=$3 profile=$4 cameras=${5:-4} fps=${6:-5} window=${7:-500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

turbo profile check "$profile"
turbo schedule-sim --profile "$profile" --dataset "$dataset" --detector "$detector" --enhancer "$enhancer" \
    --cameras "$cameras" --fps "$fps" --window "$window" --sweep solver=turbo,none --json > "$work/simulation.json"

python3 - "$work/simulation.json" <<'PYTHON'
import json
import sys

turbo, bare = json.load(open(sys.argv[1]))
low, high = turbo["map_gain_interval"]
print(f"mAP {100 * turbo['map_without']:.1f} -> {100 * turbo['map']:.1f} ({100 * low:+.1f} … {100 * high:+.1f})")
print(f"windows missed: {turbo['missed']} of {turbo['windows']}; at level 0: {bare['missed']}")
closed = []
if turbo["map_gain"] < 0:
    closed.append("the enhancer lowers mAP")
if turbo["missed"] > bare["missed"]:
    closed.append("deadlines are missed that level 0 alone would meet")
sys.exit(f"gate closed: {'; '.join(closed)}" if closed else 0)
PYTHON
