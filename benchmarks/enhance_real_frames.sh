#!/usr/bin/env bash
# Train an enhancer for yolo-fastest-xl without a single label, and judge it on five real cameras never trained on.
#
#     benchmarks/enhance_real_frames.sh ../shared/data runs/enhanced
#
# Trained on: photographs (vehicles-openimages) and one road camera (the UA-DETRAC clip), degraded on the fly.
# Judged on: every fourth frame of traffic-cameras, with five kinds of degradation put on, and as it is.
set -euo pipefail
data=$1
out=$2
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
# A fresh mapping for every large tensor costs a page fault a page; keep freed memory instead.
export MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_TOP_PAD_=268435456

detector="--detector yolo-fastest-xl --weights $data/weights/yolo-fastest/yolo-fastest-1.1-xl.weights"
kinds=low-light,fog,blur,compression,salt-and-pepper,exposure,colour-cast,low-resolution
mkdir -p "$out"

[ -e "$out/photographs" ] || turbo data import yolo "$data/vehicles-openimages" "$out/photographs"
[ -e "$out/clip" ] || turbo data import coco "$data/ua-detrac/clip/labels.coco.json" "$out/clip"
[ -e "$out/clip-degraded" ] || turbo data degrade "$out/clip" "$out/clip-degraded" --kind $kinds --spells --seed 1
[ -e "$out/cameras" ] || turbo data import yolo "$data/traffic-cameras" "$out/cameras"
[ -e "$out/cameras-degraded" ] || turbo data degrade "$out/cameras" "$out/cameras-degraded" \
    --kind low-light,fog,blur,compression,salt-and-pepper --seed 7

turbo label-difficulty $detector --dataset "$out/clip-degraded" --out "$out/difficulty.csv" --hard-quantile 0.5
turbo train-gan $detector --dataset "$out/clip-degraded" --difficulty "$out/difficulty.csv" \
    --out "$out/gan.safetensors" --iterations 100 --batch-size 4
turbo train-multiexit $detector --gan "$out/gan.safetensors" --dataset "$out/clip" --photographs "$out/photographs" \
    --loss distill --degrade $kinds --crop 320x256 --iterations 800 --out "$out/enhancer.safetensors"

for cameras in cameras-degraded cameras; do
    turbo evaluate $detector --enhancer "$out/enhancer.safetensors" --dataset "$out/$cameras" --frames 110 \
        --classes vehicle=car+bus+truck --hard-threshold 0.53 --baselines stretch,median --bootstrap 500
done
