"""A new project: its folders, its empty tables, and a codebook to begin with."""

from __future__ import annotations

import json
from pathlib import Path

from metanarrative.config import CONFIG_NAME
from metanarrative.errors import StoreError, UsageError

SOURCES_COLUMNS = ("file", "database", "search", "date", "routes")
MANIFEST_COLUMNS = (
    "file", "title", "nation", "issuer", "year", "issued", "type", "force", "level", "site", "language",
    "expression_of", "supersedes", "valid_from", "valid_to", "licence", "url",
)  # fmt: skip

_CODEBOOK = """\
# The codebook: what analysts look for in policy texts. Themes are made by people.
# Copy the example below, take the # away, and write your own.
#
# [[theme]]
# id = "review"
# name = "Review of plans"
# definition = "When and how a plan is looked at again."
# seeds.en = ["review the plan", "reviewed at least every year"]
# seeds.cy = ["adolygu'r cynllun"]
# includes = "any duty or advice to look at a plan again"
# excludes = "reviews of the evidence"
"""


def make(root: Path, *, title: str, kind: str, question: str) -> Path:
    """Make the folders and empty tables of a new project; never overwrites a file.

    Raises
    ------
    UsageError
        If there is a project already.
    StoreError
        If it cannot be written.
    """
    if (root / CONFIG_NAME).exists():
        raise UsageError(
            f"{root} is a project already",
            mend=f"metanarrative -C {root} status",
            where=str(root / CONFIG_NAME),
        )
    try:
        for folder in ("corpus/literature", "corpus/decisions", "maps"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for nation in ("england", "wales", "uk"):
            (root / "corpus/policy" / nation).mkdir(parents=True, exist_ok=True)
        head = [f"title = {_toml(title)}"]
        if question:
            head.append(f"question = {_toml(question)}")
        head += [f"kind = {_toml(kind)}", "seed = 1", ""]
        _write_new(root / "corpus/literature/sources.csv", ",".join(SOURCES_COLUMNS) + "\n")
        _write_new(root / "corpus/policy/manifest.csv", ",".join(MANIFEST_COLUMNS) + "\n")
        _write_new(root / "corpus/codebook.toml", _CODEBOOK)
        _write_new(root / ".gitignore", ".metanarrative/\n")
        _write_new(root / CONFIG_NAME, "\n".join(head))
    except OSError as error:
        raise StoreError(
            f"cannot make the project: {error.strerror or error}",
            mend="check permissions and free space",
            where=str(root),
        ) from error
    return root


def _write_new(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, encoding="utf-8")


def _toml(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "")
