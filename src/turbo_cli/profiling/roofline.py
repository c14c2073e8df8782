"""How long counted work takes on hardware that is not here: a roofline over every operation.

An operation of a batch takes as long as the slowest of three: its arithmetic at `EFFICIENCY` of the peak, its
bytes at `EFFICIENCY` of the memory's speed, or being started at all (`Hardware.launch_us`).

The two constants are fitted on two figures of the paper; two others check them (`benchmarks/ship_profiles.py`
prints this). The T4's "maximum processing capacity" (§6.2, appendix C) is taken as the best throughput over
batches of 1…16 frames:

| figure | published | here | |
| --- | --- | --- | --- |
| YOLOv3's capacity, infer/s | 84 | 84.0 | fits `EFFICIENCY` |
| EfficientDet-D0's capacity | 120 | 120.5 | fits `LAUNCH_US` |
| Faster R-CNN's capacity | 12 | 11.2 | predicted |
| YOLOv3, ms per inference | 35.71 | 35.89 for a batch of 3 | predicted |

84 infer/s is 11.9 ms a frame, and yet §6.2 says that YOLOv3 "would cost 35.71 ms per inference". Both hold
when three frames are under way at a time: 84/s · 35.71 ms = 3.00. So 35.71 ms is the time of a batch of three
at full load. As the time of one frame alone it would leave the T4 idle for two thirds of it.
"""

from turbo_cli.profiling.counting import Work
from turbo_cli.profiling.hardware import Hardware

EFFICIENCY = 0.878
"""Share of the published peaks that is reached, of arithmetic and of memory."""


def predict_ms(work: Work, batch_size: int, hardware: Hardware) -> float:
    """Milliseconds of a piece on a batch."""
    launch_s = hardware.launch_us * 1e-6
    flops_per_s = EFFICIENCY * hardware.tflops * 1e12
    bytes_per_s = EFFICIENCY * hardware.gb_per_s * 1e9
    seconds = sum(
        max(
            batch_size * operation.flops / flops_per_s,
            (batch_size * operation.map_bytes + operation.parameter_bytes) / bytes_per_s,
            launch_s,
        )
        for operation in work.operations
    )
    return 1e3 * (seconds + (batch_size - 1) * work.launches_per_frame * launch_s)
