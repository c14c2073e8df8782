"""What the enhancer's pieces cost beside the detector, in milliseconds and as ratios.

    python -m benchmarks.decoder_cost tiny yolo-fastest-xl yolov3 faster-rcnn efficientdet-d0
    python -m benchmarks.decoder_cost yolov3 --device cuda:0

CPU time of one thread, or what CUDA events say. Weights are random: `tiny` finds no box then, darknet's
networks find thousands, which a GPU feels. A frame at level 5 runs the five layers and leaves by exit 5.
"""

import argparse
from functools import partial
from statistics import median

import torch
from benchmarks.options import positive
from benchmarks.timing import milliseconds

from turbo_cli.allocator import keep_freed_memory
from turbo_cli.detectors.base import STAGES
from turbo_cli.detectors.catalogue import CATALOGUE
from turbo_cli.detectors.loading import find_device
from turbo_cli.detectors.untrained import make_untrained
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.profiling.pieces import Run

RUNS = 15


def main() -> None:
    """Print a table of the pieces of each detector."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("detectors", nargs="+", choices=CATALOGUE, metavar="DETECTOR")
    parser.add_argument("--batch", type=positive, default=1, help="frames at a time")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(1)
    for name in options.detectors:
        show_costs(name, options.batch, find_device(options.device))


@torch.inference_mode()
def show_costs(name: str, batch: int, device: torch.device) -> None:
    """Print the cost of each piece of one detector and its decoder."""
    took = partial(median_ms, device=device)
    detector = make_untrained(name).to(device)
    decoder, discriminator = Decoder(detector.channels).to(device), FrameDiscriminator().to(device)
    width, height = detector.input_size
    images = torch.rand(batch, 3, height, width, device=device)
    features = detector.encode(images)
    maps = [images, *features]
    encode = took(lambda: detector.encode(images))
    whole = encode + took(lambda: detector.detect(features))
    print(f"{name}, {batch} at a time: detector {whole:.1f} ms, of which encode {encode:.1f}")
    below, layers, leaving = decoder.start(features[-1]), 0.0, 0.0
    for k in range(1, STAGES + 1):
        entering, skip = below, maps[STAGES - k]
        below = decoder.hidden(k, entering, skip)
        layer = took(lambda: decoder.hidden(k, entering, skip))  # noqa: B023
        leaving = took(lambda: decoder.enhance(k, below, skip))  # noqa: B023
        stage = took(lambda: detector.stages[STAGES - k](skip))  # noqa: B023
        print(f"  layer {k}: {layer:.1f} ms, exit {leaving:.1f}, stage {STAGES + 1 - k} again {stage:.1f}")
        layers += layer
    judged = took(lambda: discriminator(images))
    ratio = (layers + leaving) / whole
    print(f"  five layers and exit 5: {ratio:.2f} of the detector; D_f {judged / whole:.3f}")


def median_ms(run: Run, device: torch.device) -> float:
    """Of several runs, after one that is not timed."""
    run()
    return median(milliseconds(run, device) for _ in range(RUNS))


if __name__ == "__main__":
    main()
