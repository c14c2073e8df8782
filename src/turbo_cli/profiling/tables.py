"""The tables of an evaluation."""

from turbo_cli.artifacts.evaluation import Evaluation, Judgement, Ways
from turbo_cli.pages.table import table
from turbo_cli.pages.text import UNKNOWN, Html, difference, number, points
from turbo_cli.profiling.references import FINE_TUNED, GENERATOR

GROUPS = ("all", "hard", "easy", "unseen")


def ways_table(evaluation: Evaluation) -> Html:
    """AP50 of every way of detecting, by group, and its gain over level 0."""
    kinds: dict[str, Ways] = {
        "Enhanced": {f"level {name}": way for name, way in evaluation.levels.items()},
        "Merged with level 0: union": _merged(evaluation, "union"),
        "Merged with level 0: weighted": _merged(evaluation, "weighted"),
        "Classical baselines": evaluation.baselines,
        "Oracles, frame by frame": evaluation.oracles,
        "The detector itself, fine-tuned": evaluation.references.get(FINE_TUNED, {}),
        "Whole pictures of a generator": evaluation.references.get(GENERATOR, {}),
    }
    rows: list[tuple[object, ...]] = []
    for kind, ways in kinds.items():
        rows += [(kind,)] * bool(ways)
        for name, way in ways.items():
            judged = [way.group(group) for group in GROUPS]
            cells = (cell for one in judged for cell in (points(one.ap50), gain_over(one, "level 0")))
            rows.append((name, *cells))
    return table(("", *(part for group in GROUPS for part in (group, "Δ"))), rows)


def against_table(evaluation: Evaluation) -> Html:
    """What each level's AP50 over all frames is above each baseline's."""
    levels = _enhanced(evaluation)
    rows = [
        (baseline, *(gain_over(way.all, baseline) for way in levels.values()))
        for baseline in evaluation.baselines
    ]
    return table(("", *(f"level {name}" for name in levels)), rows)


def mistakes_table(evaluation: Evaluation) -> Html:
    """Boxes found, missed and wrong at each level, and the shares that they come to."""
    rows = [
        (
            f"level {name}",
            *(f"{count:,}" for count in (one.hits, one.false_negatives, one.false_positives)),
            number(one.recall),
            number(one.precision),
        )
        for name, one in ((name, way.all) for name, way in evaluation.levels.items())
    ]
    return table(("", "found", "missed", "false positives", "recall", "precision"), rows)


def cameras_table(evaluation: Evaluation) -> Html:
    """AP50 of each camera at level 0, and the difference that each level makes."""
    levels = _enhanced(evaluation)
    rows = []
    for name, plain in evaluation.levels["0"].cameras.items():
        gains = [gain_over(way.cameras[name], "level 0") for way in levels.values()]
        trained = "trained on" if name in evaluation.training_cameras else ""
        rows.append((name, trained, plain.frames, points(plain.ap50), *gains))
    return table(("camera", "", "frames", "level 0", *(f"level {name}" for name in levels)), rows)


def gain_over(judgement: Judgement, other: str) -> Html:
    """The gain in AP50 over another way, with its interval."""
    score = judgement.gains.get(other)
    return difference(score.ap50, score.ap50_interval) if score else Html(UNKNOWN)


def _enhanced(evaluation: Evaluation) -> Ways:
    return {name: way for name, way in evaluation.levels.items() if name != "0"}


def _merged(evaluation: Evaluation, fusion: str) -> Ways:
    ways = evaluation.fusions.get(fusion, {})
    return {f"level {name}" if name.isdecimal() else name: way for name, way in ways.items()}
