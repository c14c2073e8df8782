"""Draw what a command prints as a terminal window, without fonts from the network.

python benchmarks/terminal_picture.py docs/images/quickstart.svg turbo quickstart --fast
"""

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console

COLUMNS = 118
FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def draw(path: Path, command: list[str]) -> None:
    """Run the command, and write what it printed as SVG. Raises `CalledProcessError` if it fails."""
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    typed = " ".join(command)
    console.print(f"$ {typed}\n{finished.stdout}", highlight=False, markup=False)
    path.write_text(FONT_FACES.sub("", console.export_svg(title=typed)), encoding="utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]), sys.argv[2:])
