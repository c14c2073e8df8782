#!/usr/bin/env bash
# How well an untouched detector does on real road cameras: vehicle AP and AP50 camera by camera, and pictures.
#
#     benchmarks/detect_real_frames.sh ../shared/data runs/real
#
# The first folder holds ua-detrac/clip, traffic-cameras and weights/yolo-fastest. Car, bus and truck are judged as
# one class; the clip's ignore band counts neither way.
set -euo pipefail
data=$1
out=$2
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

[ -e "$out/traffic-cameras" ] || turbo data import yolo "$data/traffic-cameras" "$out/traffic-cameras"
for source in "$data/ua-detrac/clip/labels.coco.json" "$out/traffic-cameras"; do
    name=$(basename "$source" .coco.json)
    turbo detect --detector yolo-fastest-xl --weights "$data/weights/yolo-fastest/yolo-fastest-1.1-xl.weights" \
        --size 640x384 --classes vehicle=car+bus+truck "$source" --out "$out/$name.json"
    turbo data view "$source" --detections "$out/$name.json" --out "$out/$name.png"
done
