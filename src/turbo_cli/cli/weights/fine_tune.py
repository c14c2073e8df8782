"""`turbo weights fine-tune`: train a copy of a detector further."""

import typer

from turbo_cli.cli.options import (
    AmpOption,
    CropOption,
    DegradeOption,
    DetectorOption,
    DeviceOption,
    IterationsOption,
    LabelledOption,
    LearningRateOption,
    OutOption,
    ResumeOption,
    SaveEveryOption,
    SeedOption,
    SizeOption,
    StepSizeOption,
    ValidateOption,
    WeightsOption,
    WorkersOption,
    parse_size,
)
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo weights fine-tune --detector tiny --dataset streets --out tuned.safetensors"


def fine_tune(
    context: typer.Context,
    detector: DetectorOption,
    dataset: LabelledOption,
    out: OutOption,
    validate: ValidateOption = None,
    degrade: DegradeOption = "all",
    crop: CropOption = None,
    iterations: IterationsOption = 3000,
    batch_size: StepSizeOption = 8,
    learning_rate: LearningRateOption = 2e-4,
    save_every: SaveEveryOption = 200,
    workers: WorkersOption = 1,
    amp: AmpOption = False,
    seed: SeedOption = 0,
    resume: ResumeOption = False,
    weights: WeightsOption = None,
    size: SizeOption = None,
    device: DeviceOption = "cpu",
) -> None:
    """Train a copy of a detector on what an enhancer learns from, to compare.

    The detector itself stays as it is; `turbo evaluate --reference` shows what the copy reaches.
    """
    from turbo_cli.detectors.loading import load_detector
    from turbo_cli.training import detector as training
    from turbo_cli.training.multiexit_options import parse_kinds

    output: Output = context.obj
    options = training.DetectorTraining(
        dataset=dataset,
        out=out,
        validate=tuple(validate or ()),
        kinds=parse_kinds(degrade),
        crop=parse_size(crop),
        iterations=iterations,
        batch_size=batch_size,
        learning_rate=learning_rate,
        save_every=save_every,
        workers=workers,
        amp=amp,
        seed=seed,
        resume=resume,
        device=device,
    )
    loaded = load_detector(detector, weights, device, parse_size(size))
    scores = training.fine_tune(loaded, options, output.track, output.detail)
    for path, value in scores.items():
        output.text(f"{path}: mAP {value.map:.3f}, AP50 {value.ap50:.3f} over {value.frames} frames")
    output.text(f"{out}: weights of {loaded.name}, fine-tuned")
