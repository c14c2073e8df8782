"""The picture of a sweep."""

from pathlib import Path

import pytest
from PIL import Image

from tests.simulation.profiles import make_profile
from turbo_cli.simulation.arrivals import GeneratedArrivals
from turbo_cli.simulation.difficulties import Difficulties, find_draw
from turbo_cli.simulation.pictures import write_sweep
from turbo_cli.simulation.scenario import Outcome, Scenario, Setting, run_scenario
from turbo_cli.simulation.sweep import parse_axes, scenarios


def sweep(path: Path, text: str) -> Image.Image:
    """The picture of a sweep over made-up frames."""
    setting, difficulties = Setting(make_profile()), Difficulties(find_draw("beta:2,3"))

    def run(scenario: Scenario) -> Outcome:
        arrivals = GeneratedArrivals("constant", 40, scenario.cameras or 4, scenario.fps, difficulties)
        return run_scenario(scenario, lambda _: arrivals, setting)

    axes = parse_axes([text])
    write_sweep(path, "a sweep", axes, [run(scenario) for scenario in scenarios(Scenario(), axes)])
    return Image.open(path)


@pytest.mark.parametrize(
    "text", ["solver=none,turbo", "order=auto,detect-first", "solver=none,turbo gain=mean"]
)
def test_an_axis_without_numbers_stands_alone(tmp_path: Path, text: str) -> None:
    assert sweep(tmp_path / "picture.png", text).size[0] == 960


def test_numbers_rise_along_the_axis_in_whatever_order_they_are_written(tmp_path: Path) -> None:
    rising, falling = (sweep(tmp_path / "picture.png", f"fps={text}") for text in ("2,10,40", "40,10,2"))
    assert falling.tobytes() == rising.tobytes()
