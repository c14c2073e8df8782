"""The stages as data: which command makes what from what."""

from dataclasses import dataclass

from turbo_cli.quickstart.stage import Service, Stage

DETECTOR = "--detector tiny"
TRAINING_CAMERAS, VALIDATION_CAMERAS = 48, 6
WINDOW_MS = 500
FPS = 1.5


@dataclass(frozen=True)
class QuickstartOptions:
    """fast: take the enhancer that ships, train none. iterations: of stage two; stage one takes a fifth.
    seed: of cameras and training.
    """

    fast: bool = False
    iterations: int = 500
    seed: int = 0


def make_stages(options: QuickstartOptions, port: int) -> tuple[Stage, ...]:
    """All stages in order. port: a free one, for the services."""
    enhancer = "tiny" if options.fast else "enhancer.safetensors"
    trained = () if options.fast else (enhancer,)
    label = _label("test" if options.fast else "train")
    train = () if options.fast else _training(options)
    judge = _judging(enhancer, trained)
    return (*_cameras(options), label, *train, *judge, *_serving(enhancer, trained, port))


def _cameras(options: QuickstartOptions) -> tuple[Stage, ...]:
    """Three sets of cameras; a camera's name carries its set's seed, so no set has one of another."""
    train = _synth(
        "train", TRAINING_CAMERAS, 12, _seed(options, 0), "make up cameras to train on, in all weathers"
    )
    test = _synth("test", 8, 16, _seed(options, 1), "make up cameras to judge by")
    live = _synth("live", 8, 20, _seed(options, 2), "make up eight more, to go live")
    return (test, live) if options.fast else (train, test, live)


def _seed(options: QuickstartOptions, number: int) -> int:
    return 3 * options.seed + number


def _synth(folder: str, cameras: int, frames: int, seed: int, story: str) -> Stage:
    command = f"data synth {folder} --cameras {cameras} --frames {frames} --fps 1 --seed {seed}"
    return Stage(f"{folder}-cameras", story, command, (folder,))


def _label(dataset: str) -> Stage:
    return Stage(
        "label-difficulty",
        "find the frames that the detector finds hard",
        f"label-difficulty {DETECTOR} --dataset {dataset} --out difficulty.csv",
        ("difficulty.csv",),
        (dataset,),
    )


def _training(options: QuickstartOptions) -> tuple[Stage, ...]:
    held_out = range(TRAINING_CAMERAS - VALIDATION_CAMERAS, TRAINING_CAMERAS)
    validate_on = ",".join(f"camera-{_seed(options, 0)}-{number:03d}" for number in held_out)
    iterations, seed = options.iterations, f"--seed {options.seed}"
    gan = Stage(
        "train-gan",
        "train generator and discriminators; no labels needed",
        f"train-gan {DETECTOR} --dataset train --difficulty difficulty.csv --out gan.safetensors --log log"
        f" --iterations {max(1, iterations // 5)} --save-every 20 --amp {seed}",
        ("gan.safetensors",),
        ("train", "difficulty.csv"),
        checkpoint="gan.safetensors.checkpoint",
    )
    multiexit = Stage(
        "train-multiexit",
        "train the enhancer's five levels through the frozen detector",
        f"train-multiexit {DETECTOR} --gan gan.safetensors --dataset train --validate-on {validate_on}"
        " --loss detection=1,distill=0.2 --crop 224x128 --learning-rate 0.002 --amp"
        f" --iterations {iterations} --eval-every {max(1, iterations // 2)} --save-every 50 {seed}"
        " --out enhancer.safetensors",
        ("enhancer.safetensors",),
        ("train", "gan.safetensors"),
        checkpoint="enhancer.safetensors.checkpoint",
    )
    return gan, multiexit


def _judging(enhancer: str, trained: tuple[str, ...]) -> tuple[Stage, ...]:
    both = f"{DETECTOR} --enhancer {enhancer}"
    evaluate = Stage(
        "evaluate",
        "judge every level on cameras that nothing was trained on",
        f"evaluate {both} --dataset test --baselines none --bootstrap 100 --gallery gallery --json",
        ("gallery", "evaluation.json"),
        ("test", *trained),
        prints="evaluation.json",
    )
    profile = Stage(
        "profile",
        "measure what each level costs on this machine, and gains",
        f"profile measure {both} --dataset test --gpu cpu --max-batch 4 --max-seconds 0.1 --out profile",
        ("profile/accuracy.csv", "profile/latency.csv"),
        ("test", *trained),
    )
    simulate = f"schedule-sim --profile profile --dataset live {both} --window {WINDOW_MS}"
    throughput = Stage(
        "throughput",
        "simulate one to eight cameras at a rate that fills the machine",
        f"{simulate} --fps 6 --sweep cameras=1..8 --json",
        ("throughput.json",),
        ("live", "profile/latency.csv", *trained),
        prints="throughput.json",
    )
    simulation = Stage(
        "simulation",
        "simulate all at a rate that leaves time, with every window's plan",
        f"{simulate} --fps {FPS} --out simulation",
        ("simulation",),
        ("live", "profile/latency.csv", *trained),
    )
    return evaluate, profile, throughput, simulation


def _serving(enhancer: str, trained: tuple[str, ...], port: int) -> tuple[Stage, ...]:
    url = f"http://127.0.0.1:{port}"
    serve, results = f"{DETECTOR} --port {port} --window {WINDOW_MS}", "--results results.ndjson"
    replay = f"replay live --to {url} --fps {FPS} --json"
    without = Stage(
        "serve-without",
        "serve the eight cameras live, without Turbo",
        replay,
        ("replay-without.json",),
        ("live",),
        prints="replay-without.json",
        service=Service(serve, url),
    )
    enhanced = Stage(
        "serve-with",
        "the same with Turbo",
        replay,
        ("results.ndjson", "replay-with.json"),
        ("live", "profile/latency.csv", *trained),
        prints="replay-with.json",
        # Twenty frames a camera are too few for the guard; the profile was measured on cameras like these.
        service=Service(f"{serve} --enhancer {enhancer} --profile profile --no-guard {results}", url),
    )
    report = Stage(
        "report",
        "put it all on one page",
        "report .",
        ("report.html",),
        ("evaluation.json", "throughput.json", "simulation", "replay-without.json", "replay-with.json"),
    )
    return without, enhanced, report
