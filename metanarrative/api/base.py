"""What every room of the API needs: inputs, coverage, and which step is missing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from metanarrative import pipeline
from metanarrative import project as project_room
from metanarrative.errors import (
    StepMissingError,
    UsageError,
)
from metanarrative.results import percent
from metanarrative.text import fold


class Base(project_room.Project):
    """What every room of the API needs: inputs, coverage, and which step is missing."""

    def coverage(self) -> dict[str, str]:
        """Return what is there and included: works by kind, and shares with abstract, references, DOI, year."""
        columns = ("work_id", "kind", "abstract", "doi", "year", "n_references", "nation")
        every = self.store.read("work", columns=columns)
        verdicts = dict(zip(*self.store.read_columns("screening", "work_id", "verdict"), strict=True))
        # a work that screening has not seen yet is not excluded
        works = [w for w in every if verdicts.get(w["work_id"], "included") == "included"]
        literature = [w for w in works if w["kind"] == "literature"]
        policy = [w for w in works if w["kind"] == "policy"]
        if not works:
            return {}
        n = len(literature)
        out = sum(w["kind"] == "literature" for w in every) - n
        told = {"works": f"{n} ({out} more excluded)" if out else str(n)}
        if n:
            told["abstracts"] = percent(sum(bool(w["abstract"]) for w in literature), n)
            told["references"] = percent(sum(w["n_references"] > 0 for w in literature), n)
            told["DOI"] = percent(sum(bool(w["doi"]) for w in literature), n)
            told["year"] = percent(sum(w["year"] is not None for w in literature), n)
        if policy:
            nations = Counter(w["nation"] or "unknown" for w in policy)
            shown = ", ".join(f"{nation} {count}" for nation, count in sorted(nations.items()))
            told["policy"] = f"{len(policy)} ({shown})"
        return told

    def inputs(self) -> list[Path]:
        """Return the files below ``corpus/`` that a run would read."""
        tables = {"sources.csv", "manifest.csv"}
        found = self.files("corpus/literature/**/*", "corpus/policy/**/*")
        return [path for path in found if path.name not in tables and not path.name.upper().startswith("README")]

    def _cluster_names(self) -> dict[str, str]:
        return {row["cluster_id"]: f"T{row['number']}" for row in self.store.read("cluster")}

    def _needs(self, stage: str) -> None:
        if not self.store.count("run", where={"stage": stage}):
            raise StepMissingError(f"step {stage!r} has not run", mend=f"metanarrative run --to {stage}", where=stage)

    def _theme(self, theme: str) -> str:
        """Return the id of a theme named by id or name."""
        rows = self.store.read("theme")
        found = [row["theme_id"] for row in rows if fold(theme) == fold(row["name"]) or theme == row["theme_id"]]
        if not found:
            known = ", ".join(row["theme_id"] for row in rows)
            raise UsageError(f"no theme is called {theme!r}", mend=f"themes: {known or 'none in codebook.toml'}")
        return str(found[0])

    def _needs_before(self, stage: str) -> None:
        for before in pipeline.stage_named(stage).after:
            self._needs(before)


def _or(value: Any) -> str:
    return "" if value is None else str(value)
