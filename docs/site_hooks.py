"""What MkDocs needs to be told about this repository.

The pages are written to be read in the repository, so they link to files outside of
``docs/``.  Pages of the root become pages of the site; of other files the name is left.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

#: Pages of the root that are pages of the site too.
FROM_ROOT = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")

#: What a page of the root is called in the site: MkDocs takes a README for an index, and the
#: site has one.
SITE_NAMES = {name: name for name in FROM_ROOT} | {"README.md": "start.md"}

_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<up>(?:\.\./)?)(?P<path>[^)#:\s]+)(?P<at>#[^)]*)?\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of the root."""
    from mkdocs.structure.files import File

    for name in FROM_ROOT:
        if (ROOT / name).exists():
            path = str(ROOT / name)
            files.append(File.generated(config, SITE_NAMES[name], abs_src_path=path))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Point links at the site's pages; a file that is none is named without a link."""
    at_root = page.file.src_uri in SITE_NAMES.values()

    def link(match: re.Match[str]) -> str:
        path, anchor = match["path"], match["at"] or ""
        if at_root:
            path = path.removeprefix("docs/") if path.startswith("docs/") else f"../{path}"
        else:
            path = f"{match['up']}{path}"
        outside = path.removeprefix("../")
        if not path.startswith("../"):
            return f"[{match['text']}]({path}{anchor})"
        if outside in FROM_ROOT:
            return f"[{match['text']}]({SITE_NAMES[outside]}{anchor})"
        return match["text"]

    return _LINK.sub(link, markdown)
