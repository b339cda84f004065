"""The two sides of policy: contrasts, aligned passages, lineage, the framework matrix."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative import export as exporting
from metanarrative import pipeline
from metanarrative.config import make_settings
from metanarrative.errors import (
    UsageError,
)
from metanarrative.project import default_who
from metanarrative.results import Result
from metanarrative.text import fold

if TYPE_CHECKING:
    pass
from metanarrative.api.base import Base


class Comparing(Base):
    """The two sides of policy: contrasts, aligned passages, lineage, the framework matrix."""

    def compare(self, *, theme: str = "", by: str = "", kind: str = "", sides: Sequence[str] = ()) -> Result:
        """Compare the two sides; the numbers of the comparison page.

        Parameters
        ----------
        theme : str, optional
            Only this theme (its id or name).
        by : str, optional
            Another facet than the settings' (nation, level, site, issuer, type, force, period). The
            step runs again, and its tables hold this comparison until the next run.
        kind : str, optional
            theme, force or term.
        sides : two str, optional
            The two values to compare; for a period years such as -2011 and 2012-. Without them the
            two values with most documents, or the years up to the middle one and after it.
        """
        told: list[str] = []
        now = self.settings("compare")
        if (by and by != now.facet) or sides:
            facet = by or now.facet
            own = self.overrides.setdefault("compare", {})
            own["facet"] = facet
            make_settings("compare", own, where="--by")
            pair = tuple(sides) or self._two_sides(facet)
            if len(pair) != 2 or pair[0] == pair[1]:
                raise UsageError(
                    f"two different values of {facet} are needed, not {', '.join(pair) or 'none'}",
                    mend=f"metanarrative compare --by {facet} --sides ONE,OTHER",
                )
            own["side_a"], own["side_b"] = pair
            pipeline.run_stage(self, "compare")
            told = [f"compared by {facet}: {pair[0]} v {pair[1]}; metanarrative run brings the usual comparison back"]
        self._needs("compare")
        rows = self.store.read("contrast")
        if theme:
            ids = {t["theme_id"] for t in self.store.read("theme") if fold(theme) in (fold(t["name"]), t["theme_id"])}
            if not ids:
                known = ", ".join(t["theme_id"] for t in self.store.read("theme"))
                raise UsageError(f"no theme is called {theme!r}", mend=f"themes: {known or 'none in codebook.toml'}")
            rows = [r for r in rows if r["theme"] in ids or (r["kind"] == "theme" and r["item"] in ids)]
        if kind:
            rows = [r for r in rows if r["kind"] == kind]
        rows.sort(key=lambda r: (r["kind"] != "theme", r["kind"] != "force", -abs(r["estimate"] or 0), r["item"]))
        for row in rows:
            row["docs"] = f"{row['n_docs_a']} v {row['n_docs_b']}"
        sides = f"{rows[0]['side_a']} v {rows[0]['side_b']}" if rows else ""
        scale = "theme and force: difference of shares, 0.1 is ten percentage points; term: log-odds"
        notes = [f"{sides}: estimate above 0 means more in {rows[0]['side_b']} ({scale})"] if rows else []
        notes = [*told, *notes]
        notes += [p["message"] for p in self.store.read("problem", where={"stage": "compare"})][:12]
        columns = ("kind", "item", "theme", "estimate", "low", "high", "q", "docs", "verdict", "caveat")
        return Result("compare", columns, rows, notes)

    def _two_sides(self, facet: str) -> tuple[str, ...]:
        works = self.store.read("work", where={"kind": "policy"})
        if facet == "period":
            years = sorted(row["year"] for row in works if row["year"] is not None)
            if len(set(years)) < 2:
                return ()
            middle = years[(len(years) - 1) // 2]
            middle = middle if middle < years[-1] else max(year for year in years if year < years[-1])
            return f"-{middle}", f"{middle + 1}-"
        counts = Counter(str(row.get(facet) or "").strip() for row in works)
        counts.pop("", None)
        return tuple(sorted(sorted(counts, key=lambda value: (-counts[value], value))[:2]))

    def align(self, *, verdict: str = "", limit: int = 0) -> Result:
        """List passages on the same subject: those where one side may deny the other first, then the closest."""
        self._needs("compare")
        text = dict(zip(*self.store.read_columns("passage", "passage_id", "text"), strict=True))
        rows = [r for r in self.store.read("alignment") if r["other_id"] and (not verdict or r["verdict"] == verdict)]
        for row in rows:
            row["differs"] = json.loads(row["differs"] or "{}")
        rows.sort(key=lambda r: ("opposite" not in r["differs"], -r["margin"], r["passage_id"], r["other_id"]))
        for row in rows:
            row["opposite"] = " / ".join(row["differs"].get("opposite", ()))
            row["passage"], row["other"] = text.get(row["passage_id"], ""), text.get(row["other_id"], "")
        counts = Counter(r["verdict"] for r in self.store.read("alignment"))
        notes = [", ".join(f"{v} {n}" for v, n in sorted(counts.items()))] if counts else ["no passages to align"]
        columns = ("passage_id", "other_id", "verdict", "opposite", "similarity", "margin", "passage", "other")
        return Result("align", columns, rows[:limit] if limit else rows, notes)

    def lineage(self, *, on: str = "", nation: str = "") -> Result:
        """List what supersedes, amends, revokes or names what; or, with `on`, what was in force that day.

        Parameters
        ----------
        on : str, optional
            A date such as 2012-06-06.
        nation : str, optional
            Only documents of this nation.

        Raises
        ------
        UsageError
            If `on` is no date.
        """
        from metanarrative.compare.lineage import in_force

        self._needs("compare")
        works = {row["work_id"]: row for row in self.store.read("work", where={"kind": "policy"})}
        wanted = nation.strip().casefold()
        edges = self.store.read("lineage")
        if on:
            try:
                rows = in_force(works.values(), on, edges)
            except ValueError as error:
                raise UsageError(str(error), mend="metanarrative lineage --on 2012-06-06") from error
            rows = [row for row in rows if not wanted or row["nation"].casefold() == wanted]
            for row in rows:
                row["force"] = works[row["work_id"]]["force"]
                row["ended_by"] = works[row["ended_by"]]["title"] if row["ended_by"] in works else row["ended_by"]
            undated = sorted(
                own for own, row in works.items() if not (row["valid_from"] or row["issued"] or row["year"])
            )
            notes = [f"{len(rows)} documents in force on {on}, by the dates of the manifest and the lineage"]
            if undated:
                notes.append(f"{len(undated)} documents have no date and are not judged: {', '.join(undated[:5])}")
            columns: tuple[str, ...] = ("nation", "since", "until", "force", "title", "ended_by", "work_id")
            return Result("lineage", columns, rows, notes)
        rows = [
            {**row, "nation": works.get(row["work_id"], {}).get("nation", ""),
             "title": works.get(row["work_id"], {}).get("title", row["work_id"])}
            for row in edges
        ]  # fmt: skip
        rows = [row for row in rows if not wanted or row["nation"].casefold() == wanted]
        rank = {"supersedes": 0, "revokes": 1, "amends": 2, "refers-to": 3}
        rows.sort(key=lambda row: (rank.get(row["relation"], 9), row["nation"], row["title"], row["other_title"]))
        counts = Counter(row["relation"] for row in rows)
        conflicts = sum(bool(row["conflict"]) for row in rows)
        notes = [", ".join(f"{n} {what}" for what, n in counts.most_common()) or "no document names another"]
        if conflicts:
            notes.append(f"{conflicts} with a conflict between manifest, text or dates: check them")
        return Result(
            "lineage", ("nation", "title", "relation", "other_title", "how", "conflict", "evidence"), rows, notes
        )

    def matrix(self, cases: str = "level") -> Result:
        """Show the framework matrix: theme by case, with counts; "no evidence" is not zero.

        Parameters
        ----------
        cases : {"document", "nation", "level", "site", "tradition", "group", "actor"}
            ``actor`` shows who plays which part in which nation.
        """
        self._needs("compare")
        if cases == "actor":
            return self._actors()
        rows = self.store.read("matrix_cell", where={"cases": cases})
        if not rows:
            known = sorted({row["cases"] for row in self.store.read("matrix_cell", columns=("cases",))})
            raise UsageError(f"the matrix has no cases {cases!r}", mend=f"cases: {', '.join([*known, 'actor'])}")
        order = {"macro": 0, "meso": 1, "micro": 2}
        heads = sorted({(order.get(r["case_id"], 9), r["case_name"], r["case_id"]) for r in rows})
        at = {(row["theme"], row["case_id"]): row for row in rows}

        def told(row: dict[str, Any]) -> str:
            if row["evidence"] == "no evidence":
                return "no evidence"
            if row["evidence"] == "coded, absent":
                return "coded, absent"
            return f"{row['n_passages']} of {row['n_all']} in {row['n_with']}/{row['n_documents']}"

        names = {own: f"{name} ({own})" if [n for _, n, _ in heads].count(name) > 1 else name for _, name, own in heads}
        shown = [
            {"theme": theme, **{names[own]: told(at[theme, own]) for _, _, own in heads}}
            for theme in dict.fromkeys(row["theme"] for row in sorted(rows, key=lambda r: r["theme"]))
        ]
        notes = ["passages on the theme of all passages, in documents with it of all documents"]
        empty = [names[own] for _, _, own in heads if at[rows[0]["theme"], own]["evidence"] == "no evidence"]
        if empty:
            notes.append(f"no text at all, so nothing can be said: {', '.join(empty)}")
        return Result("matrix", ("theme", *names.values()), shown, notes, {"cells": rows})

    def _actors(self) -> Result:
        from metanarrative.compare.narrative import AGENT_ROLES, ROLES

        counts: dict[tuple[str, str], Counter[str]] = {}
        works: dict[tuple[str, str], set[str]] = {}
        for row in self.store.read("element", where={"slot": "character"}):
            key = (row["item"], row["nation"])
            counts.setdefault(key, Counter())[row["role"]] += 1
            works.setdefault(key, set()).add(row["work_id"])
        rows = [
            {
                "actor": actor, "nation": nation, "documents": len(works[actor, nation]),
                **{role: found[role] for role in ROLES},
                "agency": round(sum(found[role] for role in AGENT_ROLES) / found.total(), 2),
            }
            for (actor, nation), found in sorted(counts.items())
        ]  # fmt: skip
        notes = ["agency: share of namings in which the actor does something; the quotes are in elements.csv"]
        return Result("matrix", ("actor", "nation", "documents", *ROLES, "agency"), rows, notes)

    def import_matrix(self, path: Path | str) -> Result:
        """Take over the summaries that people wrote into an exported matrix (XLSX or CSV).

        Nothing that stands in corpus/matrix.csv is changed: what is new is added, and the last
        line of a cell holds.
        """
        self._needs("compare")
        with self.lock():
            rows, notes = exporting.import_matrix(self, Path(path), who=default_who())
        return Result("decide", ("cell_id", "cases", "case_name", "theme", "status", "summary"), rows, notes)
