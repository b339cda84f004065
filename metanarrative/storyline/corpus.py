"""What every scope looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
ALL = "all"
"""The scope of all works."""


@dataclass(frozen=True)
class Corpus:
    """What every scope looks at; citations are (citing, cited) between included research works."""

    works: Mapping[str, Mapping[str, Any]]
    years: Mapping[str, int | None]
    citations: Sequence[tuple[str, str]]
    references: Mapping[str, Sequence[tuple[int | None, str]]]
    home: Mapping[str, str]
    titles: Mapping[str, str]

    def dated_references(self, members: Sequence[str]) -> list[tuple[int, str]]:
        """Return year and node of each reference of `members` whose year can be one."""
        return [
            (year, node)
            for work in members
            for year, node in self.references.get(work, ())
            if year is not None and 1500 <= year <= 2100
        ]
