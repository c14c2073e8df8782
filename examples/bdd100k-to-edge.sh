#!/usr/bin/env bash
# The paper's detectors, from BDD100K to `turbo serve` on an edge box with a T4-class GPU.
#
#     examples/bdd100k-to-edge.sh /data/bdd100k runs/edge
#     DRY_RUN=1 examples/bdd100k-to-edge.sh /data/bdd100k runs/edge            # print the commands, run none
#     DETECTORS=tiny DEVICE=cpu ITERATIONS=20 MAX_SECONDS=1 examples/bdd100k-to-edge.sh …    # smaller
#
# BDD100K as it comes: labels/det_20/det_train.json, det_val.json and images/ below one folder. What is there already
# is left out; remove a file to make it anew.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
bdd=$1 out=$2
detectors=${DETECTORS:-yolov3 faster-rcnn efficientdet-d0}
device=${DEVICE:-cuda}
iterations=${ITERATIONS:-20000}
validation_cameras=${VALIDATION_CAMERAS:-}

# make FILE COMMAND…: print the command, and run it unless its result is there.
make() {
    local made=$1
    shift
    if [ -n "${DRY_RUN:-}" ]; then echo "$@"; return; fi
    if [ -e "$made" ]; then echo "# $made is there"; return; fi
    echo "$@"
    "$@"
}

[ -n "${DRY_RUN:-}" ] || mkdir -p "$out"
for part in train val; do
    make "$out/$part" turbo data import bdd100k "$bdd/labels/det_20/det_$part.json" "$out/$part" --images "$bdd/images"
done

for detector in $detectors; do
    run=$out/$detector
    [ -n "${DRY_RUN:-}" ] || mkdir -p "$run"
    [ "$detector" = tiny ] || make "$run/weights" turbo weights pull "$detector"
    make "$run/difficulty.csv" turbo label-difficulty --detector "$detector" --dataset "$out/train" --device "$device" \
        --hard-quantile 0.5 --out "$run/difficulty.csv"
    make "$run/gan.safetensors" turbo train-gan --detector "$detector" --dataset "$out/train" --device "$device" \
        --difficulty "$run/difficulty.csv" --iterations "$iterations" --amp --log "$run/log" --out "$run/gan.safetensors"
    make "$run/enhancer.safetensors" turbo train-multiexit --detector "$detector" --dataset "$out/train" --device "$device" \
        --gan "$run/gan.safetensors" --loss detection=1,distill=0.2 --degrade all --iterations "$iterations" --amp \
        ${validation_cameras:+--validate-on "$validation_cameras"} --out "$run/enhancer.safetensors"
    make "$run/boxes" turbo evaluate --detector "$detector" --enhancer "$run/enhancer.safetensors" \
        --dataset "$out/val" --device "$device" --html "$run/evaluation.html" --boxes "$run/boxes"
    make "$run/profile" turbo profile measure --detector "$detector" --enhancer "$run/enhancer.safetensors" \
        --dataset "$out/val" --gpu "$device" --max-seconds "${MAX_SECONDS:-10}" --out "$run/profile"
    make "$run/simulation" turbo schedule-sim --profile "$run/profile" --fps 10 --window 200 --sweep cameras=1..16 \
        --out "$run/simulation"
done

# The edge box: one detector, its enhancer and its profile; cameras are named in the project file.
detector=${detectors%% *}
project=$out/turbo.yaml
[ -n "${DRY_RUN:-}" ] || cat > "$project" <<YAML
detector: $detector
enhancer: $out/$detector/enhancer.safetensors
profile: $out/$detector/profile
device: $device
serve:
  window_ms: 200
  results: {ndjson: {path: $out/results.ndjson}}
  cameras:
    - {name: gate, url: "post:"}
YAML
make "" turbo serve check --config "$project"
echo "next: turbo serve --config $project"
