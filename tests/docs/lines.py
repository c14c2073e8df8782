"""Every `turbo …` that the documentation tells people to type."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY

PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted(REPOSITORY.glob("docs/**/*.md"))]
EXAMPLES = sorted(
    file for pattern in ("*.sh", "*.py", "*.service") for file in REPOSITORY.glob(f"examples/**/{pattern}")
)

_BLOCK = re.compile(r"^```\w*\n(.*?)^```|((?:^    [^\n]*\n)+)", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`turbo ([^`\n]+)`")
_TYPED = re.compile(r"^(?:\s*(?:\$ )?|[^#\n]*(?:\|\||&&|[;{=])\s*)(?:\S*/bin/)?turbo +(.+)$", re.MULTILINE)
_SHELL_VARIABLE = re.compile(r"\$\w+|\$\{[^}]*\}|\$\([^)]*\)")


@dataclass(frozen=True)
class Line:
    """A command line without its `turbo`, and the file that it stands in."""

    file: Path
    text: str

    @property
    def words(self) -> list[str]:
        """As the shell hands them over, up to a comment, a pipe or the like; 1 stands for its variables.

        The brackets of what may be left out (`[--copy]`) are taken away.
        """
        plain = re.sub(r"\[(--[^\]]*)\]", r"\1", _SHELL_VARIABLE.sub("1", self.text))
        lexer = shlex.shlex(plain, posix=True, punctuation_chars="&|;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in lexer:
            if set(word) <= set("&|;<>"):
                break
            words.append(word)
        return words

    def __str__(self) -> str:
        return f"{self.file.relative_to(REPOSITORY)}: turbo {self.text}"


def typed_lines(file: Path) -> list[Line]:
    """Whole command lines: of a page's code blocks, or of an example. Usage lines are none."""
    text = file.read_text().replace("\\\n", " ")
    blocks = ["".join(block) for block in _BLOCK.findall(text)] if file.suffix == ".md" else [text]
    found = [" ".join(line.split()) for block in blocks for line in _TYPED.findall(block)]
    return [Line(file, line) for line in found if "[OPTIONS]" not in line]


def mentions(page: Path) -> list[Line]:
    """`turbo …` within a sentence: rarely whole, but of names that exist."""
    return [Line(page, text) for text in _INLINE.findall(page.read_text())]
