#!/usr/bin/env bash
# The whole road on real frames, without a label: yolo-fastest-xl on a fixed camera whose weather comes and goes, then
# on cameras that were never trained on.
#
#     examples/real-clip.sh ../shared/data runs/real-clip
#
# Trained on the first 60 % of the clip, judged on the rest and on traffic-cameras; labels only judge. What is there
# already is left out; remove a file to make it anew. About an hour on two cores. docs/results.md has what it came to.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
data=$(realpath "$1")
mkdir -p "$2" && cd "$2"
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

export TURBO_CACHE=$PWD/cache
detector=(--detector yolo-fastest-xl)
vehicles=(--classes vehicle=car+bus+truck)
kinds=low-light,fog,blur,compression,salt-and-pepper
trained_kinds=$kinds,exposure,colour-cast,low-resolution

# make FILE COMMAND…: print the command, and run it unless its result is there.
make() {
    local made=$1
    shift
    [ -e "$made" ] || { echo "$*"; "$@"; }
}
# make_json FILE COMMAND…: the same, of a command that prints JSON.
make_json() {
    local made=$1
    shift
    [ -e "$made" ] || { echo "$* > $made"; "$@" > "$made.part"; mv "$made.part" "$made"; }
}

make cache turbo weights import yolo-fastest-xl "$data/weights/yolo-fastest/yolo-fastest-1.1-xl.weights"

# Frames: the clip in two parts, the second with spells of bad weather; other cameras as they are, and degraded.
make whole turbo data import coco "$data/ua-detrac/clip/labels.coco.json" whole
make clip turbo data split whole --by time --fractions 0.6,0.4 --out clip
make training turbo data degrade clip/part-1 training --kind "$trained_kinds" --seed 1
# The clip lasts seconds; for the weather, it plays at 2 frames a second.
make live turbo data degrade clip/part-2 live --kind "$kinds" --spells --fps 2 --seed 7
make cameras turbo data import yolo "$data/traffic-cameras" cameras
make cameras-live turbo data degrade cameras cameras-live --kind "$kinds" --spells --seed 7
make junction turbo data join cameras-live --cameras junction --out junction
make others turbo data join cameras-live --cameras avenue,avenue-2,highway,highway-night --out others

# Difficulty, both stages of training, what came of it.
make difficulty.csv turbo label-difficulty "${detector[@]}" --dataset training --hard-quantile 0.5 --out difficulty.csv
make gan.safetensors turbo train-gan "${detector[@]}" --dataset training --difficulty difficulty.csv \
    --iterations 150 --batch-size 4 --log log --out gan.safetensors
make enhancer.safetensors turbo train-multiexit "${detector[@]}" --gan gan.safetensors --dataset clip/part-1 \
    --loss distill --degrade "$trained_kinds" "${vehicles[@]}" --crop 320x256 --iterations 400 --out enhancer.safetensors
make_json evaluation.json turbo evaluate "${detector[@]}" --enhancer enhancer.safetensors --dataset live "${vehicles[@]}" \
    --hard-threshold 0.53 --baselines stretch,median-then-stretch --bootstrap 500 --gallery gallery --json

# What levels cost here, and gain on a camera never trained on; the others are kept to judge by.
make profile turbo profile measure "${detector[@]}" --enhancer enhancer.safetensors --dataset junction "${vehicles[@]}" \
    --max-batch 4 --max-seconds 3 --out profile

# Whole pipelines in virtual time, by load.
simulate=(turbo schedule-sim --profile profile "${detector[@]}" --enhancer enhancer.safetensors "${vehicles[@]}" --window 1000)
make_json throughput.json "${simulate[@]}" --dataset live --json --sweep pipeline=all,glimpse,vigil,noscope fps=1,2,4,8
make_json throughput-cameras.json "${simulate[@]}" --dataset others --json \
    --sweep pipeline=all,glimpse,vigil,noscope fps=0.2,0.4,0.8,1.6
make simulation "${simulate[@]}" --dataset live --fps 2 --pipeline glimpse --out simulation

# replay FILE OPTION…: serve with these options, and play the live part of the clip to it as a camera.
replay() {
    local made=$1
    shift
    [ ! -e "$made" ] || return 0
    local service=(turbo serve "${detector[@]}" --window 1000 --port 8093 "$@")
    echo "${service[*]}"
    "${service[@]}" 2> "$made.log" &
    trap 'kill $! 2> /dev/null' EXIT
    until curl --silent --fail --output /dev/null http://127.0.0.1:8093/readyz; do
        kill -0 $!
        sleep 0.5
    done
    make_json "$made" turbo replay live --to http://127.0.0.1:8093 --fps 2 "${vehicles[@]}" --json
    kill -TERM $!
    wait $!
    trap - EXIT
}
replay replay-without.json
replay replay-with.json --enhancer enhancer.safetensors --profile profile --results results.ndjson
turbo report .
