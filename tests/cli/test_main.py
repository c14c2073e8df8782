"""The root command: help, version, errors, exit statuses."""

import subprocess
import sys

import pytest

from tests.conftest import RunTurbo
from turbo_cli import __version__
from turbo_cli.cli.main import flags_first


def test_version(turbo: RunTurbo) -> None:
    finished = turbo("--version")
    assert (finished.status, finished.out.strip()) == (0, f"turbo {__version__}")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["data", "--help"], ["weights", "--help"]])
def test_help_imports_no_torch(arguments: list[str]) -> None:
    code = (
        "import sys; sys.argv = ['turbo', *sys.argv[1:]]\n"
        "from turbo_cli.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'pandas', 'scipy', 'av'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    finished = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


def test_unknown_option_is_one_line_and_status_2(turbo: RunTurbo) -> None:
    finished = turbo("detect", "--nonsense")
    assert finished.status == 2
    assert finished.err.startswith("error: ") and finished.err.count("\n") == 1
    assert "--nonsense" in finished.err


def test_flags_first_leaves_what_follows_a_double_dash() -> None:
    assert flags_first(["data", "info", "--quiet", "x"]) == ["--quiet", "data", "info", "x"]
    assert flags_first(["plan", "--", "--quiet"]) == ["plan", "--", "--quiet"]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["detect", "x", "--detector", "tiny"], "'--out'"),
        (["detect", "x", "--detector", "tiny", "--out", "x.json", "--batch-size", "0"], "'--batch-size'"),
        (["data", "split", "x", "--by", "size", "--fractions", "0.5,0.5"], "'--by'"),
    ],
)
def test_a_bad_option_is_named(arguments: list[str], name: str, turbo: RunTurbo) -> None:
    finished = turbo(*arguments)
    assert finished.status == 2
    assert name in finished.err and finished.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["data"], ["weights"]])
def test_no_command_prints_the_help_and_no_empty_error(arguments: list[str], turbo: RunTurbo) -> None:
    finished = turbo(*arguments)
    assert (finished.status, finished.err) == (2, "")
    assert "Usage: " in finished.out


def test_ctrl_c_during_the_imports_is_one_line() -> None:
    code = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from turbo_cli.__main__ import run\n"
        "run()"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (finished.returncode, finished.stderr) == (130, "error: interrupted\n")
