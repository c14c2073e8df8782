#!/usr/bin/env bash
# What is left of the gain on degradations that were never trained on: fog and salt-and-pepper, held out.
#
#     benchmarks/hold_out_kinds.sh runs/held-out
#
# Two enhancers of tiny, alike but for the kinds that they were trained on, on clean synthetic cameras, from one gan
# that saw every weather but fog; both are judged on other cameras that went through the two kinds.
set -euo pipefail
out=$1
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

held_out=fog,salt-and-pepper
others=low-light,rain,blur,low-resolution,compression,exposure,colour-cast,dirty-lens
weathers=clean,dusk,night,rain,low-resolution,blur,dirty-lens
mkdir -p "$out"
[ -e "$out/weathers" ] || turbo data synth "$out/weathers" --cameras 80 --frames 12 --fps 1 --conditions $weathers --seed 41
[ -e "$out/train" ] || turbo data synth "$out/train" --cameras 60 --frames 10 --fps 1 --conditions clean --seed 43
[ -e "$out/test" ] || turbo data synth "$out/test" --cameras 30 --frames 8 --fps 1 --conditions clean --seed 44
[ -e "$out/test-degraded" ] || turbo data degrade "$out/test" "$out/test-degraded" --kind $held_out --seed 7

gan=$out/gan.safetensors
[ -e "$gan" ] || {
    turbo label-difficulty --detector tiny --dataset "$out/weathers" --out "$out/difficulty.csv"
    turbo train-gan --detector tiny --dataset "$out/weathers" --difficulty "$out/difficulty.csv" --out "$gan" \
        --iterations 400 --amp
}

for name in seen held-out; do
    [ $name = seen ] && kinds=$others,$held_out || kinds=$others
    turbo train-multiexit --detector tiny --gan "$gan" --dataset "$out/train" --loss detection=1,distill=0.2 \
        --degrade $kinds --crop 224x128 --iterations 700 --learning-rate 0.002 --amp --out "$out/$name.safetensors"
    turbo evaluate --detector tiny --enhancer "$out/$name.safetensors" --dataset "$out/test-degraded" \
        --baselines stretch,median --bootstrap 300
done
