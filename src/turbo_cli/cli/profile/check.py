"""`turbo profile check`: is a profile whole and plausible?"""

from typing import Annotated

import typer

from turbo_cli.cli.options import JsonOption
from turbo_cli.cli.output import Output
from turbo_cli.errors import TurboError

EXAMPLE = "Example: turbo profile check profiles/cpu/tiny t4/yolov3"


def check(
    context: typer.Context,
    profiles: Annotated[
        list[str], typer.Argument(help="Profiles' folders, or the names of shipped ones.", metavar="PROFILE…")
    ],
    as_json: JsonOption = False,
) -> None:
    """Check that profiles can be planned with, and look for what is odd in them.

    Exit status 2 if anything is wrong or odd, with its file, row and column.
    """
    from dataclasses import asdict

    from turbo_cli.profiling.profiles.checking import find_oddities
    from turbo_cli.profiling.profiles.text import warnings_of
    from turbo_cli.scheduling.profile import load_profile

    output: Output = context.obj
    loaded = {profile: load_profile(profile) for profile in profiles}
    found = {profile: find_oddities(one) for profile, one in loaded.items()}
    if as_json:
        output.json(
            {
                profile: {
                    "oddities": [asdict(oddity) for oddity in oddities],
                    "warnings": warnings_of(loaded[profile]),
                }
                for profile, oddities in found.items()
            }
        )
    for profile, oddities in found.items() if not as_json else ():
        output.text(f"{profile}: {len(oddities)} oddities" if oddities else f"{profile}: ok")
        for line in [*map(str, oddities), *(f"warning: {one}" for one in warnings_of(loaded[profile]))]:
            output.text(f"  {line}")
    odd = [f"{profile}/{oddity}" for profile, oddities in found.items() for oddity in oddities]
    if odd:
        raise TurboError(odd[0], f"and {len(odd) - 1} more" if odd[1:] else "measure it again, or mend it")
