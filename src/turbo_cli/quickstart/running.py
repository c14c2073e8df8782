"""Running the stages one after the other, and going on where an earlier run ended."""

import contextlib
import json
import shlex
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO

from turbo_cli.artifacts.atomic import replacing_file, user_errors
from turbo_cli.artifacts.reading import parse_json, read_bytes
from turbo_cli.errors import TurboError
from turbo_cli.quickstart.children import child
from turbo_cli.quickstart.numbers import Numbers, read_numbers
from turbo_cli.quickstart.services import free_port, serving
from turbo_cli.quickstart.stage import Stage
from turbo_cli.quickstart.stages import QuickstartOptions, make_stages

OPTIONS = "quickstart.json"
"""In the folder: what it was made with."""

Say = Callable[[str], None]


def quickstart(folder: Path, options: QuickstartOptions, say: Say, show_progress: bool = False) -> Numbers:
    """Run every stage that is not done yet in `folder`, which is made.

    say: takes the narration line by line. show_progress: let the commands' bars and warnings through to
    stderr; else they are in `logs/`, as is what they print. Raises `TurboError` if a stage fails, or the
    folder holds something else.
    """
    import uvicorn  # noqa: F401 - a missing extra is said now, not after all the training

    _claim(folder, options)
    say(f"cd {shlex.quote(str(folder))}")
    run_stages(make_stages(options, free_port()), folder, say, show_progress)
    return read_numbers(folder)


def run_stages(stages: Sequence[Stage], folder: Path, say: Say, show_progress: bool = False) -> None:
    """Run those whose artifacts are not there yet. Raises `TurboError` for the first that fails."""
    (folder / "logs").mkdir(exist_ok=True)
    for number, stage in enumerate(stages, 1):
        title = f"{number}/{len(stages)} {stage.story}"
        if all((folder / artifact).exists() for artifact in stage.makes):
            say(f"{title}: done before")
            continue
        stage = _begin(stage, folder)
        say("\n  ".join([title, *stage.lines]))
        began_s = time.monotonic()
        _run(stage, folder, show_progress)
        say(f"  took {time.monotonic() - began_s:.0f} s")


def _claim(folder: Path, options: QuickstartOptions) -> None:
    """Make the folder, or see that it is of a quickstart with the same options."""
    path, wanted = folder / OPTIONS, asdict(options)
    with user_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            with replacing_file(path) as temporary:
                temporary.write_text(json.dumps(wanted) + "\n", encoding="utf-8")
    if not path.exists():
        raise TurboError(f"{folder}: holds something else already", "name another folder with --out")
    made_with = parse_json(str(path), read_bytes(path, "turbo quickstart"))
    if made_with != wanted:
        said = ", ".join(f"{name} {value}" for name, value in made_with.items() if value != wanted.get(name))
        raise TurboError(f"{folder}: was made with {said}", "remove it, or name another folder with --out")


def _begin(stage: Stage, folder: Path) -> Stage:
    """Go on from a checkpoint, or else clear away what a broken-off run has left."""
    if stage.checkpoint and (folder / stage.checkpoint).exists():
        return stage.resumed
    for artifact in stage.makes:
        path = folder / artifact
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return stage


def _run(stage: Stage, folder: Path, show_progress: bool) -> None:
    log = folder / "logs" / f"{stage.name}.log"
    with log.open("wb") as said, _printed(stage, folder, said) as printed, _served(stage, folder):
        with child(stage.arguments, folder, printed, None if show_progress else said) as process:
            status = process.wait()
        if status:
            where = f"what it said {'stands above, or ' if show_progress else ''}is in {log}"
            command = shlex.join(["turbo", *stage.arguments])
            raise TurboError(f"stage {stage.name} failed with exit status {status}: {command}", where)


@contextlib.contextmanager
def _printed(stage: Stage, folder: Path, log: IO[bytes]) -> Iterator[IO[bytes]]:
    """What takes the command's stdout: the artifact that it prints, else the log."""
    if not stage.prints:
        yield log
        return
    with replacing_file(folder / stage.prints) as temporary, temporary.open("wb") as file:
        yield file


@contextlib.contextmanager
def _served(stage: Stage, folder: Path) -> Iterator[None]:
    if not stage.service:
        yield
        return
    with serving(stage.service, folder, folder / "logs" / f"{stage.name}-service.log"):
        yield
