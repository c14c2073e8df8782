#!/usr/bin/env bash
# The paper's adversarial objective against relativistic least squares, at equal steps and from the same seeds.
#
#     benchmarks/adversarial.sh runs/adversarial
#
# Both are judged by what stage one is for: D_f's AUC on cameras never trained on, and what the generator's whole
# pictures (level 5) do to hard frames of theirs.
set -euo pipefail
out=$1
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

mkdir -p "$out"
[ -e "$out/train" ] || turbo data synth "$out/train" --cameras 80 --frames 12 --fps 1 --seed 41
[ -e "$out/test" ] || turbo data synth "$out/test" --cameras 20 --frames 12 --fps 1 --seed 42
[ -e "$out/difficulty.csv" ] ||
    turbo --quiet label-difficulty --detector tiny --dataset "$out/train" --out "$out/difficulty.csv"

for seed in 0 1; do
    for objective in paper rals; do
        name=$out/$objective-$seed
        [ -e "$name.safetensors" ] || turbo --quiet train-gan --detector tiny --dataset "$out/train" \
            --difficulty "$out/difficulty.csv" --adversarial $objective --iterations 400 --seed $seed \
            --out "$name.safetensors"
        # Two steps only: an enhancer is the way to D_f, and the generator is judged beside it.
        [ -e "$name-enhancer.safetensors" ] || turbo --quiet train-multiexit --detector tiny --dataset "$out/train" \
            --gan "$name.safetensors" --iterations 2 --out "$name-enhancer.safetensors"
        turbo evaluate --detector tiny --enhancer "$name-enhancer.safetensors" --dataset "$out/test" \
            --baselines none --generator "$name.safetensors" --json >"$name.json"
    done
done

python - "$out" <<'PYTHON'
import json
import pathlib
import sys

print("seed  objective  AUC of D_f  level 5 of hard frames, mAP to level 0 with 95 % interval")
for path in sorted(pathlib.Path(sys.argv[1]).glob("*-?.json")):
    report = json.loads(path.read_text())
    objective, seed = path.stem.split("-")
    (generator,) = report["references"]["generator"].values()
    gain = generator["hard"]["gains"]["level 0"]
    low, high = gain["map_interval"]
    print(
        f"{seed:4}  {objective:9}  {report['discriminator']['auc']:10.3f}"
        f"  {100 * gain['map']:+.1f} [{100 * low:.1f}, {100 * high:.1f}]"
    )
PYTHON
