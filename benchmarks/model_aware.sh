#!/usr/bin/env bash
# Model-aware against model-agnostic training (§6.3, Fig. 15): mAP on hard frames over training time, both curves.
#
#     benchmarks/model_aware.sh runs/aware                 # 100, 200, 400 and 800 iterations of each
#     benchmarks/model_aware.sh runs/aware 50 100          # only these
#
# Model-aware: hard frames by the detector's confidence, its frozen backbone is the encoder. Model-agnostic: hard
# frames by small objects, a copy of the backbone is trained along. Each point is a run of its own, of the same
# seed, frames and batch size; seconds are CPU seconds of the whole command. Both are judged by their whole
# pictures (level 5) on cameras never trained on, beside an enhancer that stage two makes of the last model-aware
# gan; frames are hard by the detector's confidence.
set -euo pipefail
out=$1
shift
counts=${*:-100 200 400 800}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

mkdir -p "$out"
[ -e "$out/train" ] || turbo data synth "$out/train" --cameras 80 --frames 12 --fps 1 --seed 41
[ -e "$out/test" ] || turbo data synth "$out/test" --cameras 20 --frames 12 --fps 1 --seed 42

TIMEFORMAT=%U
generators=()
for strategy in model-aware model-agnostic; do
    encoder=--freeze-encoder
    [ $strategy = model-aware ] || encoder=--no-freeze-encoder
    turbo --quiet label-difficulty --detector tiny --dataset "$out/train" --strategy $strategy \
        --out "$out/$strategy.csv"
    for count in $counts; do
        gan=$out/$strategy-$count.safetensors
        generators+=(--generator "$gan")
        [ -e "$gan" ] || { time turbo train-gan --detector tiny --dataset "$out/train" \
            --difficulty "$out/$strategy.csv" $encoder --iterations "$count" --workers 0 --out "$gan" \
            2>&3; } 3>&2 2>"$out/$strategy-$count.seconds"
    done
done
[ -e "$out/enhancer.safetensors" ] || turbo train-multiexit --detector tiny --dataset "$out/train" \
    --gan "$out/model-aware-$count.safetensors" --iterations "$count" --out "$out/enhancer.safetensors"
turbo evaluate --detector tiny --enhancer "$out/enhancer.safetensors" --dataset "$out/test" --baselines none \
    "${generators[@]}" --json >"$out/evaluation.json"

python - "$out" <<'PYTHON'
import json
import pathlib
import sys

out = pathlib.Path(sys.argv[1])
report = json.loads((out / "evaluation.json").read_text())
print(f"{report['frames']['hard']} hard frames; mAP in points, difference to level 0 with 95 % interval")
rows = {f"level {level}": (one, None) for level, one in report["levels"].items()}
for name, one in report["references"]["generator"].items():
    seconds = float((out / name).with_suffix(".seconds").read_text())
    rows[name.removesuffix(".safetensors")] = (one, seconds)
for name, (one, seconds) in rows.items():
    gain = one["hard"]["gains"]["level 0"]
    low, high = gain["map_interval"]
    time = "" if seconds is None else f"{seconds:7.0f} s"
    print(f"{name:22}{time:9}  {100 * one['hard']['map']:5.1f}  {100 * gain['map']:+5.1f} [{100 * low:.1f}, {100 * high:.1f}]")
PYTHON
