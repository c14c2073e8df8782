#!/usr/bin/env bash
# Train an enhancer for tiny on synthetic cameras in all weathers, and judge it on other cameras.
#
#     benchmarks/enhance_synthetic.sh runs/synthetic
set -euo pipefail
out=$1
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

mkdir -p "$out"
[ -e "$out/train" ] || turbo data synth "$out/train" --cameras 160 --frames 12 --fps 1 --seed 41
[ -e "$out/test" ] || turbo data synth "$out/test" --cameras 40 --frames 12 --fps 1 --seed 42
turbo label-difficulty --detector tiny --dataset "$out/train" --out "$out/difficulty.csv"
turbo --verbose train-gan --detector tiny --dataset "$out/train" --difficulty "$out/difficulty.csv" \
    --out "$out/gan.safetensors" --iterations 400 --amp
turbo --verbose train-multiexit --detector tiny --gan "$out/gan.safetensors" --dataset "$out/train" \
    --validate-on "$(seq -s, -f camera-41-%03g 144 159)" --loss detection=1,distill=0.2 --degrade all \
    --crop 224x128 --iterations 4500 --learning-rate 0.002 --eval-every 1500 --amp --out "$out/enhancer.safetensors"
turbo evaluate --detector tiny --enhancer "$out/enhancer.safetensors" --dataset "$out/test" --baselines none \
    --bootstrap 300 --html "$out/report.html"
