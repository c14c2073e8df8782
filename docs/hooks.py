"""What the site needs beyond the Markdown that a code forge shows as it is: `mkdocs.yml` names this file."""

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((\.\./[^)]+)\)")


def on_config(config: MkDocsConfig) -> None:
    """Put every command's page into the navigation, the list of all first."""
    pages = sorted(Path(config.docs_dir, "commands").glob("*.md"))
    assert config.nav is not None
    config.nav.append({"Commands": [f"commands/{page.name}" for page in pages]})


def on_page_markdown(markdown: str, page: Any, config: MkDocsConfig, **_: Any) -> str:
    """Links out of `docs/` lead to files that the site does not have: their text alone stays."""
    root, folder = Path(config.docs_dir), Path(page.file.abs_src_path).parent

    def keep(link: re.Match[str]) -> str:
        target = (folder / link[2]).resolve()
        return link[0] if target.is_relative_to(root) else link[1]

    return LINK.sub(keep, markdown)
