"""`turbo plan`: a profile and difficulties in, a plan out."""

import io
import json
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.scheduling.windows import write_profile


@pytest.fixture
def window(tmp_path: Path) -> list[str | Path]:
    """The required options, and gains as they were measured."""
    (tmp_path / "window.txt").write_text("0.95\n0.05\n\n0.45\n")
    profile = write_profile(tmp_path / "profile")
    needed: list[str | Path] = ["--profile", profile, "--difficulties", tmp_path / "window.txt"]
    return [*needed, "--budget", "1000", "--gain", "mean"]


def test_json_has_the_plan_and_nothing_else(turbo: RunTurbo, window: list[str | Path]) -> None:
    finished = turbo("plan", *window, "--json")
    assert (finished.status, finished.err) == (0, "")
    plan = json.loads(finished.out)
    assert plan.pop("solve_ms") > 0
    assert plan == {
        "levels": [5, 0, 5],
        "predicted_latency_ms": pytest.approx(2 * 16 + 5 * 14 + 14),
        "predicted_gain": pytest.approx(0.13),
        "bound": pytest.approx(0.13),
        "solver": "turbo",
        "overloaded": False,
    }


def test_options_reach_the_planner(turbo: RunTurbo, window: list[str | Path]) -> None:
    def levels(*more: str) -> list[int]:
        found: list[int] = json.loads(turbo("plan", *window, *more, "--json").out)["levels"]
        return found

    assert levels("--solver", "none") == [0, 0, 0]
    assert levels("--solver", "fixed:2") == [2, 0, 2]
    assert levels("--execution", "per-level", "--order", "discriminate-first") == [5, 0, 5]
    assert levels("--solver", "fixed:2", "--gain", "lower") == [2, 0, 0]
    assert levels("--budget", "10") == [0, 0, 0]


@pytest.mark.parametrize("name", ["-", "--"])
def test_difficulties_may_come_from_standard_input(
    name: str, turbo: RunTurbo, window: list[str | Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("0.5\n0.6\n"))
    window[3] = name
    assert json.loads(turbo("plan", *window, "--json").out)["levels"] == [5, 5]


def test_people_get_a_table_and_hear_of_overload(turbo: RunTurbo, window: list[str | Path]) -> None:
    lines = turbo("plan", *window).out.splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["0", "0.950", "5", "+0.090"],
        ["1", "0.050", "0", "+0.000"],
        ["2", "0.450", "5", "+0.040"],
    ]
    assert "gain 0.130 of at most 0.130" in lines[4]
    assert turbo("plan", *window, "--budget", "-3").out.splitlines()[-1].startswith("overloaded")


def test_assumed_gains_are_never_shown_as_measured(turbo: RunTurbo, window: list[str | Path]) -> None:
    window[1] = write_profile(Path(window[1]).parent / "assumed", source="assumed")
    assert "gains are assumed, not measured" in turbo("plan", *window, "--json").err


def test_mistakes_are_one_line(turbo: RunTurbo, window: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("0.5\nhard\n")
    (tmp_path / "large.txt").write_text("0.5\n7\n")
    mistakes: list[tuple[int, str | Path, str]] = [
        (1, "t5/yolov3", "t5/yolov3: no such folder"),
        (3, tmp_path / "words.txt", "words.txt: line 2: 'hard' is not a number"),
        (3, tmp_path / "large.txt", "difficulty 2: 7.0 is not between 0 and 1"),
        (3, tmp_path / "none.txt", "none.txt: cannot read: No such file"),
        (5, "nan", "budget: nan"),
    ]
    for place, value, message in mistakes:
        line = [*window]
        line[place] = value
        finished = turbo("plan", *line)
        assert (finished.status, finished.out) == (2, "")
        assert message in finished.err and finished.err.count("\n") == 1
