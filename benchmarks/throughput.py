"""mAP against the number of cameras, without and with Turbo, for the three pipelines (Fig. 10).

    turbo data synth streets --cameras 16 --frames 120 --fps 10 --seed 43
    python benchmarks/throughput.py PROFILE enhancer.safetensors streets OUT [FPS [WINDOW_MS]]

Writes `summary.json` and `picture.png` to OUT, and prints from how many cameras on Turbo gains no more.
"""

import sys
from pathlib import Path

from turbo_cli.cli.output import Output
from turbo_cli.data import open_dataset
from turbo_cli.data.statistics import frames_by_camera
from turbo_cli.detectors import load_detector
from turbo_cli.enhancement.ladders import load_ladder
from turbo_cli.scheduling.profile import load_profile
from turbo_cli.simulation.running import run_all
from turbo_cli.simulation.scenario import Outcome, Scenario, Setting
from turbo_cli.simulation.sources import footage_source
from turbo_cli.simulation.sweep import parse_axes

PIPELINES = ("glimpse", "vigil", "noscope")
NOTHING = 0.001
"""A gain of a tenth of a point of mAP counts as none."""


def main() -> None:
    profile, enhancer, dataset, out = sys.argv[1:5]
    fps, window = float(sys.argv[5]) if sys.argv[5:] else 10.0, float(sys.argv[6]) if sys.argv[6:] else 100.0
    track = Output().track
    cameras = len(frames_by_camera(open_dataset(dataset)))
    axes = parse_axes([f"pipeline={','.join(PIPELINES)} cameras=1..{cameras}"])
    loaded, ladder = load_profile(profile), load_ladder("enhancer", load_detector("tiny"), Path(enhancer))
    source = footage_source(Path(dataset), ladder, loaded.roi_score, track)
    base = Scenario(fps=fps, window=window)
    outcomes = run_all(base, axes, source, Setting(loaded), Path(out), track)
    for pipeline in PIPELINES:
        own = [outcome for outcome in outcomes if outcome.scenario.pipeline == pipeline]
        for outcome in own:
            print_outcome(outcome)
        gaining = [o.scenario.cameras or 0 for o in own if o.judged and o.judged.gain.value > NOTHING]
        print(f"{pipeline}: gains with up to {max(gaining, default=0)} of {cameras} cameras")


def print_outcome(outcome: Outcome) -> None:
    summary, judged = outcome.summary, outcome.judged
    assert judged is not None, "the frames have labels"
    print(
        f"{outcome.scenario.pipeline:8} {outcome.scenario.cameras:3} cameras"
        f" {summary.sent / summary.seconds:6.1f} frames/s, busy {summary.utilisation:4.0%},"
        f" mAP {judged.plain.map:.4f} → {judged.turbo.map:.4f} ({judged.gain.value:+.4f}), {outcome.order}"
    )


if __name__ == "__main__":
    main()
