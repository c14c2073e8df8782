"""What the enhancer's pieces cost beside the detector, in CPU time on one thread and as ratios.

    python benchmarks/decoder_cost.py tiny yolo-fastest-xl yolov3 faster-rcnn efficientdet-d0

Weights are random: only the architecture counts, and NMS finds little to do. A frame at level 5 runs the five
layers and leaves by exit 5.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import torch

from turbo_cli.allocator import keep_freed_memory
from turbo_cli.detectors.base import STAGES
from turbo_cli.detectors.untrained import make_untrained
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator

RUNS = 15


def main() -> None:
    """Print a table of the pieces of each detector."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("detectors", nargs="+")
    keep_freed_memory()
    torch.set_num_threads(1)
    for name in parser.parse_args().detectors:
        show_costs(name)


@torch.inference_mode()
def show_costs(name: str) -> None:
    """Print the cost of each piece of one detector and its decoder."""
    detector = make_untrained(name)
    decoder, discriminator = Decoder(detector.channels), FrameDiscriminator()
    width, height = detector.input_size
    images = torch.rand(1, 3, height, width)
    features = detector.encode(images)
    maps = [images, *features]
    encode = milliseconds(lambda: detector.encode(images))
    whole = encode + milliseconds(lambda: detector.detect(features))
    print(f"{name}: detector {whole:.1f} ms, of which encode {encode:.1f}")
    below, layers, leaving = decoder.start(features[-1]), 0.0, 0.0
    for k in range(1, STAGES + 1):
        entering, skip = below, maps[STAGES - k]
        below = decoder.hidden(k, entering, skip)
        layer = milliseconds(lambda: decoder.hidden(k, entering, skip))  # noqa: B023
        leaving = milliseconds(lambda: decoder.enhance(k, below, skip))  # noqa: B023
        stage = milliseconds(lambda: detector.stages[STAGES - k](skip))  # noqa: B023
        print(f"  layer {k}: {layer:.1f} ms, exit {leaving:.1f}, stage {STAGES + 1 - k} again {stage:.1f}")
        layers += layer
    judged = milliseconds(lambda: discriminator(images))
    ratio = (layers + leaving) / whole
    print(f"  five layers and exit 5: {ratio:.2f} of the detector; D_f {judged / whole:.3f}")


def milliseconds(call: Callable[[], object]) -> float:
    """The median CPU time of a call."""
    call()
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        call()
        times.append(time.process_time() - begun)
    return 1e3 * median(times)


if __name__ == "__main__":
    main()
